/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof report */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/report/report.h"

static char *format_name, *output, *expect;
static char **operands;
static gboolean strict;

static const GOptionEntry entries[] = {
	{"format", 'f', 0, G_OPTION_ARG_STRING, &format_name,
	 "html, tap, junit, json or markdown (by the suffix of the output; html)", "FORMAT"},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where it goes ('-': standard output)",
	 "FILE"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, &expect,
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "A warning is a failure too", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &operands, NULL, NULL},
	{NULL},
};

static const struct report_format *choose_format(void)
{
	if (format_name)
		return report_format_named(format_name);
	return output ? report_format_of(output) : report_format_named("html");
}

static gboolean write_report(const struct report_format *format, GError **error)
{
	g_autoptr(GPtrArray) jobs = jobs_load_all(operands, error);
	struct report *report = jobs ? report_new(jobs, expect, strict, error) : NULL;
	gboolean fine = report && report_write(report, format, output ? output : "-", error);

	if (report)
		report_free(report);
	return fine;
}

int command_report(int argc, char **argv)
{
	if (!parse_options("RECORDS…",
			   "Makes a document of the records that 'run --log' and 'merge' keep.",
			   entries, &argc, &argv))
		return EXIT_TROUBLE;

	const struct report_format *format = choose_format();
	g_autoptr(GError) error = NULL;

	if (!operands) {
		fputs("virtproof: which files of records? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!format) {
		fputs("virtproof: the formats are html, tap, junit, json and markdown\n", stderr);
		return EXIT_TROUBLE;
	}
	if (write_report(format, &error))
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
