/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_CLOCK_H
#define ARCH_X86_CLOCK_H

#include "lib/base.h"

/*
 * Finds out how fast the TSC runs. pm_timer is the ACPI PM timer's port, 0 where there is none.
 */
void clock_start(uint16_t pm_timer);

#endif
