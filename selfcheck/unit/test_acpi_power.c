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

static struct acpi_tables tables;

static int setup(void **state)
{
	memset(&tables, 0, sizeof(tables));
	return fake_firmware_clear(state);
}

/* Puts FAKE_RSDP, RSDT, an FADT with this body behind its header, and a DSDT with these bytes. */
static void put_machine(uint8_t *fadt, size_t fadt_size, const void *aml, size_t aml_size)
{
	const uint32_t dsdt = FAKE_DSDT;

	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_FADT, 0);
	if (fadt_size >= 8)
		memcpy(fadt + 40 - 36, &dsdt, 4);
	fake_firmware_put_table(FAKE_FADT, "FACP", fadt, fadt_size);
	fake_firmware_put_table(FAKE_DSDT, "DSDT", aml, aml_size);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
}

static const uint8_t s5_qemu[] = {0x08, '_',  'S',  '5',  '_',  0x12, 0x06,
				  0x04, 0x00, 0x00, 0x00, 0x00, 0xff};

static void power_of_a_pc(void **state)
{
	uint8_t fadt[244 - 36] = {0};
	const uint32_t pm1a = 0x604, timer = 0x608, flags = BIT(10);
	struct power_ways ways;

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

	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_FADT, FAKE_OTHER);
	fake_firmware_put_table(FAKE_FADT, "FACP", fadt, sizeof(fadt));
	fake_firmware_put_table(FAKE_OTHER, "SSDT", s5_qemu, sizeof(s5_qemu));
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	acpi_parse_power(&tables, &ways);
	/* Only beside a DSDT: without one there is no AML at all. */
	assert_false(ways.s5_known);
	setup(state);
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_FADT, FAKE_OTHER);
	memcpy(fadt + 4, &(uint32_t){FAKE_DSDT}, 4);
	fake_firmware_put_table(FAKE_FADT, "FACP", fadt, sizeof(fadt));
	fake_firmware_put_table(FAKE_DSDT, "DSDT", "", 0);
	fake_firmware_put_table(FAKE_OTHER, "SSDT", s5_qemu, sizeof(s5_qemu));
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	acpi_parse_power(&tables, &ways);
	assert_true(ways.s5_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(power_of_a_pc, setup, setup),
		cmocka_unit_test_setup_teardown(power_of_reduced_hardware, setup, setup),
		cmocka_unit_test_setup_teardown(addresses_in_other_spaces_are_left_alone, setup,
						setup),
		cmocka_unit_test_setup_teardown(a_fadt_of_any_length, setup, setup),
		cmocka_unit_test_setup_teardown(no_fadt_no_power, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_in_every_coding, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_that_are_none, setup, setup),
		cmocka_unit_test_setup_teardown(sleep_types_from_an_ssdt, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
