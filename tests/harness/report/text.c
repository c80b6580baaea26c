/* SPDX-License-Identifier: BSD-2-Clause */
/* Records for people: one line a test, failures explained, a summary by device and by level. */
#include "lib/string.h"
#include "tests/harness/drive/measure.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/subject.h"
#include "selfcheck/image/sabotage/sabotage.h"

#define DEVICES_MOST 256

/* What the summary says of each device. */
static struct {
	const struct virtio_device *device;
	unsigned verdicts[VERDICTS];
} by_device[DEVICES_MOST];
static unsigned devices;

static void text_run(const struct run_facts *facts)
{
	print("virtproof %s on %s, entry %s, %u CPU%s, %s, TSC %u.%03u MHz (%s)\n", facts->version,
	      facts->hypervisor, facts->boot, facts->cpus, facts->cpus == 1 ? "" : "s",
	      facts->interrupt_controller, facts->tsc_khz / 1000, facts->tsc_khz % 1000,
	      facts->tsc_source);
}

static void text_device(const struct virtio_device *device)
{
	print("%s  virtio-%s  %u queue%s, %u MSI-X vectors, features %#lx\n", device->name,
	      virtio_type_name(device->type), offered_queues(device),
	      offered_queues(device) == 1 ? "" : "s", device->vectors, device->offered.words[0]);
	if (devices < DEVICES_MOST)
		by_device[devices++].device = device;
}

static void text_plan(unsigned tests)
{
	print("%u tests\n\n", tests);
}

static void text_start(const struct result *result)
{
}

/* What was said already of the test that runs: each requirement, and the rings, are shown once. */
static struct {
	const struct clause *clause;
	const char *repeat;
	bool dumped;
} said;

static void print_dump(const char *dump)
{
	while (*dump) {
		const char *end = strchr(dump, '\n');
		size_t length = end ? (size_t)(end - dump) : strlen(dump);

		print("      | %.*s\n", (int)length, dump);
		dump += length + (end != NULL);
	}
	said.dumped = true;
}

static void text_check(const struct broken_check *check)
{
	const struct result *result = check->result;
	const struct clause *clause = check->clause;

	if (!said.repeat)
		print("in %s.%s, on %s %s [%s]:\n", result->test->suite, result->test->name,
		      result->device->name, virtio_type_name(result->device->type),
		      result->variant);
	print("    %s (%s): %s\n", clause_name(clause), clause_level_name(clause->level),
	      check->message);
	if (clause != said.clause)
		print("      required: %s [%s]\n", clause_statement(clause),
		      clause_section(clause));
	if (!said.dumped && *check->dump)
		print_dump(check->dump);
	said.clause = clause;
	said.repeat = check->repeat;
}

static void text_test(const struct result *result)
{
	for (unsigned n = 0; n < devices; n++) {
		if (by_device[n].device == result->device)
			by_device[n].verdicts[result->verdict]++;
	}
	print("%-5s %s %-8s %s.%s [%s]%s%s\n", verdict_name(result->verdict),
	      result->device ? result->device->name : "-",
	      result->device ? virtio_type_name(result->device->type) : "", result->test->suite,
	      result->test->name, result->variant, *result->reason ? ": " : "", result->reason);
	if (*result->dump)
		print_dump(result->dump);
	if (said.repeat)
		print("    repeat: %s\n", said.repeat);
	said.repeat = NULL;
	said.clause = NULL;
	said.dumped = false;
}

static void text_clause(const struct clause *clause, enum clause_verdict verdict, unsigned checks,
			const char *why)
{
	if (verdict == CLAUSE_VIOLATED)
		print("violated  %-14s %-10s %s (%u of %u checks)\n", clause_name(clause),
		      clause_level_name(clause->level), clause_statement(clause),
		      clause_state(clause - clauses)->violated, checks);
}

static void text_note(const char *sentence)
{
	print("note: %s\n", sentence);
}

