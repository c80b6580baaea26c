/* SPDX-License-Identifier: BSD-2-Clause */
/* The user wants to end: SIGINT, SIGTERM, SIGHUP. What is known is still printed, then the program ends. */
#ifndef HOST_COMMAND_INTERRUPTION_H
#define HOST_COMMAND_INTERRUPTION_H

#include <gio/gio.h>

/* From now on the signals cancel interruption() instead of ending the program. Once, before all else. */
void interruption_prepare(void);

/* What the signals cancel, once and for all. It belongs to the program. */
GCancellable *interruption(void);

/* The signal that did, or 0. */
int interruption_signal(void);

#endif
