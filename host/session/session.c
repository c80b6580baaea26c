/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/session.h"

#include <string.h>

#include "host/record/records.h"
#include "host/session/course.h"
#include "host/session/fresh.h"
#include "host/verdict/conclusion.h"
#include "host/system/process.h"

/* No more fresh boots are begun when they have taken that long. */
#define FRESH_US (120 * G_USEC_PER_SEC)

/* Another is worth while when the last has judged one in so many of the tests that it was for. */
#define WORTHWHILE 10u

/* A guest that has asked whether it is enough does so again within that time. */
#define ASKS_AGAIN_US (10 * G_USEC_PER_SEC)

static gboolean is_failure(JsonObject *record)
{
	enum verdict verdict = VERDICT_PASS;

	return record_is(record, "test") &&
	       verdict_parse(record_text(record, "verdict"), &verdict) &&
	       (verdict == VERDICT_FAIL || verdict == VERDICT_ERROR);
}

/* The guest knows at once that its question is worked on, and is patient. */
static void answer(struct course *course, struct boot *boot, JsonObject *ask)
{
	g_autofree char *busy =
		g_strdup_printf("busy %" G_GINT64_FORMAT, record_number(ask, "id", 0));

	boot_tell(boot, busy);
	g_autofree char *own = course_answer(course, boot, ask);
	g_autofree char *told = own ? NULL : verbs_answer(course->verbs, boot, ask);

	boot_tell(boot, own ? own : told);
}

/* How long the VMM took to start is a figure like those that are measured. */
static void tell_boot(struct course *course)
{
	JsonObject *record = record_new("measure");

	json_object_set_string_member(record, "name", "boot to the first record");
	json_object_set_string_member(record, "device", "");
	json_object_set_string_member(record, "variant", "");
	json_object_set_string_member(record, "unit", "ms");
	json_object_set_double_member(record, "value",
				      (double)(course->came - course->launched) / 1000);
	session_tell(course->session, record);
}

/* The last test is the first that failed unexpectedly, and no other is wanted. */
static gboolean has_seen_enough(const struct session *session)
{
	const struct test_result *test = session->job->last;

	return session->fail_fast && test && test_is_unexpected(test, session->strict);
}

static void take_record(struct boot *boot, JsonObject *record, const char *line, void *context)
{
	struct course *course = context;

	/* What has come with the last record that was wanted. */
	if (course->enough)
		return;
	if (!course->came)
		course->came = g_get_monotonic_time();
	if (record_is(record, "measure") && !course->session->job->measures->len)
		tell_boot(course);
	course->foreign = MAX(course->foreign, record_foreign_schema(record));
	if (record_is(record, "start"))
		daemons_mark(course->daemons);
	if (is_failure(record))
		course_tell_output(course, boot_said(boot));
	session_keep(course->session, record, line);
	if (record_is(record, "ask"))
		answer(course, boot, record);
	course->enough = record_is(record, "test") && has_seen_enough(course->session);
	if (course->enough)
		boot_stop(boot);
}

/* What is said on the console and is no record, a line, or on standard error, as it comes. */
static void take_said(gboolean on_console, const char *text, gsize length, void *context)
{
	const struct course *course = context;
	const struct session *session = course->session;

	transcript_add(session->transcript, on_console ? "console" : "stderr", text, length);
	if (on_console)
		transcript_add(session->transcript, "console", "\n", 1);
	if (on_console && session->listing)
		fprintf(session->listing, "%.*s\n", (int)length, text);
}

static void tell_launched(GPid vmm, void *context)
{
	struct course *course = context;
	const struct session_viewer *viewer = &course->session->viewer;

	course->launched = g_get_monotonic_time();
	course->came = 0;
	course->asked = 0;
	if (viewer->launched)
		viewer->launched(vmm, viewer->context);
}

static char *look_for_trouble(void *context)
{
	const struct course *course = context;

	return verbs_trouble(course->verbs);
}

/* Whoever has asked whether it is enough asks again before long. */
static gboolean ends_itself(void *context)
{
	const struct course *course = context;

	return course->asked && g_get_monotonic_time() - course->asked < ASKS_AGAIN_US;
}

static char *look_for_daemon_end(void *context)
{
	const struct course *course = context;

	return daemons_first_end(course->daemons);
}

static gboolean forgives_complaints(void *context)
{
	const struct course *course = context;

	return daemons_were_stopped(course->daemons);
}

