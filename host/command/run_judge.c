/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/run_judge.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/command/arguments.h"
#include "host/command/commands.h"
#include "host/command/interruption.h"
#include "host/command/run_documents.h"
#include "host/record/load.h"
#include "host/record/records.h"
#include "host/report/narrator.h"
#include "host/report/phrase.h"
#include "host/session/confirm.h"
#include "host/system/output.h"
#include "host/system/paths.h"
#include "host/system/shell.h"
#include "host/verdict/faults.h"
#include "host/verdict/nearest.h"
#include "host/verdict/unknown.h"
#include "host/vmm/version.h"

#define DEFAULT_CONFIRM 2

/* As many faults are confirmed at most, and for as long. */
#define CONFIRM_MOST    8
#define CONFIRM_SECONDS 60

static void tell_unexpected(const struct conclusion *conclusion)
{
	g_autoptr(GPtrArray) faults = faults_of_one(conclusion);
	unsigned count = 0;

	for (unsigned i = 0; i < faults->len; i++)
		count += ((const struct fault *)faults->pdata[i])->unexpected;
	printf("%u failed unexpectedly: %u fault%s\n", conclusion->unexpected, count,
	       count == 1 ? "" : "s");
}

static void tell_conclusion(const struct conclusion *conclusion)
{
	const struct expectations *expectations = conclusion->expectations;

	for (unsigned i = 0; i < conclusion->stale->len; i++) {
		const struct expectation *entry = conclusion->stale->pdata[i];

		printf("expected to fail, but did not; remove it: %s\n", entry->line);
	}
	for (unsigned i = 0; i < conclusion->remarks->len; i++)
		printf("note: %s\n", (const char *)conclusion->remarks->pdata[i]);
	for (unsigned i = 0; i < conclusion->losses->len; i++)
		printf("lost: %s\n", (const char *)conclusion->losses->pdata[i]);
	for (unsigned i = 0; i < conclusion->troubles->len; i++)
		printf("set-up: %s\n", (const char *)conclusion->troubles->pdata[i]);
	for (unsigned i = 0; i < expectations->omissions->len; i++) {
		const struct omission *omission = expectations->omissions->pdata[i];

		printf("not run, as expected: %s: %s\n", omission->test, omission->reason);
	}
	if (conclusion->expected)
		printf("%u failed as expected (%s)\n", conclusion->expected, expectations->path);
	if (conclusion->unexplained)
		printf("%u accepted without a reason (%s)\n", conclusion->unexplained,
		       expectations->path);
	if (conclusion->unexpected)
		tell_unexpected(conclusion);
}

/* Where the user has chosen no expectations, others may explain what is unexpected. */
static void tell_nearest(const struct conclusion *conclusion)
{
	g_auto(GStrv) folders = paths_expectations();
	g_autofree char *sentence =
		conclusion->unexpected ? nearest_expectations(conclusion, folders) : NULL;

	if (sentence)
		printf("note: %s\n", sentence);
}

/* The image counts what is wrong with the set-up, and no test's fault, as an error too. */
static gboolean set_up_failed(const struct job *job)
{
	return job->summary && job->summary->errors > job->counts.of[VERDICT_ERROR];
}

static int exit_status(enum session_end end, const struct conclusion *conclusion)
{
	const struct job *job = conclusion->job;

	if (end == SESSION_CANCELLED && interruption_signal())
		return EXIT_BY_SIGNAL + interruption_signal();
	if (end == SESSION_NEVER || end == SESSION_SUITE_ENDED)
		return EXIT_TROUBLE;
	if (end == SESSION_INCOMPLETE || conclusion->lost || job_lonely_incidents(job))
		return EXIT_VMM_DOWN;
	/* At the time limit: not all was judged. */
	if (end == SESSION_CANCELLED || set_up_failed(job) || conclusion->errors ||
	    conclusion->troubles->len)
		return EXIT_TROUBLE;
	if (conclusion->unexpected || conclusion->stale->len || conclusion->losses->len)
		return EXIT_UNEXPECTED;
	return conclusion->transport_alone ? EXIT_TRANSPORT_ALONE : EXIT_AS_EXPECTED;
}

