/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/run_options.h"

#include <stdio.h>
#include <string.h>

#include "host/command/arguments.h"

#define AT(member) OPTION_AT(struct run_options, member)

static gboolean take_update(const char *name, const char *value, void *data, GError **error)
{
	struct run_options *options = data;

	options->update = TRUE;
	g_free(options->update_file);
	options->update_file = g_strdup(value);
	return TRUE;
}

/* A number that is said has to be one that makes sense. */
static gboolean take_count(const char *name, const char *value, void *data, GError **error)
{
	struct run_options *options = data;
	const struct {
		const char *option;
		int *count;
	} counts[] = {
		{"--cpus", &options->cpus},       {"-c", &options->cpus},
		{"--memory", &options->memory},   {"-m", &options->memory},
		{"--silence", &options->silence}, {"--incidents", &options->incidents},
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
	{"vmm", 'v', 0, G_OPTION_ARG_STRING, AT(vmm),
	 "The VMM: a name that 'virtproof list' shows, or a descriptor file (qemu)", "NAME"},
	{"device", 'd', 0, G_OPTION_ARG_STRING_ARRAY, AT(devices),
	 "A device, as 'virtproof list NAME' shows them, with properties of the VMM's own; may be "
	 "given many times; 'none' for none",
	 "NAME[,PROPERTY=VALUE]"},
	{"machine", 'M', 0, G_OPTION_ARG_STRING, AT(machine), "The kind of machine", "NAME"},
	{"accelerator", 'a', 0, G_OPTION_ARG_STRING, AT(accelerator), "What executes the guest",
	 "NAME"},
	{"cpus", 'c', 0, G_OPTION_ARG_CALLBACK, take_count, "Number of CPUs", "N"},
	{"memory", 'm', 0, G_OPTION_ARG_CALLBACK, take_count, "Memory of the guest", "MIB"},
	{"program", 0, 0, G_OPTION_ARG_STRING, AT(program),
	 "The VMM's program, with words before all others", "WORDS"},
	{"image", 0, 0, G_OPTION_ARG_FILENAME, AT(image),
	 "The image (that which stands beside this program)", "FILE"},
	{"tests", 't', 0, G_OPTION_ARG_STRING, AT(tests),
	 "Only these: globs over suite.test, device types, clause ids, with commas between",
	 "GLOBS"},
	{"append", 'A', 0, G_OPTION_ARG_STRING, AT(append),
	 "More words for the image, such as 'vp.bench vp.seed=7'", "WORDS"},
	{"silence", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Seconds without a record after which the VMM hangs or spins, in a test besides the time that "
	 "the image gives it (30)",
	 "SECONDS"},
	{"incidents", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "How often the VMM may go down unexpectedly before the run is given up (16)", "N"},
	{"fresh-boots", 0, 0, G_OPTION_ARG_INT, AT(fresh),
	 "How many boots at most may judge what a root fault took away in an earlier one (4)", "N"},
	{"log", 'l', 0, G_OPTION_ARG_FILENAME, AT(log),
	 "Keep all records in FILE, for 'virtproof report' and 'compare'", "FILE"},
	{"report", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, AT(reports),
	 "Write a document too: FILE ends in .html, .tap, .xml (JUnit), .json or .md; may be given "
	 "many times",
	 "FILE"},
	{"name", 0, 0, G_OPTION_ARG_STRING, AT(name), "Name of this job in reports", "NAME"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, AT(expect),
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"update", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, take_update,
	 "Show the expectations that this run would need, or write them to FILE", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, AT(strict), "A warning is a failure too", NULL},
	{"quiet", 'q', 0, G_OPTION_ARG_NONE, AT(quiet), "Only the summary", NULL},
	{"list-tests", 0, 0, G_OPTION_ARG_NONE, AT(list_tests),
	 "Let the image list its tests and the clauses they judge; run none", NULL},
	{"print", 'n', 0, G_OPTION_ARG_NONE, AT(print), "Print the VMM's command and do not run it",
	 NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

/* Words after "--" go to the VMM as they are. Returns how many stand before. */
static int take_vmm_words(struct run_options *options, int argc, char **argv)
{
	for (int n = 1; n < argc; n++) {
		if (strcmp(argv[n], "--") == 0) {
			options->vmm_words = argv + n + 1;
			argv[n] = NULL;
			return n;
		}
	}
	return argc;
}

gboolean run_options_parse(struct run_options *options, int argc, char **argv)
{
	argc = take_vmm_words(options, argc, argv);
	if (!parse_options(
		    "[-- VMM-OPTION…]",
		    "Runs the image on a VMM, judges the devices, explains what failed.\n"
		    "Exit status: 0 nothing unexpected, 1 unexpected failures, 2 the suite or "
		    "the set-up failed, 3 the VMM died.",
		    entries, options, argc, argv))
		return FALSE;
	if (!options->operands)
		return TRUE;
	fprintf(stderr, "virtproof: what is '%s'? words for the VMM stand behind --\n",
		*options->operands);
	return FALSE;
}

char *run_options_append(const struct run_options *options)
{
	const char *tests = options->tests, *append = options->append;

	return g_strdup_printf("%s%s%s%s%s", options->list_tests ? "vp.list " : "",
			       tests ? "vp.tests=" : "", tests ? tests : "",
			       tests && append ? " " : "", append ? append : "");
}

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

char *run_options_repeat_before(const struct run_options *options)
{
	char *const words[] = {(char *)invoked_as(), "run", NULL};
	g_autofree char *start = shell_line(words);
	GString *line = g_string_new(start);

	add_option(line, "--vmm", options->vmm);
	add_option(line, "--machine", options->machine);
	add_option(line, "--accelerator", options->accelerator);
	add_option(line, "--program", options->program);
	add_option(line, "--image", options->image);
	add_number(line, "--cpus", options->cpus);
	add_number(line, "--memory", options->memory);
	for (char **device = options->devices; device && *device; device++)
		add_option(line, "--device", *device);
	g_string_append_printf(line, " --append '%s%s", options->append ? options->append : "",
			       options->append ? " " : "");
	return g_string_free(line, FALSE);
}

char *run_options_repeat_after(const struct run_options *options)
{
	g_autofree char *rest = options->vmm_words ? shell_line(options->vmm_words) : NULL;

	return rest && *rest ? g_strdup_printf("' -- %s", rest) : g_strdup("'");
}
