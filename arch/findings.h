/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is odd about the platform and a user should know: a table with a bad checksum, a dead CPU.
 */
#ifndef ARCH_FINDINGS_H
#define ARCH_FINDINGS_H

#include "lib/base.h"

/* How many there are by now; grows while the platform comes up. Boot CPU. */
unsigned platform_findings(void);

/*
 * A sentence without full stop; n counts from 0 in the order they were made, NULL beyond. Boot CPU.
 */
const char *platform_finding(unsigned n);

#endif
