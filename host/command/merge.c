/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof merge */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/record/merge.h"
#include "host/system/output.h"

struct merge_options {
	char *output;
	char **operands;
};

#define AT(member) OPTION_AT(struct merge_options, member)

static const GOptionEntry entries[] = {
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, AT(output), "Where it goes (standard output)",
	 "FILE"},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

int command_merge(int argc, char **argv)
{
	struct merge_options options = {NULL};
	g_autoptr(GError) error = NULL;

	if (!parse_options("RECORDS…", "Puts the records of many runs into one file.", entries,
			   &options, argc, argv))
		return EXIT_TROUBLE;
	if (!options.operands) {
		fputs("virtproof: which files of records? try --help\n", stderr);
		return EXIT_TROUBLE;
	}

	char *output = options.output ? options.output : "-", *const outputs[] = {output, NULL};

	if (outputs_are_apart(outputs, options.operands, &error) &&
	    records_merge(options.operands, output, &error))
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
