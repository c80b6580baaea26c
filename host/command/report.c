/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof report */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/report/documents.h"
#include "host/system/output.h"

struct report_options {
	char *format, *output, *expect;
	char **operands;
	gboolean strict;
};

#define AT(member) OPTION_AT(struct report_options, member)

static const GOptionEntry entries[] = {
	{"format", 'f', 0, G_OPTION_ARG_STRING, AT(format),
	 "html, tap, junit, json, markdown or badge (by the suffix of the output; html)", "FORMAT"},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, AT(output),
	 "Where it goes ('-': standard output)", "FILE"},
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, AT(expect),
	 "Expected failures ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{"strict", 0, 0, G_OPTION_ARG_NONE, AT(strict), "A warning is a failure too", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

static const struct document_format *choose_format(const struct report_options *options)
{
	if (options->format)
		return document_format_named(options->format);
	return options->output ? document_format_of(options->output)
			       : document_format_named("html");
}

static gboolean write_report(const struct report_options *options,
			     const struct document_format *format, GError **error)
{
	char *output = options->output ? options->output : "-";
	char *const outputs[] = {output, NULL}, *const expected[] = {options->expect, NULL};
	struct report *report = NULL;
	gboolean fine;

	if (outputs_are_apart(outputs, options->operands, error) &&
	    outputs_are_apart(outputs, expected, error))
		report = report_load(options->operands, options->expect, options->strict, error);
	fine = report && document_write(report, format, output, error);

	report_free(report);
	return fine;
}

int command_report(int argc, char **argv)
{
	struct report_options options = {NULL};

	if (!parse_options("RECORDS…",
			   "Makes a document of the records that 'run --log' and 'merge' keep.",
			   entries, &options, argc, argv))
		return EXIT_TROUBLE;

	const struct document_format *format = choose_format(&options);
	g_autoptr(GError) error = NULL;

	if (!options.operands) {
		fputs("virtproof: which files of records? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!format) {
		fputs("virtproof: the formats are html, tap, junit, json, markdown and badge\n",
		      stderr);
		return EXIT_TROUBLE;
	}
	if (write_report(&options, format, &error))
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
