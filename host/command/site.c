/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof site */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/report/site.h"
#include "host/system/paths.h"

struct site_options {
	char *expect;
	char **operands; /* the folder, and files */
};

#define AT(member) OPTION_AT(struct site_options, member)

static const GOptionEntry entries[] = {
	{"expect", 'e', 0, G_OPTION_ARG_FILENAME, AT(expect),
	 "Known failures and their causes ('none': none; known/expect/VMM-VERSION.expect)", "FILE"},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

static gboolean write_site(const struct site_options *options, GError **error)
{
	g_autofree char *image = paths_image("elf");
	struct report *report = report_load(options->operands + 1, options->expect, FALSE, error);
	struct catalogue *catalogue = report ? catalogue_of(image) : NULL;
	struct standing *standing = report ? standing_of(report, catalogue) : NULL;
	gboolean fine = standing && site_write(standing, catalogue, *options->operands, error);

	if (standing)
		standing_free(standing);
	catalogue_free(catalogue);
	report_free(report);
	return fine;
}

int command_site(int argc, char **argv)
{
	struct site_options options = {NULL};
	g_autoptr(GError) error = NULL;

	if (!parse_options("FOLDER RECORDS…",
			   "Makes static pages of the records of many VMMs and versions.", entries,
			   &options, argc, argv))
		return EXIT_TROUBLE;
	if (!options.operands || !options.operands[1]) {
		fputs("virtproof: which folder, and which files of records? try --help\n", stderr);
		return EXIT_TROUBLE;
	}
	if (write_site(&options, &error))
		return EXIT_AS_EXPECTED;
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
