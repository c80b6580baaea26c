/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof run */
#include "host/command/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "host/command/arguments.h"
#include "host/command/interruption.h"
#include "host/command/run_documents.h"
#include "host/command/run_options.h"
#include "host/report/documents.h"
#include "host/report/narrator.h"
#include "host/session/session.h"
#include "host/system/paths.h"
#include "host/vmm/version.h"

#define DEFAULT_SILENCE   30
#define DEFAULT_INCIDENTS 16
#define DEFAULT_FRESH     4

static void tell_conclusion(const struct conclusion *conclusion)
{
	for (unsigned i = 0; i < conclusion->stale->len; i++) {
		const struct expectation *entry = conclusion->stale->pdata[i];

		printf("expected to fail, but did not; remove it: %s\n", entry->line);
	}
	for (unsigned i = 0; i < conclusion->remarks->len; i++)
		printf("note: %s\n", (const char *)conclusion->remarks->pdata[i]);
	for (unsigned i = 0; i < conclusion->troubles->len; i++)
		printf("set-up: %s\n", (const char *)conclusion->troubles->pdata[i]);
	if (conclusion->expected)
		printf("%u failed as expected (%s)\n", conclusion->expected,
		       conclusion->expectations->path);
	if (conclusion->unexpected)
		printf("%u failed unexpectedly\n", conclusion->unexpected);
}

/* The image counts what is wrong with the set-up, and no test's fault, as an error too. */
static gboolean set_up_failed(const struct job *job)
{
	return job->summary && job->summary->errors > job->counts.of[VERDICT_ERROR];
}

static int exit_status(enum session_end end, const struct conclusion *conclusion)
{
	const struct job *job = conclusion->job;

	if (end == SESSION_CANCELLED)
		return EXIT_BY_SIGNAL + interruption_signal();
	if (end == SESSION_NEVER || end == SESSION_SUITE_ENDED)
		return EXIT_TROUBLE;
	if (end == SESSION_INCOMPLETE || conclusion->lost || job_lonely_incidents(job))
		return EXIT_VMM_DOWN;
	if (set_up_failed(job) || conclusion->errors || conclusion->troubles->len)
		return EXIT_TROUBLE;
	return conclusion->unexpected || conclusion->stale->len ? EXIT_UNEXPECTED
								: EXIT_AS_EXPECTED;
}

static int run_session(struct session *session, const struct run_options *options)
{
	gboolean terminal = isatty(STDOUT_FILENO);
	g_autofree char *trouble = NULL;
	struct narrator *narrator = narrator_new(stdout, terminal, options->quiet);

	session->viewer = narrator_viewer(narrator);

	enum session_end end = session_run(session, &trouble);

	narrator_finish(narrator, session->job, options->strict, trouble);
	narrator_free(narrator);

	struct conclusion *conclusion =
		conclude(session->job, session->expectations, options->strict);
	int status = exit_status(end, conclusion);

	tell_conclusion(conclusion);
	if (options->update)
		run_propose(options, conclusion);
	if (!run_write_documents(options, conclusion) && status == EXIT_AS_EXPECTED)
		status = EXIT_TROUBLE;
	conclusion_free(conclusion);
	return status;
}

static int judge(struct session *session, const struct run_options *options, char *const *argv)
{
	const struct launch *launch = session->launch;
	g_autoptr(GError) error = NULL;
	g_autofree char *version = vmm_version(launch->descriptor, &launch->scope);
	struct expectations *expectations =
		expectations_choose(options->expect, launch->descriptor->name, version, &error);
	int status = EXIT_TROUBLE;

	if (!expectations) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	session->expectations = expectations;
	session->job = job_new();
	session->log = options->log ? fopen(options->log, "w") : NULL;
	if (options->log && !session->log) {
		fprintf(stderr, "virtproof: %s: %s\n", options->log, g_strerror(errno));
	} else {
		session_tell(session, run_job_record(options, launch, version, argv));
		status = run_session(session, options);
	}
	if (session->log)
		fclose(session->log);
	job_free(session->job);
	expectations_free(expectations);
	return status;
}

/* What the image lists is no record: it goes out as it comes. */
static int list_tests(struct session *session)
{
	struct expectations *nothing = expectations_none();
	g_autofree char *trouble = NULL;

	session->job = job_new();
	session->listing = stdout;
	session->expectations = nothing;

	enum session_end end = session_run(session, &trouble);

	if (trouble)
		fprintf(stderr, "virtproof: %s\n", trouble);
	job_free(session->job);
	expectations_free(nothing);
	return end == SESSION_COMPLETE ? EXIT_AS_EXPECTED : EXIT_TROUBLE;
}

static int print_command(struct session *session)
{
	g_autofree char *own = launch_append(session->launch);
	g_autofree char *append =
		g_strconcat(own, *session->append ? " " : "", session->append, NULL);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) command = launch_command(session->launch, append, &error);
	g_autofree char *line = command ? shell_line(command) : NULL;

	if (!command) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	puts(line);
	return EXIT_AS_EXPECTED;
}

static struct launch *prepare(const struct run_options *options,
			      const struct descriptor *descriptor, GError **error)
{
	g_autofree char *kind = descriptor_text(descriptor, "vmm", "image", "elf");
	g_autofree char *beside = paths_image(kind);
	struct launch_request request = {
		.machine = options->machine,
		.accelerator = options->accelerator,
		.program = options->program,
		.image = options->image ? options->image : beside,
		.cpus = (unsigned)options->cpus,
		.memory = (unsigned)options->memory,
		.devices = options->devices,
		.options = options->vmm_words,
	};

	if (strcmp(kind, "none") != 0 && !g_file_test(request.image, G_FILE_TEST_EXISTS)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "there is no image %s; 'make' builds it", request.image);
		return NULL;
	}
	return launch_new(descriptor, &request, error);
}

static int run_launch(struct launch *launch, const struct run_options *options, char *const *argv)
{
	g_autofree char *append = run_options_append(options);
	struct session session = {
		.launch = launch,
		.append = append,
		.silence = (unsigned)(options->silence ? options->silence : DEFAULT_SILENCE),
		.incidents_limit =
			(unsigned)(options->incidents ? options->incidents : DEFAULT_INCIDENTS),
		.fresh_limit = (unsigned)(options->fresh < 0 ? DEFAULT_FRESH : options->fresh),
		.cancel = interruption(),
	};

	if (options->print)
		return print_command(&session);
	return options->list_tests ? list_tests(&session) : judge(&session, options, argv);
}

int command_run(int argc, char **argv)
{
	g_auto(GStrv) words = g_strdupv(argv);
	g_autoptr(GError) error = NULL;
	struct run_options options = {.fresh = -1};
	struct descriptor *descriptor = NULL;
	struct launch *launch = NULL;
	int status = EXIT_TROUBLE;

	if (!run_options_parse(&options, argc, argv))
		return EXIT_TROUBLE;
	if (documents_are_possible(options.reports, &error) &&
	    paths_make_folder_of(options.log, &error))
		descriptor = descriptor_load(options.vmm ? options.vmm : "qemu", &error);
	if (descriptor)
		launch = prepare(&options, descriptor, &error);
	if (launch)
		status = run_launch(launch, &options, words);
	else
		fprintf(stderr, "virtproof: %s\n", error->message);
	launch_free(launch);
	descriptor_free(descriptor);
	return status;
}
