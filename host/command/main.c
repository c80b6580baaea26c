/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof, the program on the host: chooses the sub-command. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/command/arguments.h"
#include "host/command/commands.h"
#include "host/system/spelling.h"

static const struct command {
	const char *name;
	const char *about;
	command *run;
} commands[] = {
	{"run", "run the image on a VMM and judge its devices", command_run},
	{"bisect-step", "judge one test for 'git bisect run', or say that it cannot be judged",
	 command_bisect_step},
	{"matrix", "run all jobs of a matrix file, several at a time", command_matrix},
	{"merge", "put the records of many runs into one file", command_merge},
	{"report", "make a document of what runs have recorded", command_report},
	{"site", "make pages of what runs of many VMMs have recorded", command_site},
	{"compare", "compare two VMMs, or two sets of runs: verdicts and figures", command_compare},
	{"list", "list the VMMs that are known, or what one of them has", command_list},
};

static void print_help(FILE *out)
{
	fputs("Usage: virtproof COMMAND [OPTION…] [ARGUMENT…]\n"
	      "Judges, attacks and measures the virtio devices of a virtual machine monitor.\n\n",
	      out);
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].about);
	fputs("\nvirtproof COMMAND --help tells more. To begin with: virtproof run\n", out);
}

/* No file that is opened later must become standard output. */
static void keep_standard_files(void)
{
	int file = open("/dev/null", O_RDONLY);

	while (file >= 0 && file <= STDERR_FILENO)
		file = dup(file);
	if (file > STDERR_FILENO)
		close(file);
}

static gboolean is_one_of(const char *word, const char *option, const char *letter)
{
	return strcmp(word, option) == 0 || strcmp(word, letter) == 0;
}

static int run_command(int argc, char **argv)
{
	const char *names[G_N_ELEMENTS(commands) + 1] = {NULL}, *nearest;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_TROUBLE;
	}
	if (is_one_of(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_AS_EXPECTED;
	}
	if (is_one_of(argv[1], "--version", "-V")) {
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
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
		names[i] = commands[i].name;
	nearest = spelling_nearest(argv[1], names);
	fprintf(stderr, "virtproof: there is no command '%s'%s%s%s; try --help\n", argv[1],
		nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	remember_invocation(argv[0]);
	setlocale(LC_CTYPE, "");
	keep_standard_files();
	/* A file that may grow no more is an error like any other. */
	signal(SIGXFSZ, SIG_IGN);
	return status_when_written(run_command(argc, argv));
}
