/* SPDX-License-Identifier: BSD-2-Clause */
/* A record into the job. */
#include "host/record/job.h"

#include <string.h>

#include "host/record/records.h"

/* What the record does not say stays as it is. */
static void replace(char **where, JsonObject *record, const char *name)
{
	const char *text = record_text(record, name);

	if (*text == '\0')
		return;
	g_free(*where);
	*where = g_strdup(text);
}

static void add_places(struct job *job, JsonObject *places)
{
	g_autoptr(GList) names = json_object_get_members(places);

	for (GList *name = names; name; name = name->next)
		if (*(const char *)name->data)
			g_hash_table_insert(job->places, g_strdup(name->data),
					    record_copy(places, name->data));
}

static void add_names(GPtrArray *names, JsonArray *array)
{
	for (unsigned i = 0; array && i < json_array_get_length(array); i++)
		g_ptr_array_add(names, g_strdup(record_element(array, i)));
}

static void add_about(struct job *job, JsonObject *record)
{
	JsonObject *places = record_object(record, "places");

	replace(&job->name, record, "name");
	replace(&job->vmm, record, "vmm");
	replace(&job->version, record, "version");
	replace(&job->machine, record, "machine");
	replace(&job->accelerator, record, "accelerator");
	replace(&job->time, record, "time");
	replace(&job->command, record, "command");
	replace(&job->omitted, record, "omitted");
	replace(&job->expect, record, "expect");
	replace(&job->repeat_before, record, "repeat_before");
	replace(&job->repeat_after, record, "repeat_after");
	if (places)
		add_places(job, places);
	add_names(job->asked, record_array(record, "devices"));
	add_names(job->served, record_array(record, "served"));
	job->end_is_due = record_number(record, "ends", 0) != 0;
}

static void add_end(struct job *job, JsonObject *record)
{
	job->closed = TRUE;
}

/* What is done with a device outside of tests ends with whatever the image does next. */
static void touch(struct job *job, char *words)
{
	g_free(job->touched);
	job->touched = words;
}

static void add_touch(struct job *job, JsonObject *record)
{
	touch(job,
	      g_strdup_printf("%s: %s", record_text(record, "device"), record_text(record, "for")));
}

static void add_trial(struct job *job, JsonObject *record)
{
	gboolean over = *record_text(record, "clause") == '\0';

	g_clear_pointer(&job->trial, json_object_unref);
	job->trial = over ? NULL : json_object_ref(record);
}

static void add_plan(struct job *job, JsonObject *record)
{
	touch(job, g_strdup(""));
}

static void add_run(struct job *job, JsonObject *record)
{
	g_hash_table_remove_all(job->held_in_boot);
	touch(job, g_strdup(""));
	/* A fresh boot is told to do a part only: what the run as a whole was told stays. */
	if (job->again && job->run)
		return;
	g_clear_pointer(&job->run, run_free);
	job->run = run_new(record);
}

/* A test has begun, and its end never came. */
static void note_unended(struct job *job)
{
	const struct position *at = job->at;

	if (job->in_test)
		g_ptr_array_add(job->unended, g_strdup_printf("%s.%s [%s] %s", at->suite, at->test,
							      at->device, at->variant));
	job->in_test = FALSE;
}

static void end_plan(struct job *job)
{
	note_unended(job);
	if (job->at)
		job->missing += MAX(job->at->of - job->ended - job->left_out, 0);
	job->ended = 0;
	job->left_out = -1;
}

static void add_summary(struct job *job, JsonObject *record)
{
	end_plan(job);
	if (job->again && job->summary)
		return;
	g_clear_pointer(&job->summary, summary_free);
	job->summary = summary_new(record);
}

/* Each boot tells of the devices again: the first telling stays. */
static void add_device(struct job *job, JsonObject *record)
{
	if (!job_device(job, record_text(record, "bdf")))
		g_ptr_array_add(job->devices, device_new(record));
}

static void add_start(struct job *job, JsonObject *record)
{
	note_unended(job);
	g_clear_pointer(&job->at, position_free);
	job->at = position_new(record);
	job->in_test = TRUE;
	if (job->left_out < 0)
		job->left_out = job->at->n - 1;
	touch(job, g_strdup(""));
}

static void add_check(struct job *job, JsonObject *record)
{
	g_ptr_array_add(job->open_checks, check_new(record));
}

/* Each boot of a job judges a part: the worst verdict stays, the checks add up. */
static void judge_clause(struct job *job, const char *id, enum level level,
			 enum clause_verdict verdict, const char *why, gint64 checks)
{
	struct clause *clause = g_hash_table_lookup(job->clauses_by_id, id);

