/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof, the program on the host: chooses the sub-command. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "host/command/arguments.h"
#include "host/command/commands.h"
#include "host/command/interruption.h"

#ifndef VIRTPROOF_VERSION
#define VIRTPROOF_VERSION "unversioned"
#endif

static const struct command {
	const char *name;
	const char *about;
	command *run;
} commands[] = {
	{"run", "run the image on a VMM and judge its devices", command_run},
	{"matrix", "run all jobs of a matrix file, several at a time", command_matrix},
	{"merge", "put the records of many runs into one file", command_merge},
	{"report", "make a document of what runs have recorded", command_report},
	{"compare", "compare two sets of runs: verdicts and figures", command_compare},
	{"list", "list the VMMs that are known, or what one of them has", command_list},
};

static void print_help(FILE *out)
{
	fputs("Usage: virtproof COMMAND [OPTION…] [ARGUMENT…]\n"
	      "Judges, attacks and measures the virtio devices of a virtual machine monitor.\n\n",
	      out);
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].about);
	fputs("\nvirtproof COMMAND --help tells more. To begin with: virtproof run\n", out);
}

int main(int argc, char **argv)
{
	remember_invocation(argv[0]);
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	interruption_prepare();
	if (argc < 2) {
		print_help(stderr);
		return EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_AS_EXPECTED;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("virtproof " VIRTPROOF_VERSION);
		return EXIT_AS_EXPECTED;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			g_autofree char *name = g_strdup_printf("virtproof %s", argv[1]);

			g_set_prgname(name);
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	fprintf(stderr, "virtproof: there is no command '%s'; try --help\n", argv[1]);
	return EXIT_TROUBLE;
}
