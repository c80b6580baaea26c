/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole sets of ACPI tables in the memory of fake_firmware.h, for the unit tests of the parsers. */
#ifndef TESTS_UNIT_FAKE_ACPI_H
#define TESTS_UNIT_FAKE_ACPI_H

#include "arch/x86/firmware/acpi_parse.h"
#include "selfcheck/unit/fake_firmware.h"

/* Where the tables of a test stand. */
#define FAKE_RSDP  0xf5000
#define FAKE_ROOT  0x100000
#define FAKE_FADT  0x101000
#define FAKE_DSDT  0x102000
#define FAKE_TABLE 0x103000
#define FAKE_OTHER 0x104000

/* An RSDP with right checksums; revision 0 has no XSDT. */
void fake_rsdp(uint64_t address, unsigned revision, uint32_t rsdt, uint64_t xsdt);

/* An RSDT, or an XSDT, with these two entries. */
uint8_t *fake_rsdt(uint32_t a, uint32_t b);
uint8_t *fake_xsdt(uint64_t a, uint64_t b);

/* A table that nothing leads to. One at a time. */
const struct acpi_table *fake_table(const char signature[4], const void *body, size_t size);

#endif
