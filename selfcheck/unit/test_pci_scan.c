/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/scan.c pci/slot.c pci/bar.c pci/capability.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c arch/x86/time/clock.c lib/format.c lib/string.c lib/random.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "lib/random.h"
#include "pci/capability.h"
#include "pci/scan.h"
#include "selfcheck/unit/fake_pci.h"

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	fail();
	return NULL;
}

static struct pci_function functions[256];
static struct pci_scan scan;

static int prepare(void **state)
{
	fake_reset();
	return 0;
}

static unsigned scan_most(unsigned most)
{
	scan = (struct pci_scan){.functions = functions, .most = most};
	pci_scan_segment(&scan, &fake_config, 0);
	pci_scan_root(&scan, 0, 255);
	assert_int_equal(fake_bus.misaligned, 0);
	return scan.count;
}

static unsigned scan_all(void)
{
	return scan_most(ARRAY_LENGTH(functions));
}

static void expect_at(unsigned n, const char *expected)
{
	char text[PCI_ADDRESS_TEXT];

	assert_true(n < scan.count);
	assert_string_equal(pci_address_text(functions[n].address, text), expected);
}

static struct fake_function *add_host_bridge(uint8_t device)
{
	struct fake_function *fake = fake_add(NULL, device, 0);

	fake_put32(fake, PCI_REVISION_ID, 0x06000000);
	return fake;
}

static void finds_nothing_on_an_empty_bus(void **state)
{
	assert_int_equal(scan_all(), 0);
	assert_int_equal(fake_bus.writes, 0);
}

static void reads_the_header(void **state)
{
	struct fake_function *fake = fake_add(NULL, 31, 0);

	fake_put32(fake, PCI_VENDOR_ID, 0x10001af4);
	fake_put32(fake, PCI_REVISION_ID, 0x01020304);
	fake_put32(fake, PCI_SUBSYSTEM_VENDOR_ID, 0x00011af5);
	fake_put16(fake, PCI_INTERRUPT_LINE, 0x010b);
	fake_bar(fake, 1, FAKE_MEMORY, 4096, 0xfebf0000);
	assert_int_equal(scan_all(), 1);
	expect_at(0, "00:1f.0");
	assert_int_equal(functions[0].vendor, 0x1af4);
	assert_int_equal(functions[0].device, 0x1000);
	assert_int_equal(functions[0].revision, 4);
	assert_int_equal(functions[0].class_code[0], 1);
	assert_int_equal(functions[0].class_code[1], 2);
	assert_int_equal(functions[0].class_code[2], 3);
	assert_int_equal(functions[0].subsystem_vendor, 0x1af5);
	assert_int_equal(functions[0].subsystem, 1);
	assert_int_equal(functions[0].interrupt_line, 11);
	assert_int_equal(functions[0].interrupt_pin, 1);
	assert_int_equal(functions[0].bars[1].address, 0xfebf0000);
	assert_ptr_equal(functions[0].config, &fake_config);
	assert_null(functions[0].bridge);
	assert_int_equal(scan.left_out, 0);
}

static void zero_and_all_ones_are_absent(void **state)
{
	fake_put16(fake_add(NULL, 1, 0), PCI_VENDOR_ID, 0x0000);
	fake_put16(fake_add(NULL, 2, 0), PCI_VENDOR_ID, 0xffff);
	fake_add(NULL, 3, 0);
	assert_int_equal(scan_all(), 1);
	expect_at(0, "00:03.0");
}

/* Cloud Hypervisor answers for function 0 at all eight numbers. */
static void other_functions_only_when_multifunction(void **state)
{
	fake_add(NULL, 1, 0);
	fake_add(NULL, 1, 1);
	struct fake_function *multifunction = fake_add(NULL, 2, 0);
	fake_put8(multifunction, PCI_HEADER_TYPE, PCI_HEADER_MULTIFUNCTION);
	fake_add(NULL, 2, 5);
	fake_add(NULL, 2, 7);
	fake_add(NULL, 3, 4); /* without function 0 nobody is there */
	assert_int_equal(scan_all(), 4);
	expect_at(0, "00:01.0");
	expect_at(1, "00:02.0");
	expect_at(2, "00:02.5");
	expect_at(3, "00:02.7");
	assert_int_equal(functions[1].header_type, PCI_HEADER_DEVICE);
}

