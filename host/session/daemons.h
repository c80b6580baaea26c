/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs that serve devices from outside the VMM. */
#ifndef HOST_SESSION_DAEMONS_H
#define HOST_SESSION_DAEMONS_H

#include <glib.h>

#include "host/session/launch.h"

/*
 * Starts all of them, and waits until each socket that the VMM will look for is there. NULL
 * with error set when one cannot be started, or does not open its socket within seconds. The caller owns the
 * array, and with it they end.
 */
GPtrArray *daemons_start(const struct launch *launch, GError **error);

/* What those started last have printed last; "" for nothing. The caller owns it. */
char *daemons_last_words(const struct launch *launch);

#endif
