/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/tail.h"

#include <string.h>

#define KEPT_BYTES 4096

void tail_init(struct tail *tail)
{
	tail->text = g_string_new(NULL);
	tail->total = 0;
}

void tail_clear(struct tail *tail)
{
	g_string_free(tail->text, TRUE);
	tail->text = NULL;
}

void tail_add(struct tail *tail, const char *bytes, gsize length)
{
	tail->total += (gint64)length;
	if (length > KEPT_BYTES) {
		bytes += length - KEPT_BYTES;
		length = KEPT_BYTES;
	}
	g_string_append_len(tail->text, bytes, (gssize)length);
	/* Cut seldom: moving the text for every byte of a flood would be the flood's doing. */
	if (tail->text->len > 4 * KEPT_BYTES)
		g_string_erase(tail->text, 0, (gssize)(tail->text->len - KEPT_BYTES));
}

/* A terminal obeys control characters, so none of a stranger's may reach it. */
static void blank_controls(char *text)
{
	for (; *text; text++) {
		if (g_ascii_iscntrl(*text) && *text != '\n' && *text != '\t')
			*text = ' ';
	}
}

char *tail_text(const struct tail *tail)
{
	gsize skip = tail->text->len > KEPT_BYTES ? tail->text->len - KEPT_BYTES : 0;
	const char *start = tail->text->str + skip;
	const char *newline = skip ? memchr(start, '\n', KEPT_BYTES) : NULL;

	if (newline)
		start = newline + 1;

	char *text = g_utf8_make_valid(start, (gssize)(tail->text->str + tail->text->len - start));

	blank_controls(text);
	return g_strchomp(text);
}