/*
 * The words for root faults that shall not be told again: those of earlier boots of this course are there, those of
 * before may come again. The caller owns them.
 */
static char *words_for_known(const struct course *course)
{
	const GPtrArray *findings = course->session->job->findings;
	GString *words = g_string_new(NULL);

	for (unsigned i = 0; i < findings->len; i++) {
		const struct root_fault *fault = findings->pdata[i];
		const char *key = i < course->findings ? " vp.told=" : " vp.known=";

		g_string_append_printf(words, "%s%s/%s",
				       i == 0 || i == course->findings ? key : ",", fault->device,
				       fault->clause);
	}
	return g_string_free(words, FALSE);
}

static gboolean boot_once(struct course *course, struct boot_result *result, GError **error)
{
	const struct session *session = course->session;
	gint64 from = course->from;
	g_autofree char *own = launch_append(session->launch, TRUE);
	g_autofree char *resume =
		from > 1 ? g_strdup_printf(" vp.from=%" G_GINT64_FORMAT, from) : g_strdup("");
	g_autofree char *known = words_for_known(course);
	g_autofree char *append =
		g_strdup_printf("%s%s%s%s%s%s%s", own, *session->append ? " " : "", session->append,
				*course->words ? " " : "", course->words, known, resume);
	g_auto(GStrv) command = launch_command(session->launch, append, error);
	g_auto(GStrv) exits = descriptor_list(session->launch->descriptor, "vmm", "exits");
	g_autofree char *broken =
		descriptor_text(session->launch->descriptor, "vmm", "broken", NULL);
	g_autofree char *daemon = NULL;

	launch_clear_sockets(session->launch);
	course->daemons = command ? daemons_start(session->launch, session->transcript,
						  session->cancel, error)
				  : NULL;
	if (!course->daemons)
		return FALSE;

	daemon = daemons_name(course->daemons);
	struct boot_request request = {
		.vmm = {.command = command,
			.environment = session->launch->environment,
			.terminal = session->launch->terminal},
		.exits = exits,
		.silence = session->silence,
		.broken = broken,
		.cancel = session->cancel,
		.record = take_record,
		.said = take_said,
		.launched = tell_launched,
		.trouble = look_for_trouble,
		.daemon_end = look_for_daemon_end,
		.ends_itself = ends_itself,
		.forgives = forgives_complaints,
		.daemon = daemon,
		.daemon_is_watched = daemons_are_ours(course->daemons),
		.context = course,
	};

	course->verbs = verbs_new(session->launch, session->job);
	boot_run(&request, result);
	verbs_free(course->verbs);
	return TRUE;
}

/*
 * The boot did not come to its summary. Says what happened and returns the place in the plan to
 * go on from, or 0 when there is nothing to go on with.
 */
static gint64 learn_from(struct course *course, const struct boot_result *result)
{
	const struct job *job = course->session->job;

	course_tell_incident(course, result);
	if (!job->at)
		return 0;
	if (job->in_test)
		course_tell_culprit(course, result);
	return job->at->n >= course->from ? job->at->n + 1 : 0;
}

/* How often the VMM went down where nothing said that it would. */
static unsigned surprises(const struct job *job)
{
	unsigned foreseen = 0;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		foreseen += test_lost_the_vmm(test) && test->expectation;
	}
	return job->incidents->len - foreseen;
}

static enum session_end end_without_test(const struct job *job, const struct boot_result *result,
					 char **trouble)
{
	const char *output = result->last_output;
	g_autofree char *words = course_incident_words(job, result);

	*trouble = g_strdup_printf("the VMM went before a test began: %s%s%s", words,
				   *output ? "; it said:\n" : "", output);
	if (result->end == BOOT_UNFINISHED)
		return SESSION_SUITE_ENDED;
	return result->end == BOOT_NEVER ? SESSION_NEVER : SESSION_INCOMPLETE;
}

/* What to do after a boot: another boot from course->from, or this end. */
static gboolean goes_on(struct course *course, const struct boot_result *result,
			enum session_end *end, char **trouble)
{
	struct session *session = course->session;
	const struct job *job = session->job;

