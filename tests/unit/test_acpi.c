/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/acpi_parse.c arch/x86/acpi_power.c arch/x86/firmware.c arch/x86/topology.c */
/* links: tests/unit/fake_firmware.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/x86/acpi_parse.h"
#include "tests/unit/fake_firmware.h"

#define RSDP 0xf5000
#define ROOT 0x100000
#define FADT 0x101000
#define DSDT 0x102000
#define MADT 0x103000
#define MCFG 0x104000

static struct acpi_tables tables;
static struct topology topology;

static int setup(void **state)
{
	memset(&tables, 0, sizeof(tables));
	memset(&topology, 0, sizeof(topology));
	return fake_firmware_clear(state);
}

/* An RSDP with right checksums; revision 0 has no XSDT. */
static void put_rsdp(uint64_t address, unsigned revision, uint32_t rsdt, uint64_t xsdt)
{
	uint8_t rsdp[36] = "RSD PTR ";
	uint32_t length = sizeof(rsdp);

	rsdp[15] = revision;
	memcpy(rsdp + 16, &rsdt, 4);
	fake_firmware_fix_sum(rsdp, 20, 8);
	if (revision >= 2) {
		memcpy(rsdp + 20, &length, 4);
		memcpy(rsdp + 24, &xsdt, 8);
		fake_firmware_fix_sum(rsdp, 36, 32);
	}
	fake_firmware_put(address, rsdp, revision >= 2 ? 36 : 20);
}

static uint8_t *put_rsdt(uint32_t a, uint32_t b)
{
	const uint32_t entries[] = {a, b};

	return fake_firmware_put_table(ROOT, "RSDT", entries, sizeof(entries));
}

static uint8_t *put_xsdt(uint64_t a, uint64_t b)
{
	const uint64_t entries[] = {a, b};

	return fake_firmware_put_table(ROOT, "XSDT", entries, sizeof(entries));
}

static const struct acpi_table *put_alone(const char signature[4], const void *body, size_t size)
{
	static struct acpi_table table;

	table.bytes = fake_firmware_put_table(MADT, signature, body, size);
	table.length = 36 + size;
	return &table;
}

static void nothing_at_all(void **state)
{
	(void)state;
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
	assert_int_equal(fake_findings, 0);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 0);
}

static void the_handed_over_rsdp_is_used(void **state)
{
	(void)state;
	put_rsdp(0x12345670, 0, ROOT, 0);
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0x12345670), 0x12345670);
	assert_int_equal(fake_findings, 0);
}

static void a_wrong_handed_over_rsdp_is_told_and_another_found(void **state)
{
	uint8_t *area = calloc(1, 0x20000);

	(void)state;
	memcpy(area + 0x15000, "RSD PTR ", 8);
	fake_firmware_fix_sum(area + 0x15000, 20, 8);
	fake_firmware_put(0xe0000, area, 0x20000);
	free(area);
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0x5000), 0xf5000);
	assert_int_equal(fake_findings, 1);
}

static void an_rsdp_is_found_in_the_ebda(void **state)
{
	const uint16_t segment = 0x9fc0;
	uint8_t area[1024] = {0};

	(void)state;
	memcpy(area + 0x40, "RSD PTR ", 8);
	fake_firmware_fix_sum(area + 0x40, 20, 8);
	fake_firmware_put(0x40e, &segment, 2);
	fake_firmware_put(0x9fc00, area, sizeof(area));
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0x9fc40);
}

static void a_nonsense_ebda_is_not_read(void **state)
{
	static const uint16_t segments[] = {0, 0x0040, 0x7fff, 0xa000, 0xffff};

	for (unsigned i = 0; i < ARRAY_LENGTH(segments); i++) {
		setup(state);
		fake_firmware_put(0x40e, &segments[i], 2);
		assert_int_equal(firmware_ebda(&fake_firmware), 0);
	}
}

