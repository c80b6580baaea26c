/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs that serve devices from outside the VMM. */
#ifndef HOST_SESSION_DAEMONS_H
#define HOST_SESSION_DAEMONS_H

#include <gio/gio.h>

#include "host/session/launch.h"
#include "host/session/transcript.h"

/* Those of one boot. */
struct daemons;

/*
 * Starts all of them, and waits until each socket that the VMM will look for is there. NULL
 * with error set when one cannot be started, does not open its socket within seconds, or cancel is cancelled, which
 * may be NULL. What they say goes to the transcript, too, unless that is NULL. The caller owns them; launch and
 * transcript have to live as long.
 */
struct daemons *daemons_start(const struct launch *launch, struct transcript *transcript,
			      GCancellable *cancel, GError **error);

/* Ends all of them. NULL is fine. */
void daemons_end(struct daemons *daemons);

/* The first that runs no more, and how it ended: "the daemon 'x' ended with status 1"; or NULL. The caller owns it. */
char *daemons_first_end(const struct daemons *daemons);

/* Who they are in words, "the daemon 'x'"; NULL when there is none. The caller owns it. */
char *daemons_name(const struct daemons *daemons);

/* Whether each was started here, so that it is known whether it lives. */
gboolean daemons_are_ours(const struct daemons *daemons);

/* What all of them have printed last; "" for nothing. The caller owns it. */
char *daemons_last_words(const struct daemons *daemons);

/*
 * The guest stands still until this has been done: what they have printed belongs to what it did by now. So does a note of
 * threads that have ended.
 * In words what else is to be told of them, "its connection is gone"; or NULL. The caller owns it.
 */
char *daemons_settle(struct daemons *daemons);

/*
 * Ends the one with that number, from 1, as a crash would: until it has come back, and up to daemons_mark(), neither its end nor
 * what is said of it is anybody's fault.
 */
void daemons_stop(struct daemons *daemons, unsigned number);

/*
 * Starts it again, and waits until it listens at the socket and the VMM has as many connections as before. FALSE with
 * error set when that takes more than seconds.
 */
gboolean daemons_come_back(struct daemons *daemons, unsigned number, const char *socket,
			   GCancellable *cancel, GError **error);

/* Whether one was stopped since daemons_mark(). */
gboolean daemons_were_stopped(const struct daemons *daemons);

/* What follows is what daemons_said() returns: what came since they settled or, where they do not, since now. */
void daemons_mark(struct daemons *daemons);

/* What they have printed since daemons_mark(), the last of it; "" for nothing. The caller owns it. */
char *daemons_said(const struct daemons *daemons);

#endif
