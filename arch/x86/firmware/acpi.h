/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware tables of this machine; arch/acpi.h has the public part. This room reads what
 * firmware and VMMs say, and believes none of it before it has been checked. Boot CPU.
 */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "arch/x86/firmware/power_ways.h"
#include "arch/x86/firmware/topology.h"
#include "lib/base.h"

/*
 * Finds the tables. rsdp as handed over, or 0. map gives `size` readable bytes at a physical
 * address, which stay, or NULL: memory is none of this room's business.
 */
void acpi_start(uint64_t rsdp, const void *(*map)(uint64_t address, uint64_t size));

/* How to switch off and to reset; nothing known without a FADT. */
struct power_ways acpi_power_ways(void);

/* The PM timer's port, or 0. */
uint16_t acpi_pm_timer_port(void);

/* The physical address of the HPET's registers, or 0. */
uint64_t acpi_hpet_address(void);

/* CPUs, I/O APICs and ISA wiring: from the MADT, else from an MP table, else empty. */
const struct topology *acpi_topology(void);

#endif
