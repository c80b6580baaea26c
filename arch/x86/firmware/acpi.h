/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI on this machine; arch/platform.h has the public part. */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "arch/x86/firmware/topology.h"
#include "lib/base.h"

/* Finds the tables and tells power.c the ways out. rsdp as handed over, or 0. */
void acpi_start(uint64_t rsdp);

/* The PM timer's port, or 0. */
uint16_t acpi_pm_timer_port(void);

/* CPUs, I/O APICs and ISA wiring: from the MADT, else from an MP table, else empty. */
const struct topology *acpi_topology(void);

#endif
