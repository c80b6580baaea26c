/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/arguments.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/commands.h"
#include "host/system/spelling.h"

static const char *invocation;

void remember_invocation(const char *program)
{
	invocation = program;
}

const char *invoked_as(void)
{
	return invocation;
}

/* The entry of a short option that takes a value, or NULL. */
static const GOptionEntry *entry_with_value(const GOptionEntry *entries, char letter)
{
	for (; entries->long_name; entries++) {
		if (entries->short_name == letter && entries->arg != G_OPTION_ARG_NONE)
			return entries;
	}
	return NULL;
}

/* GLib does not know -j2 for -j 2, which everybody else does. The words last as the program. */
static void separate_values(const GOptionEntry *entries, int *argc, char ***argv)
{
	GPtrArray *words = g_ptr_array_new();
	gboolean ours = TRUE;

	for (char **word = *argv; *word; word++) {
		const char *text = *word;

		ours = ours && strcmp(text, "--") != 0;
		if (ours && text[0] == '-' && g_ascii_isalpha(text[1]) && text[2] &&
		    entry_with_value(entries, text[1])) {
			g_ptr_array_add(words, g_strndup(text, 2));
			g_ptr_array_add(words, g_strdup(text + 2));
		} else {
			g_ptr_array_add(words, *word);
		}
	}
	*argc = (int)words->len;
	g_ptr_array_add(words, NULL);
	*argv = (char **)g_ptr_array_free(words, FALSE);
}

int worse_status(int one, int other)
{
	static const int order[] = {EXIT_AS_EXPECTED, EXIT_TRANSPORT_ALONE, EXIT_UNEXPECTED,
				    EXIT_TROUBLE, EXIT_VMM_DOWN};

	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
		if (one == order[i])
			return other;
		if (other == order[i])
			return one;
	}
	return MAX(one, other);
}

int status_when_written(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("virtproof: standard output: not all of it could be written\n", stderr);
	/* What is lost is said once. */
	__fpurge(stdout);
	clearerr(stdout);
	return worse_status(status, EXIT_TROUBLE);
}

/* Prints the help with all titles, which GLib does for --help-all alone, and ends. */
static gboolean take_help(const char *name, const char *value, void *data, GError **error)
{
	GOptionContext *const *context = data;
	g_autofree char *help = g_option_context_get_help(*context, FALSE, NULL);

	fputs(help, stdout);
	exit(status_when_written(EXIT_AS_EXPECTED));
}

/* The entries with places in *options for offsets into it, in a group for each title. */
static void bind_entries(GOptionContext **context, const GOptionEntry *entries, void *options)
{
	static const GOptionEntry help[] = {
		{"help", 'h', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, take_help,
		 "Explain the options", NULL},
		{NULL},
	};
	GOptionGroup *main = g_option_group_new(NULL, NULL, NULL, options, NULL), *group = main;
	GOptionGroup *last = g_option_group_new("help", "Help:", "", context, NULL);

	g_option_context_set_help_enabled(*context, FALSE);
	g_option_context_set_main_group(*context, main);
	for (; entries->long_name; entries++) {
		GOptionEntry bound[] = {*entries, {NULL}};
		gboolean is_title = strcmp(entries->long_name, OPTION_TITLE) == 0;

		if (is_title) {
			group = g_option_group_new(entries->description, entries->description, "",
						   options, NULL);
			g_option_context_add_group(*context, group);
			continue;
		}
		if (entries->arg != G_OPTION_ARG_CALLBACK)
			bound[0].arg_data = (char *)options + GPOINTER_TO_SIZE(entries->arg_data);
		/* Words that are no options belong to nothing else. */
		g_option_group_add_entries(*entries->long_name ? group : main, bound);
	}
	g_option_group_add_entries(last, help);
	g_option_context_add_group(*context, last);
}

/* What is wrong, and for a long option that is not known which one was meant. */
static void explain(const GError *error, const GOptionEntry *entries)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *option = strstr(error->message, "--"), *nearest = NULL;

	for (; entries->long_name; entries++)
		g_ptr_array_add(names, (char *)entries->long_name);
	g_ptr_array_add(names, "help");
	g_ptr_array_add(names, NULL);
	if (option && g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)) {
		g_autofree char *name = g_strndup(option + 2, strcspn(option + 2, "= "));

		nearest = spelling_nearest(name, (const char *const *)names->pdata);
	}
	fprintf(stderr, "virtproof: %s%s%s%s; try --help\n", error->message,
		nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
}

gboolean parse_options(const char *arguments, const char *summary, const GOptionEntry *entries,
		       void *options, int argc, char **argv)
{
	GOptionContext *context = g_option_context_new(arguments);
	g_autoptr(GError) error = NULL;
	gboolean fine;

	separate_values(entries, &argc, &argv);
	g_option_context_set_summary(context, summary);
	bind_entries(&context, entries, options);
	fine = g_option_context_parse(context, &argc, &argv, &error);
	if (!fine)
		explain(error, entries);
	g_option_context_free(context);
	return fine;
}

int take_words_behind(char ***behind, int argc, char **argv)
{
	*behind = NULL;
	for (int n = 1; n < argc; n++) {
		if (strcmp(argv[n], "--") == 0) {
			*behind = argv + n + 1;
			argv[n] = NULL;
			return n;
		}
	}
	return argc;
}

gboolean complain(const char *sentence)
{
	fprintf(stderr, "virtproof: %s\n", sentence);
	return FALSE;
}

gboolean parse_time(const char *option, const char *value, int *seconds, GError **error)
{
	g_autofree char *number = g_strndup(value, strspn(value, "0123456789"));
	const char *unit = value + strlen(number);
	guint64 count = 0, each = strcmp(unit, "h") == 0 ? 3600 : strcmp(unit, "m") == 0 ? 60 : 1;

	if ((*unit && each == 1 && strcmp(unit, "s") != 0) ||
	    !g_ascii_string_to_unsigned(number, 10, 1, G_MAXINT / each, &count, NULL)) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "%s: '%s' is no time, such as 90, 90s, 5m or 2h", option, value);
		return FALSE;
	}
	*seconds = (int)(count * each);
	return TRUE;
}
