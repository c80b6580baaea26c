/* SPDX-License-Identifier: BSD-2-Clause */
/* The last lines of an output that may be endless and may hold anything. */
#ifndef HOST_SESSION_TAIL_H
#define HOST_SESSION_TAIL_H

#include <glib.h>

/* Between tail_init() and tail_clear(). */
struct tail {
	GString *text;
	gint64 total; /* bytes seen */
	gint64 mark;  /* of these, when tail_mark() was called last */
	gint64 burst; /* bytes seen before those that came last, one soon after the other */
	gint64 added; /* when the last came; monotonic */
};

/* Makes it empty; tail_clear() frees what it holds. */
void tail_init(struct tail *tail);

/* Frees what it holds; tail_init() makes it usable again. */
void tail_clear(struct tail *tail);

/* Adds bytes, any bytes; what is more than a few KiB old is forgotten. */
void tail_add(struct tail *tail, const char *bytes, gsize length);

/* What is left, as printable UTF-8 without control characters, whole lines. The caller owns it. */
char *tail_text(const struct tail *tail);

/*
 * What follows is what tail_since_mark() returns, and what came a moment ago: two outputs of a process are not
 * read at once.
 */
void tail_mark(struct tail *tail);

/* As tail_text(), but only what came since tail_mark(). The caller owns it. */
char *tail_since_mark(const struct tail *tail);

#endif
