/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSDP, RSDT, XSDT and the plain tables MADT and MCFG (ACPI 6.5, 5.2.5 to 5.2.12; PCI Firmware
 * Specification 3.3, 4.1.2). The FADT and AML are in acpi_power.c. Upward: tables whose length and
 * checksum are right, a finding for each that is not.
 */
#include "arch/x86/firmware/acpi_parse.h"
#include "lib/string.h"

#define RSDP_SIGNATURE     "RSD PTR "
#define RSDP_SIZE_1        20 /* revision 0 */
#define RSDP_SIZE_2        36
#define RSDP_MOST          4096
#define RSDP_REVISION      15
#define RSDP_RSDT          16
#define RSDP_LENGTH        20
#define RSDP_XSDT          24
#define HEADER_SIZE        36
#define HEADER_LENGTH      4
#define BAD_TABLES_MOST    8 /* a root table that lists so many lists nothing but nonsense */
#define TABLE_MOST         (16 * MIB) /* a length beyond is nonsense */
#define FADT_DSDT          40
#define FADT_X_DSDT        140
#define MADT_ENTRIES       44
#define MADT_LOCAL_APIC    0
#define MADT_IO_APIC       1
#define MADT_OVERRIDE      2
#define MADT_LOCAL_X2APIC  9
#define MADT_CPU_ENABLED   BIT(0)
#define MADT_POLARITY      0x3
#define MADT_POLARITY_LOW  0x3
#define MADT_TRIGGER       0xc
#define MADT_TRIGGER_LEVEL 0xc
#define APIC_ID_OF_ALL     0xff
#define MCFG_ENTRIES       44
#define MCFG_ENTRY_SIZE    16
#define HPET_SPACE         40 /* of a generic address */
#define HPET_ADDRESS       44
#define SPACE_MEMORY       0

/* Where VMMs and firmware put the RSDP when they do not say (ACPI 6.5, 5.2.5.1, and custom). */
static const struct {
	uint64_t start, size;
} places[] = {
	{0xe0000, 0x20000},
	{0x80000, 0x400}, /* Alioth */
	{0xa0000, 0x400}, /* Cloud Hypervisor */
	{0xd0000, 0x400}, /* StratoVirt */
};

static bool is_rsdp(const struct firmware *firmware, uint64_t address)
{
	const uint8_t *rsdp = firmware->bytes(firmware->context, address, RSDP_SIZE_1);

	return rsdp != NULL && memcmp(rsdp, RSDP_SIGNATURE, 8) == 0 &&
	       firmware_sums_to_zero(rsdp, RSDP_SIZE_1);
}

uint64_t acpi_find_rsdp(const struct firmware *firmware, uint64_t handed_over)
{
	uint64_t ebda, found;

	if (handed_over != 0) {
		if (is_rsdp(firmware, handed_over))
			return handed_over;
		firmware_finding(firmware, "the loader's RSDP address %#llx holds no valid RSDP",
				 (unsigned long long)handed_over);
	}
	ebda = firmware_ebda(firmware);
	found = ebda != 0 ? firmware_scan(firmware, ebda, KIB, RSDP_SIGNATURE, is_rsdp) : 0;
	for (unsigned i = 0; i < ARRAY_LENGTH(places) && found == 0; i++)
		found = firmware_scan(firmware, places[i].start, places[i].size, RSDP_SIGNATURE,
				      is_rsdp);
	return found;
}

/* A table at an address, checked; false, and a finding, when it is none. */
static bool read_table(const struct firmware *firmware, uint64_t address, struct acpi_table *table)
{
	const uint8_t *header = firmware->bytes(firmware->context, address, HEADER_SIZE);

	if (header == NULL) {
		firmware_finding(firmware, "an ACPI table is said to be at %#llx, out of reach",
				 (unsigned long long)address);
		return false;
	}
	memcpy(table->signature, header, sizeof(table->signature));
	table->length = firmware_u32(header + HEADER_LENGTH);
	table->bytes = NULL;
	if (table->length >= HEADER_SIZE && table->length <= TABLE_MOST)
		table->bytes = firmware->bytes(firmware->context, address, table->length);
	if (table->bytes == NULL) {
		firmware_finding(firmware, "the ACPI table at %#llx has the length %u",
				 (unsigned long long)address, table->length);
		return false;
	}
	if (!firmware_sums_to_zero(table->bytes, table->length)) {
		firmware_finding(firmware, "the ACPI table %.4s at %#llx has a bad checksum",
				 table->signature, (unsigned long long)address);
		return false;
	}
	return true;
}

