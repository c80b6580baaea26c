/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof run */
#include "host/command/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/command/arguments.h"
#include "host/command/interruption.h"
#include "host/record/records.h"
#include "host/report/narrator.h"
#include "host/report/report.h"
#include "host/session/session.h"
#include "host/system/paths.h"
#include "host/verdict/expectations.h"
#include "host/vmm/version.h"

#define DEFAULT_SILENCE   30
#define DEFAULT_INCIDENTS 16

static struct {
	char *vmm, *machine, *accelerator, *program, *image, *append, *tests, *log, *expect, *name;
	char **devices, **operands, **reports, **vmm_words;
	int cpus, memory, silence, incidents; /* 0: not said */
	gboolean strict, quiet, print, update, list_tests;
	char *update_file;
} options;

static gboolean take_update(const char *name, const char *value, void *data, GError **error)
{
	options.update = TRUE;
	g_free(options.update_file);
	options.update_file = g_strdup(value);
	return TRUE;
}

/* A number that is said has to be one that makes sense. */
static gboolean take_count(const char *name, const char *value, void *data, GError **error)
{
	static const struct {
		const char *option;
		int *count;
	} counts[] = {
		{"--cpus", &options.cpus},       {"-c", &options.cpus},
		{"--memory", &options.memory},   {"-m", &options.memory},
		{"--silence", &options.silence}, {"--incidents", &options.incidents},
	};
	guint64 count = 0;

	if (!g_ascii_string_to_unsigned(value, 10, 1, G_MAXINT, &count, NULL)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "%s: '%s' is no number above 0", name, value);
		return FALSE;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
		if (strcmp(counts[i].option, name) == 0)
			*counts[i].count = (int)count;
	}
	return TRUE;
}

