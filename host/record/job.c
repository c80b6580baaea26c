/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/job.h"

#include <string.h>

#include "host/record/records.h"

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
	g_free(clause->why);
	g_free(clause);
}

static void run_free(struct run *run)
{
	json_object_unref(run->record);
	g_free(run);
}

static void summary_free(struct summary *summary)
{
	json_object_unref(summary->record);
	g_free(summary);
}

static void incident_free(void *data)
{
	struct incident *incident = data;

	json_object_unref(incident->record);
	g_free(incident);
}

static void root_fault_free(void *data)
{
	struct root_fault *fault = data;

	g_free(fault->device);
	g_free(fault->clause);
	g_free(fault->since);
	g_free(fault);
}

static void confirmation_free(void *data)
{
	struct confirmation *confirmation = data;

	g_free(confirmation->fault);
	g_free(confirmation->behind);
	g_free(confirmation);
}

static void position_free(struct position *position)
{
	g_free(position->suite);
	g_free(position->test);
	g_free(position->device);
	g_free(position->variant);
	g_free(position->source);
	g_free(position);
}

struct job *job_new(void)
{
	struct job *job = g_new0(struct job, 1);

	job->left_out = -1;
	job->name = g_strdup("");
	job->vmm = g_strdup("");
	job->version = g_strdup("");
	job->machine = g_strdup("");
	job->accelerator = g_strdup("");
	job->time = g_strdup("");
	job->command = g_strdup("");
	job->omitted = g_strdup("");
	job->expect = g_strdup("");
	job->repeat_before = g_strdup("");
	job->repeat_after = g_strdup("");
	job->touched = g_strdup("");
	job->asked = g_ptr_array_new_with_free_func(g_free);
	job->served = g_ptr_array_new_with_free_func(g_free);
	job->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	job->devices = g_ptr_array_new_with_free_func(device_free);
	job->tests = g_ptr_array_new_with_free_func(test_result_free);
	job->clauses = g_ptr_array_new_with_free_func(clause_free);
	job->measures = g_ptr_array_new_with_free_func(measure_free);
	job->incidents = g_ptr_array_new_with_free_func(incident_free);
	job->notes = g_ptr_array_new_with_free_func(g_free);
	job->findings = g_ptr_array_new_with_free_func(root_fault_free);
	job->confirmations = g_ptr_array_new_with_free_func(confirmation_free);
	job->unended = g_ptr_array_new_with_free_func(g_free);
	job->open_checks = g_ptr_array_new_with_free_func(check_free);
	job->clauses_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	job->held_in_boot = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
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
	g_free(job->command);
	g_free(job->omitted);
	g_free(job->expect);
	g_free(job->repeat_before);
	g_free(job->repeat_after);
	g_free(job->touched);
	g_clear_pointer(&job->trial, json_object_unref);
	g_clear_pointer(&job->open_output, json_object_unref);
	g_clear_pointer(&job->run, run_free);
	g_clear_pointer(&job->summary, summary_free);
	g_clear_pointer(&job->at, position_free);
	g_ptr_array_unref(job->asked);
	g_ptr_array_unref(job->served);
	g_hash_table_unref(job->places);
	g_hash_table_unref(job->clauses_by_id);
	g_hash_table_unref(job->held_in_boot);
	g_ptr_array_unref(job->devices);
	g_ptr_array_unref(job->tests);
	g_ptr_array_unref(job->clauses);
	g_ptr_array_unref(job->measures);
	g_ptr_array_unref(job->incidents);
	g_ptr_array_unref(job->notes);
	g_ptr_array_unref(job->findings);
	g_ptr_array_unref(job->confirmations);
	g_ptr_array_unref(job->unended);
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

gboolean job_is_served(const struct job *job, const char *given)
{
	return is_of_a_daemon(given) ||
	       g_ptr_array_find_with_equal_func(job->served, given, g_str_equal, NULL);
}

char *job_subject(const struct job *job)
{
	const char *vmm = *job->vmm ? job->vmm : "unknown";
	g_autoptr(GString) subject = g_string_new("");

	for (unsigned i = 0; i < job->served->len; i++)
		g_string_append_printf(subject, "%s%s", i ? ", " : "",
				       (char *)job->served->pdata[i]);
	g_string_append_printf(subject, "%s%s", job->served->len ? " behind " : "", vmm);
	return g_string_free(g_steal_pointer(&subject), FALSE);
}

/* Whether a device that was asked for by that name is of the type: "blk-scratch" and "vhost-user:blk" are blk. */
static gboolean name_is_of(const char *name, const char *type)
{
	const char *kind = is_of_a_daemon(name) ? name + strlen(OF_A_DAEMON) : name;
	gsize length = strlen(type);

	return length && strncmp(kind, type, length) == 0 &&
	       (kind[length] == '\0' || kind[length] == '-');
}

int job_asked_at(const struct job *job, const char *bdf)
{
	const struct device *device = job_device(job, bdf);
	unsigned nth = 0, there = 0, wanted = 0;
	int found = -1;

	if (!device || g_hash_table_size(job->places))
		return -1;
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *other = job->devices->pdata[i];

		if (other == device)
			nth = there;
		there += strcmp(other->name, device->name) == 0;
	}
	for (unsigned i = 0; i < job->asked->len; i++) {
		if (!name_is_of(job->asked->pdata[i], device->name))
			continue;
		if (wanted++ == nth)
			found = (int)i;
	}
	return wanted == there ? found : -1;
}