static struct fake_function *number(struct fake_function *bridge, uint8_t primary,
				    uint8_t secondary, uint8_t subordinate)
{
	fake_put8(bridge, PCI_PRIMARY_BUS, primary);
	fake_put8(bridge, PCI_SECONDARY_BUS, secondary);
	fake_put8(bridge, PCI_SUBORDINATE_BUS, subordinate);
	return bridge;
}

static void expect_numbers(const struct fake_function *bridge, uint8_t primary, uint8_t secondary,
			   uint8_t subordinate)
{
	assert_int_equal(bridge->bytes[PCI_PRIMARY_BUS], primary);
	assert_int_equal(bridge->bytes[PCI_SECONDARY_BUS], secondary);
	assert_int_equal(bridge->bytes[PCI_SUBORDINATE_BUS], subordinate);
}

static void keeps_the_firmwares_numbers(void **state)
{
	struct fake_function *outer = number(fake_add_bridge(NULL, 2, 0), 0, 5, 9);
	struct fake_function *inner = number(fake_add_bridge(outer, 1, 0), 5, 7, 7);

	fake_add(inner, 4, 0);
	fake_add(outer, 3, 0);
	assert_int_equal(scan_all(), 4);
	expect_at(0, "00:02.0");
	expect_at(1, "05:01.0");
	expect_at(2, "05:03.0");
	expect_at(3, "07:04.0");
	assert_ptr_equal(functions[3].bridge, &functions[1]);
	assert_ptr_equal(functions[1].bridge, &functions[0]);
	assert_int_equal(functions[0].secondary_bus, 5);
	expect_numbers(outer, 0, 5, 9);
	expect_numbers(inner, 5, 7, 7);
}

static void numbers_what_nobody_numbered(void **state)
{
	struct fake_function *a = fake_add_bridge(NULL, 1, 0);
	struct fake_function *b = fake_add_bridge(NULL, 2, 0);
	struct fake_function *inside_a = fake_add_bridge(a, 0, 0);

	fake_add(inside_a, 3, 0);
	fake_add(b, 4, 0);
	assert_int_equal(scan_all(), 5);
	expect_numbers(a, 0, 1, 2);
	expect_numbers(inside_a, 1, 2, 2);
	expect_numbers(b, 0, 3, 3);
	expect_at(3, "02:03.0");
	expect_at(4, "03:04.0");
	assert_int_equal(scan.left_out, 0);
}

static void new_numbers_keep_clear_of_old_ones(void **state)
{
	struct fake_function *fresh = fake_add_bridge(NULL, 1, 0);
	struct fake_function *old = number(fake_add_bridge(NULL, 2, 0), 0, 1, 4);

	fake_add(fresh, 0, 0);
	fake_add(old, 0, 0);
	assert_int_equal(scan_all(), 4);
	expect_numbers(old, 0, 1, 4);
	expect_numbers(fresh, 0, 5, 5);
}

/* Inside a bridge whose range is full there is no number left, and none is stolen. */
static void a_full_range_leaves_a_bridge_out(void **state)
{
	struct fake_function *outer = number(fake_add_bridge(NULL, 1, 0), 0, 1, 1);
	struct fake_function *inner = fake_add_bridge(outer, 2, 0);

	fake_add(inner, 0, 0);
	assert_int_equal(scan_all(), 2);
	assert_int_equal(scan.left_out, 1);
	expect_numbers(inner, 0, 0, 0);
}

static void two_bridges_never_share_a_bus(void **state)
{
	struct fake_function *a = number(fake_add_bridge(NULL, 1, 0), 0, 1, 1);
	struct fake_function *b = number(fake_add_bridge(NULL, 2, 0), 0, 1, 1);

	fake_add(a, 0, 0);
	fake_add(b, 1, 0);
	scan_all();
	expect_numbers(b, 0, 2, 2);
}

/* Numbers that lead back, to itself, or below: they count as none. */
static void survives_bridges_with_mad_numbers(void **state)
{
	static const uint8_t mad[][3] = {{0, 0, 255}, {9, 9, 3}, {0, 255, 0}, {1, 2, 1}};

	for (size_t i = 0; i < ARRAY_LENGTH(mad); i++) {
		prepare(state);
		struct fake_function *bridge =
			number(fake_add_bridge(NULL, 1, 0), mad[i][0], mad[i][1], mad[i][2]);

		fake_add(bridge, 0, 0);
		assert_int_equal(scan_all(), 2);
		expect_numbers(bridge, 0, 1, 1);
	}
}

