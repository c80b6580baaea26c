/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/tail.h"

#include <string.h>

#define KEPT_BYTES 4096

/* One output may be read that much later than the other. */
#define MOMENT_US 10000

void tail_init(struct tail *tail)
{
	tail->text = g_string_new(NULL);
	tail->total = 0;
	tail->mark = 0;
	tail->burst = 0;
	tail->added = 0;
}

void tail_clear(struct tail *tail)
{
	g_string_free(tail->text, TRUE);
	tail->text = NULL;
}

void tail_add(struct tail *tail, const char *bytes, gsize length)
{
	gint64 now = g_get_monotonic_time();

	if (now - tail->added > MOMENT_US)
		tail->burst = tail->total;
	tail->added = now;
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

/* The last bytes, and no more than are kept. */
static char *text_of_last(const struct tail *tail, gint64 bytes)
{
	gsize wanted = (gsize)MIN(bytes, (gint64)MIN(tail->text->len, KEPT_BYTES));
	gsize skip = tail->text->len - wanted;
	const char *start = tail->text->str + skip;
	const char *newline = bytes > (gint64)wanted ? memchr(start, '\n', wanted) : NULL;

	if (newline)
		start = newline + 1;

	char *text = g_utf8_make_valid(start, (gssize)(tail->text->str + tail->text->len - start));

	blank_controls(text);
	return g_strchomp(text);
}
char *tail_text(const struct tail *tail)
{
	return text_of_last(tail, tail->total);
}

void tail_mark(struct tail *tail)
{
	gboolean settled = g_get_monotonic_time() - tail->added > MOMENT_US;

	tail->mark = settled ? tail->total : tail->burst;
}

char *tail_since_mark(const struct tail *tail)
{
	return text_of_last(tail, tail->total - tail->mark);
}
