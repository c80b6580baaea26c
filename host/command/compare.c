/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof compare */
#include "host/command/commands.h"

#include <stdio.h>
#include <string.h>

#include "host/command/arguments.h"
#include "host/command/compare_tell.h"
#include "host/command/duel.h"
#include "host/command/interruption.h"
#include "host/record/load.h"

#define DEFAULT_GATE    5
#define DEFAULT_SECONDS 180

/* How probable a false finding may be in recorded runs, which cannot be asked for more. */
#define LEVEL 0.01

struct compare_options {
	double gate;    /* percent */
	gboolean gated; /* the user has said so */
	int seconds;
	gboolean run, anyway, all;
	char *logs;
	char **operands, **words;
};

#define AT(member) OPTION_AT(struct compare_options, member)

static gboolean take_time(const char *name, const char *value, void *data, GError **error)
{
	struct compare_options *options = data;

	return parse_time(name, value, &options->seconds, error);
}

static gboolean take_gate(const char *name, const char *value, void *data, GError **error)
{
	struct compare_options *options = data;
	char *end;

	options->gate = g_ascii_strtod(value, &end);
	options->gated = TRUE;
	if (end != value && !*end && options->gate >= 0)
		return TRUE;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    "%s: '%s' is no difference of 0 percent or more", name, value);
	return FALSE;
}

static const GOptionEntry entries[] = {
	{"run", 'r', 0, G_OPTION_ARG_NONE, AT(run),
	 "Measure them now, in turns: A and B are VMMs, descriptors or programs, and may have options of 'virtproof run' behind them",
	 NULL},
	{"time-limit", 0, 0, G_OPTION_ARG_CALLBACK, take_time, "Begin no run after that (3m)",
	 "TIME"},
	{"logs", 0, 0, G_OPTION_ARG_FILENAME, AT(logs), "Keep the records of those runs", "FOLDER"},
	{"gate", 'g', 0, G_OPTION_ARG_CALLBACK, take_gate,
	 "A figure that is worse by less than PERCENT is not (5; of a p99 twice as much). Records by which none can be "
	 "judged do not pass",
	 "PERCENT"},
	{"all", 0, 0, G_OPTION_ARG_NONE, AT(all), "Also show figures that nobody judges", NULL},
	{"anyway", 0, 0, G_OPTION_ARG_NONE, AT(anyway),
	 "Compare figures although device, features or machine differ, or a run was disturbed; let pass what is "
	 "judged no more",
	 NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

/* Runs that did not come to their end, or whose records did not: returns how many. */
static unsigned tell_incomplete(const char *side, const GPtrArray *jobs)
{
	unsigned count = 0;

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = jobs->pdata[i];

		if (job_is_complete(job))
			continue;
		printf("incomplete: %s: %s: what it would have judged is not known\n", side,
		       job->name);
		count++;
	}
	return count;
}

/* The words by which a job is run again, the program's own first. NULL where its records do not say; the caller owns them. */
static char **words_of(const struct job *job)
{
	g_autofree char *line = g_strconcat(job->repeat_before, job->repeat_after, NULL);
	char **words = NULL;

	return g_shell_parse_argv(line, NULL, &words, NULL) ? words : NULL;
}

/* What one side was told, and the other was not; a value stands behind its option. */
static void tell_own_words(const char *side, char *const *words, char *const *others)
{
	g_autoptr(GString) own = g_string_new(NULL);

	for (unsigned i = 1; words[i]; i++) {
		gboolean is_value = words[i][0] != '-' && words[i - 1][0] == '-';

		if (!g_strv_contains((const char *const *)others + 1, words[i]))
			g_string_append_printf(own, " %s%s%s", is_value ? words[i - 1] : "",
					       is_value ? " " : "", words[i]);
	}
	if (own->len)
		printf("only %s was told:%s\n", side, own->str);
}

static void tell_words(const struct job *a, const struct job *b)
{
	g_auto(GStrv) words = words_of(a), others = words_of(b);

	if (words && others) {
		tell_own_words("A", words, others);
		tell_own_words("B", others, words);
	}
}

static void tell_runs(const GPtrArray *pairs)
{
	for (unsigned i = 0; i < pairs->len; i++) {
		const struct pair *pair = pairs->pdata[i];
		const struct job *a = pair->a->pdata[0], *b = pair->b->pdata[0];

		printf("A: %s on %s %s, %u run%s; B: %s on %s %s, %u run%s\n", a->name, a->vmm,
		       a->version, pair->a->len, pair->a->len == 1 ? "" : "s", b->name, b->vmm,
		       b->version, pair->b->len, pair->b->len == 1 ? "" : "s");
		tell_words(a, b);
	}
}

static int compare_jobs(const GPtrArray *a, const GPtrArray *b,
			const struct compare_options *options)
{
	struct compare *compare = compare_new();
	g_autoptr(GPtrArray) pairs = compare_pairs(a, b, compare);
	const struct compare_rule rule = {.relative = options->gate / 100,
					  .level = LEVEL / MAX(pairs->len, 1),
					  .anyway = options->anyway,
					  .disturbed_too = options->anyway};
	int status = EXIT_AS_EXPECTED;

	for (unsigned i = 0; i < pairs->len; i++) {
		compare_verdicts(compare, pairs->pdata[i]);
		compare_figures(compare, pairs->pdata[i], &rule);
	}
	tell_runs(pairs);

	unsigned worse = compare_tell_changes(compare, options->anyway);

	worse += compare_tell_figures(compare, options->all);
	compare_tell_refusals(compare);
	if (tell_incomplete("A", a) + tell_incomplete("B", b))
		status = EXIT_TROUBLE;
	if (options->gated && !compare_could_tell(compare)) {
		complain("--gate: by these records no figure can be judged");
		status = EXIT_TROUBLE;
	}
	if (worse)
		status = EXIT_UNEXPECTED;
	if (compare->tests == 0 && compare->comparisons->len == 0) {
		fputs("virtproof: there is nothing that A and B have in common\n", stderr);
		status = EXIT_TROUBLE;
	}
	compare_free(compare);
	return status;
}

static int compare_logs(const struct compare_options *options)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) a = jobs_load(options->operands[0], &error);
	g_autoptr(GPtrArray) b = a ? jobs_load(options->operands[1], &error) : NULL;

	if (b)
		return compare_jobs(a, b, options);
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}

