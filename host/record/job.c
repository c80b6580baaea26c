/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/job.h"

#include <string.h>

#include "host/record/records.h"

static void check_free(void *data)
{
	struct check *check = data;

	g_free(check->clause);
	g_free(check->level);
	g_free(check->statement);
	g_free(check->section);
	g_free(check->message);
	g_free(check->dump);
	g_free(check->repeat);
	g_free(check);
}

static void test_free(void *data)
{
	struct test_result *test = data;

	g_free(test->suite);
	g_free(test->name);
	g_free(test->full_name);
	g_free(test->device);
	g_free(test->variant);
	g_free(test->verdict);
	g_free(test->reason);
	g_free(test->dump);
	g_free(test->outcome);
	g_free(test->repeat);
	g_ptr_array_unref(test->checks);
	g_free(test);
}

static void device_free(void *data)
{
	struct device *device = data;

	g_free(device->bdf);
	g_free(device->name);
	g_free(device->transport);
	g_free(device->features);
	g_free(device);
}

static void clause_free(void *data)
{
	struct clause *clause = data;

	g_free(clause->id);
	g_free(clause->level);
	g_free(clause->verdict);
	g_free(clause->why);
	g_free(clause);
}

static void position_free(struct position *position)
{
	if (!position)
		return;
	g_free(position->suite);
	g_free(position->test);
	g_free(position->device);
	g_free(position->variant);
	g_free(position->repeat);
	g_free(position);
}

struct job *job_new(void)
{
	struct job *job = g_new0(struct job, 1);
	GDestroyNotify unref = (GDestroyNotify)json_object_unref;

	job->name = g_strdup("");
	job->vmm = g_strdup("");
	job->version = g_strdup("");
	job->machine = g_strdup("");
	job->accelerator = g_strdup("");
	job->time = g_strdup("");
	job->repeat_before = g_strdup("");
	job->repeat_after = g_strdup("");
	job->devices = g_ptr_array_new_with_free_func(device_free);
	job->tests = g_ptr_array_new_with_free_func(test_free);
	job->clauses = g_ptr_array_new_with_free_func(clause_free);
	job->measures = g_ptr_array_new_with_free_func(unref);
	job->incidents = g_ptr_array_new_with_free_func(unref);
	job->notes = g_ptr_array_new_with_free_func(g_free);
	job->open_checks = g_ptr_array_new_with_free_func(check_free);
	job->clauses_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	g_free(job->name);
	g_free(job->vmm);
	g_free(job->version);
	g_free(job->machine);
	g_free(job->accelerator);
	g_free(job->time);
	g_free(job->repeat_before);
	g_free(job->repeat_after);
	g_clear_pointer(&job->about, json_object_unref);
	g_clear_pointer(&job->run, json_object_unref);
	g_clear_pointer(&job->summary, json_object_unref);
	position_free(job->at);
	g_hash_table_unref(job->clauses_by_id);
	g_ptr_array_unref(job->devices);
	g_ptr_array_unref(job->tests);
	g_ptr_array_unref(job->clauses);
	g_ptr_array_unref(job->measures);
	g_ptr_array_unref(job->incidents);
	g_ptr_array_unref(job->notes);
	g_ptr_array_unref(job->open_checks);
	g_free(job);
}

struct device *job_device(const struct job *job, const char *bdf)
{
	for (unsigned i = 0; i < job->devices->len; i++) {
		struct device *device = job->devices->pdata[i];

		if (strcmp(device->bdf, bdf) == 0)
			return device;
	}
	return NULL;
}

gboolean test_lost_the_vmm(const struct test_result *test)
{
	return g_str_has_prefix(test->outcome, "vmm-");
}

char *test_label(const struct test_result *test)
{
	g_autofree char *device = *test->device
					  ? g_strdup_printf(" [%s%s%s]", test->device,
							    *test->family ? " " : "", test->family)
					  : g_strdup("");

	return g_strdup_printf("%s%s%s%s", test->full_name, device, *test->variant ? " " : "",
			       test->variant);
}

static void replace(char **where, const char *text)
{
	if (*text == '\0')
		return;
	g_free(*where);
	*where = g_strdup(text);
}

static void add_about(struct job *job, JsonObject *record)
{
	replace(&job->name, record_text(record, "name"));
	replace(&job->vmm, record_text(record, "vmm"));
	replace(&job->version, record_text(record, "version"));
	replace(&job->machine, record_text(record, "machine"));
	replace(&job->accelerator, record_text(record, "accelerator"));
	replace(&job->time, record_text(record, "time"));
	replace(&job->repeat_before, record_text(record, "repeat_before"));
	replace(&job->repeat_after, record_text(record, "repeat_after"));
	g_clear_pointer(&job->about, json_object_unref);
	job->about = json_object_ref(record);
}

static void keep(JsonObject **where, JsonObject *record)
{
	g_clear_pointer(where, json_object_unref);
	*where = json_object_ref(record);
}

/* Each boot tells of the devices again: the first telling stays. */
static void add_device(struct job *job, JsonObject *record)
{
	const char *bdf = record_text(record, "bdf");

	if (job_device(job, bdf))
		return;

	struct device *device = g_new0(struct device, 1);

	device->bdf = g_strdup(bdf);
	device->name = g_strdup(record_text(record, "name"));
	device->transport = g_strdup(record_text(record, "transport"));
	device->features = g_strdup(record_text(record, "features_offered"));
	device->virtio_id = record_number(record, "virtio_id", 0);
	device->queues = record_number(record, "queues", 0);
	g_ptr_array_add(job->devices, device);
}

