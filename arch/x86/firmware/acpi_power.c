/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the FADT (ACPI 6.5, 5.2.9) and the _S5 object of the DSDT (7.4.2.6) say about the PM timer,
 * soft-off and reset. AML is not interpreted: the bytes of a constant package are looked for.
 * Upward: ports and addresses within their range, or none.
 */
#include "arch/x86/firmware/acpi_parse.h"

#define FADT_PM1A_CONTROL     64
#define FADT_PM1B_CONTROL     68
#define FADT_PM_TIMER         76
#define FADT_PM_TIMER_LENGTH  91
#define FADT_FLAGS            112
#define FADT_RESET            116
#define FADT_RESET_VALUE      128
#define FADT_X_PM1A_CONTROL   172
#define FADT_X_PM1B_CONTROL   184
#define FADT_X_PM_TIMER       208
#define FADT_SLEEP_CONTROL    244
#define FLAG_RESET_SUPPORTED  BIT(10)
#define FLAG_HARDWARE_REDUCED BIT(20)

#define ADDRESS_SIZE          12 /* a generic address structure (5.2.3.2) */
#define SPACE_MEMORY          0
#define SPACE_IO              1

#define AML_START             36         /* behind the table's header */
#define S5_NAME               0x5f35535f /* "_S5_" */
#define AML_ZERO              0x00
#define AML_ONE               0x01
#define AML_BYTE              0x0a
#define AML_WORD              0x0b
#define AML_PACKAGE           0x12
#define SLEEP_TYPE_MOST       7

static uint32_t field_u32(const struct acpi_table *fadt, uint32_t offset)
{
	return offset + 4 <= fadt->length ? firmware_u32(fadt->bytes + offset) : 0;
}

static uint8_t field_u8(const struct acpi_table *fadt, uint32_t offset)
{
	return offset < fadt->length ? fadt->bytes[offset] : 0;
}

/* A generic address: only memory and ports are of use here. */
static struct power_register address_at(const struct acpi_table *fadt, uint32_t offset)
{
	struct power_register where = {false, false, 0};
	uint8_t space;

	if (offset + ADDRESS_SIZE > fadt->length)
		return where;
	space = fadt->bytes[offset];
	where.address = firmware_u64(fadt->bytes + offset + 4);
	where.in_memory = space == SPACE_MEMORY;
	where.present = where.address != 0 &&
			(space == SPACE_MEMORY || (space == SPACE_IO && where.address <= 0xffff));
	return where;
}

/* A port that the FADT names in a 32-bit field or, later, in a generic address. */
static uint16_t port_at(const struct acpi_table *fadt, uint32_t offset, uint32_t address_offset)
{
	uint32_t port = field_u32(fadt, offset);
	struct power_register where = address_at(fadt, address_offset);

	if (port != 0 && port <= 0xffff)
		return port;
	return where.present && !where.in_memory ? where.address : 0;
}

uint16_t acpi_pm_timer(const struct acpi_table *fadt)
{
	if (field_u32(fadt, FADT_PM_TIMER) != 0 && field_u8(fadt, FADT_PM_TIMER_LENGTH) != 4)
		return 0;
	return port_at(fadt, FADT_PM_TIMER, FADT_X_PM_TIMER);
}

/* Reads a constant integer; *at moves behind it. False at anything else or at the end. */
static bool read_integer(const uint8_t *bytes, size_t length, size_t *at, unsigned *value)
{
	size_t left = length - *at;

	if (left >= 1 && (bytes[*at] == AML_ZERO || bytes[*at] == AML_ONE)) {
		*value = bytes[*at];
		*at += 1;
	} else if (left >= 2 && bytes[*at] == AML_BYTE) {
		*value = bytes[*at + 1];
		*at += 2;
	} else if (left >= 3 && bytes[*at] == AML_WORD) {
		*value = firmware_u16(bytes + *at + 1);
		*at += 3;
	} else {
		return false;
	}
	return true;
}

/* At `at`: PackageOp, PkgLength (1 … 4 bytes), NumElements, elements (20.2.4, 20.2.5.4). */
static bool read_sleep_package(const uint8_t *bytes, size_t length, size_t at,
			       struct power_ways *ways)
{
	unsigned type_a, type_b = 0, elements;

	if (at + 2 > length || bytes[at] != AML_PACKAGE)
		return false;
	at += 2 + (bytes[at + 1] >> 6);
	if (at >= length)
		return false;
	elements = bytes[at++];
	if (elements < 1 || !read_integer(bytes, length, &at, &type_a))
		return false;
	if (elements >= 2 && !read_integer(bytes, length, &at, &type_b))
		return false;
	if (type_a > SLEEP_TYPE_MOST || type_b > SLEEP_TYPE_MOST)
		return false;
	ways->s5_type_a = type_a;
	ways->s5_type_b = type_b;
	return true;
}

static bool find_sleep_types(const struct acpi_table *aml, struct power_ways *ways)
{
	for (size_t at = AML_START; at + 4 <= aml->length; at++) {
		if (firmware_u32(aml->bytes + at) == S5_NAME &&
		    read_sleep_package(aml->bytes, aml->length, at + 4, ways))
			return true;
	}
	return false;
}

static bool find_sleep_types_anywhere(const struct acpi_tables *tables, struct power_ways *ways)
{
	const struct acpi_table *aml = acpi_find_table(tables, "DSDT", 0);

	for (unsigned i = 0; aml != NULL; i++) {
		if (find_sleep_types(aml, ways))
			return true;
		aml = acpi_find_table(tables, "SSDT", i);
	}
	return false;
}

void acpi_parse_power(const struct acpi_tables *tables, struct power_ways *ways)
{
	const struct acpi_table *fadt = acpi_find_table(tables, "FACP", 0);
	uint32_t flags;

	*ways = (struct power_ways){0};
	if (fadt == NULL)
		return;
	flags = field_u32(fadt, FADT_FLAGS);
	if (flags & FLAG_HARDWARE_REDUCED) {
		ways->sleep_control = address_at(fadt, FADT_SLEEP_CONTROL);
	} else {
		ways->pm1a_control = port_at(fadt, FADT_PM1A_CONTROL, FADT_X_PM1A_CONTROL);
		ways->pm1b_control = port_at(fadt, FADT_PM1B_CONTROL, FADT_X_PM1B_CONTROL);
	}
	if (flags & FLAG_RESET_SUPPORTED) {
		ways->reset = address_at(fadt, FADT_RESET);
		ways->reset_value = field_u8(fadt, FADT_RESET_VALUE);
	}
	ways->s5_known = find_sleep_types_anywhere(tables, ways);
}