	if (!clause) {
		clause = clause_new(id, level, verdict, why);
		g_ptr_array_add(job->clauses, clause);
		g_hash_table_insert(job->clauses_by_id, clause->id, clause);
	}
	if (clause->level == LEVEL_NONE)
		clause->level = level;
	if (verdict > clause->verdict) {
		clause->verdict = verdict;
		g_free(clause->why);
		clause->why = g_strdup(why);
	}
	clause->checks += checks;
}

static void add_clause(struct job *job, JsonObject *record)
{
	const char *id = record_text(record, "id");
	gint64 known = g_hash_table_remove(job->held_in_boot, id) ? 1 : 0;

	judge_clause(job, id, level_parse(record_text(record, "level")),
		     clause_verdict_parse(record_text(record, "verdict")),
		     record_text(record, "why"), record_number(record, "checks", 0) - known);
}

/* Many at once, that were not judged for one reason. */
static void add_unjudged(struct job *job, JsonObject *record)
{
	g_auto(GStrv) ids = g_strsplit(record_text(record, "ids"), " ", -1);

	for (char **id = ids; *id; id++) {
		if (**id)
			judge_clause(job, *id, level_parse(record_text(record, "level")),
				     CLAUSE_UNJUDGED, record_text(record, "why"), 0);
	}
}

/*
 * A boot that is lost takes its clause records with it: what held in it is known from its tests, counted
 * once a clause. Where the clause record comes all the same, it counts instead.
 */
static void note_held(struct job *job, JsonObject *record)
{
	g_auto(GStrv) ids = g_strsplit(record_text(record, "held"), " ", -1);

	for (char **id = ids; *id; id++) {
		if (**id && g_hash_table_add(job->held_in_boot, g_strdup(*id)))
			judge_clause(job, *id, LEVEL_NONE, CLAUSE_HOLDS, "", 1);
	}
}

/* The finding for which a test was not judged: the reason begins with it. NULL for none. */
static const struct root_fault *find_cause(const struct job *job, JsonObject *record)
{
	static const char before[] = "not judged since ";
	const char *reason = record_text(record, "reason");

	if (strcmp(record_text(record, "because"), "not judged") != 0 ||
	    !g_str_has_prefix(reason, before))
		return NULL;
	reason += strlen(before);
	for (unsigned i = 0; i < job->findings->len; i++) {
		const struct root_fault *fault = job->findings->pdata[i];
		g_autofree char *words =
			g_strdup_printf("%s broke %s", fault->since, fault->clause);

		if (strcmp(fault->device, record_text(record, "device")) != 0)
			continue;
		if (g_str_has_prefix(reason, words))
			return fault;
		/* Of a death the reason says more than the clause. */
		if (!fault->lasts && g_str_has_prefix(reason, fault->since))
			return fault;
	}
	return NULL;
}

/* Where a test of an earlier boot stands among the tests, or their number. */
static unsigned place_of(const struct job *job, const struct test_result *wanted)
{
	unsigned i = 0;

	while (i < job->tests->len && !test_is_same(job->tests->pdata[i], wanted))
		i++;
	return i;
}