static void vmms_own_places_are_searched(void **state)
{
	static const uint64_t places[] = {0x80000, 0xa0000, 0xd0000};

	for (unsigned i = 0; i < ARRAY_LENGTH(places); i++) {
		uint8_t area[1024] = "RSD PTR ";

		setup(state);
		fake_firmware_fix_sum(area, 20, 8);
		fake_firmware_put(places[i], area, sizeof(area));
		assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), places[i]);
	}
}

static void a_bad_sum_is_no_rsdp(void **state)
{
	uint8_t area[1024] = "RSD PTR ";

	(void)state;
	fake_firmware_fix_sum(area, 20, 8);
	area[8]++;
	fake_firmware_put(0x80000, area, sizeof(area));
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
}

static void an_rsdp_at_the_very_end_is_not_read_over(void **state)
{
	uint8_t area[1024] = {0};

	(void)state;
	memcpy(area + 1008, "RSD PTR ", 8); /* its 20 bytes do not fit */
	fake_firmware_put(0x80000, area, sizeof(area));
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
}

static void an_rsdt_is_listed(void **state)
{
	(void)state;
	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(MADT, MCFG);
	fake_firmware_put_table(MADT, "APIC", "12345678", 8);
	fake_firmware_put_table(MCFG, "MCFG", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 2);
	assert_non_null(acpi_find_table(&tables, "APIC", 0));
	assert_null(acpi_find_table(&tables, "APIC", 1));
	assert_non_null(acpi_find_table(&tables, "MCFG", 0));
	assert_int_equal(fake_findings, 0);
}

static void an_xsdt_is_preferred(void **state)
{
	(void)state;
	put_rsdp(RSDP, 2, 0xdead0000, ROOT);
	put_xsdt(MADT, 0);
	fake_firmware_put_table(MADT, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 1);
	assert_int_equal(fake_findings, 0);
}

static void a_broken_xsdt_leaves_the_rsdt(void **state)
{
	(void)state;
	put_rsdp(RSDP, 2, ROOT, 0xdead0000);
	put_rsdt(MADT, 0);
	fake_firmware_put_table(MADT, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 1);
	assert_int_equal(fake_findings, 1);
}

static void a_bad_extended_sum_leaves_the_rsdt(void **state)
{
	uint8_t rsdp[36] = "RSD PTR ";
	const uint32_t rsdt = ROOT, length = 36;

	(void)state;
	rsdp[15] = 2;
	memcpy(rsdp + 16, &rsdt, 4);
	memcpy(rsdp + 20, &length, 4);
	fake_firmware_fix_sum(rsdp, 20, 8);
	fake_firmware_fix_sum(rsdp, 36, 32);
	rsdp[33]++;
	fake_firmware_put(RSDP, rsdp, sizeof(rsdp));
	put_rsdt(MADT, 0);
	fake_firmware_put_table(MADT, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 1);
	assert_int_equal(fake_findings, 1);
}

static void rsdp_lengths_are_bounded(void **state)
{
	static const uint32_t lengths[] = {0, 20, 35, 37, 4097, UINT32_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(lengths); i++) {
		uint8_t rsdp[36] = "RSD PTR ";

		setup(state);
		rsdp[15] = 2;
		memcpy(rsdp + 20, &lengths[i], 4);
		fake_firmware_fix_sum(rsdp, 20, 8);
		fake_firmware_fix_sum(rsdp, 36, 32);
		fake_firmware_put(RSDP, rsdp, sizeof(rsdp));
		acpi_list_tables(&fake_firmware, RSDP, &tables);
		assert_int_equal(tables.count, 0);
		assert_true(fake_findings > 0);
	}
}

static void a_root_of_another_name_is_refused(void **state)
{
	(void)state;
	put_rsdp(RSDP, 0, ROOT, 0);
	fake_firmware_put_table(ROOT, "TSDR", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 0);
	assert_int_equal(fake_findings, 1);
}