static void make_express(struct fake_function *fake, unsigned type)
{
	fake_capability(fake, 0x54, PCI_CAPABILITY_EXPRESS, 0);
	fake_put16(fake, 0x56, (uint16_t)(2 | type << 4));
}

static void behind_a_root_port_is_device_0_only(void **state)
{
	struct fake_function *port = fake_add_bridge(NULL, 1, 0);

	make_express(port, 4);
	fake_add(port, 0, 0)->any_device = true;
	assert_int_equal(scan_all(), 2);
	expect_at(1, "01:00.0");

	/* Behind an upstream port is a bus with many downstream ports. */
	prepare(state);
	port = fake_add_bridge(NULL, 1, 0);
	make_express(port, 5);
	fake_add(port, 0, 0);
	fake_add(port, 7, 0);
	assert_int_equal(scan_all(), 3);
}

/* A root port with a slot: what its capabilities, its control and its status are. */
static struct fake_function *add_slot(uint32_t capabilities, uint16_t control, uint16_t status)
{
	struct fake_function *port = fake_add_bridge(NULL, 1, 0);

	make_express(port, 4 | 1 << 4);
	fake_put32(port, 0x54 + 0x14, capabilities);
	fake_put16(port, 0x54 + 0x18, control);
	fake_put16(port, 0x54 + 0x1a, status);
	port->writable[0x54 + 0x19] = 0xff;
	fake_add(port, 0, 0);
	return port;
}

static void a_slot_that_was_filled_later_gets_power(void **state)
{
	struct fake_function *port = add_slot(BIT(1), 0x700, BIT(6));

	assert_int_equal(scan_all(), 2);
	assert_int_equal(fake_get16(port, 0x54 + 0x18), 0x100);
}

static void no_other_slot_is_touched(void **state)
{
	assert_int_equal(fake_get16(add_slot(BIT(1), 0x700, 0), 0x6c), 0x700);
	scan_all();
	assert_int_equal(fake_get16(&fake_bus.fakes[0], 0x6c), 0x700);
	prepare(state);
	add_slot(0, 0x700, BIT(6));
	scan_all();
	assert_int_equal(fake_get16(&fake_bus.fakes[0], 0x6c), 0x700);
}

static void finds_further_roots_behind_a_second_host_bridge(void **state)
{
	add_host_bridge(0);
	fake_add(NULL, 3, 0)->root_bus = 0x40;
	assert_int_equal(scan_all(), 1);

	add_host_bridge(5);
	assert_int_equal(scan_all(), 3);
	expect_at(2, "40:03.0");
	assert_null(functions[2].bridge);
}

static void new_numbers_stop_below_another_root(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);

	add_host_bridge(0);
	add_host_bridge(5);
	fake_add(bridge, 0, 0);
	fake_add(NULL, 3, 0)->root_bus = 1;
	assert_int_equal(scan_all(), 4);
	expect_at(3, "01:03.0");
	expect_numbers(bridge, 0, 0, 0);
	assert_int_equal(scan.left_out, 1);
}

static void a_host_bridge_keeps_decoding(void **state)
{
	fake_bar(add_host_bridge(0), 0, FAKE_MEMORY, 1 << 20, 0xe0000000);
	assert_int_equal(scan_all(), 1);
	assert_int_equal(fake_bus.writes, 0);
	assert_false(functions[0].bars[0].present);
}

static void holds_64_ports_with_a_device_each(void **state)
{
	for (uint8_t slot = 1; slot <= 8; slot++) {
		for (uint8_t function = 0; function < 8; function++) {
			struct fake_function *port = fake_add_bridge(NULL, slot, function);

			fake_put8(port, PCI_HEADER_TYPE,
				  PCI_HEADER_BRIDGE | PCI_HEADER_MULTIFUNCTION);
			make_express(port, 4);
			fake_add(port, 0, 0);
		}
	}
	assert_int_equal(scan_all(), 128);
	assert_int_equal(scan.left_out, 0);
	expect_at(127, "40:00.0");
}

