/* SPDX-License-Identifier: BSD-2-Clause */
/* What is written for the user: there as a whole or not at all, and never over what is read. */
#ifndef HOST_SYSTEM_OUTPUT_H
#define HOST_SYSTEM_OUTPUT_H

#include <stdio.h>

#include <glib.h>

/* A file on its way. */
struct output {
	const char *path; /* "-" is standard output */
	FILE *stream;     /* takes what shall be in it */
	char *text;
	size_t length;
};

/* Begins one; nothing is touched yet. path has to live as long. Never fails. */
void output_open(struct output *output, const char *path);

/*
 * Puts it where it belongs: a file takes the place of an earlier one at once, and is on the disk then; what is no
 * regular file is written to. FALSE with error set when not all of it could be written, an earlier file being as
 * it was.
 */
gboolean output_close(struct output *output, GError **error);

/* Forgets it instead. */
void output_drop(struct output *output);

/*
 * Whether no output is an input, or another output, by whatever name. Both lists end with NULL and may be NULL;
 * "-" is standard output or input. FALSE with error set, which names the file.
 */
gboolean outputs_are_apart(char *const *outputs, char *const *inputs, GError **error);

#endif