static void table_lengths_are_checked(void **state)
{
	static const uint32_t lengths[] = {0, 8, 35, 45, 0x1000001, UINT32_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(lengths); i++) {
		uint8_t *table;

		setup(state);
		put_rsdp(RSDP, 0, ROOT, 0);
		put_rsdt(MADT, 0);
		table = fake_firmware_put_table(MADT, "APIC", "12345678", 8);
		memcpy(table + 4, &lengths[i], 4);
		acpi_list_tables(&fake_firmware, RSDP, &tables);
		assert_int_equal(tables.count, 0);
		assert_int_equal(fake_findings, 1);
	}
}

static void a_bad_table_sum_is_told(void **state)
{
	(void)state;
	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(MADT, MCFG);
	fake_firmware_put_table(MADT, "APIC", "12345678", 8)[40]++;
	fake_firmware_put_table(MCFG, "MCFG", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_null(acpi_find_table(&tables, "APIC", 0));
	assert_non_null(acpi_find_table(&tables, "MCFG", 0));
	assert_string_equal(fake_last_finding,
			    "the ACPI table APIC at 0x103000 has a bad checksum");
}

static void a_root_full_of_tables_is_bounded(void **state)
{
	uint32_t entries[3 * ACPI_TABLES_MOST];

	(void)state;
	for (unsigned i = 0; i < ARRAY_LENGTH(entries); i++)
		entries[i] = MADT;
	put_rsdp(RSDP, 0, ROOT, 0);
	fake_firmware_put_table(ROOT, "RSDT", entries, sizeof(entries));
	fake_firmware_put_table(MADT, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, ACPI_TABLES_MOST);
}

static void a_root_that_lists_itself_ends(void **state)
{
	(void)state;
	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(ROOT, ROOT);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	assert_int_equal(tables.count, 2);
}

/* Puts RSDP, RSDT, an FADT with this body behind its header, and a DSDT with these bytes. */
static void put_machine(uint8_t *fadt, size_t fadt_size, const void *aml, size_t aml_size)
{
	const uint32_t dsdt = DSDT;

	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(FADT, 0);
	if (fadt_size >= 8)
		memcpy(fadt + 40 - 36, &dsdt, 4);
	fake_firmware_put_table(FADT, "FACP", fadt, fadt_size);
	fake_firmware_put_table(DSDT, "DSDT", aml, aml_size);
	acpi_list_tables(&fake_firmware, RSDP, &tables);
}

static const uint8_t s5_qemu[] = {0x08, '_',  'S',  '5',  '_',  0x12, 0x06,
				  0x04, 0x00, 0x00, 0x00, 0x00, 0xff};

static void power_of_a_pc(void **state)
{
	uint8_t fadt[244 - 36] = {0};
	const uint32_t pm1a = 0x604, timer = 0x608, flags = BIT(10);
	struct power_ways ways;

	(void)state;
	memcpy(fadt + 64 - 36, &pm1a, 4);
	memcpy(fadt + 76 - 36, &timer, 4);
	fadt[91 - 36] = 4;
	memcpy(fadt + 112 - 36, &flags, 4);
	memcpy(fadt + 116 - 36, "\x01\x08\x00\x00\xf9\x0c\0\0\0\0\0\0\x0f", 13);
	put_machine(fadt, sizeof(fadt), s5_qemu, sizeof(s5_qemu));
	assert_int_equal(tables.count, 2);
	acpi_parse_power(&tables, &ways);
	assert_true(ways.s5_known);
	assert_int_equal(ways.s5_type_a, 0);
	assert_int_equal(ways.pm1a_control, 0x604);
	assert_int_equal(ways.pm1b_control, 0);
	assert_false(ways.sleep_control.present);
	assert_true(ways.reset.present);
	assert_false(ways.reset.in_memory);
	assert_int_equal(ways.reset.address, 0xcf9);
	assert_int_equal(ways.reset_value, 0x0f);
	assert_int_equal(acpi_pm_timer(acpi_find_table(&tables, "FACP", 0)), 0x608);
}

static void power_of_reduced_hardware(void **state)
{
	static const uint8_t aml[] = {0x08, '_',  'S',  '5',  '_',  0x12,
				      0x07, 0x02, 0x0a, 0x05, 0x0a, 0x06};
	uint8_t fadt[268 - 36] = {0};
	const uint32_t pm1a = 0x604, flags = BIT(20);
	struct power_ways ways;

	(void)state;
	memcpy(fadt + 64 - 36, &pm1a, 4);
	memcpy(fadt + 112 - 36, &flags, 4);
	memcpy(fadt + 244 - 36, "\x00\x08\x00\x00\x00\x02\xa0\xfe\0\0\0\0", 12);
	put_machine(fadt, sizeof(fadt), aml, sizeof(aml));
	acpi_parse_power(&tables, &ways);
	assert_int_equal(ways.s5_type_a, 5);
	assert_int_equal(ways.s5_type_b, 6);
	assert_int_equal(ways.pm1a_control, 0);
	assert_true(ways.sleep_control.present);
	assert_true(ways.sleep_control.in_memory);
	assert_int_equal(ways.sleep_control.address, 0xfea00200);
	assert_false(ways.reset.present);
}

static void addresses_in_other_spaces_are_left_alone(void **state)
{
	uint8_t fadt[268 - 36] = {0};
	const uint32_t flags = BIT(10) | BIT(20);
	struct power_ways ways;

	(void)state;
	memcpy(fadt + 112 - 36, &flags, 4);
	memcpy(fadt + 116 - 36, "\x02\x08\x00\x00\xf9\x0c\0\0\0\0\0\0\x0f", 13); /* PCI */
	memcpy(fadt + 244 - 36, "\x01\x08\x00\x00\x00\x02\xa0\xfe\0\0\0\0", 12); /* no such port */
	put_machine(fadt, sizeof(fadt), s5_qemu, sizeof(s5_qemu));
	acpi_parse_power(&tables, &ways);
	assert_false(ways.reset.present);
	assert_false(ways.sleep_control.present);
}

/* Every length of FADT is legal input; what it does not reach is absent. */
static void a_fadt_of_any_length(void **state)
{
	for (size_t size = 0; size <= 300 - 36; size++) {
		uint8_t *fadt = malloc(size + 1);
		struct power_ways ways;

		setup(state);
		memset(fadt, 0xff, size + 1);
		put_machine(fadt, size, s5_qemu, sizeof(s5_qemu));
		free(fadt);
		acpi_parse_power(&tables, &ways);
		acpi_pm_timer(acpi_find_table(&tables, "FACP", 0));
		assert_int_equal(ways.s5_known, acpi_find_table(&tables, "DSDT", 0) != NULL);
	}
}

static void no_fadt_no_power(void **state)
{
	struct power_ways ways;

	(void)state;
	acpi_parse_power(&tables, &ways);
	assert_false(ways.s5_known);
	assert_int_equal(ways.pm1a_control, 0);
	assert_false(ways.reset.present);
}

static bool s5_of(const void *aml, size_t size, struct power_ways *ways)
{
	uint8_t fadt[100 - 36] = {0};

	put_machine(fadt, sizeof(fadt), aml, size);
	acpi_parse_power(&tables, ways);
	return ways->s5_known;
}

static void sleep_types_in_every_coding(void **state)
{
	static const struct {
		uint8_t aml[16];
		uint8_t size, type_a, type_b;
	} cases[] = {
		{{'_', 'S', '5', '_', 0x12, 4, 2, 0x00, 0x00}, 9, 0, 0},
		{{'_', 'S', '5', '_', 0x12, 4, 2, 0x01, 0x00}, 9, 1, 0},
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0a, 7, 0x0a, 5}, 11, 7, 5},
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0b, 5, 0, 0x01}, 11, 5, 1},
		{{'_', 'S', '5', '_', 0x12, 0x46, 0, 2, 0x0a, 5, 0x00}, 11, 5, 0},
		{{'_', 'S', '5', '_', 0x12, 0xc6, 0, 0, 0, 1, 0x0a, 5}, 12, 5, 0},
		/* A name that is no package comes first. */
		{{'_', 'S', '5', '_', 0x70, '_', 'S', '5', '_', 0x12, 5, 1, 0x0a, 3}, 14, 3, 0},
	};

	for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct power_ways ways;

		setup(state);
		assert_true(s5_of(cases[i].aml, cases[i].size, &ways));
		assert_int_equal(ways.s5_type_a, cases[i].type_a);
		assert_int_equal(ways.s5_type_b, cases[i].type_b);
	}
}

