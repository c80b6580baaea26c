/* SPDX-License-Identifier: BSD-2-Clause */
/* The board as a whole comes up. */
#ifndef ARCH_PLATFORM_H
#define ARCH_PLATFORM_H

#include "lib/base.h"

struct boot_info;

/*
 * Brings up the boot CPU, memory, exceptions, ACPI, interrupts, clock, and then the other CPUs,
 * each in a known state, interrupts open. Works without ACPI, PIC, PIT, HPET and PM timer; ends the
 * run where there is no RAM or no local APIC. at_most is how many CPUs to start (0: all). Once, on
 * the boot CPU.
 */
void platform_start(const struct boot_info *info, unsigned at_most);

/* Leaves the LAPIC in xAPIC mode even where x2APIC is offered. Before platform_start(), boot CPU. */
void platform_prefer_xapic(bool prefer);

#endif
