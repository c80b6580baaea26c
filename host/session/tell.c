/* SPDX-License-Identifier: BSD-2-Clause */
/* Where records go: into the log and the job, and to whoever looks on. */
#include "host/session/course.h"

#include <string.h>

#include "host/record/records.h"
#include "host/session/session.h"

static void view(struct session *session, JsonObject *record)
{
	const struct session_viewer *viewer = &session->viewer;
	struct job *job = session->job;
	gboolean judged = record_is(record, "test");
	struct test_result *test = judged ? job->last : NULL;

	if (test)
		expectations_mark(session->expectations, test);
	if (record_is(record, "start") && viewer->started)
		viewer->started(job, viewer->context);
	else if (test && viewer->judged)
		viewer->judged(job, test, viewer->context);
	else if (record_is(record, "measure") && viewer->measured)
		viewer->measured(job, g_ptr_array_index(job->measures, job->measures->len - 1),
				 viewer->context);
	else if (record_is(record, "boot") && viewer->fresh_boot)
		viewer->fresh_boot(job, record, viewer->context);
	else if (record_is(record, "ask") && viewer->progress &&
		 strcmp(record_text(record, "verb"), "enough") == 0)
		viewer->progress(record, viewer->context);
	else if (record_is(record, "vmm") && viewer->incident)
		viewer->incident(job, g_ptr_array_index(job->incidents, job->incidents->len - 1),
				 viewer->context);
}

/* Between what is said stands which test ran. */
static void note_test(const struct session *session, JsonObject *record)
{
	gboolean start = record_is(record, "start");
	g_autofree char *line = NULL;

	if (!session->transcript || (!start && !record_is(record, "test")))
		return;
	line = g_strdup_printf("%s %s.%s [%s] %s%s%s", start ? "begin" : "end",
			       record_text(record, "suite"), record_text(record, "test"),
			       record_text(record, "device"), record_text(record, "variant"),
			       start ? "" : ": ", record_text(record, "verdict"));
	transcript_note(session->transcript, line);
}

void session_keep(struct session *session, JsonObject *record, const char *line)
{
	note_test(session, record);
	if (session->log)
		record_log_add(session->log, line);
	job_add(session->job, record);
	view(session, record);
}

void session_tell(struct session *session, JsonObject *record)
{
	g_autofree char *line = record_line(record);

	session_keep(session, record, line);
	json_object_unref(record);
}

void course_tell_output(struct course *course, char *vmm)
{
	g_autofree char *daemons = daemons_said(course->daemons);
	JsonObject *record;

	if (*vmm || *daemons) {
		record = record_new("output");
		json_object_set_string_member(record, "vmm", vmm);
		json_object_set_string_member(record, "daemons", daemons);
		session_tell(course->session, record);
	}
	g_free(vmm);
}