static void counts_what_does_not_fit(void **state)
{
	for (uint8_t device = 0; device < 10; device++)
		fake_add(NULL, device, 0);
	memset(functions, 0x5a, sizeof(functions));
	assert_int_equal(scan_most(7), 7);
	assert_int_equal(scan.left_out, 3);
	assert_int_equal(functions[7].vendor, 0x5a5a);
	assert_int_equal(scan_most(0), 0);
	assert_int_equal(scan.left_out, 10);
}

static void bridges_nested_too_deep_are_left_out(void **state)
{
	struct fake_function *bridge = NULL;

	for (unsigned depth = 0; depth < 60; depth++)
		bridge = fake_add_bridge(bridge, 0, 0);
	fake_add(bridge, 1, 0);
	assert_int_equal(scan_all(), 33);
	assert_int_equal(scan.left_out, 1);
}

static void a_bus_is_walked_once(void **state)
{
	fake_add(NULL, 1, 0);
	assert_int_equal(scan_all(), 1);
	pci_scan_root(&scan, 0, 255);
	assert_int_equal(scan.count, 1);
	/* The same number in another segment is another bus. */
	pci_scan_segment(&scan, &fake_config, 1);
	pci_scan_root(&scan, 0, 255);
	assert_int_equal(scan.count, 2);
	expect_at(1, "0001:00:01.0");
}

static void notes_faults_while_scanning(void **state)
{
	struct fake_function *fake = fake_add(NULL, 1, 0);

	fake_capability(fake, 0x40, PCI_CAPABILITY_EXPRESS, 0x40);
	fake_bar(fake, 5, FAKE_WIDE, 4096, 0xfe000000);
	assert_int_equal(scan_all(), 1);
	assert_int_equal(functions[0].finding_count, 2);
}

static void survives_noise(void **state)
{
	struct random random;

	random_seed(&random, 11);
	for (unsigned round = 0; round < 300; round++) {
		prepare(state);
		for (unsigned i = 0; i < 12; i++) {
			uint64_t above = random_below(&random, i + 1);
			struct fake_function *fake =
				fake_add(above == i ? NULL : &fake_bus.fakes[above],
					 (uint8_t)random_below(&random, 3),
					 (uint8_t)random_below(&random, 2));

			random_fill(&random, fake->bytes + 2, sizeof(fake->bytes) - 2);
			random_fill(&random, fake->writable + 4, sizeof(fake->writable) - 4);
			fake->bytes[PCI_HEADER_TYPE] =
				(uint8_t)(random_below(&random, 2) | random_below(&random, 2) << 7);
		}
		assert_true(scan_all() <= 256);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(finds_nothing_on_an_empty_bus, prepare),
		cmocka_unit_test_setup(reads_the_header, prepare),
		cmocka_unit_test_setup(zero_and_all_ones_are_absent, prepare),
		cmocka_unit_test_setup(other_functions_only_when_multifunction, prepare),
		cmocka_unit_test_setup(keeps_the_firmwares_numbers, prepare),
		cmocka_unit_test_setup(numbers_what_nobody_numbered, prepare),
		cmocka_unit_test_setup(new_numbers_keep_clear_of_old_ones, prepare),
		cmocka_unit_test_setup(a_full_range_leaves_a_bridge_out, prepare),
		cmocka_unit_test_setup(two_bridges_never_share_a_bus, prepare),
		cmocka_unit_test_setup(survives_bridges_with_mad_numbers, prepare),
		cmocka_unit_test_setup(behind_a_root_port_is_device_0_only, prepare),
		cmocka_unit_test_setup(a_slot_that_was_filled_later_gets_power, prepare),
		cmocka_unit_test_setup(no_other_slot_is_touched, prepare),
		cmocka_unit_test_setup(finds_further_roots_behind_a_second_host_bridge, prepare),
		cmocka_unit_test_setup(new_numbers_stop_below_another_root, prepare),
		cmocka_unit_test_setup(a_host_bridge_keeps_decoding, prepare),
		cmocka_unit_test_setup(holds_64_ports_with_a_device_each, prepare),
		cmocka_unit_test_setup(counts_what_does_not_fit, prepare),
		cmocka_unit_test_setup(bridges_nested_too_deep_are_left_out, prepare),
		cmocka_unit_test_setup(a_bus_is_walked_once, prepare),
		cmocka_unit_test_setup(notes_faults_while_scanning, prepare),
		cmocka_unit_test_setup(survives_noise, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