static void sleep_types_that_are_none(void **state)
{
	static const struct {
		uint8_t aml[16];
		uint8_t size;
	} cases[] = {
		{{'_', 'S', '5', '_'}, 4},
		{{'_', 'S', '5'}, 3},
		{{'_', 'S', '5', '_', 0x12}, 5},
		{{'_', 'S', '5', '_', 0x12, 6}, 6},
		{{'_', 'S', '5', '_', 0x12, 0xff}, 6},
		{{'_', 'S', '5', '_', 0x12, 0x46, 0}, 7},
		{{'_', 'S', '5', '_', 0x12, 2, 0}, 7},              /* no element */
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0a}, 8},        /* cut off */
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0b, 5}, 9},     /* cut off */
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0a, 5}, 9},     /* the second is missing */
		{{'_', 'S', '5', '_', 0x12, 6, 2, 0x0a, 8, 0}, 10}, /* three bits only */
		{{'_', 'S', '5', '_', 0x12, 6, 2, 'A', 'B', 'C', 'D'}, 11},
	};

	for (unsigned i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct power_ways ways;

		setup(state);
		assert_false(s5_of(cases[i].aml, cases[i].size, &ways));
	}
}

static void sleep_types_from_an_ssdt(void **state)
{
	uint8_t fadt[100 - 36] = {0};
	struct power_ways ways;

	(void)state;
	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(FADT, MCFG);
	fake_firmware_put_table(FADT, "FACP", fadt, sizeof(fadt));
	fake_firmware_put_table(MCFG, "SSDT", s5_qemu, sizeof(s5_qemu));
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	acpi_parse_power(&tables, &ways);
	/* Only beside a DSDT: without one there is no AML at all. */
	assert_false(ways.s5_known);
	setup(state);
	put_rsdp(RSDP, 0, ROOT, 0);
	put_rsdt(FADT, MCFG);
	memcpy(fadt + 4, &(uint32_t){DSDT}, 4);
	fake_firmware_put_table(FADT, "FACP", fadt, sizeof(fadt));
	fake_firmware_put_table(DSDT, "DSDT", "", 0);
	fake_firmware_put_table(MCFG, "SSDT", s5_qemu, sizeof(s5_qemu));
	acpi_list_tables(&fake_firmware, RSDP, &tables);
	acpi_parse_power(&tables, &ways);
	assert_true(ways.s5_known);
}

