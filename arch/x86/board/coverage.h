/* SPDX-License-Identifier: BSD-2-Clause */
/* The counters of an instrumented image (make coverage). */
#ifndef ARCH_X86_COVERAGE_H
#define ARCH_X86_COVERAGE_H

#include "lib/base.h"

/*
 * Sends the coverage counters to the host; called once, when the run ends. A weak symbol: NULL in
 * every build that is not instrumented.
 */
__attribute__((weak)) void coverage_dump(void);

#endif