static int compare_vmms(const struct compare_options *options)
{
	const struct duel_request request = {
		.sides = options->operands,
		.words = options->words,
		.logs = options->logs,
		.relative = options->gate / 100,
		.disturbed_too = options->anyway,
		.seconds = (unsigned)options->seconds,
	};
	g_autoptr(GError) error = NULL;
	struct compare *compare;
	int status;
	unsigned worse;

	interruption_prepare();
	compare = duel(&request, &error);
	if (!compare) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		return interruption_signal() ? EXIT_BY_SIGNAL + interruption_signal()
					     : EXIT_TROUBLE;
	}
	if (!compare->comparisons->len && !compare->disturbed)
		puts("figures: no figure of B could be judged");
	worse = compare_tell_changes(compare, TRUE);
	worse += compare_tell_figures(compare, options->all);
	status = worse                         ? EXIT_UNEXPECTED
		 : compare_could_tell(compare) ? EXIT_AS_EXPECTED
					       : EXIT_TROUBLE;
	compare_tell_refusals(compare);
	compare_free(compare);
	return status;
}

static gboolean is_possible(const struct compare_options *options)
{
	char **operands = options->operands;

	if (options->run && (!operands || !operands[0] || !operands[1] || operands[2]))
		return complain("compare --run takes two VMMs; what stands behind -- is for both");
	if (!operands || !operands[0] || !operands[1] || operands[2])
		return complain("compare takes two files of records; 'merge' makes one of many");
	if (!options->run && (options->words || options->logs))
		return complain("--logs and words behind -- are for --run");
	return TRUE;
}

int command_compare(int argc, char **argv)
{
	struct compare_options options = {.gate = DEFAULT_GATE, .seconds = DEFAULT_SECONDS};

	argc = take_words_behind(&options.words, argc, argv);
	if (!parse_options(
		    "A B [-- OPTION…]",
		    "Compares two files of records, each of one or many runs, or two VMMs: verdicts that "
		    "changed,\nfigures that differ. Exit status: 0 nothing worse, 1 worse, 2 not "
		    "comparable.",
		    entries, &options, argc, argv) ||
	    !is_possible(&options))
		return EXIT_TROUBLE;
	return options.run ? compare_vmms(&options) : compare_logs(&options);
}