static void a_madt_is_read(void **state)
{
	static const uint8_t body[] = {
		0, 0,  0xe0, 0xfe, 1,  0, 0,    0, /* LAPIC address, flags */
		0, 8,  0,    0,    1,  0, 0,    0, /* CPU, id 0 */
		0, 8,  1,    1,    0,  0, 0,    0, /* not enabled */
		0, 8,  2,    2,    1,  0, 0,    0, /* CPU, id 2 */
		0, 8,  3,    0xff, 1,  0, 0,    0, /* no id at all */
		9, 16, 0,    0,    2,  0, 0,    0,    1,    0, 0, 0, 0, 0, 0, 0, /* id 2 again */
		9, 16, 0,    0,    0,  1, 0,    0,    1,    0, 0, 0, 0, 0, 0, 0, /* id 256 */
		1, 12, 0,    0,    0,  0, 0xc0, 0xfe, 0,    0, 0, 0,             /* I/O APIC */
		1, 12, 1,    0,    0,  0, 0xc1, 0xfe, 24,   0, 0, 0,             /* the next */
		2, 10, 0,    0,    2,  0, 0,    0,    0,    0, /* IRQ 0 to line 2 */
		2, 10, 0,    9,    20, 0, 0,    0,    0x0f, 0, /* IRQ 9: low, level */
		2, 10, 0,    200,  20, 0, 0,    0,    0x0f, 0, /* no ISA IRQ */
		4, 6,  0xff, 0,    0,  1,                      /* not of interest */
	};

	(void)state;
	acpi_parse_madt(&fake_firmware, put_alone("APIC", body, sizeof(body)), &topology);
	assert_int_equal(fake_findings, 0);
	assert_int_equal(topology.cpus, 3);
	assert_int_equal(topology.apic_ids[1], 2);
	assert_int_equal(topology.apic_ids[2], 256);
	assert_int_equal(topology.io_apics, 2);
	assert_int_equal(topology.io_apic[1].address, 0xfec10000);
	assert_int_equal(topology.io_apic[1].first_line, 24);
	assert_true(topology.isa[0].told);
	assert_int_equal(topology.isa[0].line, 2);
	assert_false(topology.isa[0].level);
	assert_int_equal(topology.isa[9].line, 20);
	assert_true(topology.isa[9].level && topology.isa[9].active_low);
	assert_false(topology.isa[1].told);
}

