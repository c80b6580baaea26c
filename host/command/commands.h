/* SPDX-License-Identifier: BSD-2-Clause */
/* The sub-commands of the program and what they have in common. */
#ifndef HOST_COMMAND_COMMANDS_H
#define HOST_COMMAND_COMMANDS_H

/* The program's exit statuses; which of two is worse: worse_status(). */
enum exit_status {
	EXIT_AS_EXPECTED = 0,
	EXIT_UNEXPECTED = 1,
	EXIT_TROUBLE = 2, /* the suite or the set-up failed, or the command line is wrong */
	EXIT_VMM_DOWN = 3,
	EXIT_TRANSPORT_ALONE = 4, /* nothing unexpected, and nothing but the transport was judged */
	EXIT_BY_SIGNAL = 128,     /* + the signal */

	/* What others take for "not judged". */
	EXIT_AUTOMAKE_SKIP = 77,
	EXIT_AUTOMAKE_ERROR = 99,
	EXIT_BISECT_SKIP = 125,
};

/* A sub-command takes its own words, argv[0] being its name, and returns the exit status. */
typedef int command(int argc, char **argv);

/* One file each; docs/host.md says what they do. */
command command_run, command_bisect_step, command_report, command_matrix, command_merge,
	command_compare, command_list, command_site;

#endif