/* Whether an earlier boot has told that the device breaks a clause. */
static gboolean was_told(const struct job *job, const char *bdf, const char *clause)
{
	for (unsigned i = 0; i < job->findings->len; i++) {
		const struct root_fault *fault = job->findings->pdata[i];

		if (fault->fresh_boots < job->fresh_boots && strcmp(fault->device, bdf) == 0 &&
		    strcmp(fault->clause, clause) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Whether a fresh boot has found root faults again that are told already, and nothing else. */
static gboolean only_tells_again(const struct job *job, const struct test_result *test)
{
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (!was_told(job, test->device, check->clause))
			return FALSE;
	}
	return test->verdict == VERDICT_FAIL && test->checks->len;
}

/*
 * Takes the test over. What was judged before stays in a fresh boot, unless it ends worse; what a root fault
 * took away, or in another such boot what was skipped, is what that boot is for.
 */
static void enter_test(struct job *job, struct test_result *test)
{
	unsigned place = job->again ? place_of(job, test) : job->tests->len;
	struct test_result *earlier = place < job->tests->len ? job->tests->pdata[place] : NULL;

	job->last = NULL;
	gboolean wanted =
		earlier && (*earlier->since ||
			    (job->for_skipped && !test_is_judged(earlier) && test_is_judged(test)));

	if (earlier && (*test->since || only_tells_again(job, test) ||
			(!wanted && test->verdict <= earlier->verdict))) {
		test_result_free(test);
		return;
	}
	if (earlier) {
		job->regained += *earlier->since != '\0';
		job->counts.of[earlier->verdict]--;
		test_result_free(earlier);
		job->tests->pdata[place] = test;
	} else {
		g_ptr_array_add(job->tests, test);
	}
	job->counts.of[test->verdict]++;
	job->last = test;
}

/* The checks that did not hold come between a test's start and its own record. */
static void add_test(struct job *job, JsonObject *record)
{
	const char *bdf = record_text(record, "device");
	const struct device *device = job_device(job, bdf);
	const struct root_fault *cause;
	struct test_result *test = test_result_new(record, job->open_output, job->open_checks,
						   device ? device->name : "", job_given(job, bdf));

	g_clear_pointer(&job->open_output, json_object_unref);
	job->open_checks = g_ptr_array_new_with_free_func(check_free);
	test->served = job_is_served(job, test->given);
	/*
	 * A VMM that dies takes the clause records of that boot with it: what did not hold is known
	 * from the checks all the same.
	 */
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (*check->clause)
			judge_clause(job, check->clause, check->level, CLAUSE_VIOLATED, "", 0);
	}
	if (job->in_test)
		test->source = g_strdup(job->at->source);
	cause = find_cause(job, record);
	if (cause) {
		g_free(test->taken_by);
		test->taken_by = g_strdup(cause->clause);
		if (!cause->lasts) {
			g_free(test->since);
			test->since = g_strdup(cause->since);
		}
	}
	enter_test(job, test);
	job->ended++;
	g_clear_pointer(&job->trial, json_object_unref);
	note_held(job, record);
	job->in_test = FALSE;
}

static void add_measure(struct job *job, JsonObject *record)
{
	g_ptr_array_add(job->measures, measure_new(record));
}

static void add_incident(struct job *job, JsonObject *record)
{
	g_ptr_array_add(job->incidents, incident_new(record));
}

static void add_output(struct job *job, JsonObject *record)
{
	g_clear_pointer(&job->open_output, json_object_unref);
	job->open_output = json_object_ref(record);
}

static void add_finding(struct job *job, JsonObject *record)
{
	g_ptr_array_add(job->findings, root_fault_new(record, job->fresh_boots));
}

/* The test that a record names, or NULL. */
static struct test_result *test_of(const struct job *job, JsonObject *record)
{
	for (unsigned i = 0; i < job->tests->len; i++) {
		struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->suite, record_text(record, "suite")) == 0 &&
		    strcmp(test->name, record_text(record, "test")) == 0 &&
		    strcmp(test->device, record_text(record, "device")) == 0 &&
		    strcmp(test->variant, record_text(record, "variant")) == 0)
			return test;
	}
	return NULL;
}

/* To a test that fails behind another one only, that one belongs when it is repeated. */
static void add_confirmation(struct job *job, JsonObject *record)
{
	struct test_result *test = test_of(job, record);

	if (test)
		replace(&test->repeat, record, "repeat");
	g_ptr_array_add(job->confirmations, confirmation_new(record));
}

static void add_fresh_boot(struct job *job, JsonObject *record)
{
	job->again = TRUE;
	job->for_skipped = *record_text(record, "again") != '\0';
	job->fresh_boots++;
	job->boots_for_faults += !job->for_skipped;
}

static void add_note(struct job *job, JsonObject *record)
{
	g_ptr_array_add(job->notes, record_copy(record, "text"));
}

void job_add(struct job *job, JsonObject *record)
{
	static const struct {
		const char *type;
		void (*add)(struct job *job, JsonObject *record);
	} kinds[] = {
		{"start", add_start},
		{"test", add_test},
		{"check", add_check},
		{"clause", add_clause},
		{"measure", add_measure},
		{"device", add_device},
		{"job", add_about},
		{"run", add_run},
		{"note", add_note},
		{"vmm", add_incident},
		{"summary", add_summary},
		{"output", add_output},
		{"finding", add_finding},
		{"boot", add_fresh_boot},
		{"unjudged", add_unjudged},
		{"end", add_end},
		{"confirmed", add_confirmation},
		{"touch", add_touch},
		{"trial", add_trial},
		{"plan", add_plan},
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (record_is(record, kinds[i].type))
			kinds[i].add(job, record);
	}
}
