/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/run_options.h"

#include <stdio.h>
#include <string.h>

#include "host/command/arguments.h"
#include "host/system/shell.h"

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
		unsigned least;
	} counts[] = {
		{"--cpus", &options->cpus, 1},         {"-c", &options->cpus, 1},
		{"--memory", &options->memory, 8},     {"-m", &options->memory, 8},
		{"--silence", &options->silence, 1},   {"--incidents", &options->incidents, 1},
		{"--fresh-boots", &options->fresh, 0}, {"--confirm", &options->confirm, 0},
		{"--repeat", &options->repeat, 1},     {"--shuffle", &options->shuffle, 1},
	};
	guint64 count = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(counts); i++) {
		if (strcmp(counts[i].option, name) != 0)
			continue;
		if (!g_ascii_string_to_unsigned(value, 10, counts[i].least, G_MAXINT, &count,
						NULL)) {
			g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				    counts[i].least ? "%s: '%s' is no number above %u"
						    : "%s: '%s' is no number",
				    name, value, counts[i].least - 1);
			return FALSE;
		}
		*counts[i].count = (int)count;
	}
	return TRUE;
}

static gboolean take_time(const char *name, const char *value, void *data, GError **error)
{
	struct run_options *options = data;

	return parse_time(name, value,
			  strcmp(name, "--for") == 0 ? &options->duration : &options->time_limit,
			  error);
}

/* "2/4" */
static gboolean take_shard(const char *name, const char *value, void *data, GError **error)
{
	struct run_options *options = data;
	g_auto(GStrv) numbers = g_strsplit(value, "/", -1);
	guint64 part = 0, parts = 0;

	if (g_strv_length(numbers) != 2 ||
	    !g_ascii_string_to_unsigned(numbers[1], 10, 1, 1000, &parts, NULL) ||
	    !g_ascii_string_to_unsigned(numbers[0], 10, 1, parts, &part, NULL)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "%s: '%s' is no part, such as 2/4", name, value);
		return FALSE;
	}
	options->part = (unsigned)part;
	options->parts = (unsigned)parts;
	return TRUE;
}

