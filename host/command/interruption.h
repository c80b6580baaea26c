/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user wants to end: SIGINT, SIGTERM, SIGHUP. A command that has something to clean up still prints what is
 * known, then the program ends; one that has not is ended by the signal. A second one ends the program at once.
 */
#ifndef HOST_COMMAND_INTERRUPTION_H
#define HOST_COMMAND_INTERRUPTION_H

#include <gio/gio.h>

/*
 * From now on the signals cancel interruption() instead of ending the program, and a closed pipe is an error like
 * any other. Once, before all else.
 */
void interruption_prepare(void);

/* What the signals cancel, once and for all, from another thread. It belongs to the program. */
GCancellable *interruption(void);

/* The signal that did, or 0. */
int interruption_signal(void);

#endif
