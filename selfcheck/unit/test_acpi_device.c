/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/firmware/acpi_parse.c arch/x86/firmware/acpi_device.c arch/x86/firmware/firmware.c arch/x86/firmware/topology.c */
/* links: selfcheck/unit/fake_acpi.c selfcheck/unit/fake_firmware.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "selfcheck/unit/fake_acpi.h"

#define MOST 4

static struct acpi_tables tables;
static uint8_t aml[512];
static size_t aml_size;

static int setup(void **state)
{
	memset(&tables, 0, sizeof(tables));
	aml_size = 0;
	return fake_firmware_clear(state);
}

static void put(const void *bytes, size_t size)
{
	memcpy(aml + aml_size, bytes, size);
	aml_size += size;
}

static void put_hid(const char *hid)
{
	put("\x08_HID\x0d", 6);
	put(hid, strlen(hid) + 1);
}

/* _CRS with a range and an interrupt, as VMMs write it. */
static void put_resources(uint32_t base, uint32_t length, uint8_t flags, uint32_t line)
{
	put("\x08_CRS\x11\x1a\x0a\x17", 9);
	put("\x86\x09\x00\x01", 4);
	put(&base, 4);
	put(&length, 4);
	put("\x89\x06\x00", 3);
	put(&flags, 1);
	put("\x01", 1);
	put(&line, 4);
	put("\x79\x00", 2);
}

static unsigned found(const char *hid, struct fixed_device *devices)
{
	uint8_t fadt[100 - 36] = {0};
	const uint32_t dsdt = FAKE_DSDT;

	memcpy(fadt + 40 - 36, &dsdt, 4);
	fake_rsdp(FAKE_RSDP, 0, FAKE_ROOT, 0);
	fake_rsdt(FAKE_FADT, 0);
	fake_firmware_put_table(FAKE_FADT, "FACP", fadt, sizeof(fadt));
	fake_firmware_put_table(FAKE_DSDT, "DSDT", aml, aml_size);
	acpi_list_tables(&fake_firmware, FAKE_RSDP, &tables);
	return acpi_parse_devices(&tables, hid, devices, MOST);
}

static void devices_of_one_id(void **state)
{
	struct fixed_device devices[MOST];

	put_hid("PNP0501");
	put_resources(0x1000, 8, 3, 4);
	put_hid("LNRO0005");
	put_resources(0xfeb00000, 0x200, 1, 24);
	put_hid("LNRO0006");
	put_resources(0x2000, 8, 3, 5);
	put_hid("LNRO0005");
	put("\x08_UID\x01\x08_CCA\x01", 12);
	put_resources(0xc0001000, 0x1000, 3 | 4, 5);
	assert_int_equal(found("LNRO0005", devices), 2);
	assert_int_equal(devices[0].base, 0xfeb00000);
	assert_int_equal(devices[0].length, 0x200);
	assert_true(devices[0].has_line);
	assert_int_equal(devices[0].line, 24);
	assert_true(devices[0].level);
	assert_false(devices[0].active_low);
	assert_int_equal(devices[1].base, 0xc0001000);
	assert_int_equal(devices[1].line, 5);
	assert_false(devices[1].level);
	assert_true(devices[1].active_low);
}

/* The resources of the next device are not its own. */
static void device_without_resources(void **state)
{
	struct fixed_device devices[MOST];

	put_hid("LNRO0005");
	put_hid("PNP0501");
	put_resources(0x1000, 8, 3, 4);
	assert_int_equal(found("LNRO0005", devices), 0);
	assert_int_equal(found("LNRO000", devices), 0);
}

static void device_without_a_line(void **state)
{
	struct fixed_device devices[MOST];

	put_hid("LNRO0005");
	put("\x08_CRS\x11\x11\x0a\x0e\x86\x09\x00\x01\x00\x00\xb0\xfe\x00\x02\x00\x00\x79\x00", 23);
	assert_int_equal(found("LNRO0005", devices), 1);
	assert_false(devices[0].has_line);
}

static void more_devices_than_asked_for(void **state)
{
	struct fixed_device devices[MOST];

	for (uint32_t n = 0; n < MOST + 2; n++) {
		put_hid("LNRO0005");
		put_resources(0x1000 * (n + 1), 0x200, 3, n);
	}
	assert_int_equal(found("LNRO0005", devices), MOST);
	assert_int_equal(devices[MOST - 1].base, 0x1000 * MOST);
}

/* Wherever the table ends, and whatever stands there, nothing beyond it is read. */
static void tables_that_are_cut_off(void **state)
{
	struct fixed_device devices[MOST];
	size_t whole;

	put_hid("LNRO0005");
	put_resources(0xfeb00000, 0x200, 1, 24);
	whole = aml_size;
	for (size_t size = 0; size < whole; size++) {
		fake_firmware_clear(state);
		aml_size = size;
		assert_true(found("LNRO0005", devices) <= 1);
	}
	for (size_t at = 6; at < whole; at++) {
		uint8_t kept = aml[at];

		fake_firmware_clear(state);
		aml_size = whole;
		aml[at] = 0xff;
		assert_true(found("LNRO0005", devices) <= 1);
		aml[at] = kept;
	}
}

/* What _CBA, written so, says. */
static uint64_t window(const char *bytes, size_t size)
{
	struct fixed_device devices[MOST];

	setup(NULL);
	put_hid("PNP0A08");
	put(bytes, size);
	found("", devices);
	return acpi_parse_window(&tables);
}

static void the_window_of_a_host_bridge(void **state)
{
	assert_true(window("\x14\x0c_CBA\x00\xa4\x0c\x00\x00\x00\xe0", 13) == 0xe0000000);
	assert_true(window("\x08_CBA\x0e\x00\x00\x00\x00\x04\x00\x00\x00", 14) == 0x400000000);
	assert_true(window("\x08_CBA\x0c\x00\x00\x08\xe0", 10) == 0);
	assert_true(window("\x08_CBA\x0c\x00\x00\x00", 9) == 0);
	assert_true(window("\x14\x0c_CBA\x00\x70\x0c\x00\x00\x00\xe0", 13) == 0);
	assert_true(window("\x14\x0c_CBA\x00\xa4", 8) == 0);
	assert_true(window("\x08_CBA", 5) == 0);
	assert_true(window("\x08_CBB\x0c\x00\x00\x00\xe0", 10) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(devices_of_one_id, setup),
		cmocka_unit_test_setup(device_without_resources, setup),
		cmocka_unit_test_setup(device_without_a_line, setup),
		cmocka_unit_test_setup(more_devices_than_asked_for, setup),
		cmocka_unit_test_setup(tables_that_are_cut_off, setup),
		cmocka_unit_test_setup(the_window_of_a_host_bridge, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
