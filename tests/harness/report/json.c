/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as JSON, one object a line: what the host program reads. */
#include "tests/harness/drive/measure.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/subject.h"
#include "selfcheck/image/sabotage/sabotage.h"

static char line[16384];
static struct text out;

static void begin(const char *type)
{
	out = TEXT_ON(line);
	text_add(&out, "{\"type\":\"%s\"", type);
}

static void add_text(const char *key, const char *value)
{
	text_add(&out, ",\"%s\":\"", key);
	text_add_json_escaped(&out, value);
	text_add(&out, "\"");
}

static void add_number(const char *key, uint64_t value)
{
	text_add(&out, ",\"%s\":%lu", key, value);
}

static void add_truth(const char *key, bool value)
{
	text_add(&out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void end(void)
{
	print_text(line);
	print_text("}\n");
}

static void json_run(const struct run_facts *facts)
{
	begin("run");
	add_number("schema", REPORT_SCHEMA);
	add_text("version", facts->version);
	add_text("hypervisor", facts->hypervisor);
	add_text("boot", facts->boot);
	add_text("loader", facts->loader);
	add_number("cpus", facts->cpus);
	add_number("tsc_khz", facts->tsc_khz);
	add_text("tsc_source", facts->tsc_source);
	add_text("interrupt_controller", facts->interrupt_controller);
	add_text("cmdline", facts->command_line);
	add_number("seed", facts->seed);
	end();
}

static void json_device(const struct virtio_device *device)
{
	begin("device");
	add_text("bdf", device->name);
	add_number("virtio_id", device->type);
	add_text("name", virtio_type_name(device->type));
	add_text("transport", device->transport->name);
	text_add(&out, ",\"features_offered\":\"%#lx%016lx\"", device->offered.words[1],
		 device->offered.words[0]);
	add_number("queues", offered_queues(device));
	add_number("msix_vectors", device->vectors);
	end();
}

static void json_plan(unsigned tests)
{
	begin("plan");
	add_number("tests", tests);
	end();
}

static void add_place(const struct result *result)
{
	add_text("suite", result->test->suite);
	add_text("test", result->test->name);
	add_text("device", result->device ? result->device->name : "");
	add_text("variant", result->variant);
}

static void json_start(const struct result *result)
{
	begin("start");
	add_place(result);
	add_number("n", result->number);
	add_number("of", result->of);
	end();
}

static void json_check(const struct broken_check *check)
{
	begin("check");
	add_text("clause", clause_name(check->clause));
	add_text("level", clause_level_name(check->clause->level));
	add_text("statement", clause_statement(check->clause));
	add_text("section", clause_section(check->clause));
	add_place(check->result);
	add_text("message", check->message);
	add_text("dump", check->dump);
	add_text("repeat", check->repeat);
	end();
}

static void json_test(const struct result *result)
{
	begin("test");
	add_place(result);
	add_text("verdict", verdict_name(result->verdict));
	add_text("reason", result->reason);
	add_text("dump", result->dump);
	add_number("us", result->microseconds);
	end();
}

static void json_clause(const struct clause *clause, enum clause_verdict verdict, unsigned checks,
			const char *why)
{
	static const char *const names[] = {
		[CLAUSE_HOLDS] = "holds",
		[CLAUSE_VIOLATED] = "violated",
		[CLAUSE_UNJUDGED] = "unjudged",
		[CLAUSE_UNCOVERED] = "unjudged",
	};

	begin("clause");
	add_text("id", clause_name(clause));
	add_text("level", clause_level_name(clause->level));
	add_text("verdict", names[verdict]);
	add_number("checks", checks);
	add_text("why", why);
	end();
}

static void json_note(const char *sentence)
{
	begin("note");
	add_text("text", sentence);
	end();
}

static void json_summary(const struct totals *totals, enum verdict worst)
{
	begin("summary");
	for (unsigned n = 0; n < VERDICTS; n++)
		add_number(verdict_name(n), totals->verdicts[n]);
	text_add(&out,
		 ",\"clauses\":{\"holds\":%u,\"violated\":%u,\"unjudged\":%u,\"uncovered\":%u}",
		 totals->holds, totals->violated, totals->unjudged, totals->uncovered);
	add_text("worst", verdict_name(worst));
	add_number("ms", totals->milliseconds);
	end();
}

/* Sends what has been put together so far, so that a long record fits the line. */
static void flush(void)
{
	print_text(line);
	out = TEXT_ON(line);
	line[0] = 0;
}

static void add_histogram(const struct histogram *histogram)
{
	const char *comma = "";

	add_number("count", histogram->count);
	add_number("min", histogram->minimum);
	add_number("p50", histogram_quantile(histogram, 50, 100));
	add_number("p90", histogram_quantile(histogram, 90, 100));
	add_number("p99", histogram_quantile(histogram, 99, 100));
	add_number("p999", histogram_quantile(histogram, 999, 1000));
	add_number("p9999", histogram_quantile(histogram, 9999, 10000));
	add_number("max", histogram->maximum);
	add_number("mean", histogram_mean(histogram));
	text_add(&out, ",\"buckets\":[");
	for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++) {
		if (!histogram->buckets[n])
			continue;
		text_add(&out, "%s[%lu,%u]", comma, histogram_bucket_lowest(n),
			 histogram->buckets[n]);
		comma = ",";
		if (out.length > sizeof(line) - 128)
			flush();
	}
	text_add(&out, "]");
}

static void json_measure(const struct measure *measure)
{
	begin("measure");
	add_text("name", measure->name);
	add_text("device", measure->run->device->name);
	add_text("variant", measure->run->variant_name);
	add_text("unit", measure->unit);
	if (measure->histogram)
		add_histogram(measure->histogram);
	else
		text_add(&out, ",\"value\":%lu.%03lu", measure->thousandths / 1000,
			 measure->thousandths % 1000);
	end();
}

static void json_sabotage(const struct sabotage_result *result)
{
	begin("sabotage");
	add_text("name", result->saboteur->name);
	add_text("about", result->saboteur->about);
	add_text("device", result->device ? result->device->name : "");
	add_truth("detected", result->detected);
	add_text("missed", result->missed);
	add_truth("by_timeout", result->by_timeout);
	add_number("steps", result->steps);
	add_text("skipped", result->skipped);
	end();
}

static void json_suspect(const struct clause *clause)
{
	begin("suspect");
	add_text("clause", clause_name(clause));
	end();
}

static void json_sabotage_summary(const struct sabotage_totals *totals)
{
	begin("sabotage_summary");
	add_number("detected", totals->detected);
	add_number("tried", totals->tried);
	add_number("skipped", totals->skipped);
	add_number("by_timeout", totals->by_timeout);
	add_number("judged", totals->judged);
	add_number("suspects", totals->suspects);
	end();
}

const struct reporter json_reporter = {
	.run = json_run,
	.device = json_device,
	.plan = json_plan,
	.start = json_start,
	.check = json_check,
	.test = json_test,
	.clause = json_clause,
	.note = json_note,
	.measure = json_measure,
	.sabotage = json_sabotage,
	.suspect = json_suspect,
	.sabotage_summary = json_sabotage_summary,
	.summary = json_summary,
};