static bool add_table(const struct firmware *firmware, uint64_t address, struct acpi_tables *tables)
{
	if (!read_table(firmware, address, &tables->tables[tables->count]))
		return false;
	tables->count++;
	return true;
}

/* What an RSDT (4-byte entries) or XSDT (8-byte entries) lists. False when it is none. */
static bool list_from(const struct firmware *firmware, uint64_t address, const char signature[4],
		      size_t entry_size, struct acpi_tables *tables)
{
	struct acpi_table root;
	unsigned entries, bad = 0;

	if (address == 0 || !read_table(firmware, address, &root) ||
	    memcmp(root.signature, signature, 4) != 0)
		return false;
	entries = (root.length - HEADER_SIZE) / entry_size;
	if (entries > ACPI_TABLES_LISTED)
		firmware_finding(firmware, "the %.4s lists %u tables; %u are looked at", signature,
				 entries, ACPI_TABLES_LISTED);
	for (unsigned i = 0; i < MINIMUM(entries, ACPI_TABLES_LISTED) && bad < BAD_TABLES_MOST;
	     i++) {
		const uint8_t *entry = root.bytes + HEADER_SIZE + i * entry_size;
		uint64_t table = entry_size == 8 ? firmware_u64(entry) : firmware_u32(entry);

		if (table != 0 && !add_table(firmware, table, tables))
			bad++;
	}
	if (bad == BAD_TABLES_MOST)
		firmware_finding(firmware, "the %.4s is not read any further", signature);
	return true;
}

/* The XSDT that an RSDP of revision 2 or above names, or 0. */
static uint64_t xsdt_of(const struct firmware *firmware, uint64_t address, const uint8_t *rsdp)
{
	const uint8_t *whole;
	uint32_t length;

	if (rsdp[RSDP_REVISION] < 2)
		return 0;
	whole = firmware->bytes(firmware->context, address, RSDP_SIZE_2);
	length = whole != NULL ? firmware_u32(whole + RSDP_LENGTH) : 0;
	whole = NULL;
	if (length >= RSDP_SIZE_2 && length <= RSDP_MOST)
		whole = firmware->bytes(firmware->context, address, length);
	if (whole == NULL || !firmware_sums_to_zero(whole, length)) {
		firmware_finding(firmware, "the RSDP's extended part has a bad length or checksum");
		return 0;
	}
	return firmware_u64(whole + RSDP_XSDT);
}

static void add_dsdt(const struct firmware *firmware, struct acpi_tables *tables)
{
	const struct acpi_table *fadt = acpi_find_table(tables, "FACP", 0);
	uint64_t address = 0;

	if (fadt == NULL || acpi_find_table(tables, "DSDT", 0) != NULL)
		return;
	if (fadt->length >= FADT_X_DSDT + 8)
		address = firmware_u64(fadt->bytes + FADT_X_DSDT);
	if (address == 0 && fadt->length >= FADT_DSDT + 4)
		address = firmware_u32(fadt->bytes + FADT_DSDT);
	if (address != 0)
		add_table(firmware, address, tables);
}

void acpi_list_tables(const struct firmware *firmware, uint64_t rsdp, struct acpi_tables *tables)
{
	const uint8_t *bytes = firmware->bytes(firmware->context, rsdp, RSDP_SIZE_1);

	tables->count = 0;
	if (bytes == NULL)
		return;
	if (!list_from(firmware, xsdt_of(firmware, rsdp, bytes), "XSDT", 8, tables) &&
	    !list_from(firmware, firmware_u32(bytes + RSDP_RSDT), "RSDT", 4, tables))
		firmware_finding(firmware, "the RSDP leads to no valid XSDT or RSDT");
	add_dsdt(firmware, tables);
}