static void madt_entries_are_bounded(void **state)
{
	static const uint8_t entries[][4] = {
		{0, 0},  {0, 1},   {0, 2},  {0, 7},  {1, 11}, {2, 9},
		{9, 15}, {0, 255}, {77, 0}, {77, 1}, {77, 5},
	};

	for (unsigned i = 0; i < ARRAY_LENGTH(entries); i++) {
		uint8_t body[12] = {0};

		setup(state);
		memcpy(body + 8, entries[i], 4);
		acpi_parse_madt(&fake_firmware, put_alone("APIC", body, sizeof(body)), &topology);
		assert_int_equal(topology.cpus, 0);
		assert_int_equal(fake_findings, 1);
	}
}

static void a_madt_of_any_length(void **state)
{
	for (size_t size = 0; size < 64; size++) {
		uint8_t body[64];

		setup(state);
		memset(body, 9, sizeof(body));
		acpi_parse_madt(&fake_firmware, put_alone("APIC", body, size), &topology);
	}
}

static void too_many_cpus_are_counted(void **state)
{
	uint8_t *body = calloc(1, 8 + 300 * 16);

	(void)state;
	for (uint16_t i = 0; i < 300; i++) {
		uint8_t *entry = body + 8 + 16 * i;

		entry[0] = 9;
		entry[1] = 16;
		memcpy(entry + 4, &i, 2);
		entry[8] = 1;
	}
	acpi_parse_madt(&fake_firmware, put_alone("APIC", body, 8 + 300 * 16), &topology);
	free(body);
	assert_int_equal(topology.cpus, TOPOLOGY_CPUS);
	assert_int_equal(topology.cpus_left_out, 300 - TOPOLOGY_CPUS);
}

static void an_mcfg_is_read(void **state)
{
	static const uint8_t body[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xb0, 0, 0, 0,  0,  0, 0, 0, 255,
		0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,    1, 0, 16, 31, 0, 0, 0, 0,
	};
	struct ecam_window windows[2];

	(void)state;
	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, put_alone("MCFG", body, sizeof(body)), windows, 2),
		2);
	assert_int_equal(windows[0].base, 0xb0000000);
	assert_int_equal(windows[0].last_bus, 255);
	assert_int_equal(windows[1].base, 4 * GIB);
	assert_int_equal(windows[1].segment, 1);
	assert_int_equal(windows[1].first_bus, 16);
	assert_int_equal(fake_findings, 0);
	setup(state);
	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, put_alone("MCFG", body, sizeof(body)), windows, 1),
		2);
}

