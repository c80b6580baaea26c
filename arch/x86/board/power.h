/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways out as the board sets them up; arch/power.h has the public part. This room is the
 * machine from its start to its end: what depends on what, in what order, and how it is left.
 */
#ifndef ARCH_X86_POWER_H
#define ARCH_X86_POWER_H

#include "arch/x86/firmware/power_ways.h"

/* Lets fatal() end the run by power_off(). First of all. */
void power_start(void);

/* Tells what there is. Before this, power_off() knows no ACPI. */
void power_learn(const struct power_ways *ways);

#endif
