/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof run, virtproof bisect-step */
#include "host/command/commands.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "host/command/arguments.h"
#include "host/command/interruption.h"
#include "host/command/run_judge.h"
#include "host/command/run_options.h"
#include "host/command/selection.h"
#include "host/report/documents.h"
#include "host/report/report.h"
#include "host/session/session.h"
#include "host/system/paths.h"
#include "host/system/process.h"
#include "host/vmm/sound.h"

#define DEFAULT_SILENCE   30
#define DEFAULT_INCIDENTS 16
#define DEFAULT_FRESH     4

/* What the image lists is no record: it goes out as it comes. */
static int hear_answer(struct session *session)
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
	g_autofree char *own = launch_append(session->launch, FALSE);
	g_autofree char *append =
		g_strconcat(own, *session->append ? " " : "", session->append, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *script = launch_script(session->launch, append, &error);

	if (!script) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	fputs(script, stdout);
	return EXIT_AS_EXPECTED;
}

/* Where the image is, and what it can judge when that is known. The caller owns both. NULL with error set when it is missing. */
static char *find_image(const struct run_options *options, const struct descriptor *descriptor,
			struct catalogue **catalogue, GError **error)
{
	g_autofree char *kind = descriptor_text_on(descriptor, options->machine, "image", "elf");
	char *image = options->image ? g_strdup(options->image) : paths_image(kind);

	if (strcmp(kind, "none") == 0)
		return image;
	*catalogue = catalogue_of(image);
	if (g_file_test(image, G_FILE_TEST_EXISTS))
		return image;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
		    "there is no image %s; 'make' builds it", image);
	g_free(image);
	return NULL;
}

static struct launch *prepare(const struct run_options *options,
			      const struct descriptor *descriptor, const char *image,
			      GError **error)
{
	struct launch_request request = {
		.machine = options->machine,
		.accelerator = options->accelerator,
		.program = options->program,
		.image = image,
		.cpus = (unsigned)options->cpus,
		.memory = (unsigned)options->memory,
		.devices = options->devices,
		.vhost_user = options->vhost_user,
		.daemons = options->daemons,
		.sockets = options->sockets,
		.workload = options->workload,
		.reconnect = options->reconnect,
		.trace = options->trace,
		.debug = options->debug,
		.options = options->vmm_words,
	};

	return launch_new(descriptor, &request, error);
}

/* The words for the image of one run of many: the first has none of its own. The caller owns them. */
static char *words_of_round(const struct run_options *options, const char *append, int n)
{
	GString *words = g_string_new(append);

	if (n > 1)
		g_string_append_printf(words, "%svp.seed=%d", *append ? " " : "", n);
	if (n > 1 && options->shuffle)
		g_string_append_printf(words, " vp.shuffle=%" G_GINT64_FORMAT,
				       (gint64)options->shuffle + n - 1);
	return g_string_free(words, FALSE);
}

/* With another seed each time, until something is not as expected, or time is over. */
static int judge_often(struct session *session, const struct run_options *options,
		       const struct catalogue *catalogue, char *const *argv)
{
	g_autofree char *append = g_strdup(session->append);
	gint64 end = g_get_monotonic_time() + options->duration * G_USEC_PER_SEC;
	int most = options->repeat ? options->repeat : options->duration ? G_MAXINT : 1;
	int status = EXIT_AS_EXPECTED;

	for (int n = 1; n <= most && status == EXIT_AS_EXPECTED; n++) {
		g_autofree char *words = words_of_round(options, append, n);
		struct session one = *session;

		if (n > 1 && options->duration && g_get_monotonic_time() >= end)
			break;
		one.append = words;
		if (options->repeat)
			printf("run %d of %d\n", n, most);
		else if (options->duration)
			printf("run %d\n", n);
		status = run_judge(&one, options, catalogue, argv);
	}
	return status;
}

/* Whether the image answers and ends. */
static gboolean only_answers(const char *append)
{
	g_auto(GStrv) words = g_strsplit(append, " ", -1);

	return g_strv_contains((const char *const *)words, "vp.list") ||
	       g_strv_contains((const char *const *)words, "vp.help");
}

static int run_launch(struct launch *launch, const struct run_options *options,
		      const struct catalogue *catalogue, char *const *argv)
{
	g_autofree char *append = run_options_append(options);
	struct session session = {
		.launch = launch,
		.append = append,
		.silence = (unsigned)(options->silence ? options->silence : DEFAULT_SILENCE),
		.incidents_limit =
			(unsigned)(options->incidents ? options->incidents : DEFAULT_INCIDENTS),
		.fresh_limit = (unsigned)(options->fresh < 0 ? DEFAULT_FRESH : options->fresh),
		.fail_fast = options->fail_fast,
		.strict = options->strict,
		.cancel = interruption(),
	};

	if (options->debug) {
		session.silence = G_MAXINT;
		session.incidents_limit = 1;
		session.fresh_limit = 0;
	}
	if (options->print)
		return print_command(&session);
	return only_answers(append) ? hear_answer(&session)
				    : judge_often(&session, options, catalogue, argv);
}