static void mcfg_nonsense_is_told(void **state)
{
	static const uint8_t body[] = {
		0, 0,    0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0,    0, 255,  0, 0, 0, 0,                         /* at 0 */
		0, 0x10, 0, 0xb0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, /* not on a MiB */
		0, 0,    0, 0xb0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 0, 0, /* last before first */
		0, 0,    0, 0xb0, 0, 0, 0, 0, 0, 0, 0,                /* cut off */
	};
	struct ecam_window windows[4];

	(void)state;
	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, put_alone("MCFG", body, sizeof(body)), windows, 4),
		0);
	assert_int_equal(fake_findings, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_at_all, setup, setup),
		cmocka_unit_test_setup_teardown(the_handed_over_rsdp_is_used, setup, setup),
		cmocka_unit_test_setup_teardown(a_wrong_handed_over_rsdp_is_told_and_another_found,
						setup, setup),
		cmocka_unit_test_setup_teardown(an_rsdp_is_found_in_the_ebda, setup, setup),
		cmocka_unit_test_setup_teardown(a_nonsense_ebda_is_not_read, setup, setup),
		cmocka_unit_test_setup_teardown(vmms_own_places_are_searched, setup, setup),
		cmocka_unit_test_setup_teardown(a_bad_sum_is_no_rsdp, setup, setup),
		cmocka_unit_test_setup_teardown(an_rsdp_at_the_very_end_is_not_read_over, setup,
						setup),
		cmocka_unit_test_setup_teardown(an_rsdt_is_listed, setup, setup),
		cmocka_unit_test_setup_teardown(an_xsdt_is_preferred, setup, setup),
		cmocka_unit_test_setup_teardown(a_broken_xsdt_leaves_the_rsdt, setup, setup),
		cmocka_unit_test_setup_teardown(a_bad_extended_sum_leaves_the_rsdt, setup, setup),
		cmocka_unit_test_setup_teardown(rsdp_lengths_are_bounded, setup, setup),
		cmocka_unit_test_setup_teardown(a_root_of_another_name_is_refused, setup, setup),
		cmocka_unit_test_setup_teardown(table_lengths_are_checked, setup, setup),
		cmocka_unit_test_setup_teardown(a_bad_table_sum_is_told, setup, setup),
		cmocka_unit_test_setup_teardown(a_root_full_of_tables_is_bounded, setup, setup),
		cmocka_unit_test_setup_teardown(a_root_that_lists_itself_ends, setup, setup),
		cmocka_unit_test_setup_teardown(power_of_a_pc, setup, setup),
		cmocka_unit_test_setup_teardown(power_of_reduced_hardware, setup, setup),
		cmocka_unit_test_setup_teardown(addresses_in_other_spaces_are_left_alone, setup,
						setup),
		cmocka_unit_test_setup_teardown(a_fadt_of_any_length, setup, setup),
		cmocka_unit_test_setup_teardown(no_fadt_no_power, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_in_every_coding, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_that_are_none, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_from_an_ssdt, setup, setup),
		cmocka_unit_test_setup_teardown(a_madt_is_read, setup, setup),
		cmocka_unit_test_setup_teardown(madt_entries_are_bounded, setup, setup),
		cmocka_unit_test_setup_teardown(a_madt_of_any_length, setup, setup),
		cmocka_unit_test_setup_teardown(too_many_cpus_are_counted, setup, setup),
		cmocka_unit_test_setup_teardown(an_mcfg_is_read, setup, setup),
		cmocka_unit_test_setup_teardown(mcfg_nonsense_is_told, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
