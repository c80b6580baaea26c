/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof matrix */
#include "host/command/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include <glib/gstdio.h>

#include "host/command/arguments.h"
#include "host/command/interruption.h"
#include "host/command/matrix_file.h"
#include "host/record/merge.h"
#include "host/report/report.h"
#include "host/session/launch.h"
#include "host/system/paths.h"
#include "host/system/process.h"

static char *logs_folder, *merged, *expect;
static char **operands, **reports;
static int parallel;
static gboolean list, strict;

static const GOptionEntry entries[] = {
	{"jobs", 'j', 0, G_OPTION_ARG_INT, &parallel,
	 "How many jobs run at a time (as many as there are processors)", "N"},
	{"list", 0, 0, G_OPTION_ARG_NONE, &list,
	 "Run nothing; print a command a line, for GNU parallel, Slurm and the like", NULL},
	{"logs", 0, 0, G_OPTION_ARG_FILENAME, &logs_folder,
	 "Folder for the records and the output of each job (virtproof-logs)", "FOLDER"},
	{"log", 'l', 0, G_OPTION_ARG_FILENAME, &merged, "Put the records of all jobs into FILE",
	 "FILE"},
	{"report", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &reports,
	 "Write a document about all jobs: FILE ends in .html, .tap, .xml, .json or .md", "FILE"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, &expect,
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "A warning is a failure too", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &operands, NULL, NULL},
	{NULL},
};

/* A job that runs or has run. */
struct running {
	const struct matrix_job *job;
	struct campaign *campaign;
	struct process *process;
	gint64 began;
};

struct campaign {
	GPtrArray *jobs;
	GMainLoop *loop;
	unsigned next, active, limit;
	unsigned passed, failed, skipped;
	int worst;
	GPtrArray *running; /* struct running, of those that run now */
};

static char *log_path(const struct matrix_job *job, const char *suffix)
{
	g_autofree char *base = g_strconcat(job->name, suffix, NULL);

	return g_build_filename(logs_folder, base, NULL);
}

/* The whole command of a job. The caller owns it. */
static char **job_command(const struct matrix_job *job)
{
	GPtrArray *words = g_ptr_array_new();

	g_ptr_array_add(words, g_strdup(invoked_as()));
	g_ptr_array_add(words, g_strdup("run"));
	g_ptr_array_add(words, g_strdup("--log"));
	g_ptr_array_add(words, log_path(job, ".log"));
	if (expect) {
		g_ptr_array_add(words, g_strdup("--expect"));
		g_ptr_array_add(words, g_strdup(expect));
	}
	if (strict)
		g_ptr_array_add(words, g_strdup("--strict"));
	for (unsigned i = 0; i < job->options->len; i++)
		g_ptr_array_add(words, g_strdup(job->options->pdata[i]));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

/* A VMM that died is worse than a suite that failed, that is worse than a failure. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static void start_jobs(struct campaign *campaign);

static void tell_end(struct campaign *campaign, const struct matrix_job *job, int status,
		     gint64 began)
{
	static const char *const words[] = {"ok", "unexpected failures", "suite or set-up failed",
					    "the VMM died"};
	g_autofree char *output = log_path(job, ".out");

	printf("[%u/%u] %s: %s  %.1f s%s%s\n", campaign->next - campaign->active,
	       campaign->jobs->len, job->name, status <= EXIT_VMM_DOWN ? words[status] : "ended",
	       (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC, status ? "  see " : "",
	       status ? output : "");
	fflush(stdout);
}

static void job_ended(GObject *source, GAsyncResult *outcome, void *context)
{
	struct running *running = context;
	struct campaign *campaign = running->campaign;
	GSubprocess *child = G_SUBPROCESS(source);
	int status = EXIT_TROUBLE;

	g_subprocess_wait_finish(child, outcome, NULL);
	if (g_subprocess_get_if_exited(child))
		status = g_subprocess_get_exit_status(child);
	campaign->active--;
	campaign->worst = worse(campaign->worst, status);
	if (status)
		campaign->failed++;
	else
		campaign->passed++;
	tell_end(campaign, running->job, status, running->began);
	process_end(running->process);
	g_ptr_array_remove(campaign->running, running);
	start_jobs(campaign);
}

static gboolean start_job(struct campaign *campaign, const struct matrix_job *job)
{
	g_auto(GStrv) command = job_command(job);
	g_autofree char *output = log_path(job, ".out");
	g_autoptr(GError) error = NULL;
	struct process *process = process_start_into(command, output, &error);

	if (!process) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		campaign->worst = worse(campaign->worst, EXIT_TROUBLE);
		campaign->failed++;
		return FALSE;
	}

	struct running *running = g_new0(struct running, 1);

	running->job = job;
	running->campaign = campaign;
	running->process = process;
	running->began = g_get_monotonic_time();
	g_ptr_array_add(campaign->running, running);
	campaign->active++;
	g_subprocess_wait_async(process->child, NULL, job_ended, running);
	return TRUE;
}

static gboolean is_skipped(const struct matrix_job *job)
{
	g_autofree char *found = job->requires ? g_find_program_in_path(job->requires) : NULL;

	return job->requires && !found;
}

static void start_jobs(struct campaign *campaign)
{
	gboolean stopping = g_cancellable_is_cancelled(interruption());

	while (!stopping && campaign->active < campaign->limit &&
	       campaign->next < campaign->jobs->len) {
		const struct matrix_job *job = campaign->jobs->pdata[campaign->next++];

		if (is_skipped(job)) {
			campaign->skipped++;
			printf("%s: skipped, needs %s\n", job->name, job->requires);
		} else {
			start_job(campaign, job);
		}
	}
	if (campaign->active == 0)
		g_main_loop_quit(campaign->loop);
}

/* Each job cleans up after itself, so it is asked, not killed. */
static void stop_jobs(GCancellable *cancel, void *context)
{
	const struct campaign *campaign = context;

	for (unsigned i = 0; i < campaign->running->len; i++) {
		const struct running *running = campaign->running->pdata[i];

		g_subprocess_send_signal(running->process->child, SIGINT);
	}
}

static gboolean begin(void *context)
{
	start_jobs(context);
	return G_SOURCE_REMOVE;
}

static void run_campaign(struct campaign *campaign)
{
	gulong handler;

	campaign->limit = parallel > 0 ? (unsigned)parallel : g_get_num_processors();
	campaign->loop = g_main_loop_new(NULL, FALSE);
	campaign->running = g_ptr_array_new_with_free_func(g_free);
	handler = g_cancellable_connect(interruption(), G_CALLBACK(stop_jobs), campaign, NULL);
	g_idle_add(begin, campaign);
	g_main_loop_run(campaign->loop);
	g_cancellable_disconnect(interruption(), handler);
	g_ptr_array_unref(campaign->running);
	g_main_loop_unref(campaign->loop);
}

/* The records of the jobs that ran, those of one after those of the other. */
static gboolean gather(const struct campaign *campaign, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < campaign->jobs->len; i++) {
		char *path = log_path(campaign->jobs->pdata[i], ".log");

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			g_ptr_array_add(paths, path);
		else
			g_free(path);
	}
	g_ptr_array_add(paths, NULL);
	if (merged && !records_merge((char **)paths->pdata, merged, error))
		return FALSE;
	return !reports || reports_write((char **)paths->pdata, reports, expect, strict, error);
}