/* The status in the words of whoever asked: for bisection what was not judged is neither good nor bad. */
static int exit_for(const char *style, int status, gboolean absent)
{
	if (status >= EXIT_BY_SIGNAL || !style)
		return status;
	if (status == EXIT_VMM_DOWN)
		return EXIT_UNEXPECTED;
	if (status != EXIT_TROUBLE && status != EXIT_TRANSPORT_ALONE)
		return status;
	if (strcmp(style, "bisect") == 0)
		return EXIT_BISECT_SKIP;
	if (strcmp(style, "automake") == 0)
		return absent && status == EXIT_TROUBLE ? EXIT_AUTOMAKE_SKIP : EXIT_AUTOMAKE_ERROR;
	return status;
}

/* Chooses the tests that failed unexpectedly in the records of options->rerun. FALSE with error set, where none did, too. */
static gboolean choose_failed(struct run_options *options, GError **error)
{
	char *const paths[] = {options->rerun, NULL};
	struct report *report = report_load(paths, options->expect, options->strict, error);
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) chosen = g_ptr_array_new_with_free_func(g_free);

	if (!report)
		return FALSE;
	for (unsigned i = 0; i < report->conclusions->len; i++) {
		const struct conclusion *conclusion = report->conclusions->pdata[i];
		const GPtrArray *tests = conclusion->job->tests;

		for (unsigned j = 0; j < tests->len; j++) {
			const struct test_result *test = tests->pdata[j];

			if (test_is_unexpected(test, options->strict) &&
			    g_hash_table_add(names, test->full_name))
				g_ptr_array_add(chosen, g_strdup(test->full_name));
		}
	}
	report_free(report);
	if (!chosen->len) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "%s: nothing failed unexpectedly in it", options->rerun);
		return FALSE;
	}
	g_ptr_array_add(chosen, NULL);
	g_strfreev(options->tests);
	options->tests = g_strdupv((char **)chosen->pdata);
	return TRUE;
}

/* *absent: the VMM's program is not there. Trouble with error set when nothing was started. */
static int run_on(const struct descriptor *descriptor, struct run_options *options,
		  char *const *argv, gboolean *absent, GError **error)
{
	struct catalogue *catalogue = NULL;
	g_autofree char *image = find_image(options, descriptor, &catalogue, error);
	gboolean fine = image && selection_resolve(options, catalogue, error);
	struct launch *launch = NULL;
	int status = EXIT_TROUBLE;

	if (fine && catalogue && options->list_tests) {
		selection_list(options, catalogue);
		status = EXIT_AS_EXPECTED;
	} else if (fine) {
		launch = prepare(options, descriptor, image, error);
	}
	if (launch)
		status = run_launch(launch, options, catalogue, argv);
	*absent = launch && !launch_has_program(launch);
	launch_free(launch);
	catalogue_free(catalogue);
	return status;
}

/* The style of --exit among the words: who asks for it wants it of words that are wrong, too. NULL for none. */
static char *exit_style(char *const *argv)
{
	for (char *const *word = argv; *word && strcmp(*word, "--") != 0; word++) {
		if (g_str_has_prefix(*word, "--exit="))
			return g_strdup(strchr(*word, '=') + 1);
		if (strcmp(*word, "--exit") == 0)
			return g_strdup(word[1]);
	}
	return NULL;
}

/* As the words say, where the options do not yet say otherwise. */
static int run_words(struct run_options *options, int argc, char **argv)
{
	g_auto(GStrv) words = g_strdupv(argv);
	g_autoptr(GError) error = NULL;
	struct descriptor *descriptor = NULL;
	gboolean absent = FALSE;
	int status = EXIT_TROUBLE;

	interruption_prepare();
	if (!options->exit)
		options->exit = exit_style(argv);
	if (!run_options_parse(options, argc, argv))
		return exit_for(options->exit, EXIT_TROUBLE, FALSE);
	process_adopt();
	if ((!options->rerun || choose_failed(options, &error)) &&
	    documents_are_possible(options->reports, &error) &&
	    paths_make_folder_of(options->log, &error) &&
	    paths_make_folder_of(options->output, &error))
		descriptor = descriptor_load(options->vmm ? options->vmm : "qemu", &error);
	if (descriptor && descriptor_is_sound(descriptor, &error))
		status = run_on(descriptor, options, words, &absent, &error);
	if (error)
		fprintf(stderr, "virtproof: %s\n", error->message);
	descriptor_free(descriptor);
	return exit_for(options->exit, status_when_written(status), absent);
}

int command_run(int argc, char **argv)
{
	struct run_options options = {.fresh = -1, .confirm = -1};

	return run_words(&options, argc, argv);
}

/* Nothing but the verdict is wanted; what is known of one version says nothing of the others. */
int command_bisect_step(int argc, char **argv)
{
	struct run_options options = {.fresh = -1,
				      .confirm = 0,
				      .exit = g_strdup("bisect"),
				      .expect = g_strdup("none"),
				      .one = TRUE,
				      .quiet = TRUE};

	return run_words(&options, argc, argv);
}
