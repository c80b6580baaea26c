/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells people how a job goes: on a terminal one line that is kept up to date; what nobody expected, or each test, as
 * lines of their own. At the end, a summary.
 */
#ifndef HOST_REPORT_NARRATOR_H
#define HOST_REPORT_NARRATOR_H

#include <stdio.h>

#include "host/session/session.h"
#include "host/verdict/conclusion.h"

/* How much is told. */
enum narrator_talk {
	NARRATOR_SUMMARY, /* the end */
	NARRATOR_NEWS,    /* what nobody expected, too */
	NARRATOR_ALL,     /* each test */
};

/* Who tells. */
struct narrator;

/*
 * Tells on `out`, which has to live as long; terminal: it may be redrawn; quiet: nothing but the summary.
 * Never fails; the caller owns the narrator.
 */
struct narrator *narrator_new(FILE *out, gboolean terminal, enum narrator_talk talk);

/* Frees it; nothing more is told. */
void narrator_free(struct narrator *narrator);

/* What a session tells the narrator through, as long as that lives. */
struct session_viewer narrator_viewer(struct narrator *narrator);

/*
 * The summary, with each fault that is news: what fails unexpectedly, and warnings that nobody foresaw. trouble is
 * what ended the session early, or NULL.
 */
void narrator_finish(struct narrator *narrator, const struct conclusion *conclusion,
		     const char *trouble);

#endif
