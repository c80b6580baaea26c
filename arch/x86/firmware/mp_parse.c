/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MP table (Intel MultiProcessor Specification 1.4, chapter 4). Upward: the same topology as
 * from a MADT, a finding where the table is cut short.
 */
#include "arch/x86/firmware/mp_parse.h"
#include "lib/string.h"

#define POINTER_SIGNATURE  "_MP_"
#define POINTER_SIZE       16
#define POINTER_TABLE      4
#define TABLE_HEADER       44
#define TABLE_LENGTH       4
#define TABLE_COUNT        34
#define ENTRY_PROCESSOR    0
#define ENTRY_BUS          1
#define ENTRY_IO_APIC      2
#define ENTRY_INTERRUPT    3
#define PROCESSOR_SIZE     20
#define OTHER_SIZE         8
#define ENABLED            BIT(0)
#define INTERRUPT_VECTORED 0
#define POLARITY           0x3
#define POLARITY_LOW       0x3
#define TRIGGER            0xc
#define TRIGGER_LEVEL      0xc
#define NO_BUS             0x100

/* Where a floating pointer may be (4.1); the EBDA comes on top. */
static const struct {
	uint64_t start, size;
} places[] = {
	{0x9fc00, 0x400},
	{0xf0000, 0x10000},
};

static bool is_pointer(const struct firmware *firmware, uint64_t address)
{
	const uint8_t *pointer = firmware->bytes(firmware->context, address, POINTER_SIZE);

	return pointer != NULL && memcmp(pointer, POINTER_SIGNATURE, 4) == 0 &&
	       firmware_sums_to_zero(pointer, POINTER_SIZE);
}

uint64_t mp_find(const struct firmware *firmware)
{
	uint64_t ebda = firmware_ebda(firmware);
	uint64_t found = 0;

	if (ebda != 0)
		found = firmware_scan(firmware, ebda, KIB, POINTER_SIGNATURE, is_pointer);
	for (unsigned i = 0; i < ARRAY_LENGTH(places) && found == 0; i++)
		found = firmware_scan(firmware, places[i].start, places[i].size, POINTER_SIGNATURE,
				      is_pointer);
	return found;
}

/* The table, checked, and its length; NULL, and a finding, when there is none. */
static const uint8_t *read_table(const struct firmware *firmware, uint64_t pointer,
				 uint16_t *length)
{
	const uint8_t *bytes = firmware->bytes(firmware->context, pointer, POINTER_SIZE);
	uint32_t address = bytes != NULL ? firmware_u32(bytes + POINTER_TABLE) : 0;
	const uint8_t *table = NULL;

	if (address != 0)
		table = firmware->bytes(firmware->context, address, TABLE_HEADER);
	if (table == NULL || memcmp(table, "PCMP", 4) != 0) {
		firmware_finding(firmware, "the MP pointer leads to no MP table");
		return NULL;
	}
	*length = firmware_u16(table + TABLE_LENGTH);
	table = *length >= TABLE_HEADER ? firmware->bytes(firmware->context, address, *length)
					: NULL;
	if (table == NULL || !firmware_sums_to_zero(table, *length)) {
		firmware_finding(firmware, "the MP table has a bad length or checksum");
		return NULL;
	}
	return table;
}

static void parse_entry(const uint8_t *entry, unsigned *isa_bus, struct topology *topology)
{
	switch (entry[0]) {
	case ENTRY_PROCESSOR:
		if (entry[3] & ENABLED)
			topology_add_cpu(topology, entry[1]);
		break;
	case ENTRY_BUS:
		if (memcmp(entry + 2, "ISA", 3) == 0)
			*isa_bus = entry[1];
		break;
	case ENTRY_IO_APIC:
		if (entry[3] & ENABLED)
			topology_add_io_apic(topology, firmware_u32(entry + 4), LINE_FOLLOWS);
		break;
	case ENTRY_INTERRUPT:
		if (entry[1] == INTERRUPT_VECTORED && entry[4] == *isa_bus)
			topology_wire_isa(topology, entry[5], entry[7],
					  (entry[2] & TRIGGER) == TRIGGER_LEVEL,
					  (entry[2] & POLARITY) == POLARITY_LOW);
		break;
	}
}

void mp_parse(const struct firmware *firmware, uint64_t pointer, struct topology *topology)
{
	uint16_t length;
	const uint8_t *table = read_table(firmware, pointer, &length);
	unsigned isa_bus = NO_BUS, at = TABLE_HEADER;

	if (table == NULL)
		return;
	for (unsigned i = 0; i < firmware_u16(table + TABLE_COUNT); i++) {
		unsigned size =
			at < length && table[at] == ENTRY_PROCESSOR ? PROCESSOR_SIZE : OTHER_SIZE;

		if (at + size > length) {
			firmware_finding(firmware, "the MP table is shorter than its entries");
			return;
		}
		parse_entry(table + at, &isa_bus, topology);
		at += size;
	}
}
