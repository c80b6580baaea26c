/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof merge */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/record/merge.h"

static char *output;
static char **operands;

static const GOptionEntry entries[] = {
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where it goes (standard output)",
	 "FILE"},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &operands, NULL, NULL},
	{NULL},
};

int command_merge(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (!parse_options("RECORDS…", "Puts the records of many runs into one file.", entries,
			   &argc, &argv))
		return EXIT_TROUBLE;
	if (!operands) {
		fputs("virtproof: which files of records? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (records_merge(operands, output ? output : "-", &error))
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