	if (course->foreign) {
		*trouble = g_strdup_printf("the image's records are of schema %" G_GINT64_FORMAT
					   ", this program reads %d",
					   course->foreign, RECORD_SCHEMA);
		*end = SESSION_NEVER;
		return FALSE;
	}
	if (result->end == BOOT_DONE || (session->listing && result->end == BOOT_UNFINISHED)) {
		*end = SESSION_COMPLETE;
		return FALSE;
	}
	if (result->end == BOOT_CANCELLED) {
		*trouble = g_strdup(course->enough ? "ended at the first unexpected failure"
						   : "interrupted");
		*end = course->enough ? SESSION_STOPPED : SESSION_CANCELLED;
		return FALSE;
	}
	if (result->end == BOOT_NEVER || !job->at) {
		if (result->end != BOOT_NEVER)
			course_tell_incident(course, result);
		*end = end_without_test(job, result, trouble);
		return FALSE;
	}

	gint64 next = learn_from(course, result);

	if (has_seen_enough(session)) {
		*trouble = g_strdup("ended at the first unexpected failure");
		*end = SESSION_STOPPED;
		return FALSE;
	}
	if (result->summary || next > job->at->of) {
		*end = SESSION_COMPLETE;
		return FALSE;
	}
	if (next == 0 || surprises(job) >= session->incidents_limit) {
		*trouble = g_strdup_printf(
			next ? "the VMM went down %u times; what comes after test %" G_GINT64_FORMAT
			       " was not judged"
			     : "the VMM went down %u times, the last time before it came to test "
			       "%" G_GINT64_FORMAT,
			job->incidents->len, next ? job->at->n : course->from);
		*end = SESSION_INCOMPLETE;
		return FALSE;
	}
	course->from = next;
	return TRUE;
}

/* Boots until the plan is gone through, from a place in it. */
static enum session_end run_plan(struct session *session, const char *words, gint64 from,
				 char **trouble)
{
	struct course course = {.session = session,
				.words = words,
				.from = from,
				.findings = session->job->findings->len};
	enum session_end end = SESSION_COMPLETE;
	gboolean again = TRUE;

	while (again) {
		struct boot_result result;
		g_autoptr(GError) error = NULL;

		if (!boot_once(&course, &result, &error)) {
			process_sweep();
			*trouble = g_strdup(error->message);
			return g_cancellable_is_cancelled(session->cancel) ? SESSION_CANCELLED
									   : SESSION_NEVER;
		}
		again = goes_on(&course, &result, &end, trouble);
		daemons_end(course.daemons);
		process_sweep();
		boot_result_clear(&result);
	}
	return end;
}

/* A plan that was gone through but for what root faults took away. */
static enum session_end run_fresh_boots(struct session *session, char **trouble)
{
	g_autoptr(GHashTable) given_up =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gint64 began = g_get_monotonic_time();
	enum session_end end = SESSION_COMPLETE;

	for (unsigned n = 0; n < session->fresh_limit && end == SESSION_COMPLETE &&
			     g_get_monotonic_time() - began < FRESH_US;
	     n++) {
		JsonObject *boot = fresh_boot_plan(session->job, given_up, session->append);
		g_autofree char *words = boot ? fresh_boot_words(boot) : NULL;
		g_autofree char *device = boot ? record_copy(boot, "device") : NULL;
		gint64 from = boot ? record_number(boot, "from", 1) : 0;
		unsigned lost;

		if (!boot)
			break;
		lost = fresh_boot_count_lost(session->job, device);
		session_tell(session, boot);
		end = run_plan(session, words, from, trouble);
		/* The fault is back at once: another boot would show hardly more. */
		if (fresh_boot_count_lost(session->job, device) * WORTHWHILE >
		    lost * (WORTHWHILE - 1))
			g_hash_table_add(given_up, g_steal_pointer(&device));
	}
	return end;
}

/* A boot for each device that has skipped what it did not skip before. */
static enum session_end run_skipped(struct session *session, char **trouble)
{
	enum session_end end = SESSION_COMPLETE;
	unsigned device = 0;
	JsonObject *boot;

	while (end == SESSION_COMPLETE &&
	       (boot = fresh_boot_for_skipped(session->job, session->baseline, &device))) {
		g_autofree char *words = fresh_boot_words(boot);

		session_tell(session, boot);
		end = run_plan(session, words, 1, trouble);
	}
	return end;
}

enum session_end session_run(struct session *session, char **trouble)
{
	enum session_end end;

	*trouble = NULL;
	end = run_plan(session, "", 1, trouble);
	if (end == SESSION_COMPLETE && !session->listing)
		end = run_fresh_boots(session, trouble);
	if (end == SESSION_COMPLETE && session->baseline)
		end = run_skipped(session, trouble);
	return end;
}
