/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof matrix */
#include "host/command/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "host/command/arguments.h"
#include "host/system/shell.h"
#include "host/command/campaign.h"
#include "host/command/interruption.h"
#include "host/command/matrix_file.h"
#include "host/record/log.h"
#include "host/record/merge.h"
#include "host/record/records.h"
#include "host/report/documents.h"
#include "host/report/github.h"
#include "host/system/output.h"
#include "host/system/paths.h"
#include "host/vmm/sound.h"

struct matrix_options {
	char *logs, *log, *expect;
	char **reports, **operands;
	int jobs; /* 0: as many as there are processors */
	gboolean list, strict, github;
};

#define AT(member) OPTION_AT(struct matrix_options, member)

static const GOptionEntry entries[] = {
	{"jobs", 'j', 0, G_OPTION_ARG_INT, AT(jobs),
	 "How many jobs run at a time (as many as there are processors)", "N"},
	{"list", 0, 0, G_OPTION_ARG_NONE, AT(list),
	 "Run nothing; print a command a line, for GNU parallel, Slurm and the like", NULL},
	{"logs", 0, 0, G_OPTION_ARG_FILENAME, AT(logs),
	 "Folder for the records and the output of each job (virtproof-logs)", "FOLDER"},
	{"log", 'l', 0, G_OPTION_ARG_FILENAME, AT(log), "Put the records of all jobs into FILE",
	 "FILE"},
	{"report", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, AT(reports),
	 "Write a document about all jobs: FILE ends in .html, .tap, .xml, .json or .md", "FILE"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, AT(expect),
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, AT(strict), "A warning is a failure too", NULL},
	{"github", 0, 0, G_OPTION_ARG_NONE, AT(github),
	 "Annotate faults and add to the summary of the step, on GitHub", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

static char *log_path(const struct matrix_options *options, const char *name, const char *suffix)
{
	g_autofree char *base = g_strconcat(name, suffix, NULL);

	return g_build_filename(options->logs, base, NULL);
}

/* The whole command of a job. The caller owns it. */
static char **job_command(const struct matrix_options *options, const struct matrix_job *job)
{
	GPtrArray *words = g_ptr_array_new();

	g_ptr_array_add(words, g_strdup(invoked_as()));
	g_ptr_array_add(words, g_strdup("run"));
	g_ptr_array_add(words, g_strdup("--log"));
	g_ptr_array_add(words, log_path(options, job->name, ".log"));
	if (options->expect) {
		g_ptr_array_add(words, g_strdup("--expect"));
		g_ptr_array_add(words, g_strdup(options->expect));
	}
	if (options->strict)
		g_ptr_array_add(words, g_strdup("--strict"));
	for (unsigned i = 0; i < job->options->len; i++)
		g_ptr_array_add(words, g_strdup(job->options->pdata[i]));
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

/* The jobs of the matrix as processes: struct task. The caller owns the array, and that the tasks. */
static GPtrArray *make_tasks(const struct matrix_options *options, const GPtrArray *jobs)
{
	GPtrArray *tasks = g_ptr_array_new_with_free_func(task_free);

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct matrix_job *job = jobs->pdata[i];
		struct task *task = g_new0(struct task, 1);

		task->name = g_strdup(job->name);
		task->requires = g_strdup(job->requires);
		task->command = job_command(options, job);
		task->output = log_path(options, job->name, ".out");
		g_ptr_array_add(tasks, task);
	}
	return tasks;
}

static gboolean write_documents(const struct matrix_options *options, char *const *records,
				GError **error)
{
	struct report *report = report_load(records, options->expect, options->strict, error);
	gboolean fine = report && documents_write(report, options->reports, error) &&
			(!options->github || github_tell(report, stdout, error));

	report_free(report);
	return fine;
}

/* The records of the tasks that ran, those of one after those of the other. */
static gboolean gather(const struct matrix_options *options, const GPtrArray *tasks, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task *task = tasks->pdata[i];
		char *path = log_path(options, task->name, ".log");

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			g_ptr_array_add(paths, path);
		else
			g_free(path);
	}
	g_ptr_array_add(paths, NULL);
	if (options->log && !records_merge((char **)paths->pdata, options->log, error))
		return FALSE;
	return (!options->reports && !options->github) ||
	       write_documents(options, (char **)paths->pdata, error);
}

/* A job that left no records, because its set-up failed, must not be missing from what is made of all. */
static void note_absent(const struct matrix_options *options, const GPtrArray *tasks)
{
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task *task = tasks->pdata[i];
		g_autofree char *path = log_path(options, task->name, ".log");
		struct record_log *log = NULL;

		if (task_is_possible(task) && !g_file_test(path, G_FILE_TEST_EXISTS))
			log = record_log_open(path, NULL);
		if (log) {
			JsonObject *record = record_new("job");
			g_autofree char *line = NULL;

			json_object_set_string_member(record, "name", task->name);
			json_object_set_int_member(record, "ends", 1);
			line = record_line(record);
			json_object_unref(record);
			record_log_add(log, line);
			record_log_close(log, NULL);
		}
	}
}

