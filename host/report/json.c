/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/json.h"

#include "host/record/catalogue.h"
#include "host/record/depth.h"
#include "host/record/records.h"
#include "host/report/formats.h"
#include "host/report/phrase.h"
#include "host/system/paths.h"

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

static JsonArray *checks_of(const struct test_result *test, gboolean for_page)
{
	JsonArray *checks = json_array_new();

	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		JsonObject *object = json_object_new();

		set_text(object, "clause", check->clause);
		set_text(object, "level", level_name(check->level));
		if (!for_page) {
			set_text(object, "statement", check->statement);
			set_text(object, "section", check->section);
		}
		set_text(object, "message", check->message);
		if (!for_page)
			set_text(object, "dump", check->dump);
		json_array_add_object_element(checks, object);
	}
	return checks;
}

/* What is said of a fault: [part, text], … */
static JsonArray *phrases_of(const struct fault *fault)
{
	g_autoptr(GPtrArray) phrases = phrase_fault(fault);
	JsonArray *pairs = json_array_new();

	for (unsigned i = 0; i < phrases->len; i++) {
		const struct phrase *phrase = phrases->pdata[i];
		JsonArray *pair = json_array_new();

		json_array_add_string_element(pair, phrase_part_name(phrase->part));
		json_array_add_string_element(pair, phrase->text);
		json_array_add_array_element(pairs, pair);
	}
	return pairs;
}

static void add_evidence(JsonObject *object, const struct job *job, const struct test_result *test)
{
	g_autofree char *repeat = phrase_repeat(job, test);

	set_text(object, "dump", test->dump);
	set_text(object, "vmm_said", test->vmm_said);
	set_text(object, "daemon_said", test->daemon_said);
	set_text(object, "repeat", repeat ? repeat : "");
}

static JsonObject *test_object(const struct conclusion *conclusion, const struct test_result *test,
			       gboolean for_page)
{
	const struct expectation *expectation = for_page ? NULL : test_expectation(test);
	JsonObject *object = json_object_new();

	set_text(object, "test", test->full_name);
	set_text(object, "device", test->device);
	set_text(object, "family", test->family);
	set_text(object, "variant", test->variant);
	set_text(object, "source", test->source && !for_page ? test->source : "");
	set_text(object, "verdict", verdict_name(test->verdict));
	set_text(object, "end", end_names[test_end(test, conclusion->strict)]);
	set_text(object, "outcome", outcome_name(test->outcome));
	set_text(object, "reason", test->reason);
	if (!for_page)
		add_evidence(object, conclusion->job, test);
	json_object_set_int_member(object, "us", test->us);
	if (test->checks->len)
		json_object_set_array_member(object, "checks", checks_of(test, for_page));
	if (expectation) {
		set_text(object, "expected", expectation->reason);
		set_text(object, "link", expectation->link);
	}
	return object;
}

static JsonObject *depth_object(const struct depth *depth)
{
	JsonObject *object = json_object_new();

	json_object_set_int_member(object, "transport", depth->transport);
	json_object_set_int_member(object, "rings", depth->rings);
	json_object_set_int_member(object, "behaviour", depth->behaviour);
	return object;
}

static JsonArray *devices_of(const struct job *job)
{
	JsonArray *devices = json_array_new();

	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		struct depth depth = depth_of(job, device);
		JsonObject *object = json_object_new();

		set_text(object, "bdf", device->bdf);
		set_text(object, "name", device->name);
		set_text(object, "transport", device->transport);
		set_text(object, "features", device->features);
		json_object_set_int_member(object, "queues", device->queues);
		set_text(object, "workload", workload_name(device->workload));
		json_object_set_object_member(object, "judged_by", depth_object(&depth));
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
		set_text(object, "level", level_name(clause->level));
		set_text(object, "verdict", clause_verdict_name(clause->verdict));
		set_text(object, "why", clause->why);
		json_object_set_int_member(object, "checks", clause->checks);
		json_array_add_object_element(clauses, object);
	}
	return clauses;
}

static JsonArray *texts_of(const GPtrArray *texts)
{
	JsonArray *array = json_array_new();

	for (unsigned i = 0; i < texts->len; i++)
		json_array_add_string_element(array, texts->pdata[i]);
	return array;
}

static JsonArray *measures_of(const struct job *job)
{
	JsonArray *array = json_array_new();

	for (unsigned i = 0; i < job->measures->len; i++) {
		const struct measure *measure = job->measures->pdata[i];

		json_array_add_object_element(array, json_object_ref(measure->record));
	}
	return array;
}

static JsonArray *incidents_of(const struct job *job)
{
	JsonArray *array = json_array_new();

	for (unsigned i = 0; i < job->incidents->len; i++) {
		const struct incident *incident = job->incidents->pdata[i];

		json_array_add_object_element(array, json_object_ref(incident->record));
	}
	return array;
}

static JsonArray *stale_of(const struct conclusion *conclusion)
{
	JsonArray *stale = json_array_new();

	for (unsigned i = 0; i < conclusion->stale->len; i++)
		json_array_add_string_element(
			stale, ((const struct expectation *)conclusion->stale->pdata[i])->line);
	return stale;
}

static JsonObject *outcome_object(const struct conclusion *conclusion)
{
	JsonObject *object = json_object_new();

	json_object_set_int_member(object, "unexpected", conclusion->unexpected);
	json_object_set_int_member(object, "expected", conclusion->expected);
	json_object_set_array_member(object, "stale", stale_of(conclusion));
	return object;
}

