/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways out as the board sets them up; arch/power.h has the public part. */
#ifndef ARCH_X86_POWER_H
#define ARCH_X86_POWER_H

#include "arch/x86/firmware/power_ways.h"

/* Lets fatal() end the run by power_off(). First of all. */
void power_start(void);

/* Tells what there is. Before this, power_off() knows no ACPI. */
void power_learn(const struct power_ways *ways);

#endif
