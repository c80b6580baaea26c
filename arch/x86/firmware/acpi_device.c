/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices that the DSDT and SSDTs declare at a fixed place (ACPI 6.5, 6.1.5, 6.2.2 and 6.4), and the window of a host
 * bridge (PCI Firmware Specification 3.3, 4.1.3). AML is not interpreted: behind the bytes of a constant _HID those of
 * a constant _CRS are looked for. Upward: a range of memory that is not empty, and an interrupt or none.
 */
#include "arch/x86/firmware/acpi_parse.h"
#include "lib/string.h"

#define AML_START            36         /* behind the table's header */
#define HID_NAME             0x4449485f /* "_HID" */
#define CRS_NAME             0x5352435f /* "_CRS" */
#define AML_STRING           0x0d
#define AML_BUFFER           0x11
#define AML_BYTE             0x0a
#define AML_WORD             0x0b
#define AML_DWORD            0x0c
#define AML_QWORD            0x0e
#define AML_RETURN           0xa4
#define CBA_NAME             0x4142435f /* "_CBA" */
#define NAME_SIZE            4

#define LARGE_ITEM           0x80 /* of a resource descriptor's first byte */
#define SMALL_LENGTH         0x07
#define END_TAG              0x78 /* without its length */
#define MEMORY_32_FIXED      0x86
#define MEMORY_32_FIXED_SIZE 12
#define EXTENDED_INTERRUPT   0x89
#define EXTENDED_SIZE        9 /* with one interrupt */
#define FLAG_EDGE            BIT(1)
#define FLAG_ACTIVE_LOW      BIT(2)

/* Bytes of AML, or of what lies in it. */
struct span {
	const uint8_t *bytes;
	size_t length;
};

static struct span behind(struct span span, size_t skipped)
{
	skipped = MINIMUM(skipped, span.length);
	return (struct span){span.bytes + skipped, span.length - skipped};
}

/* From the next such name on; empty where there is none. */
static struct span find_name(struct span aml, uint32_t name)
{
	while (aml.length >= NAME_SIZE && firmware_u32(aml.bytes) != name)
		aml = behind(aml, 1);
	return aml.length >= NAME_SIZE ? aml : behind(aml, aml.length);
}

/* Whether a string constant with its end stands here. */
static bool is_string(struct span aml, const char *text)
{
	size_t size = strlen(text) + 1;

	return aml.length >= 1 + size && aml.bytes[0] == AML_STRING &&
	       memcmp(aml.bytes + 1, text, size) == 0;
}

/* The bytes of a constant buffer that begins here (20.2.5.4), as far as they are there. */
static struct span buffer_at(struct span aml)
{
	size_t width, size;

	if (aml.length < 2 || aml.bytes[0] != AML_BUFFER)
		return behind(aml, aml.length);
	aml = behind(aml, 2 + (aml.bytes[1] >> 6));
	if (aml.length == 0)
		return aml;
	switch (aml.bytes[0]) {
	case AML_BYTE:
		width = 1;
		break;
	case AML_WORD:
		width = 2;
		break;
	case AML_DWORD:
		width = 4;
		break;
	default:
		return behind(aml, aml.length);
	}
	if (aml.length < 1 + width)
		return behind(aml, aml.length);
	size = width == 1   ? aml.bytes[1]
	       : width == 2 ? firmware_u16(aml.bytes + 1)
			    : firmware_u32(aml.bytes + 1);
	aml = behind(aml, 1 + width);
	aml.length = MINIMUM(size, aml.length);
	return aml;
}

/* A descriptor with all that belongs to it; 0 at the end tag, or where the bytes end. */
static size_t descriptor_size(struct span resources)
{
	size_t size;

	if (resources.length == 0 || (resources.bytes[0] & ~SMALL_LENGTH) == END_TAG)
		return 0;
	if (!(resources.bytes[0] & LARGE_ITEM))
		size = 1 + (resources.bytes[0] & SMALL_LENGTH);
	else if (resources.length >= 3)
		size = 3 + firmware_u16(resources.bytes + 1);
	else
		size = SIZE_MAX;
	return size <= resources.length ? size : 0;
}

/* The first range and the first interrupt that the resources name; false without a range. */
static bool read_resources(struct span resources, struct fixed_device *device)
{
	size_t size;

	*device = (struct fixed_device){0};
	for (; (size = descriptor_size(resources)) != 0; resources = behind(resources, size)) {
		const uint8_t *at = resources.bytes;

		if (at[0] == MEMORY_32_FIXED && size >= MEMORY_32_FIXED_SIZE && !device->length) {
			device->base = firmware_u32(at + 4);
			device->length = firmware_u32(at + 8);
		} else if (at[0] == EXTENDED_INTERRUPT && size >= EXTENDED_SIZE && at[4] != 0 &&
			   !device->has_line) {
			device->has_line = true;
			device->level = !(at[3] & FLAG_EDGE);
			device->active_low = at[3] & FLAG_ACTIVE_LOW;
			device->line = firmware_u32(at + 5);
		}
	}
	return device->length != 0;
}

/* The one whose _HID this is: its _CRS comes before the next one's _HID. */
static bool read_device(struct span aml, struct fixed_device *device)
{
	struct span next = find_name(aml, HID_NAME);
	struct span own = {aml.bytes, aml.length - next.length};

	return read_resources(buffer_at(behind(find_name(own, CRS_NAME), NAME_SIZE)), device);
}

static unsigned parse_table(const struct acpi_table *table, const char *hid,
			    struct fixed_device *devices, unsigned most)
{
	struct span aml = behind((struct span){table->bytes, table->length}, AML_START);
	unsigned count = 0;

	while (count < most && (aml = find_name(aml, HID_NAME)).length != 0) {
		aml = behind(aml, NAME_SIZE);
		if (is_string(aml, hid) && read_device(aml, &devices[count]))
			count++;
	}
	return count;
}

unsigned acpi_parse_devices(const struct acpi_tables *tables, const char *hid,
			    struct fixed_device *devices, unsigned most)
{
	const struct acpi_table *table = acpi_find_table(tables, "DSDT", 0);
	unsigned count = 0;

	for (unsigned n = 0; table != NULL; n++) {
		count += parse_table(table, hid, devices + count, most - count);
		table = acpi_find_table(tables, "SSDT", n);
	}
	return count;
}

/* A constant of a window's width that stands here, or 0. */
static uint64_t address_at(struct span aml)
{
	if (aml.length >= 9 && aml.bytes[0] == AML_QWORD)
		return firmware_u64(aml.bytes + 1);
	return aml.length >= 5 && aml.bytes[0] == AML_DWORD ? firmware_u32(aml.bytes + 1) : 0;
}

uint64_t acpi_parse_window(const struct acpi_tables *tables)
{
	const struct acpi_table *table = acpi_find_table(tables, "DSDT", 0);
	struct span aml;
	uint64_t address;

	if (table == NULL)
		return 0;
	aml = find_name(behind((struct span){table->bytes, table->length}, AML_START), CBA_NAME);
	aml = behind(aml, NAME_SIZE);
	/* A name, or a method that does nothing but return it. */
	address = address_at(aml);
	if (address == 0 && aml.length >= 2 && aml.bytes[1] == AML_RETURN)
		address = address_at(behind(aml, 2));
	return address % MIB == 0 ? address : 0;
}
