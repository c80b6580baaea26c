/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device was configured as, in the words of the guest (docs/ask.md). */
#ifndef HOST_SESSION_CONFIGURED_H
#define HOST_SESSION_CONFIGURED_H

#include "host/session/launch.h"

/*
 * NAME=VALUE words with blanks between: what the device's group in the descriptor says, and what the group [configured]
 * makes of the properties that the user gave; of a name the last. NULL with error set. The caller owns it.
 */
char *configured_words(const struct launch *launch, struct launch_device *device, GError **error);

#endif
