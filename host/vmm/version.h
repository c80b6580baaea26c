/* SPDX-License-Identifier: BSD-2-Clause */
/* Which version of a VMM there is. */
#ifndef HOST_VMM_VERSION_H
#define HOST_VMM_VERSION_H

#include "host/vmm/descriptor.h"
#include "host/vmm/template.h"

/*
 * The version of the VMM as its descriptor says how to learn it, by a command whose names are in scope;
 * "" when it does not say or the program does not answer. The caller owns it.
 */
char *vmm_version(const struct descriptor *descriptor, const struct scope *scope);

#endif