static const GOptionEntry entries[] = {
	{"vmm", 'v', 0, G_OPTION_ARG_STRING, &options.vmm,
	 "The VMM: a name that 'virtproof list' shows, or a descriptor file (qemu)", "NAME"},
	{"device", 'd', 0, G_OPTION_ARG_STRING_ARRAY, &options.devices,
	 "A device, as 'virtproof list NAME' shows them, with properties of the VMM's own; may be "
	 "given many times; 'none' for none",
	 "NAME[,PROPERTY=VALUE]"},
	{"machine", 'M', 0, G_OPTION_ARG_STRING, &options.machine, "The kind of machine", "NAME"},
	{"accelerator", 'a', 0, G_OPTION_ARG_STRING, &options.accelerator,
	 "What executes the guest", "NAME"},
	{"cpus", 'c', 0, G_OPTION_ARG_CALLBACK, take_count, "Number of CPUs", "N"},
	{"memory", 'm', 0, G_OPTION_ARG_CALLBACK, take_count, "Memory of the guest", "MIB"},
	{"program", 0, 0, G_OPTION_ARG_STRING, &options.program,
	 "The VMM's program, with words before all others", "WORDS"},
	{"image", 0, 0, G_OPTION_ARG_FILENAME, &options.image,
	 "The image (that which stands beside this program)", "FILE"},
	{"tests", 't', 0, G_OPTION_ARG_STRING, &options.tests,
	 "Only these: globs over suite.test, device types, clause ids, with commas between",
	 "GLOBS"},
	{"append", 'A', 0, G_OPTION_ARG_STRING, &options.append,
	 "More words for the image, such as 'vp.bench vp.seed=7'", "WORDS"},
	{"silence", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Seconds without a record after which the VMM hangs or spins (30)", "SECONDS"},
	{"incidents", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "How often the VMM may go down unexpectedly before the run is given up (16)", "N"},
	{"log", 'l', 0, G_OPTION_ARG_FILENAME, &options.log,
	 "Keep all records in FILE, for 'virtproof report' and 'compare'", "FILE"},
	{"report", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.reports,
	 "Write a document too: FILE ends in .html, .tap, .xml (JUnit), .json or .md; may be given "
	 "many times",
	 "FILE"},
	{"name", 0, 0, G_OPTION_ARG_STRING, &options.name, "Name of this job in reports", "NAME"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, &options.expect,
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"update", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, take_update,
	 "Show the expectations that this run would need, or write them to FILE", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, &options.strict, "A warning is a failure too", NULL},
	{"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Only the summary", NULL},
	{"list-tests", 0, 0, G_OPTION_ARG_NONE, &options.list_tests,
	 "Let the image list its tests and the clauses they judge; run none", NULL},
	{"print", 'n', 0, G_OPTION_ARG_NONE, &options.print,
	 "Print the VMM's command and do not run it", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.operands, NULL, NULL},
	{NULL},
};

static void add_option(GString *line, const char *option, const char *value)
{
	g_autofree char *quoted = value ? g_shell_quote(value) : NULL;

	if (value)
		g_string_append_printf(line, " %s %s", option, quoted);
}

static void add_number(GString *line, const char *option, int value)
{
	if (value)
		g_string_append_printf(line, " %s %d", option, value);
}

/* This command again, up to the words for the image, which a single quote waits for. */
static char *repeat_before(void)
{
	char *const words[] = {(char *)invoked_as(), "run", NULL};
	g_autofree char *start = shell_line(words);
	GString *line = g_string_new(start);

	add_option(line, "--vmm", options.vmm);
	add_option(line, "--machine", options.machine);
	add_option(line, "--accelerator", options.accelerator);
	add_option(line, "--program", options.program);
	add_option(line, "--image", options.image);
	add_number(line, "--cpus", options.cpus);
	add_number(line, "--memory", options.memory);
	for (char **device = options.devices; device && *device; device++)
		add_option(line, "--device", *device);
	g_string_append_printf(line, " --append '%s%s", options.append ? options.append : "",
			       options.append ? " " : "");
	return g_string_free(line, FALSE);
}

static char *repeat_after(void)
{
	char **words = options.vmm_words;
	g_autofree char *rest = words ? shell_line(words) : NULL;

	return rest && *rest ? g_strdup_printf("' -- %s", rest) : g_strdup("'");
}

/* The record that begins the job: what this run is of. */
static void begin_job(const struct session *session, const char *version, char *const *argv)
{
	const struct launch *launch = session->launch;
	JsonObject *record = record_new("job");
	JsonArray *devices = json_array_new();
	JsonObject *places = json_object_new();
	g_autofree char *command = shell_line(argv);
	g_autofree char *before = repeat_before();
	g_autofree char *after = repeat_after();
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
	g_autofree char *usual = g_strdup_printf("%s-%s-%s", launch->descriptor->name,
						 launch->machine, launch->accelerator);

	for (unsigned i = 0; i < launch->devices->len; i++) {
		const struct launch_device *device = launch->devices->pdata[i];

		json_array_add_string_element(devices, device->name);
		json_object_set_string_member(places, device->bdf, device->name);
	}
	json_object_set_string_member(record, "name", options.name ? options.name : usual);
	json_object_set_string_member(record, "vmm", launch->descriptor->name);
	json_object_set_string_member(record, "version", version);
	json_object_set_string_member(record, "machine", launch->machine);
	json_object_set_string_member(record, "accelerator", launch->accelerator);
	json_object_set_array_member(record, "devices", devices);
	json_object_set_object_member(record, "places", places);
	json_object_set_string_member(record, "time", time);
	json_object_set_string_member(record, "command", command);
	json_object_set_string_member(record, "repeat_before", before);
	json_object_set_string_member(record, "repeat_after", after);

	g_autofree char *line = record_line(record);

	if (session->log)
		fprintf(session->log, "%s\n", line);
	job_add(session->job, record);
	json_object_unref(record);
}

static void tell_outcome(const struct outcome *outcome, const struct expectations *expectations)
{
	for (unsigned i = 0; i < outcome->stale->len; i++) {
		const struct expectation *entry = outcome->stale->pdata[i];

		printf("expected to fail, but did not; remove it: %s\n", entry->line);
	}
	if (outcome->expected)
		printf("%u failed as expected (%s)\n", outcome->expected, expectations->path);
	if (outcome->unexpected)
		printf("%u failed unexpectedly\n", outcome->unexpected);
}

/* An incident that no test answers for: the VMM went down between tests or at its end. */
static unsigned lonely_incidents(const struct job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < job->incidents->len; i++)
		count += *record_text(job->incidents->pdata[i], "test") == '\0';
	return count;
}

/* The image counts what is wrong with the set-up, and no test's fault, as an error too. */
static gboolean set_up_failed(const struct job *job)
{
	return job->summary && record_number(job->summary, "error", 0) > job->counts.error;
}

static int exit_status(const struct session *session, enum session_end end,
		       const struct outcome *outcome)
{
	if (end == SESSION_CANCELLED)
		return EXIT_BY_SIGNAL + interruption_signal();
	if (end == SESSION_NEVER || end == SESSION_SUITE_ENDED)
		return EXIT_TROUBLE;
	if (end == SESSION_INCOMPLETE || outcome->lost || lonely_incidents(session->job))
		return EXIT_VMM_DOWN;
	if (set_up_failed(session->job))
		return EXIT_TROUBLE;
	if (outcome->errors || session->job->tests->len == 0)
		return EXIT_TROUBLE;
	return outcome->unexpected || outcome->stale->len ? EXIT_UNEXPECTED : EXIT_AS_EXPECTED;
}

static void propose(const struct expectations *expectations, const struct job *job,
		    const struct outcome *outcome)
{
	FILE *out = options.update_file ? fopen(options.update_file, "w") : stdout;

	if (!out) {
		fprintf(stderr, "virtproof: %s: %s\n", options.update_file, g_strerror(errno));
		return;
	}
	if (out == stdout)
		puts("\nexpectations that this run would need:");
	expectations_propose(expectations, job, options.strict, outcome, out);
	if (out != stdout)
		fclose(out);
}

