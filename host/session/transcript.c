/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/transcript.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

/* A line that is longer is cut there. */
#define LINE_MOST 4096

struct transcript {
	const char *path;
	FILE *out;
	gint64 began;
	GHashTable *open; /* who to what they have begun to say: GString */
};

static void free_line(void *line)
{
	g_string_free(line, TRUE);
}

struct transcript *transcript_open(const char *path, GError **error)
{
	struct transcript *transcript;
	FILE *out = fopen(path, "we");

	if (!out) {
		g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", path,
			    g_strerror(errno));
		return NULL;
	}
	/* Whoever follows it sees whole lines, and at once. */
	setvbuf(out, NULL, _IOLBF, BUFSIZ);
	transcript = g_new0(struct transcript, 1);
	transcript->path = path;
	transcript->out = out;
	transcript->began = g_get_monotonic_time();
	transcript->open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_line);
	return transcript;
}

static void put_line(struct transcript *transcript, const char *who, const char *text, gsize length)
{
	g_autofree char *fit = g_utf8_make_valid(text, (gssize)length);

	/* A terminal obeys control characters. */
	for (char *c = fit; *c; c++) {
		if (g_ascii_iscntrl(*c) && *c != '\t')
			*c = ' ';
	}
	fprintf(transcript->out, "%11.6f  %-8s  %s\n",
		(double)(g_get_monotonic_time() - transcript->began) / G_USEC_PER_SEC, who,
		g_strchomp(fit));
}

static GString *line_of(struct transcript *transcript, const char *who)
{
	GString *line = g_hash_table_lookup(transcript->open, who);

	if (!line) {
		line = g_string_new(NULL);
		g_hash_table_insert(transcript->open, g_strdup(who), line);
	}
	return line;
}

void transcript_add(struct transcript *transcript, const char *who, const char *bytes, gsize length)
{
	const char *end = bytes + length;
	GString *line;

	if (!transcript)
		return;
	line = line_of(transcript, who);
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (gsize)(end - bytes));
		const char *stop = newline ? newline : end;

		g_string_append_len(line, bytes, stop - bytes);
		if (newline || line->len > LINE_MOST) {
			put_line(transcript, who, line->str, line->len);
			g_string_truncate(line, 0);
		}
		bytes = newline ? newline + 1 : end;
	}
}

void transcript_note(struct transcript *transcript, const char *line)
{
	if (transcript)
		put_line(transcript, "--", line, strlen(line));
}

gboolean transcript_close(struct transcript *transcript, GError **error)
{
	GHashTableIter iterator;
	void *who, *line;
	gboolean fine;

	g_hash_table_iter_init(&iterator, transcript->open);
	while (g_hash_table_iter_next(&iterator, &who, &line)) {
		if (((GString *)line)->len)
			put_line(transcript, who, ((GString *)line)->str, ((GString *)line)->len);
	}
	fine = !ferror(transcript->out);
	fine = fclose(transcript->out) == 0 && fine;
	if (!fine)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "%s: not all that was said could be written", transcript->path);
	g_hash_table_unref(transcript->open);
	g_free(transcript);
	return fine;
}
