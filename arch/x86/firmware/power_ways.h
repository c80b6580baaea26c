/* SPDX-License-Identifier: BSD-2-Clause */
/* What ACPI says about switching off and resetting (ACPI 6.5, 4.8.3). */
#ifndef ARCH_X86_POWER_WAYS_H
#define ARCH_X86_POWER_WAYS_H

#include "lib/base.h"

/* A register in memory or in port space. */
struct power_register {
	bool present;
	bool in_memory;
	uint64_t address;
};

/* All that is known of it; zero where nothing is. */
struct power_ways {
	bool s5_known;     /* the DSDT names the sleep types of S5 */
	uint8_t s5_type_a; /* SLP_TYPa, SLP_TYPb */
	uint8_t s5_type_b;
	uint16_t pm1a_control, pm1b_control; /* ports, 0: none */
	struct power_register sleep_control; /* hardware-reduced ACPI */
	struct power_register reset;
	uint8_t reset_value;
};

#endif