static void add_start(struct job *job, JsonObject *record)
{
	struct position *position = g_new0(struct position, 1);

	position->suite = g_strdup(record_text(record, "suite"));
	position->test = g_strdup(record_text(record, "test"));
	position->device = g_strdup(record_text(record, "device"));
	position->variant = g_strdup(record_text(record, "variant"));
	position->repeat = g_strdup(record_text(record, "repeat"));
	position->n = record_number(record, "n", 0);
	position->of = record_number(record, "of", 0);
	position_free(job->at);
	job->at = position;
	job->in_test = TRUE;
}

static void add_check(struct job *job, JsonObject *record)
{
	struct check *check = g_new0(struct check, 1);

	check->clause = g_strdup(record_text(record, "clause"));
	check->level = g_strdup(record_text(record, "level"));
	check->statement = g_strdup(record_text(record, "statement"));
	check->section = g_strdup(record_text(record, "section"));
	check->message = g_strdup(record_text(record, "message"));
	check->dump = g_strdup(record_text(record, "dump"));
	check->repeat = g_strdup(record_text(record, "repeat"));
	g_ptr_array_add(job->open_checks, check);
}

static const char *family_of(const struct job *job, const char *bdf)
{
	const struct device *device = job_device(job, bdf);

	return device ? device->name : "";
}

/* The name by which the job record says that the device at this place was asked for. */
static const char *given_of(const struct job *job, const char *bdf)
{
	JsonObject *places = job->about ? record_object(job->about, "places") : NULL;

	return places ? record_text(places, bdf) : "";
}

void count_verdict(struct counts *counts, const char *verdict)
{
	if (strcmp(verdict, "pass") == 0)
		counts->pass++;
	else if (strcmp(verdict, "fail") == 0)
		counts->fail++;
	else if (strcmp(verdict, "warn") == 0)
		counts->warn++;
	else if (strcmp(verdict, "skip") == 0)
		counts->skip++;
	else
		counts->error++;
}

static unsigned weight(const char *verdict)
{
	if (strcmp(verdict, "violated") == 0)
		return 2;
	return strcmp(verdict, "holds") == 0 ? 1 : 0;
}

/* Each boot of a job judges a part: the worst verdict stays, the checks add up. */
static void judge_clause(struct job *job, const char *id, const char *level, const char *verdict,
			 const char *why, gint64 checks)
{
	struct clause *clause = g_hash_table_lookup(job->clauses_by_id, id);

	if (!clause) {
		clause = g_new0(struct clause, 1);
		clause->id = g_strdup(id);
		clause->level = g_strdup(level);
		clause->verdict = g_strdup(verdict);
		clause->why = g_strdup(why);
		g_ptr_array_add(job->clauses, clause);
		g_hash_table_insert(job->clauses_by_id, clause->id, clause);
	} else if (weight(verdict) > weight(clause->verdict)) {
		replace(&clause->verdict, verdict);
		g_free(clause->why);
		clause->why = g_strdup(why);
	}
	clause->checks += checks;
}

static void add_clause(struct job *job, JsonObject *record)
{
	judge_clause(job, record_text(record, "id"), record_text(record, "level"),
		     record_text(record, "verdict"), record_text(record, "why"),
		     record_number(record, "checks", 0));
}

/*
 * A VMM that dies takes the clause records of that boot with it: what did not hold is known from
 * the checks all the same.
 */
static void note_violation(struct job *job, const struct check *check)
{
	if (*check->clause != '\0')
		judge_clause(job, check->clause, check->level, "violated", "", 0);
}

/* The checks that did not hold come between a test's start and its own record. */
static void add_test(struct job *job, JsonObject *record)
{
	struct test_result *test = g_new0(struct test_result, 1);

	test->suite = g_strdup(record_text(record, "suite"));
	test->name = g_strdup(record_text(record, "test"));
	test->full_name = g_strdup_printf("%s.%s", test->suite, test->name);
	test->device = g_strdup(record_text(record, "device"));
	test->family = family_of(job, test->device);
	test->given = given_of(job, test->device);
	test->variant = g_strdup(record_text(record, "variant"));
	test->verdict = g_strdup(record_text(record, "verdict"));
	test->reason = g_strdup(record_text(record, "reason"));
	test->dump = g_strdup(record_text(record, "dump"));
	test->outcome = g_strdup(record_text(record, "outcome"));
	test->repeat = g_strdup(record_text(record, "repeat"));
	test->us = record_number(record, "us", 0);
	test->checks = job->open_checks;
	job->open_checks = g_ptr_array_new_with_free_func(check_free);
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		note_violation(job, check);
		if (*test->repeat == '\0')
			replace(&test->repeat, check->repeat);
	}
	count_verdict(&job->counts, test->verdict);
	g_ptr_array_add(job->tests, test);
	job->in_test = FALSE;
}

void job_add(struct job *job, JsonObject *record)
{
	if (record_is(record, "job"))
		add_about(job, record);
	else if (record_is(record, "run"))
		keep(&job->run, record);
	else if (record_is(record, "device"))
		add_device(job, record);
	else if (record_is(record, "start"))
		add_start(job, record);
	else if (record_is(record, "check"))
		add_check(job, record);
	else if (record_is(record, "test"))
		add_test(job, record);
	else if (record_is(record, "clause"))
		add_clause(job, record);
	else if (record_is(record, "measure"))
		g_ptr_array_add(job->measures, json_object_ref(record));
	else if (record_is(record, "vmm"))
		g_ptr_array_add(job->incidents, json_object_ref(record));
	else if (record_is(record, "note"))
		g_ptr_array_add(job->notes, g_strdup(record_text(record, "text")));
	else if (record_is(record, "summary"))
		keep(&job->summary, record);
}