static void text_summary(const struct totals *totals, enum verdict worst)
{
	print("\n");
	for (unsigned n = 0; n < devices; n++)
		print("%s %-8s %4u passed, %u warned, %u failed, %u skipped, %u errors\n",
		      by_device[n].device->name, virtio_type_name(by_device[n].device->type),
		      by_device[n].verdicts[VERDICT_PASS], by_device[n].verdicts[VERDICT_WARN],
		      by_device[n].verdicts[VERDICT_FAIL], by_device[n].verdicts[VERDICT_SKIP],
		      by_device[n].verdicts[VERDICT_ERROR]);
	print("clauses: %u hold, %u violated, %u not judged (%u of them no test judges)\n",
	      totals->holds, totals->violated, totals->unjudged + totals->uncovered,
	      totals->uncovered);
	print("%u passed, %u warned, %u failed, %u skipped, %u errors in %lu.%03lu s: %s\n",
	      totals->verdicts[VERDICT_PASS], totals->verdicts[VERDICT_WARN],
	      totals->verdicts[VERDICT_FAIL], totals->verdicts[VERDICT_SKIP],
	      totals->verdicts[VERDICT_ERROR], totals->milliseconds / 1000,
	      totals->milliseconds % 1000, verdict_name(worst));
}

static void text_measure(const struct measure *measure)
{
	const struct histogram *histogram = measure->histogram;

	if (histogram)
		print("  %-44s %8lu min %8lu p50 %8lu p90 %8lu p99 %8lu p99.9 %8lu p99.99 %8lu max %s\n",
		      measure->name, histogram->minimum, histogram_quantile(histogram, 50, 100),
		      histogram_quantile(histogram, 90, 100),
		      histogram_quantile(histogram, 99, 100),
		      histogram_quantile(histogram, 999, 1000),
		      histogram_quantile(histogram, 9999, 10000), histogram->maximum,
		      measure->unit);
	else
		print("  %-44s %12lu.%03lu %s\n", measure->name, measure->thousandths / 1000,
		      measure->thousandths % 1000, measure->unit);
}

#define PICTURE_WIDTH 50

/* One row for each power of two; a bar is as long as its share of the fullest row. */
static void text_picture(const struct histogram *histogram, const char *unit)
{
	uint64_t rows[64] = {0}, fullest = 1;

	for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++) {
		uint64_t value = histogram_bucket_lowest(n);

		rows[value ? 63 - __builtin_clzll(value) : 0] += histogram->buckets[n];
	}
	for (unsigned n = 0; n < 64; n++)
		fullest = MAXIMUM(fullest, rows[n]);
	for (unsigned n = 0; n < 64; n++) {
		static const char bar[] = "##################################################";
		unsigned length = (unsigned)((rows[n] * PICTURE_WIDTH + fullest - 1) / fullest);

		if (rows[n])
			print("    %10lu %s and up %8lu |%s\n", n ? 1ul << n : 0, unit, rows[n],
			      bar + PICTURE_WIDTH - length);
	}
}

static void text_sabotage(const struct sabotage_result *result)
{
	print("%-8s %s: %s%s%s%s%s%s\n",
	      *result->skipped   ? "skipped"
	      : result->detected ? "detected"
				 : "MISSED",
	      result->saboteur->name, result->saboteur->about,
	      result->detected && result->by_timeout ? " (a wait ran out)" : "",
	      *result->missed ? "; unbroken: " : "", result->missed, *result->skipped ? "; " : "",
	      result->skipped);
}

static void text_suspect(const struct clause *clause)
{
	print("suspect  %s: judged, but no saboteur names it and none made it fail\n",
	      clause_name(clause));
}

static void text_sabotage_summary(const struct sabotage_totals *totals)
{
	print("suspects: %u of %u clauses that are judged (%u %%)\n", totals->suspects,
	      totals->judged, 100 * totals->suspects / MAXIMUM(totals->judged, 1u));
	print("sabotage: %u of %u detected, %u of them because a wait ran out, %u skipped\n",
	      totals->detected, totals->tried, totals->by_timeout, totals->skipped);
}

const struct reporter text_reporter = {
	.run = text_run,
	.device = text_device,
	.plan = text_plan,
	.start = text_start,
	.check = text_check,
	.test = text_test,
	.clause = text_clause,
	.note = text_note,
	.measure = text_measure,
	.picture = text_picture,
	.sabotage = text_sabotage,
	.suspect = text_suspect,
	.sabotage_summary = text_sabotage_summary,
	.summary = text_summary,
};
