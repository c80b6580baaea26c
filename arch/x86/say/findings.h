/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking note of what is odd about the platform; arch/findings.h has the public part. */
#ifndef ARCH_X86_FINDINGS_H
#define ARCH_X86_FINDINGS_H

#include "lib/base.h"

/*
 * Adds a sentence without full stop, cut at 159 bytes, to what platform_finding() tells. Dropped
 * when there are too many. Boot CPU.
 */
void platform_add_finding(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
