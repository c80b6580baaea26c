/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/firmware/acpi_parse.c arch/x86/firmware/acpi_power.c arch/x86/firmware/firmware.c arch/x86/firmware/topology.c */
/* links: selfcheck/unit/fake_acpi.c selfcheck/unit/fake_firmware.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "selfcheck/unit/fake_acpi.h"

static struct topology topology;

static int setup(void **state)
{
	memset(&topology, 0, sizeof(topology));
	return fake_firmware_clear(state);
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

	acpi_parse_madt(&fake_firmware, fake_table("APIC", body, sizeof(body)), &topology);
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
		acpi_parse_madt(&fake_firmware, fake_table("APIC", body, sizeof(body)), &topology);
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
		acpi_parse_madt(&fake_firmware, fake_table("APIC", body, size), &topology);
	}
}

static void too_many_cpus_are_counted(void **state)
{
	uint8_t *body = calloc(1, 8 + 300 * 16);

	for (uint16_t i = 0; i < 300; i++) {
		uint8_t *entry = body + 8 + 16 * i;

		entry[0] = 9;
		entry[1] = 16;
		memcpy(entry + 4, &i, 2);
		entry[8] = 1;
	}
	acpi_parse_madt(&fake_firmware, fake_table("APIC", body, 8 + 300 * 16), &topology);
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

	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, fake_table("MCFG", body, sizeof(body)), windows, 2),
		2);
	assert_int_equal(windows[0].base, 0xb0000000);
	assert_int_equal(windows[0].last_bus, 255);
	assert_int_equal(windows[1].base, 4 * GIB);
	assert_int_equal(windows[1].segment, 1);
	assert_int_equal(windows[1].first_bus, 16);
	assert_int_equal(fake_findings, 0);
	setup(state);
	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, fake_table("MCFG", body, sizeof(body)), windows, 1),
		1);
	assert_string_equal(fake_last_finding, "the MCFG has more than 1 windows");
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

	assert_int_equal(
		acpi_parse_mcfg(&fake_firmware, fake_table("MCFG", body, sizeof(body)), windows, 4),
		0);
	assert_int_equal(fake_findings, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_madt_is_read, setup, setup),
		cmocka_unit_test_setup_teardown(madt_entries_are_bounded, setup, setup),
		cmocka_unit_test_setup_teardown(a_madt_of_any_length, setup, setup),
		cmocka_unit_test_setup_teardown(too_many_cpus_are_counted, setup, setup),
		cmocka_unit_test_setup_teardown(an_mcfg_is_read, setup, setup),
		cmocka_unit_test_setup_teardown(mcfg_nonsense_is_told, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