const struct acpi_table *acpi_find_table(const struct acpi_tables *tables, const char signature[4],
					 unsigned instance)
{
	for (unsigned i = 0; i < tables->count; i++) {
		if (memcmp(tables->tables[i].signature, signature, 4) == 0 && instance-- == 0)
			return &tables->tables[i];
	}
	return NULL;
}

/* Shortest length of the entries that are read (ACPI 6.5, table 5.21 and following). */
static unsigned madt_entry_size(uint8_t type)
{
	switch (type) {
	case MADT_LOCAL_APIC:
		return 8;
	case MADT_IO_APIC:
		return 12;
	case MADT_OVERRIDE:
		return 10;
	case MADT_LOCAL_X2APIC:
		return 16;
	default:
		return 2;
	}
}

static void parse_madt_entry(const uint8_t *entry, struct topology *topology)
{
	switch (entry[0]) {
	case MADT_LOCAL_APIC:
		if ((firmware_u32(entry + 4) & MADT_CPU_ENABLED) && entry[3] != APIC_ID_OF_ALL)
			topology_add_cpu(topology, entry[3]);
		break;
	case MADT_LOCAL_X2APIC:
		if (firmware_u32(entry + 8) & MADT_CPU_ENABLED)
			topology_add_cpu(topology, firmware_u32(entry + 4));
		break;
	case MADT_IO_APIC:
		topology_add_io_apic(topology, firmware_u32(entry + 4), firmware_u32(entry + 8));
		break;
	case MADT_OVERRIDE: {
		uint16_t flags = firmware_u16(entry + 8);

		/* "Conforms to the bus" means edge and active high on ISA. */
		topology_wire_isa(topology, entry[3], firmware_u32(entry + 4),
				  (flags & MADT_TRIGGER) == MADT_TRIGGER_LEVEL,
				  (flags & MADT_POLARITY) == MADT_POLARITY_LOW);
		break;
	}
	}
}

void acpi_parse_madt(const struct firmware *firmware, const struct acpi_table *madt,
		     struct topology *topology)
{
	for (uint32_t at = MADT_ENTRIES; at + 2 <= madt->length;) {
		const uint8_t *entry = madt->bytes + at;
		unsigned length = entry[1];

		if (length < madt_entry_size(entry[0]) || length > madt->length - at) {
			firmware_finding(firmware, "the MADT has an entry of type %u and length %u",
					 entry[0], length);
			return;
		}
		parse_madt_entry(entry, topology);
		at += length;
	}
}

unsigned acpi_parse_mcfg(const struct firmware *firmware, const struct acpi_table *mcfg,
			 struct ecam_window *windows, unsigned most)
{
	unsigned count = 0;

	for (uint32_t at = MCFG_ENTRIES; at + MCFG_ENTRY_SIZE <= mcfg->length;
	     at += MCFG_ENTRY_SIZE) {
		const uint8_t *entry = mcfg->bytes + at;
		struct ecam_window window = {
			.base = firmware_u64(entry),
			.segment = firmware_u16(entry + 8),
			.first_bus = entry[10],
			.last_bus = entry[11],
		};

		if (window.base == 0 || window.base % MIB != 0 ||
		    window.last_bus < window.first_bus) {
			firmware_finding(firmware, "the MCFG has a window at %#llx for buses %u-%u",
					 (unsigned long long)window.base, window.first_bus,
					 window.last_bus);
			continue;
		}
		if (count == most) {
			firmware_finding(firmware, "the MCFG has more than %u windows", most);
			break;
		}
		windows[count++] = window;
	}
	return count;
}

uint64_t acpi_hpet(const struct acpi_table *hpet)
{
	if (hpet->length < HPET_ADDRESS + 8 || hpet->bytes[HPET_SPACE] != SPACE_MEMORY)
		return 0;
	return firmware_u64(hpet->bytes + HPET_ADDRESS);
}
