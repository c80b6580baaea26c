/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs that serve devices from outside the VMM. */
#ifndef HOST_SESSION_DAEMONS_H
#define HOST_SESSION_DAEMONS_H

#include <glib.h>

#include "host/session/launch.h"

/* Those of one boot. */
struct daemons;

/*
 * Starts all of them, and waits until each socket that the VMM will look for is there. NULL
 * with error set when one cannot be started, or does not open its socket within seconds. The caller owns
 * them; the launch has to live as long.
 */
struct daemons *daemons_start(const struct launch *launch, GError **error);

/* Ends all of them. NULL is fine. */
void daemons_end(struct daemons *daemons);

/* The first that runs no more, and how it ended: "the daemon 'x' ended with status 1"; or NULL. The caller owns it. */
char *daemons_first_end(const struct daemons *daemons);

/* Who they are in words, "the daemon 'x'"; NULL when there is none. The caller owns it. */
char *daemons_name(const struct daemons *daemons);

/* What all of them have printed last; "" for nothing. The caller owns it. */
char *daemons_last_words(const struct daemons *daemons);

/* What follows is what daemons_said() returns. */
void daemons_mark(struct daemons *daemons);

/* What they have printed since daemons_mark(), the last of it; "" for nothing. The caller owns it. */
char *daemons_said(const struct daemons *daemons);

#endif
