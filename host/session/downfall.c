/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of a VMM or a daemon that went down. */
#include "host/session/course.h"

#include "host/record/records.h"
#include "host/session/session.h"
#include "host/verdict/conclusion.h"

char *course_incident_words(const struct job *job, const struct boot_result *result)
{
	gboolean lonely = !job->in_test && *job->touched;

	return g_strdup_printf("%s%s%s", result->words, lonely ? ", at " : "",
			       lonely ? job->touched : "");
}

void course_tell_incident(struct course *course, const struct boot_result *result)
{
	struct session *session = course->session;
	const struct job *job = session->job;
	JsonObject *record = record_new("vmm");
	g_autofree char *words = course_incident_words(job, result);
	g_autofree char *test =
		job->in_test ? g_strdup_printf("%s.%s", job->at->suite, job->at->test) : NULL;
	g_autofree char *daemons = daemons_last_words(course->daemons);
	g_autofree char *output =
		g_strconcat(result->last_output, *daemons ? "\n" : "", daemons, NULL);

	json_object_set_string_member(record, "event", outcome_name(boot_outcome(result->end)));
	json_object_set_string_member(record, "words", words);
	if (result->status >= 0)
		json_object_set_int_member(record, "exit", result->status);
	if (result->signal)
		json_object_set_int_member(record, "signal", result->signal);
	if (test)
		json_object_set_string_member(record, "test", test);
	json_object_set_string_member(record, "output", output);
	session_tell(session, record);
}

/*
 * What was tried when the VMM went down is broken, and whoever rests on it is not judged: as the image would have told
 * it, had it lived.
 */
static void tell_trial(struct course *course, const struct boot_result *result)
{
	const struct job *job = course->session->job;
	const struct position *at = job->at;
	g_autoptr(JsonObject) trial = json_object_ref(job->trial);
	g_autofree char *since = g_strdup_printf("%s.%s [%s]", at->suite, at->test, at->variant);
	g_autofree char *message = g_strdup_printf("this was tried: %s; %s",
						   record_text(trial, "about"), result->words);
	JsonObject *check = record_new("check"), *finding = record_new("finding");

	json_object_set_string_member(check, "clause", record_text(trial, "clause"));
	json_object_set_string_member(check, "level", record_text(trial, "level"));
	json_object_set_string_member(check, "statement", record_text(trial, "statement"));
	json_object_set_string_member(check, "section", record_text(trial, "section"));
	json_object_set_string_member(check, "message", message);
	session_tell(course->session, check);
	json_object_set_string_member(finding, "device", record_text(trial, "device"));
	json_object_set_string_member(finding, "clause", record_text(trial, "clause"));
	json_object_set_string_member(finding, "since", since);
	json_object_set_boolean_member(finding, "lasts", TRUE);
	session_tell(course->session, finding);
}

/* The verdict on the test that was running, in the words of a test record. */
static void tell_verdict(struct course *course, const struct boot_result *result)
{
	const struct position *at = course->session->job->at;
	gboolean daemon = result->end == BOOT_DAEMON_DIED || result->end == BOOT_DAEMON_HUNG_UP;
	JsonObject *record = record_new("test");
	g_autofree char *reason =
		g_strdup_printf("%s%s", daemon ? "" : "the VMM went down: ", result->words);

	json_object_set_string_member(record, "suite", at->suite);
	json_object_set_string_member(record, "test", at->test);
	json_object_set_string_member(record, "device", at->device);
	json_object_set_string_member(record, "variant", at->variant);
	json_object_set_string_member(record, "verdict", verdict_name(VERDICT_FAIL));
	json_object_set_string_member(record, "outcome", outcome_name(boot_outcome(result->end)));
	json_object_set_string_member(record, "reason", reason);
	course_tell_output(
		course, g_strdup(*result->test_output ? result->test_output : result->last_output));
	session_tell(course->session, record);
}

void course_tell_culprit(struct course *course, const struct boot_result *result)
{
	if (course->session->job->trial && !boot_was_ended_from_outside(result))
		tell_trial(course, result);
	tell_verdict(course, result);
}
