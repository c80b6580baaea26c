/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM's control socket that speaks QMP: JSON objects, one a line, a greeting, events between
 * the answers (QEMU's docs/interop/qmp-spec). Calls wait, but never long.
 */
#ifndef HOST_SESSION_CONTROL_H
#define HOST_SESSION_CONTROL_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* An open connection. */
struct control;

/*
 * Connects and negotiates. While an answer is waited for, then and later, `meanwhile` (NULL: nothing) is called again and
 * again: a VMM that says much elsewhere goes on only if that is read. NULL with error set when nobody answers within
 * seconds. The caller owns it.
 */
struct control *control_open(const char *path, void (*meanwhile)(void *context), void *context,
			     GError **error);

/* Closes the connection. NULL is fine. */
void control_close(struct control *control);

/*
 * Sends one command ({"execute":…}), to which it gives an id, and waits for its answer: what comes late for an earlier
 * one is no answer to it. Returns what it returned, which the caller owns, or NULL with error set: the VMM's own words
 * when it refused.
 */
JsonNode *control_execute(struct control *control, JsonNode *command, GError **error);

/*
 * Why the guest cannot go on, where the VMM says so by its status ("internal-error"); NULL when it
 * runs, or when the VMM does not answer. The caller owns it.
 */
char *control_trouble(struct control *control);

#endif
