/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/json.h"

#include "host/record/records.h"
#include "host/report/explain.h"

static const char *const end_names[] = {
	[END_PASSED] = "passed",   [END_FAILED] = "failed", [END_EXPECTED] = "expected",
	[END_SKIPPED] = "skipped", [END_ERROR] = "error",
};

/* Text that is empty is left out: most of it is, and there are many tests. */
static void set_text(JsonObject *object, const char *name, const char *text)
{
	if (*text)
		json_object_set_string_member(object, name, text);
}

static JsonArray *checks_of(const struct test_result *test)
{
	JsonArray *checks = json_array_new();

	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		JsonObject *object = json_object_new();

		set_text(object, "clause", check->clause);
		set_text(object, "level", check->level);
		set_text(object, "statement", check->statement);
		set_text(object, "section", check->section);
		set_text(object, "message", check->message);
		set_text(object, "dump", check->dump);
		json_array_add_object_element(checks, object);
	}
	return checks;
}

static JsonObject *test_object(const struct report *report, const struct job *job,
			       const struct test_result *test)
{
	const struct expectation *expectation = explain_expectation(test);
	g_autofree char *repeat = explain_repeat(job, test);
	JsonObject *object = json_object_new();

	set_text(object, "test", test->full_name);
	set_text(object, "device", test->device);
	set_text(object, "family", test->family);
	set_text(object, "variant", test->variant);
	set_text(object, "verdict", test->verdict);
	set_text(object, "end", end_names[test_end(test, report->strict)]);
	set_text(object, "outcome", test->outcome);
	set_text(object, "reason", test->reason);
	set_text(object, "dump", test->dump);
	set_text(object, "repeat", repeat ? repeat : "");
	json_object_set_int_member(object, "us", test->us);
	if (test->checks->len)
		json_object_set_array_member(object, "checks", checks_of(test));
	if (expectation) {
		set_text(object, "expected", expectation->reason);
		set_text(object, "link", expectation->link);
	}
	return object;
}

static JsonArray *devices_of(const struct job *job)
{
	JsonArray *devices = json_array_new();

	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		JsonObject *object = json_object_new();

		set_text(object, "bdf", device->bdf);
		set_text(object, "name", device->name);
		set_text(object, "transport", device->transport);
		set_text(object, "features", device->features);
		json_object_set_int_member(object, "queues", device->queues);
		json_array_add_object_element(devices, object);
	}
	return devices;
}

static JsonArray *clauses_of(const struct job *job)
{
	JsonArray *clauses = json_array_new();

	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];
		JsonObject *object = json_object_new();

		set_text(object, "id", clause->id);
		set_text(object, "level", clause->level);
		set_text(object, "verdict", clause->verdict);
		set_text(object, "why", clause->why);
		json_object_set_int_member(object, "checks", clause->checks);
		json_array_add_object_element(clauses, object);
	}
	return clauses;
}

static JsonArray *records_of(const GPtrArray *records)
{
	JsonArray *array = json_array_new();

	for (unsigned i = 0; i < records->len; i++)
		json_array_add_object_element(array, json_object_ref(records->pdata[i]));
	return array;
}

static JsonArray *stale_of(const struct outcome *outcome)
{
	JsonArray *stale = json_array_new();

	for (unsigned i = 0; i < outcome->stale->len; i++)
		json_array_add_string_element(
			stale, ((const struct expectation *)outcome->stale->pdata[i])->line);
	return stale;
}

static JsonObject *outcome_object(const struct outcome *outcome)
{
	JsonObject *object = json_object_new();

	json_object_set_int_member(object, "unexpected", outcome->unexpected);
	json_object_set_int_member(object, "expected", outcome->expected);
	json_object_set_array_member(object, "stale", stale_of(outcome));
	return object;
}

static JsonObject *job_object(const struct report *report, unsigned index)
{
	const struct job *job = report->jobs->pdata[index];
	JsonObject *object = json_object_new();
	JsonArray *tests = json_array_new();

	for (unsigned i = 0; i < job->tests->len; i++)
		json_array_add_object_element(tests,
					      test_object(report, job, job->tests->pdata[i]));
	set_text(object, "name", job->name);
	set_text(object, "vmm", job->vmm);
	set_text(object, "version", job->version);
	set_text(object, "machine", job->machine);
	set_text(object, "accelerator", job->accelerator);
	set_text(object, "time", job->time);
	json_object_set_boolean_member(object, "complete", job->summary != NULL);
	if (job->run)
		json_object_set_object_member(object, "run", json_object_ref(job->run));
	if (job->summary)
		json_object_set_object_member(object, "summary", json_object_ref(job->summary));
	json_object_set_object_member(object, "outcome",
				      outcome_object(report->outcomes->pdata[index]));
	json_object_set_array_member(object, "devices", devices_of(job));
	json_object_set_array_member(object, "tests", tests);
	json_object_set_array_member(object, "clauses", clauses_of(job));
	json_object_set_array_member(object, "measures", records_of(job->measures));
	json_object_set_array_member(object, "incidents", records_of(job->incidents));
	return object;
}

char *report_json_text(const struct report *report)
{
	g_autoptr(JsonObject) document = json_object_new();
	JsonArray *jobs = json_array_new();

	for (unsigned i = 0; i < report->jobs->len; i++)
		json_array_add_object_element(jobs, job_object(report, i));
	json_object_set_int_member(document, "schema", 1);
	json_object_set_array_member(document, "jobs", jobs);
	return record_line(document);
}

void report_json(const struct report *report, FILE *out)
{
	g_autofree char *text = report_json_text(report);

	fprintf(out, "%s\n", text);
}
