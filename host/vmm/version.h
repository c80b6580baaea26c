/* SPDX-License-Identifier: BSD-2-Clause */
/* What a VMM says of itself: its version, what it has. */
#ifndef HOST_VMM_VERSION_H
#define HOST_VMM_VERSION_H

#include <gio/gio.h>

#include "host/vmm/descriptor.h"
#include "host/vmm/template.h"

/*
 * What the command prints that a key of [vmm] is, whose names are in scope; "" when there is none, or the program cannot
 * be started. NULL with error set when it does not come to its end, or cancel is cancelled, which may be NULL. The
 * caller owns it.
 */
char *vmm_answer(const struct descriptor *descriptor, const char *key, const struct scope *scope,
		 GCancellable *cancel, GError **error);

/*
 * The version of the VMM, out of what it says to the command "version"; "" when it does not say. NULL as vmm_answer().
 * The caller owns it.
 */
char *vmm_version(const struct descriptor *descriptor, const struct scope *scope,
		  GCancellable *cancel, GError **error);

#endif
