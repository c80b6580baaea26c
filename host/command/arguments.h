/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines: taken apart into options, and put together for a shell. */
#ifndef HOST_COMMAND_ARGUMENTS_H
#define HOST_COMMAND_ARGUMENTS_H

#include <glib.h>

/*
 * Parses the options of a sub-command and leaves the operands in argv, whose words then last as long
 * as the program. arguments and summary stand in --help. FALSE when the command line is wrong, which
 * has been said on standard error.
 */
gboolean parse_options(const char *arguments, const char *summary, const GOptionEntry *entries,
		       int *argc, char ***argv);

/* The words, NULL behind the last, as a line that a shell takes apart into them. The caller owns it. */
char *shell_line(char *const *words);

/* Remembers argv[0], which is not copied, for invoked_as(). */
void remember_invocation(const char *program);

/* The program as it was invoked, as the first word of a command that repeats something. */
const char *invoked_as(void);

#endif