/* The records are on the disk before anything else is made of them. FALSE when they are not, which has been said. */
static gboolean end_log(struct session *session, int status)
{
	g_autoptr(GError) error = NULL;
	JsonObject *record = record_new("end");

	json_object_set_int_member(record, "status", status);
	session_tell(session, record);
	if (!session->log || record_log_close(g_steal_pointer(&session->log), &error))
		return TRUE;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return FALSE;
}

/* Whether what is news comes always: a failure that does not is as red, but another thing to look for. */
static void confirm_faults(struct session *session, const struct conclusion *conclusion,
			   const struct run_options *options)
{
	unsigned times = (unsigned)(options->confirm < 0 ? DEFAULT_CONFIRM : options->confirm);
	gint64 deadline = g_get_monotonic_time() + CONFIRM_SECONDS * G_USEC_PER_SEC;
	g_autoptr(GPtrArray) faults = faults_of_one(conclusion);

	for (unsigned i = 0; times && !options->debug && i < MIN(faults->len, CONFIRM_MOST); i++) {
		const struct fault *fault = faults->pdata[i];

		if (fault->unexpected)
			confirm_fault(session, fault, times, deadline);
	}
}

/* What to type in another terminal. */
static void tell_attachments(const struct launch *launch)
{
	g_autofree char *attach = descriptor_text(launch->descriptor, "vmm", "attach", "");
	g_autofree char *command = template_text(attach, &launch->base, " ", NULL);
	g_autofree char *symbols = paths_image("debug.elf"), *words = paths_image("gdb");
	char *const line[] = {"gdb", "-x", words, "-ex", command, symbols, NULL};
	g_autofree char *typed = shell_line(line);

	printf("the folder of this run stays: %s\nthe guest waits for: %s\n", launch->directory,
	       typed);
}

static void tell_vmm(GPid vmm, void *unused)
{
	printf("the VMM is process %d: gdb -p %d\n", vmm, vmm);
	fflush(stdout);
}

static gboolean reach_limit(void *context)
{
	g_cancellable_cancel(context);
	return G_SOURCE_REMOVE;
}

static void pass_on(GCancellable *interruption, void *context)
{
	g_cancellable_cancel(context);
}

/* session_run() as long as the options allow. */
static enum session_end run_in_time(struct session *session, const struct run_options *options,
				    char **trouble)
{
	g_autoptr(GCancellable) limit = g_cancellable_new();
	gulong wish = g_cancellable_connect(interruption(), G_CALLBACK(pass_on), limit, NULL);
	guint timer = g_timeout_add_seconds((guint)options->time_limit, reach_limit, limit);
	GCancellable *before = session->cancel;
	const struct position *at;
	enum session_end end;

	session->cancel = limit;
	end = session_run(session, trouble);
	session->cancel = before;
	g_cancellable_disconnect(interruption(), wish);
	at = session->job->at;
	if (!g_cancellable_is_cancelled(limit))
		g_source_remove(timer);
	else if (end == SESSION_CANCELLED && !interruption_signal()) {
		g_free(*trouble);
		*trouble =
			g_strdup_printf("ended at the time limit of %d s, in test %" G_GINT64_FORMAT
					" of %" G_GINT64_FORMAT "; not all was judged",
					options->time_limit, at ? at->n : 0, at ? at->of : 0);
	}
	return end;
}

static int run_session(struct session *session, const struct run_options *options,
		       const struct catalogue *catalogue, const struct job *baseline)
{
	gboolean terminal = isatty(STDOUT_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
	g_autofree char *trouble = NULL;
	struct narrator *narrator = narrator_new(stdout, terminal,
						 options->quiet     ? NARRATOR_SUMMARY
						 : options->verbose ? NARRATOR_ALL
								    : NARRATOR_NEWS);

	session->viewer = narrator_viewer(narrator);
	if (options->debug) {
		tell_attachments(session->launch);
		session->viewer.launched = tell_vmm;
	}

	enum session_end end = options->time_limit ? run_in_time(session, options, &trouble)
						   : session_run(session, &trouble);

	struct conclusion *conclusion =
		conclude(session->job, session->expectations, baseline, options->strict);
	int status = exit_status(end, conclusion);

	if (catalogue)
		g_ptr_array_extend_and_steal(conclusion->remarks,
					     unknown_names(session->expectations, catalogue));

	if (end == SESSION_COMPLETE || end == SESSION_STOPPED)
		confirm_faults(session, conclusion, options);

	gboolean written = end_log(session, status);

	narrator_finish(narrator, conclusion, trouble);
	narrator_free(narrator);
	tell_conclusion(conclusion);
	if (status == EXIT_AS_EXPECTED)
		puts("nothing unexpected");
	else if (status == EXIT_TRANSPORT_ALONE)
		puts(PHRASE_TRANSPORT_ALONE);
	if (!options->expect)
		tell_nearest(conclusion);
	if (options->update)
		written = run_propose(options, conclusion) && written;
	written = run_write_documents(options, conclusion) && written;
	conclusion_free(conclusion);
	return written ? status : worse_status(status, EXIT_TROUBLE);
}

/* The job of earlier records that this one is a run of: of its name, or the only one. NULL with error set. */
static const struct job *find_baseline(const GPtrArray *jobs, const char *path, const char *name,
				       GError **error)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = jobs->pdata[i];

		if (jobs->len == 1 || strcmp(job->name, name) == 0)
			return job;
	}
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s: holds no job named '%s'", path,
		    name);
	return NULL;
}

