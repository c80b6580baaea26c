/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_FINDINGS_H
#define ARCH_X86_FINDINGS_H

#include "lib/base.h"

/* Adds a sentence to what platform_finding() tells. Dropped when there are too many. */
void platform_add_finding(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
