/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/arguments.h"

#include <stdio.h>
#include <string.h>

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

/* The entries with places in *options for offsets into it. */
static GOptionGroup *bind_entries(const GOptionEntry *entries, void *options)
{
	GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, options, NULL);

	for (; entries->long_name; entries++) {
		GOptionEntry bound[] = {*entries, {NULL}};

		if (entries->arg != G_OPTION_ARG_CALLBACK)
			bound[0].arg_data = (char *)options + GPOINTER_TO_SIZE(entries->arg_data);
		g_option_group_add_entries(group, bound);
	}
	return group;
}

gboolean parse_options(const char *arguments, const char *summary, const GOptionEntry *entries,
		       void *options, int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);
	g_autoptr(GError) error = NULL;

	separate_values(entries, &argc, &argv);
	g_option_context_set_summary(context, summary);
	g_option_context_set_main_group(context, bind_entries(entries, options));
	if (g_option_context_parse(context, &argc, &argv, &error))
		return TRUE;
	fprintf(stderr, "virtproof: %s; try --help\n", error->message);
	return FALSE;
}

char *shell_line(char *const *command)
{
	GString *line = g_string_new(NULL);

	for (; *command; command++) {
		gboolean plain = **command != '\0' &&
				 strspn(*command, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
						  "WXYZ0123456789_-+=,./:@%") == strlen(*command);
		g_autofree char *quoted = plain ? g_strdup(*command) : g_shell_quote(*command);

		g_string_append_printf(line, "%s%s", line->len ? " " : "", quoted);
	}
	return g_string_free(line, FALSE);
}
