/* SPDX-License-Identifier: BSD-2-Clause */
/* The sub-commands of the program and what they have in common. */
#ifndef HOST_COMMAND_COMMANDS_H
#define HOST_COMMAND_COMMANDS_H

/* The program's exit statuses, worst last but one. */
enum exit_status {
	EXIT_AS_EXPECTED = 0,
	EXIT_UNEXPECTED = 1,
	EXIT_TROUBLE = 2, /* the suite or the set-up failed, or the command line is wrong */
	EXIT_VMM_DOWN = 3,
	EXIT_BY_SIGNAL = 128, /* + the signal */
};

/* Each takes its own words, argv[0] being its name, and returns the exit status. */
int command_run(int argc, char **argv);
int command_report(int argc, char **argv);
int command_matrix(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_list(int argc, char **argv);

#endif
