/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding out how fast the TSC runs. Boot CPU. */
#ifndef ARCH_X86_CALIBRATE_H
#define ARCH_X86_CALIBRATE_H

#include "lib/base.h"

/*
 * Asks everybody who may know, at most some 50 ms, and hands the answer to the clock: 5 GHz, "assumed", and a finding
 * where nobody does. pm_timer is the ACPI PM timer's port, 0 where there is none; hpet the HPET's registers, or
 * NULL. Once.
 */
void clock_calibrate(uint16_t pm_timer, volatile uint8_t *hpet);

#endif
