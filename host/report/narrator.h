/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells people how a job goes: a line for each finished test when the output is piped; on a
 * terminal one line that is kept up to date, and only what went wrong as lines of its own. At
 * the end, a summary.
 */
#ifndef HOST_REPORT_NARRATOR_H
#define HOST_REPORT_NARRATOR_H

#include <stdio.h>

#include "host/session/session.h"

/* Who tells. */
struct narrator;

/*
 * Tells on `out`, which has to live as long; terminal: it may be redrawn; quiet: nothing but the summary.
 * Never fails; the caller owns the narrator.
 */
struct narrator *narrator_new(FILE *out, gboolean terminal, gboolean quiet);

/* Frees it; nothing more is told. */
void narrator_free(struct narrator *narrator);

/* What a session tells the narrator through, as long as that lives. */
struct session_viewer narrator_viewer(struct narrator *narrator);

/*
 * The summary, with all that failed unexpectedly (strict: warnings too). trouble is what ended
 * the session early, or NULL.
 */
void narrator_finish(struct narrator *narrator, const struct job *job, gboolean strict,
		     const char *trouble);

#endif
