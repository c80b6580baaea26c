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

static void nothing_at_all(void **state)
{
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
	assert_int_equal(fake_findings, 0);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 0);
}

static void the_handed_over_rsdp_is_used(void **state)
{
	fake_rsdp(0x12345670, 0, FAKE_ROOT, 0);
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0x12345670), 0x12345670);
	assert_int_equal(fake_findings, 0);
}

static void a_wrong_handed_over_rsdp_is_told_and_another_found(void **state)
{
	uint8_t *area = calloc(1, 0x20000);

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

	fake_firmware_fix_sum(area, 20, 8);
	area[8]++;
	fake_firmware_put(0x80000, area, sizeof(area));
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
}

static void an_rsdp_at_the_very_end_is_not_read_over(void **state)
{
	uint8_t area[1024] = {0};

	memcpy(area + 1008, "RSD PTR ", 8); /* its 20 bytes do not fit */
	fake_firmware_put(0x80000, area, sizeof(area));
	assert_int_equal(acpi_find_rsdp(&fake_firmware, 0), 0);
}

static void an_rsdt_is_listed(void **state)
{
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_TABLE, FAKE_OTHER);
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
	fake_firmware_put_table(FAKE_OTHER, "MCFG", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 2);
	assert_non_null(acpi_find_table(&tables, "APIC", 0));
	assert_null(acpi_find_table(&tables, "APIC", 1));
	assert_non_null(acpi_find_table(&tables, "MCFG", 0));
	assert_int_equal(fake_findings, 0);
}

static void an_xsdt_is_preferred(void **state)
{
	fake_rsdp(FAKE_RSDP, 2, 0xdead0000, FAKE_ROOT);
	fake_xsdt(FAKE_TABLE, 0);
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 1);
	assert_int_equal(fake_findings, 0);
}

static void a_broken_xsdt_leaves_the_rsdt(void **state)
{
	fake_rsdp(FAKE_RSDP, 2, FAKE_ROOT, 0xdead0000);
	fake_rsdt(FAKE_TABLE, 0);
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 1);
	assert_int_equal(fake_findings, 1);
}

static void a_bad_extended_sum_leaves_the_rsdt(void **state)
{
	uint8_t rsdp[36] = "RSD PTR ";
	const uint32_t rsdt = FAKE_ROOT, length = 36;

	rsdp[15] = 2;
	memcpy(rsdp + 16, &rsdt, 4);
	memcpy(rsdp + 20, &length, 4);
	fake_firmware_fix_sum(rsdp, 20, 8);
	fake_firmware_fix_sum(rsdp, 36, 32);
	rsdp[33]++;
	fake_firmware_put(FAKE_RSDP, rsdp, sizeof(rsdp));
	fake_rsdt(FAKE_TABLE, 0);
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
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
		fake_firmware_put(FAKE_RSDP, rsdp, sizeof(rsdp));
		acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
		assert_int_equal(tables.count, 0);
		assert_true(fake_findings > 0);
	}
}

static void a_root_of_another_name_is_refused(void **state)
{
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_firmware_put_table(FAKE_ROOT, "TSDR", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 0);
	assert_int_equal(fake_findings, 1);
}

static void table_lengths_are_checked(void **state)
{
	static const uint32_t lengths[] = {0, 8, 35, 45, 0x1000001, UINT32_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(lengths); i++) {
		uint8_t *table;

		setup(state);
		fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
		fake_rsdt(FAKE_TABLE, 0);
		table = fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
		memcpy(table + 4, &lengths[i], 4);
		acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
		assert_int_equal(tables.count, 0);
		assert_int_equal(fake_findings, 1);
	}
}

static void a_bad_table_sum_is_told(void **state)
{
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_TABLE, FAKE_OTHER);
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8)[40]++;
	fake_firmware_put_table(FAKE_OTHER, "MCFG", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_null(acpi_find_table(&tables, "APIC", 0));
	assert_non_null(acpi_find_table(&tables, "MCFG", 0));
	assert_string_equal(fake_last_finding,
			    "the ACPI table APIC at 0x103000 has a bad checksum");
}

static void a_root_full_of_tables_is_bounded(void **state)
{
	uint32_t entries[3 * ACPI_TABLES_LISTED];

	for (unsigned i = 0; i < ARRAY_LENGTH(entries); i++)
		entries[i] = FAKE_TABLE;
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_firmware_put_table(FAKE_ROOT, "RSDT", entries, sizeof(entries));
	fake_firmware_put_table(FAKE_TABLE, "APIC", "12345678", 8);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, ACPI_TABLES_LISTED);
	assert_int_equal(fake_findings, 1);
}

/* Each entry costs a mapping: nonsense must not use them all up. */
static void a_root_full_of_nonsense_is_bounded(void **state)
{
	uint32_t entries[4096];

	for (unsigned i = 0; i < ARRAY_LENGTH(entries); i++)
		entries[i] = 0xd0000000 + i * 4096;
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_firmware_put_table(FAKE_ROOT, "RSDT", entries, sizeof(entries));
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 0);
	assert_int_equal(fake_findings, 1 + 8 + 1);
}

static void a_root_that_lists_itself_ends(void **state)
{
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_ROOT, FAKE_ROOT);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	assert_int_equal(tables.count, 2);
}

static void the_registers_of_an_hpet_are_told(void **state)
{
	uint8_t body[20] = {0};
	const uint64_t address = 0xfed00000;

	memcpy(body + 8, &address, 8);
	assert_true(acpi_hpet(fake_table("HPET", body, sizeof(body))) == address);
	assert_true(acpi_hpet(fake_table("HPET", body, 15)) == 0);
	body[4] = 1; /* ports */
	assert_true(acpi_hpet(fake_table("HPET", body, sizeof(body))) == 0);
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
		cmocka_unit_test_setup_teardown(a_root_full_of_nonsense_is_bounded, setup, setup),
		cmocka_unit_test_setup_teardown(a_root_that_lists_itself_ends, setup, setup),
		cmocka_unit_test_setup_teardown(the_registers_of_an_hpet_are_told, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
