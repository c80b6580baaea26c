/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines, taken apart into options. */
#ifndef HOST_COMMAND_ARGUMENTS_H
#define HOST_COMMAND_ARGUMENTS_H

#include <stddef.h>

#include <glib.h>

/* Where an option's value goes: arg_data of an entry that is no callback, a member of the options' struct. */
#define OPTION_AT(type, member) GSIZE_TO_POINTER(offsetof(type, member))

/* An entry that is no option: --help has what follows below this title. The first entry may be one. */
#define OPTION_TITLE "-"
#define OPTIONS_OF(title)                                                                          \
	{                                                                                          \
		OPTION_TITLE, 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL, title, NULL        \
	}

/*
 * Parses the options of a sub-command into *options, as the entries say by OPTION_AT(); a callback gets
 * it as its data. What is said is kept as long as the program runs. arguments and summary stand in
 * --help, which ends the program. FALSE when the command line is wrong, which has been said on standard
 * error.
 */
gboolean parse_options(const char *arguments, const char *summary, const GOptionEntry *entries,
		       void *options, int argc, char **argv);

/*
 * Cuts the words of a command at "--": *behind becomes those that stand behind it, NULL where there is none. Returns how
 * many stand before.
 */
int take_words_behind(char ***behind, int argc, char **argv);

/* Says on standard error what is wrong with a command line. Returns FALSE. */
gboolean complain(const char *sentence);

/* The value of an option that is a time ("90", "90s", "5m", "2h") in seconds, above 0; FALSE with error set. */
gboolean parse_time(const char *option, const char *value, int *seconds, GError **error);

/* The worse of two exit statuses: the VMM went down, trouble, unexpected failures, nothing but the transport judged. */
int worse_status(int one, int other);

/* The exit status, which is trouble where standard output could not be written and nothing was worse; then that is said, once. */
int status_when_written(int status);

/* Remembers argv[0], which is not copied, for invoked_as(). */
void remember_invocation(const char *program);

/* The program as it was invoked, as the first word of a command that repeats something. */
const char *invoked_as(void);

#endif
