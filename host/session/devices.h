/* SPDX-License-Identifier: BSD-2-Clause */
/* The devices of a job: their places, files, daemons and words of the command. */
#ifndef HOST_SESSION_DEVICES_H
#define HOST_SESSION_DEVICES_H

#include "host/session/parts.h"

/*
 * Adds all that is asked for, or what the descriptor has where nothing is. FALSE with error set when the descriptor has no
 * such device, a file cannot be made, or there is no place left.
 */
gboolean launch_add_devices(struct launch *launch, const struct launch_request *request,
			    GError **error);

/* Frees a struct launch_device. */
void launch_device_free(void *device);

#endif
