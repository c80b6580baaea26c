/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables (ACPI 6.5, chapter 5), parsed without trust in any length or address in them. Any CPU.
 */
#ifndef ARCH_X86_ACPI_PARSE_H
#define ARCH_X86_ACPI_PARSE_H

#include "arch/acpi.h"
#include "arch/x86/firmware/firmware.h"
#include "arch/x86/firmware/power_ways.h"
#include "arch/x86/firmware/topology.h"
#include "lib/base.h"

#define ACPI_TABLES_LISTED 64u /* of an RSDT or XSDT; the rest is not looked at */
#define ACPI_TABLES_MOST   (ACPI_TABLES_LISTED + 1) /* and the DSDT */

/* A table whose length and checksum are right. */
struct acpi_table {
	char signature[4];
	uint32_t length;
	const uint8_t *bytes;
};

/* Those that an RSDP leads to. */
struct acpi_tables {
	unsigned count;
	struct acpi_table tables[ACPI_TABLES_MOST];
};

/*
 * Where the RSDP is: as handed over when that is one, else found where firmware and VMMs put it.
 * 0 when there is none: no ACPI.
 */
uint64_t acpi_find_rsdp(const struct firmware *firmware, uint64_t handed_over);

/* Lists what an RSDP leads to, the DSDT included. */
void acpi_list_tables(const struct firmware *firmware, uint64_t rsdp, struct acpi_tables *tables);

/* The table with a signature, counting instances from 0, or NULL. */
const struct acpi_table *acpi_find_table(const struct acpi_tables *tables, const char signature[4],
					 unsigned instance);

/* Adds what a MADT lists. */
void acpi_parse_madt(const struct firmware *firmware, const struct acpi_table *madt,
		     struct topology *topology);

/* The windows that an MCFG lists, at most `most`; how many were written. */
unsigned acpi_parse_mcfg(const struct firmware *firmware, const struct acpi_table *mcfg,
			 struct ecam_window *windows, unsigned most);

/* As acpi_fixed_devices(), of these tables. */
unsigned acpi_parse_devices(const struct acpi_tables *tables, const char *hid,
			    struct fixed_device *devices, unsigned most);

/*
 * Where the DSDT says that configuration space begins for bus 0 (_CBA), 0 where it says nothing, or no constant that is a
 * multiple of 1 MiB.
 */
uint64_t acpi_parse_window(const struct acpi_tables *tables);

/* The port of the PM timer, or 0. */
uint16_t acpi_pm_timer(const struct acpi_table *fadt);

/* The physical address of the HPET's registers by an HPET table (IA-PC HPET 1.0a, 3.2.4), or 0. */
uint64_t acpi_hpet(const struct acpi_table *hpet);

/* How to switch off and to reset; the sleep types of S5 come from the DSDT or an SSDT. */
void acpi_parse_power(const struct acpi_tables *tables, struct power_ways *ways);

#endif