static JsonObject *job_object(const struct conclusion *conclusion, gboolean for_page)
{
	const struct job *job = conclusion->job;
	g_autofree char *subject = job_subject(job);
	JsonObject *object = json_object_new();
	JsonArray *tests = json_array_new();

	for (unsigned i = 0; i < job->tests->len; i++)
		json_array_add_object_element(
			tests, test_object(conclusion, job->tests->pdata[i], for_page));
	set_text(object, "name", job->name);
	set_text(object, "vmm", job->vmm);
	set_text(object, "subject", subject);
	set_text(object, "version", job->version);
	set_text(object, "machine", job->machine);
	set_text(object, "accelerator", job->accelerator);
	set_text(object, "time", job->time);
	json_object_set_boolean_member(object, "complete", job_is_complete(job));
	if (job->run)
		json_object_set_object_member(object, "run", json_object_ref(job->run->record));
	if (job->summary)
		json_object_set_object_member(object, "summary",
					      json_object_ref(job->summary->record));
	json_object_set_object_member(object, "outcome", outcome_object(conclusion));
	json_object_set_array_member(object, "devices", devices_of(job));
	json_object_set_array_member(object, "tests", tests);
	json_object_set_array_member(object, "clauses", clauses_of(job));
	json_object_set_array_member(object, "measures", measures_of(job));
	json_object_set_array_member(object, "incidents", incidents_of(job));
	json_object_set_array_member(object, "notes", texts_of(job->notes));
	json_object_set_array_member(object, "unjudged", texts_of(conclusion->unjudged));
	return object;
}

/* A place in the arrays of jobs and of their tests. */
struct place {
	gint64 job, test;
};

/* Where each test of the document stands: struct test_result to struct place. */
static GHashTable *find_places(const struct report *report)
{
	GHashTable *places = g_hash_table_new_full(NULL, NULL, NULL, g_free);

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const GPtrArray *tests = conclusion->job->tests;

		for (unsigned j = 0; j < tests->len; j++) {
			struct place *place = g_new0(struct place, 1);

			*place = (struct place){.job = i, .test = j};
			g_hash_table_insert(places, tests->pdata[j], place);
		}
	}
	return places;
}

static JsonArray *sightings_of(const struct fault *fault, GHashTable *places)
{
	JsonArray *sightings = json_array_new();

	for (unsigned i = 0; i < fault->sightings->len; i++) {
		const struct sighting *sighting = fault->sightings->pdata[i];
		const struct place *place = g_hash_table_lookup(places, sighting->test);
		JsonArray *pair = json_array_new();

		json_array_add_int_element(pair, place->job);
		json_array_add_int_element(pair, place->test);
		json_array_add_array_element(sightings, pair);
	}
	return sightings;
}

static JsonObject *fault_object(const struct fault *fault, GHashTable *places)
{
	JsonObject *object = json_object_new();

	set_text(object, "what", fault->what);
	set_text(object, "level", level_name(fault->level));
	set_text(object, "verdict", verdict_name(fault->verdict));
	json_object_set_boolean_member(object, "unexpected", fault->unexpected);
	set_text(object, "expected", fault->expectation ? fault->expectation->reason : "");
	set_text(object, "link", fault->expectation ? fault->expectation->link : "");
	json_object_set_array_member(object, "phrases", phrases_of(fault));
	json_object_set_array_member(object, "devices", texts_of(fault->devices));
	json_object_set_array_member(object, "variants", texts_of(fault->variants));
	json_object_set_int_member(object, "taken", fault->taken);
	json_object_set_array_member(object, "sightings", sightings_of(fault, places));
	return object;
}

/*
 * What clauses that a job has heard of ask for, in the order of the specification: id, statement, number of the section,
 * link to it.
 */
static JsonArray *statements_of(const struct report *report)
{
	g_autofree char *image = paths_image("elf");
	struct catalogue *catalogue = catalogue_of(image);
	g_autoptr(GHashTable) heard = g_hash_table_new(g_str_hash, g_str_equal);
	JsonArray *statements = json_array_new();

	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const GPtrArray *clauses = conclusion->job->clauses;

		for (unsigned j = 0; j < clauses->len; j++)
			g_hash_table_add(heard,
					 (char *)((const struct clause *)clauses->pdata[j])->id);
	}
	for (unsigned i = 0; catalogue && i < catalogue->clauses->len; i++) {
		const struct catalogue_clause *clause = catalogue->clauses->pdata[i];
		JsonArray *row;

		if (!g_hash_table_contains(heard, clause->id))
			continue;
		row = json_array_new();
		json_array_add_string_element(row, clause->id);
		json_array_add_string_element(row, clause->statement);
		json_array_add_string_element(row, clause->number);
		json_array_add_string_element(row, clause->link);
		json_array_add_array_element(statements, row);
	}
	catalogue_free(catalogue);
	return statements;
}

static JsonArray *faults_array(const struct report *report)
{
	g_autoptr(GPtrArray) faults = faults_of(report->conclusions);
	g_autoptr(GHashTable) places = find_places(report);
	JsonArray *array = json_array_new();

	for (unsigned i = 0; i < faults->len; i++)
		json_array_add_object_element(array, fault_object(faults->pdata[i], places));
	return array;
}

char *document_json_text(const struct report *report, gboolean for_page)
{
	g_autoptr(JsonObject) document = json_object_new();
	JsonArray *jobs = json_array_new();

	for (unsigned i = 0; i < report->conclusions->len; i++)
		json_array_add_object_element(jobs,
					      job_object(report->conclusions->pdata[i], for_page));
	json_object_set_int_member(document, "schema", 1);
	json_object_set_array_member(document, "jobs", jobs);
	json_object_set_array_member(document, "faults", faults_array(report));
	if (for_page)
		json_object_set_array_member(document, "statements", statements_of(report));
	return record_line(document);
}

void document_json(const struct report *report, FILE *out)
{
	g_autofree char *text = document_json_text(report, FALSE);

	fprintf(out, "%s\n", text);
}
