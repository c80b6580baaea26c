/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof, the program on the host: chooses the sub-command. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#include "host/commands.h"

#ifndef VIRTPROOF_VERSION
#define VIRTPROOF_VERSION "unversioned"
#endif

static const struct command {
	const char *name;
	const char *about;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"run", "run the image on a VMM and judge its devices", command_run},
	{"matrix", "run all jobs of a matrix file, several at a time", command_matrix},
	{"merge", "put the records of many runs into one file", command_merge},
	{"report", "make a document of what runs have recorded", command_report},
	{"compare", "compare two sets of runs: verdicts and figures", command_compare},
	{"list", "list the VMMs that are known, or what one of them has", command_list},
};

static int caught_signal;
static const char *program;

const char *invoked_as(void)
{
	return program;
}

GCancellable *interruption(void)
{
	static GCancellable *cancel;

	if (!cancel)
		cancel = g_cancellable_new();
	return cancel;
}

int interruption_signal(void)
{
	return caught_signal;
}

static gboolean catch_signal(void *context)
{
	caught_signal = GPOINTER_TO_INT(context);
	g_cancellable_cancel(interruption());
	return G_SOURCE_CONTINUE;
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

gboolean parse_options(const char *arguments, const char *summary, const GOptionEntry *entries,
		       int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);
	g_autoptr(GError) error = NULL;

	separate_values(entries, argc, argv);
	g_option_context_set_summary(context, summary);
	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, argc, argv, &error))
		return TRUE;
	fprintf(stderr, "virtproof: %s; try --help\n", error->message);
	return FALSE;
}

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
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	program = argv[0];
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	for (unsigned i = 0; i < G_N_ELEMENTS(signals); i++)
		g_unix_signal_add(signals[i], catch_signal, GINT_TO_POINTER(signals[i]));
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