/* What an earlier run has left is not of this one. */
static void forget_logs(const GPtrArray *jobs)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		g_autofree char *records = log_path(jobs->pdata[i], ".log");
		g_autofree char *output = log_path(jobs->pdata[i], ".out");

		g_unlink(records);
		g_unlink(output);
	}
}

static int run_matrix(GPtrArray *jobs)
{
	struct campaign campaign = {.jobs = jobs};
	g_autoptr(GError) error = NULL;

	if (g_mkdir_with_parents(logs_folder, 0777) != 0) {
		fprintf(stderr, "virtproof: %s: %s\n", logs_folder, g_strerror(errno));
		return EXIT_TROUBLE;
	}
	forget_logs(jobs);
	run_campaign(&campaign);
	printf("%u jobs: %u as expected, %u not, %u skipped\n", jobs->len, campaign.passed,
	       campaign.failed, campaign.skipped);
	if (!gather(&campaign, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	if (interruption_signal())
		return EXIT_BY_SIGNAL + interruption_signal();
	return campaign.worst;
}

static void list_matrix(const GPtrArray *jobs)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		const struct matrix_job *job = jobs->pdata[i];

		if (is_skipped(job))
			continue;

		g_auto(GStrv) command = job_command(job);
		g_autofree char *line = shell_line(command);

		puts(line);
	}
}

int command_matrix(int argc, char **argv)
{
	if (!parse_options("FILE",
			   "Runs all jobs that a matrix file stands for, several at a time.",
			   entries, &argc, &argv))
		return EXIT_TROUBLE;
	if (parallel < 0) {
		fputs("virtproof: --jobs: at least one has to run at a time\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!operands || operands[1]) {
		fputs("virtproof: which matrix file? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!logs_folder)
		logs_folder = g_strdup("virtproof-logs");

	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) jobs = matrix_load(*operands, &error);

	if (!jobs || !reports_are_possible(reports, &error) ||
	    !paths_make_folder_of(merged, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	if (!list)
		return run_matrix(jobs);
	list_matrix(jobs);
	return EXIT_AS_EXPECTED;
}