static int run_session(struct session *session, struct expectations *expectations)
{
	gboolean terminal = isatty(STDOUT_FILENO);
	g_autofree char *trouble = NULL;
	struct narrator *narrator = narrator_new(stdout, terminal, options.quiet);
	struct outcome outcome;

	session->expectations = expectations;
	session->viewer = narrator_viewer(narrator);

	enum session_end end = session_run(session, &trouble);

	narrator_finish(narrator, session->job, options.strict, trouble);
	outcome_judge(expectations, session->job, options.strict, &outcome);
	tell_outcome(&outcome, expectations);
	if (options.update)
		propose(expectations, session->job, &outcome);

	int status = exit_status(session, end, &outcome);

	outcome_clear(&outcome);
	narrator_free(narrator);
	return status;
}

/* The words for the image that the options stand for. */
static char *append_words(void)
{
	return g_strdup_printf("%s%s%s%s%s", options.list_tests ? "vp.list " : "",
			       options.tests ? "vp.tests=" : "", options.tests ? options.tests : "",
			       options.tests && options.append ? " " : "",
			       options.append ? options.append : "");
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

/* The documents that were asked for. FALSE when one cannot be written, which has been said. */
static gboolean write_reports(struct job *job)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(jobs, job);
	if (!options.reports ||
	    reports_write_jobs(jobs, options.reports, options.expect, options.strict, &error))
		return TRUE;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return FALSE;
}

static int run_with(struct session *session, char *const *argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *version =
		vmm_version(session->launch->descriptor, &session->launch->scope);
	struct expectations *expectations = expectations_choose(
		options.expect, session->launch->descriptor->name, version, &error);
	int status = EXIT_TROUBLE;

	if (!expectations) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}
	session->job = job_new();
	session->log = options.log ? fopen(options.log, "w") : NULL;
	if (options.log && !session->log) {
		fprintf(stderr, "virtproof: %s: %s\n", options.log, g_strerror(errno));
	} else {
		begin_job(session, version, argv);
		status = run_session(session, expectations);
		if (!write_reports(session->job) && status == EXIT_AS_EXPECTED)
			status = EXIT_TROUBLE;
	}
	if (session->log)
		fclose(session->log);
	job_free(session->job);
	expectations_free(expectations);
	return status;
}

static struct launch *prepare(const struct descriptor *descriptor, GError **error)
{
	g_autofree char *kind = descriptor_text(descriptor, "vmm", "image", "elf");
	g_autofree char *beside = paths_image(kind);
	struct launch_request request = {
		.machine = options.machine,
		.accelerator = options.accelerator,
		.program = options.program,
		.image = options.image ? options.image : beside,
		.cpus = (unsigned)options.cpus,
		.memory = (unsigned)options.memory,
		.devices = options.devices,
		.options = options.vmm_words,
	};

	if (strcmp(kind, "none") != 0 && !g_file_test(request.image, G_FILE_TEST_EXISTS)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "there is no image %s; 'make' builds it", request.image);
		return NULL;
	}
	return launch_new(descriptor, &request, error);
}

/* Words after "--" go to the VMM as they are. */
static void take_vmm_words(int *argc, char **argv)
{
	for (int n = 1; n < *argc; n++) {
		if (strcmp(argv[n], "--") == 0) {
			options.vmm_words = argv + n + 1;
			argv[n] = NULL;
			*argc = n;
		}
	}
}

int command_run(int argc, char **argv)
{
	g_auto(GStrv) words = g_strdupv(argv);
	g_autoptr(GError) error = NULL;

	take_vmm_words(&argc, argv);
	if (!parse_options(
		    "[-- VMM-OPTION…]",
		    "Runs the image on a VMM, judges the devices, explains what failed.\n"
		    "Exit status: 0 nothing unexpected, 1 unexpected failures, 2 the suite or "
		    "the set-up failed, 3 the VMM died.",
		    entries, &argc, &argv))
		return EXIT_TROUBLE;

	if (options.operands) {
		fprintf(stderr, "virtproof: what is '%s'? words for the VMM stand behind --\n",
			*options.operands);
		return EXIT_TROUBLE;
	}
	if (!reports_are_possible(options.reports, &error) ||
	    !paths_make_folder_of(options.log, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return EXIT_TROUBLE;
	}

	struct descriptor *descriptor = descriptor_load(options.vmm ? options.vmm : "qemu", &error);
	struct launch *launch = descriptor ? prepare(descriptor, &error) : NULL;
	g_autofree char *append = append_words();
	int status = EXIT_TROUBLE;

	if (launch) {
		struct session session = {
			.launch = launch,
			.append = append,
			.silence = (unsigned)(options.silence ? options.silence : DEFAULT_SILENCE),
			.incidents_limit = (unsigned)(options.incidents ? options.incidents
									: DEFAULT_INCIDENTS),
			.cancel = interruption(),
		};

		if (options.print)
			status = print_command(&session);
		else if (options.list_tests)
			status = list_tests(&session);
		else
			status = run_with(&session, words);
	} else {
		fprintf(stderr, "virtproof: %s\n", error->message);
	}
	launch_free(launch);
	descriptor_free(descriptor);
	return status;
}