/* The user's words for the image, and those for what must not be run. The caller owns them. */
static char *words_with_omissions(const char *words, const char *omitted)
{
	g_autoptr(GRegex) skip = g_regex_new("(?:^| )vp\\.skip=(\\S*)", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *before = NULL;

	if (*omitted == '\0')
		return g_strdup(words);
	/* The last counts. */
	for (g_regex_match(skip, words, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_free(before);
		before = g_match_info_fetch(match, 1);
	}
	return g_strdup_printf("%s%svp.skip=%s%s%s", words, *words ? " " : "", before ? before : "",
			       before ? "," : "", omitted);
}

/* The expectations have been read before they are written anew. */
static gboolean files_are_apart(const struct run_options *options, const struct launch *launch,
				const struct expectations *expectations, GError **error)
{
	char *const inputs[] = {g_hash_table_lookup(launch->base.texts, "image"),
				options->vmm ? options->vmm : "",
				options->baseline ? options->baseline : "", NULL};
	char *const expected[] = {expectations->path, NULL};
	g_autoptr(GPtrArray) outputs = g_ptr_array_new();

	for (char **report = options->reports; report && *report; report++)
		g_ptr_array_add(outputs, *report);
	if (options->output)
		g_ptr_array_add(outputs, options->output);
	if (options->log)
		g_ptr_array_add(outputs, options->log);
	g_ptr_array_add(outputs, NULL);
	if (!outputs_are_apart((char **)outputs->pdata, expected, error))
		return FALSE;
	if (options->update_file)
		g_ptr_array_insert(outputs, 0, options->update_file);
	return outputs_are_apart((char **)outputs->pdata, inputs, error);
}

int run_judge(struct session *session, const struct run_options *options,
	      const struct catalogue *catalogue, char *const *argv)
{
	const struct launch *launch = session->launch;
	g_autoptr(GError) error = NULL;
	g_autofree char *version =
		vmm_version(launch->descriptor, &launch->scope, session->cancel, &error);
	struct expectations *expectations =
		version ? expectations_choose(options->expect, launch->descriptor->name, version,
					      &error)
			: NULL;
	g_autofree char *name = run_job_name(options, launch);
	g_autoptr(GPtrArray) earlier = NULL;
	const struct job *baseline = NULL;
	int status = EXIT_TROUBLE;

	if (options->baseline && expectations)
		earlier = jobs_load(options->baseline, &error);
	if (earlier)
		baseline = find_baseline(earlier, options->baseline, name, &error);
	if (!error && files_are_apart(options, launch, expectations, &error)) {
		if (options->output)
			session->transcript = transcript_open(options->output, &error);
		if (options->log && !error)
			session->log = record_log_open(options->log, &error);
	}
	if (error) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		if (interruption_signal())
			status = EXIT_BY_SIGNAL + interruption_signal();
	} else {
		g_autofree char *omitted = expectations_omit(expectations);
		g_autofree char *words = words_with_omissions(session->append, omitted);

		session->expectations = expectations;
		session->append = words;
		session->job = job_new();
		session->baseline = baseline;
		session_tell(session, run_job_record(options, launch, version, omitted, argv));
		status = run_session(session, options, catalogue, baseline);
		job_free(session->job);
	}
	if (session->transcript && !transcript_close(session->transcript, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		status = worse_status(status, EXIT_TROUBLE);
	}
	expectations_free(expectations);
	return status;
}