/* What an earlier run has left is not of this one. */
static void forget_logs(const struct matrix_options *options, const GPtrArray *tasks)
{
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task *task = tasks->pdata[i];
		g_autofree char *records = log_path(options, task->name, ".log");

		g_unlink(records);
		g_unlink(task->output);
	}
}

static int run_matrix(const struct matrix_options *options, const GPtrArray *tasks)
{
	unsigned limit = options->jobs ? (unsigned)options->jobs : g_get_num_processors();
	struct campaign_result result;
	g_autoptr(GError) error = NULL;

	if (g_mkdir_with_parents(options->logs, 0777) != 0) {
		fprintf(stderr, "virtproof: %s: %s\n", options->logs, g_strerror(errno));
		return EXIT_TROUBLE;
	}
	forget_logs(options, tasks);
	campaign_run(tasks, limit, FALSE, &result);
	printf("%u jobs: %u as expected, %u not, %u skipped\n", tasks->len, result.passed,
	       result.failed, result.skipped);
	note_absent(options, tasks);
	if (!gather(options, tasks, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		result.worst = worse_status(result.worst, EXIT_TROUBLE);
	}
	if (interruption_signal())
		return EXIT_BY_SIGNAL + interruption_signal();
	return result.worst;
}

/* The value behind an option of a job, the n-th time; NULL when there is none. */
static const char *value_of(const struct matrix_job *job, const char *option, unsigned n)
{
	for (unsigned i = 0; i + 1 < job->options->len; i++) {
		if (strcmp(job->options->pdata[i], "--") == 0)
			break;
		if (strcmp(job->options->pdata[i], option) == 0 && n-- == 0)
			return job->options->pdata[i + 1];
	}
	return NULL;
}

/* What its descriptor does not have would be told when the job is run, one after the other. */
static gboolean job_is_possible(const struct matrix_job *job, GError **error)
{
	static const char *const options[] = {"--machine", "--accelerator", "--device"};
	const char *vmm = value_of(job, "--vmm", 0), *value;
	struct descriptor *descriptor = descriptor_load(vmm ? vmm : "qemu", error);
	gboolean fine = descriptor && descriptor_is_sound(descriptor, error);

	for (unsigned i = 0; fine && i < G_N_ELEMENTS(options); i++) {
		for (unsigned n = 0; fine && (value = value_of(job, options[i], n)); n++) {
			g_autofree char *name = g_strndup(value, strcspn(value, ","));
			g_autofree char *group = NULL;

			if (strcmp(name, "none") != 0)
				group = descriptor_group(descriptor, options[i] + 2, name, error);
			fine = group || strcmp(name, "none") == 0;
		}
	}
	descriptor_free(descriptor);
	if (!fine)
		g_prefix_error(error, "the job '%s': ", job->name);
	return fine;
}

static gboolean jobs_are_possible(const GPtrArray *jobs, GError **error)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		if (!job_is_possible(jobs->pdata[i], error))
			return FALSE;
	}
	return TRUE;
}

/* Neither the matrix nor what its jobs leave may be written over. */
static gboolean files_are_apart(const struct matrix_options *options, const GPtrArray *tasks,
				GError **error)
{
	g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) outputs = g_ptr_array_new();

	g_ptr_array_add(inputs, g_strdup(*options->operands));
	if (options->expect)
		g_ptr_array_add(inputs, g_strdup(options->expect));
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task *task = tasks->pdata[i];

		g_ptr_array_add(inputs, log_path(options, task->name, ".log"));
		g_ptr_array_add(inputs, g_strdup(task->output));
	}
	g_ptr_array_add(inputs, NULL);
	for (char **report = options->reports; report && *report; report++)
		g_ptr_array_add(outputs, *report);
	g_ptr_array_add(outputs, options->log);
	g_ptr_array_add(outputs, NULL);
	return outputs_are_apart((char **)outputs->pdata, (char **)inputs->pdata, error);
}

static void list_matrix(const GPtrArray *tasks)
{
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task *task = tasks->pdata[i];
		g_autofree char *line = task_is_possible(task) ? shell_line(task->command) : NULL;

		if (line)
			puts(line);
	}
}

int command_matrix(int argc, char **argv)
{
	struct matrix_options options = {NULL};

	interruption_prepare();
	if (!parse_options("FILE",
			   "Runs all jobs that a matrix file stands for, several at a time.",
			   entries, &options, argc, argv))
		return EXIT_TROUBLE;
	if (options.jobs < 0) {
		fputs("virtproof: --jobs: at least one has to run at a time\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!options.operands || options.operands[1]) {
		fputs("virtproof: which matrix file? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!options.logs)
		options.logs = g_strdup("virtproof-logs");

	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) jobs = matrix_load(*options.operands, &error);

	if (!jobs || !jobs_are_possible(jobs, &error) ||
	    !documents_are_possible(options.reports, &error) ||
	    !paths_make_folder_of(options.log, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}

	g_autoptr(GPtrArray) tasks = make_tasks(&options, jobs);

	if (!files_are_apart(&options, tasks, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	if (!options.list)
		return run_matrix(&options, tasks);
	list_matrix(tasks);
	return EXIT_AS_EXPECTED;
}
