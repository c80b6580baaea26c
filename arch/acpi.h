/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's tables (ACPI 6.5, chapter 5), for floors above. Empty on a machine without ACPI. */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include "lib/base.h"

/*
 * A table by its signature, from its header on, length and checksum verified, or NULL. `instance`
 * counts tables of one signature from 0. Any CPU, after platform_start().
 */
const void *acpi_table(const char signature[4], unsigned instance);

/* One of them, as an MCFG entry (PCI Firmware Specification 3.3, table 4-3). */
struct ecam_window {
	uint64_t base; /* physical address of bus 0, a multiple of 1 MiB, never 0 */
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

/*
 * The windows that the MCFG lists, or the one that the DSDT names where there is no MCFG, at most `most`; how many were
 * written. Boot CPU.
 */
unsigned acpi_ecam_windows(struct ecam_window *windows, unsigned most);

/* A device that no bus shows, at a fixed place. */
struct fixed_device {
	uint64_t base, length; /* its registers; length is never 0 */
	bool has_line;
	uint32_t line; /* its global system interrupt, with has_line */
	bool level, active_low;
};

/*
 * Those that the DSDT and SSDTs declare under a hardware id ("LNRO0005"), at most `most`; how many were written. One
 * whose resources are not constants is not seen: AML is not interpreted. Boot CPU.
 */
unsigned acpi_fixed_devices(const char *hid, struct fixed_device *devices, unsigned most);

#endif
