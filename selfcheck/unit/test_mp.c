/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/firmware/mp_parse.c arch/x86/firmware/firmware.c arch/x86/firmware/topology.c */
/* links: selfcheck/unit/fake_firmware.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/x86/firmware/mp_parse.h"
#include "selfcheck/unit/fake_firmware.h"

#define POINTER 0x9fc00

static struct topology topology;

static int setup(void **state)
{
	memset(&topology, 0, sizeof(topology));
	return fake_firmware_clear(state);
}

static void put_pointer(uint32_t table)
{
	uint8_t area[1024] = "_MP_";

	memcpy(area + 4, &table, 4);
	area[8] = 1;
	fake_firmware_fix_sum(area, 16, 10);
	fake_firmware_put(POINTER, area, sizeof(area));
}

/* A table of these entries, which says that it has `count` of them. */
static uint8_t *put_table(const uint8_t *entries, uint16_t size, uint16_t count)
{
	uint8_t table[512] = "PCMP";
	uint16_t length = 44 + size;

	memcpy(table + 4, &length, 2);
	memcpy(table + 34, &count, 2);
	memcpy(table + 44, entries, size);
	fake_firmware_fix_sum(table, length, 7);
	return fake_firmware_put(0x300000, table, length);
}

static const uint8_t machine[] = {
	0, 0, 0x14, 3,   0,   0,   0,    0,    0, 0,
	0, 0, 0,    0,   0,   0,   0,    0,    0, 0, /* the boot CPU, id 0 */
	0, 5, 0x14, 1,   0,   0,   0,    0,    0, 0,
	0, 0, 0,    0,   0,   0,   0,    0,    0, 0, /* CPU 5 */
	0, 6, 0x14, 0,   0,   0,   0,    0,    0, 0,
	0, 0, 0,    0,   0,   0,   0,    0,    0, 0, /* not enabled */
	1, 0, 'P',  'C', 'I', ' ', ' ',  ' ',        /* bus 0 */
	1, 1, 'I',  'S', 'A', ' ', ' ',  ' ',        /* bus 1 */
	2, 2, 0x11, 1,   0,   0,   0xc0, 0xfe,       /* I/O APIC */
	2, 3, 0x11, 0,   0,   0,   0xc1, 0xfe,       /* not usable */
	3, 0, 0,    0,   1,   0,   2,    2,          /* ISA IRQ 0 to input 2 */
	3, 0, 0x0f, 0,   1,   9,   2,    9,          /* ISA IRQ 9: low, level */
	3, 3, 0,    0,   1,   4,   2,    0,          /* ExtINT */
	3, 0, 0,    0,   0,   5,   2,    16,         /* PCI */
	4, 1, 0,    0,   1,   0,   0xff, 1,          /* local NMI */
};
#define MACHINE_ENTRIES 12

static void a_table_is_read(void **state)
{
	put_pointer(0x300000);
	put_table(machine, sizeof(machine), MACHINE_ENTRIES);
	assert_int_equal(mp_find(&fake_firmware), POINTER);
	mp_parse(&fake_firmware, POINTER, &topology);
	assert_int_equal(fake_findings, 0);
	assert_int_equal(topology.cpus, 2);
	assert_int_equal(topology.apic_ids[1], 5);
	assert_int_equal(topology.io_apics, 1);
	assert_int_equal(topology.io_apic[0].first_line, LINE_FOLLOWS);
	assert_int_equal(topology.isa[0].line, 2);
	assert_true(topology.isa[9].level && topology.isa[9].active_low);
	assert_false(topology.isa[4].told);
	assert_false(topology.isa[5].told);
}

static void no_table_no_topology(void **state)
{
	assert_int_equal(mp_find(&fake_firmware), 0);
	put_pointer(0);
	mp_parse(&fake_firmware, POINTER, &topology);
	assert_int_equal(topology.cpus, 0);
	assert_int_equal(fake_findings, 1);
}

static void a_bad_pointer_is_not_found(void **state)
{
	uint8_t area[1024] = "_MP_";

	area[15] = 1;
	fake_firmware_put(POINTER, area, sizeof(area));
	assert_int_equal(mp_find(&fake_firmware), 0);
}

static void a_bad_sum_is_told(void **state)
{
	put_pointer(0x300000);
	put_table(machine, sizeof(machine), MACHINE_ENTRIES)[50]++;
	mp_parse(&fake_firmware, POINTER, &topology);
	assert_int_equal(topology.cpus, 0);
	assert_int_equal(fake_findings, 1);
}

static void lengths_are_checked(void **state)
{
	static const uint16_t lengths[] = {0, 4, 43, 500, UINT16_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(lengths); i++) {
		uint8_t *table;

		setup(state);
		put_pointer(0x300000);
		table = put_table(machine, sizeof(machine), MACHINE_ENTRIES);
		memcpy(table + 4, &lengths[i], 2);
		mp_parse(&fake_firmware, POINTER, &topology);
		assert_int_equal(topology.cpus, 0);
		assert_int_equal(fake_findings, 1);
	}
}

static void more_entries_than_bytes(void **state)
{
	put_pointer(0x300000);
	put_table(machine, sizeof(machine), UINT16_MAX);
	mp_parse(&fake_firmware, POINTER, &topology);
	assert_int_equal(topology.cpus, 2);
	assert_int_equal(fake_findings, 1);
}

static void any_cut_of_a_table(void **state)
{
	for (uint16_t size = 0; size < sizeof(machine); size++) {
		setup(state);
		put_pointer(0x300000);
		put_table(machine, size, MACHINE_ENTRIES);
		mp_parse(&fake_firmware, POINTER, &topology);
		assert_int_equal(fake_findings, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_table_is_read, setup, setup),
		cmocka_unit_test_setup_teardown(no_table_no_topology, setup, setup),
		cmocka_unit_test_setup_teardown(a_bad_pointer_is_not_found, setup, setup),
		cmocka_unit_test_setup_teardown(a_bad_sum_is_told, setup, setup),
		cmocka_unit_test_setup_teardown(lengths_are_checked, setup, setup),
		cmocka_unit_test_setup_teardown(more_entries_than_bytes, setup, setup),
		cmocka_unit_test_setup_teardown(any_cut_of_a_table, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