const char *job_given(const struct job *job, const char *bdf)
{
	const char *given = g_hash_table_lookup(job->places, bdf);
	int asked = job_asked_at(job, bdf);

	if (!given && asked >= 0)
		given = job->asked->pdata[asked];
	return given ? given : "";
}

gboolean job_is_whole(const struct job *job)
{
	static const char *const choices[] = {"vp.tests=", "vp.skip=", "vp.device=", "vp.variant="};
	g_autofree char *omission = g_strconcat("vp.skip=", job->omitted, NULL);
	g_auto(GStrv) words = g_strsplit(job->run ? job->run->command_line : "", " ", -1);

	for (char **word = words; *word; word++) {
		for (unsigned i = 0; i < G_N_ELEMENTS(choices); i++) {
			if (g_str_has_prefix(*word, choices[i]) && strcmp(*word, omission) != 0)
				return FALSE;
		}
	}
	return TRUE;
}

gboolean job_is_complete(const struct job *job)
{
	return job->summary && (job->closed || !job->end_is_due);
}

unsigned job_lonely_incidents(const struct job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < job->incidents->len; i++)
		count += *((const struct incident *)job->incidents->pdata[i])->test == '\0';
	return count;
}

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
	struct run *run = g_new0(struct run, 1);

	g_hash_table_remove_all(job->held_in_boot);
	touch(job, g_strdup(""));
	/* A fresh boot is told to do a part only: what the run as a whole was told stays. */
	if (job->again && job->run) {
		g_free(run);
		return;
	}
	run->record = json_object_ref(record);
	run->command_line = record_text(record, "cmdline");
	run->cpus = record_number(record, "cpus", 0);
	run->tsc_khz = record_number(record, "tsc_khz", 0);
	g_clear_pointer(&job->run, run_free);
	job->run = run;
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
	struct summary *summary;
	JsonObject *clauses = record_object(record, "clauses");
	end_plan(job);
	if (job->again && job->summary)
		return;
	summary = g_new0(struct summary, 1);

	summary->record = json_object_ref(record);
	summary->errors = record_number(record, "error", 0);
	summary->uncovered = clauses ? record_number(clauses, "uncovered", -1) : -1;
	g_clear_pointer(&job->summary, summary_free);
	job->summary = summary;
}

/* Each boot tells of the devices again: the first telling stays. */
static void add_device(struct job *job, JsonObject *record)
{
	struct device *device;

	if (job_device(job, record_text(record, "bdf")))
		return;
	device = g_new0(struct device, 1);
	device->bdf = record_copy(record, "bdf");
	device->name = record_copy(record, "name");
	device->transport = record_copy(record, "transport");
	device->features = record_copy(record, "features_offered");
	device->queues = record_number(record, "queues", 0);
	g_ptr_array_add(job->devices, device);
}

/* "" where the image does not tell. */
static char *source_of(JsonObject *record)
{
	const char *file = record_text(record, "file");

	return *file ? g_strdup_printf("%s:%" G_GINT64_FORMAT, file,
				       record_number(record, "line", 0))
		     : g_strdup("");
}

static void add_start(struct job *job, JsonObject *record)
{
	struct position *position = g_new0(struct position, 1);

	note_unended(job);
	position->suite = record_copy(record, "suite");
	position->test = record_copy(record, "test");
	position->device = record_copy(record, "device");
	position->variant = record_copy(record, "variant");
	position->source = source_of(record);
	position->n = record_number(record, "n", 0);
	position->of = record_number(record, "of", 0);
	if (job->left_out < 0)
		job->left_out = position->n - 1;
	g_clear_pointer(&job->at, position_free);
	touch(job, g_strdup(""));
	job->at = position;
	job->in_test = TRUE;
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
		clause = g_new0(struct clause, 1);
		clause->id = g_strdup(id);
		clause->level = level;
		clause->verdict = verdict;
		clause->why = g_strdup(why);
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
	struct incident *incident = g_new0(struct incident, 1);

	incident->record = json_object_ref(record);
	incident->event = record_text(record, "event");
	incident->words = record_text(record, "words");
	incident->test = record_text(record, "test");
	incident->output = record_text(record, "output");
	g_ptr_array_add(job->incidents, incident);
}

static void add_output(struct job *job, JsonObject *record)
{
	g_clear_pointer(&job->open_output, json_object_unref);
	job->open_output = json_object_ref(record);
}

static void add_finding(struct job *job, JsonObject *record)
{
	struct root_fault *fault = g_new0(struct root_fault, 1);

	fault->device = record_copy(record, "device");
	fault->clause = record_copy(record, "clause");
	fault->since = record_copy(record, "since");
	fault->lasts = json_object_get_boolean_member_with_default(record, "lasts", FALSE);
	fault->fresh_boots = job->fresh_boots;
	g_ptr_array_add(job->findings, fault);
}

static void add_confirmation(struct job *job, JsonObject *record)
{
	struct confirmation *confirmation = g_new0(struct confirmation, 1);

	confirmation->fault = record_copy(record, "fault");
	confirmation->tried = record_number(record, "tried", 0);
	confirmation->failed = record_number(record, "failed", 0);
	confirmation->behind = record_copy(record, "behind");
	g_ptr_array_add(job->confirmations, confirmation);
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