static const GOptionEntry entries[] = {
	OPTIONS_OF("The VMM and its devices:"),
	{"vmm", 'v', 0, G_OPTION_ARG_STRING, AT(vmm),
	 "The VMM: a name that 'virtproof list' shows, or a descriptor file (qemu)", "NAME"},
	{"device", 'd', 0, G_OPTION_ARG_STRING_ARRAY, AT(devices),
	 "A device, as 'virtproof list NAME' shows them, with properties of the VMM's own; may be "
	 "given many times; 'none' for none",
	 "NAME[,PROPERTY=VALUE]"},
	{"vhost-user", 'u', 0, G_OPTION_ARG_STRING_ARRAY, AT(vhost_user),
	 "A vhost-user device of yours, as 'virtproof list NAME' shows the types, or by its virtio id; may "
	 "be given many times",
	 "TYPE[,PROPERTY=VALUE]"},
	{"daemon", 0, 0, G_OPTION_ARG_STRING_ARRAY, AT(daemons),
	 "What serves it: started before each boot; {socket} stands for the path of its socket",
	 "COMMAND"},
	{"socket", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(sockets),
	 "Or where it listens already, maybe in a debugger", "PATH"},
	{"workload", 0, 0, G_OPTION_ARG_STRING, AT(workload),
	 "What a request looks like of one that has no driver here, such as queue:0,out:16,in:16 (docs/extra.md)",
	 "PARTS"},
	{"reconnect", 0, 0, G_OPTION_ARG_NONE, AT(reconnect),
	 "The VMM connects again to a daemon that has gone and come back, and a test has it do so",
	 NULL},
	{"machine", 'M', 0, G_OPTION_ARG_STRING, AT(machine),
	 "The kind of machine (that of the descriptor)", "NAME"},
	{"accelerator", 'a', 0, G_OPTION_ARG_STRING, AT(accelerator),
	 "What executes the guest (that of the descriptor)", "NAME"},
	{"cpus", 'c', 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Number of CPUs (that of the descriptor, or 2)", "N"},
	{"memory", 'm', 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Memory of the guest, 8 at least (that of the descriptor, or 64)", "MIB"},
	{"program", 0, 0, G_OPTION_ARG_STRING, AT(program),
	 "The VMM's program, with words before all others", "WORDS"},
	{"image", 0, 0, G_OPTION_ARG_FILENAME, AT(image),
	 "The image (that which stands beside this program)", "FILE"},
	OPTIONS_OF("Which tests:"),
	{"tests", 't', 0, G_OPTION_ARG_STRING_ARRAY, AT(tests),
	 "Only these: globs over suite.test, device types, clause ids, or the groups quick, device, "
	 "hostile and bench, with commas between; may be given many times",
	 "GLOBS"},
	{"skip", 0, 0, G_OPTION_ARG_STRING_ARRAY, AT(skip),
	 "Not these, named as for --tests; may be given many times", "GLOBS"},
	{"rerun-failed", 0, 0, G_OPTION_ARG_FILENAME, AT(rerun),
	 "Only tests that failed unexpectedly in these records", "FILE"},
	{"shard", 0, 0, G_OPTION_ARG_CALLBACK, take_shard,
	 "Of what is chosen only part I of N, for N machines that share a run", "I/N"},
	{"times", 0, 0, G_OPTION_ARG_FILENAME, AT(times),
	 "Records of an earlier run: parts are made to take as long as each other by them", "FILE"},
	{"list-tests", 0, 0, G_OPTION_ARG_NONE, AT(list_tests),
	 "List the tests that are chosen and the clauses they judge; start nothing", NULL},
	{"shuffle", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Judge each device by its tests in another order, which SEED makes; with --repeat and --for another "
	 "each time",
	 "SEED"},
	{"append", 'A', 0, G_OPTION_ARG_STRING, AT(append),
	 "More words for the image, such as 'vp.bench vp.seed=7'", "WORDS"},
	OPTIONS_OF("How long and how often:"),
	{"silence", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Seconds without a record after which the VMM hangs or spins, in a test besides the time that "
	 "the image gives it (30)",
	 "SECONDS"},
	{"incidents", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "How often the VMM may go down unexpectedly before the run is given up (16)", "N"},
	{"fresh-boots", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "How many boots at most may judge what a root fault took away in an earlier one (4)", "N"},
	{"confirm", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "How often an unexpected failure is repeated alone, to tell whether it always comes (2)",
	 "N"},
	{"repeat", 0, 0, G_OPTION_ARG_CALLBACK, take_count,
	 "Run N times, with another seed each, until one run is not as expected", "N"},
	{"for", 0, 0, G_OPTION_ARG_CALLBACK, take_time,
	 "The same for so long: no run is begun after it", "TIME"},
	{"time-limit", 0, 0, G_OPTION_ARG_CALLBACK, take_time,
	 "End a run that takes longer, which is then trouble: not all was judged", "TIME"},
	{"fail-fast", 0, 0, G_OPTION_ARG_NONE, AT(fail_fast), "End at the first unexpected failure",
	 NULL},
	OPTIONS_OF("What is expected:"),
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, AT(expect),
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"update", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, take_update,
	 "Show how the expectations would have to change for this run, or write them to FILE",
	 "FILE"},
	{"baseline", 0, 0, G_OPTION_ARG_FILENAME, AT(baseline),
	 "Records of an earlier run: what was judged then and is not now fails the run", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, AT(strict), "A warning is a failure too", NULL},
	{"exit", 0, 0, G_OPTION_ARG_STRING, AT(exit),
	 "Exit status for 'bisect' (git bisect run: 125 when nothing was judged) or 'automake' (77, 99)",
	 "STYLE"},
	OPTIONS_OF("What is told and kept:"),
	{"log", 'l', 0, G_OPTION_ARG_FILENAME, AT(log),
	 "Keep all records in FILE, for 'virtproof report' and 'compare'", "FILE"},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, AT(output),
	 "Write down all that the VMM and the daemons say, with times, and which test ran", "FILE"},
	{"trace", 0, 0, G_OPTION_ARG_NONE, AT(trace),
	 "Let the image tell each register access, and the VMM what it traces itself, into --output",
	 NULL},
	{"report", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, AT(reports),
	 "Write a document too: FILE ends in .html, .tap, .xml (JUnit), .json or .md; may be given "
	 "many times",
	 "FILE"},
	{"github", 0, 0, G_OPTION_ARG_NONE, AT(github),
	 "Annotate faults and add to the summary of the step, on GitHub", NULL},
	{"name", 0, 0, G_OPTION_ARG_STRING, AT(name), "Name of this job in reports", "NAME"},
	{"quiet", 'q', 0, G_OPTION_ARG_NONE, AT(quiet), "Only the summary", NULL},
	{"verbose", 0, 0, G_OPTION_ARG_NONE, AT(verbose),
	 "Each test, and not only what nobody expected", NULL},
	OPTIONS_OF("To look into a failure:"),
	{"debug", 0, 0, G_OPTION_ARG_NONE, AT(debug),
	 "Stop before the image's first instruction and wait for a debugger; nothing is cut off, the folder stays",
	 NULL},
	{"print", 'n', 0, G_OPTION_ARG_NONE, AT(print),
	 "Print a shell script that runs the same without this program, for 'virtproof run -n | sh'",
	 NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

gboolean run_options_parse(struct run_options *options, int argc, char **argv)
{
	argc = take_words_behind(&options->vmm_words, argc, argv);
	if (!parse_options(
		    "[-- VMM-OPTION…]",
		    "Runs the image on a VMM, judges the devices, explains what failed.\n"
		    "Exit status: 0 nothing unexpected, 1 unexpected failures, 2 the suite or "
		    "the set-up failed, 3 the VMM died, 4 nothing but the transport was judged.",
		    entries, options, argc, argv))
		return FALSE;
	if (options->trace && !options->output)
		return complain("--trace tells nothing without --output FILE");
	if (options->reconnect && !options->daemons)
		return complain("--reconnect is for a --daemon");
	if (options->workload && !options->vhost_user)
		return complain("--workload is for a --vhost-user device");
	if (options->exit && strcmp(options->exit, "bisect") != 0 &&
	    strcmp(options->exit, "automake") != 0)
		return complain("--exit: the styles are bisect and automake");
	if (options->rerun && options->tests)
		return complain("--rerun-failed chooses the tests, and so does --tests");
	if (options->times && !options->parts)
		return complain("--times is for --shard I/N");
	if (options->one && !options->tests && !options->rerun)
		return complain("which test decides? -t SUITE.TEST chooses it");
	if (options->debug && !options->tests)
		return complain("--debug is for one test: -t SUITE.TEST chooses it");
	if (!options->operands)
		return TRUE;
	fprintf(stderr, "virtproof: what is '%s'? words for the VMM stand behind --\n",
		*options->operands);
	return FALSE;
}

char *run_options_append(const struct run_options *options)
{
	g_autofree char *tests = options->tests ? g_strjoinv(",", options->tests) : NULL;
	g_autofree char *skip = options->skip ? g_strjoinv(",", options->skip) : NULL;
	GString *words = g_string_new(NULL);

	if (options->list_tests)
		g_string_append(words, "vp.list ");
	if (options->trace)
		g_string_append(words, "vp.trace ");
	if (options->debug)
		g_string_append(words, "vp.timeout=3600000 vp.patience=3600000 ");
	if (tests)
		g_string_append_printf(words, "vp.tests=%s ", tests);
	if (skip)
		g_string_append_printf(words, "vp.skip=%s ", skip);
	if (options->shuffle)
		g_string_append_printf(words, "vp.shuffle=%d ", options->shuffle);
	g_string_append(words, options->append ? options->append : "");
	return g_strchomp(g_string_free(words, FALSE));
}

/* The user's words for the image but for those that choose tests, which a repetition does itself. The caller owns them. */
static char *lasting_words(const struct run_options *options)
{
	g_autoptr(GRegex) choices =
		g_regex_new("(^| )vp\\.(tests|skip|device|variant|from)=\\S*", 0, 0, NULL);
	g_autofree char *rest = g_regex_replace_literal(
		choices, options->append ? options->append : "", -1, 0, "", 0, NULL);

	return g_strdup(g_strstrip(rest));
}

static void add_option(GString *line, const char *option, const char *value)
{
	g_autofree char *quoted = value ? g_shell_quote(value) : NULL;

	if (value)
		g_string_append_printf(line, " %s %s", option, quoted);
}

static void add_options(GString *line, const char *option, char *const *values)
{
	for (; values && *values; values++)
		add_option(line, option, *values);
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
	g_autofree char *lasting = lasting_words(options);
	GString *line = g_string_new(start);

	add_option(line, "--vmm", options->vmm);
	add_option(line, "--machine", options->machine);
	add_option(line, "--accelerator", options->accelerator);
	add_option(line, "--program", options->program);
	add_option(line, "--image", options->image);
	add_number(line, "--cpus", options->cpus);
	add_number(line, "--memory", options->memory);
	add_options(line, "--device", options->devices);
	add_options(line, "--vhost-user", options->vhost_user);
	add_options(line, "--daemon", options->daemons);
	add_options(line, "--socket", options->sockets);
	add_option(line, "--workload", options->workload);
	if (options->reconnect)
		g_string_append(line, " --reconnect");
	add_option(line, "--expect", options->expect);
	add_number(line, "--silence", options->silence);
	add_number(line, "--incidents", options->incidents);
	if (options->strict)
		g_string_append(line, " --strict");
	g_string_append_printf(line, " --append '%s%s", lasting, *lasting ? " " : "");
	return g_string_free(line, FALSE);
}

char *run_options_repeat_after(const struct run_options *options)
{
	g_autofree char *rest = options->vmm_words ? shell_line(options->vmm_words) : NULL;

	return rest && *rest ? g_strdup_printf("' -- %s", rest) : g_strdup("'");
}
