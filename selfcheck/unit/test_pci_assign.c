/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/assign.c pci/scan.c pci/slot.c pci/bar.c pci/capability.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c arch/x86/time/clock.c lib/format.c lib/string.c lib/random.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "lib/random.h"
#include "pci/assign.h"
#include "pci/scan.h"
#include "selfcheck/unit/fake_pci.h"

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	fail();
	return NULL;
}

static struct pci_function functions[256];
static struct pci_scan scan;
static struct pci_board board;

#define LOW_FIRST  0xc0000000
#define LOW_LAST   0xfdffffff
#define HIGH_FIRST 0x8000000000
#define HIGH_LAST  0xffffffffff
#define IO_FIRST   0xc000
#define IO_LAST    0xffff

static int prepare(void **state)
{
	fake_reset();
	board = (struct pci_board){.io = {IO_FIRST, IO_LAST},
				   .low = {LOW_FIRST, LOW_LAST},
				   .high = {HIGH_FIRST, HIGH_LAST}};
	return 0;
}

static void scan_and_assign(void)
{
	scan = (struct pci_scan){.functions = functions, .most = ARRAY_LENGTH(functions)};
	pci_scan_segment(&scan, &fake_config, 0);
	pci_scan_root(&scan, 0, 255);
	pci_assign(&board, functions, scan.count);
}

static struct fake_function *add_virtio(struct fake_function *bridge, uint8_t device)
{
	struct fake_function *fake = fake_add(bridge, device, 0);

	fake_bar(fake, 0, FAKE_IO, 0x80, 0);
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0);
	fake_bar(fake, 4, FAKE_WIDE | FAKE_PREFETCHABLE, 0x4000, 0);
	return fake;
}

/* The function that the scan made of a fake. */
static struct pci_function *scanned(const struct fake_function *fake)
{
	for (unsigned i = 0; i < scan.count; i++) {
		if (functions[i].address.device == fake->device &&
		    functions[i].address.function == fake->function &&
		    functions[i].address.bus == (fake->bridge
							 ? fake->bridge->bytes[PCI_SECONDARY_BUS]
							 : fake->root_bus))
			return &functions[i];
	}
	fail();
	return NULL;
}

struct span {
	uint64_t first, last;
};

static struct span bridge_window(const struct fake_function *bridge, const struct pci_bar *bar)
{
	struct span window;

	if (bar->io) {
		window.first = (bridge->bytes[PCI_IO_BASE] & 0xf0u) << 8;
		window.last = (bridge->bytes[PCI_IO_LIMIT] & 0xf0u) << 8 | 0xfff;
	} else if (bar->address >= 4 * GIB) {
		window.first = (uint64_t)fake_get32(bridge, PCI_PREFETCHABLE_BASE_UPPER) << 32 |
			       (fake_get16(bridge, PCI_PREFETCHABLE_BASE) & 0xfff0u) << 16;
		window.last =
			(uint64_t)fake_get32(bridge, PCI_PREFETCHABLE_LIMIT_UPPER) << 32 |
			(uint32_t)((fake_get16(bridge, PCI_PREFETCHABLE_LIMIT) & 0xfff0u) << 16) |
			0xfffff;
	} else {
		window.first = (uint32_t)((fake_get16(bridge, PCI_MEMORY_BASE) & 0xfff0u) << 16);
		window.last = (uint32_t)((fake_get16(bridge, PCI_MEMORY_LIMIT) & 0xfff0u) << 16) |
			      0xfffff;
	}
	return window;
}

static void expect_within(const struct pci_bar *bar, uint64_t first, uint64_t last)
{
	assert_true(bar->present);
	assert_true(bar->address >= first && bar->address + bar->size - 1 <= last);
	assert_true(bar->address % bar->size == 0);
}

/* Every BAR that has an address is reached through the windows above it, and no two overlap. */
static void expect_sound(void)
{
	for (unsigned i = 0; i < scan.count * PCI_BARS; i++) {
		const struct pci_function *function = &functions[i / PCI_BARS];
		const struct pci_bar *bar = &function->bars[i % PCI_BARS];

		if (!bar->present || bar->address == 0)
			continue;
		for (const struct pci_function *bridge = function->bridge; bridge;
		     bridge = bridge->bridge) {
			for (unsigned n = 0; n < fake_bus.count; n++) {
				const struct fake_function *fake = &fake_bus.fakes[n];
				struct span window = bridge_window(fake, bar);

				if (fake->bytes[PCI_SECONDARY_BUS] == bridge->secondary_bus &&
				    fake->bytes[PCI_HEADER_TYPE] & PCI_HEADER_BRIDGE)
					expect_within(bar, window.first, window.last);
			}
		}
		for (unsigned k = 0; k < i; k++) {
			const struct pci_bar *other = &functions[k / PCI_BARS].bars[k % PCI_BARS];

			if (other->present && other->address != 0 && other->io == bar->io)
				assert_true(other->address + other->size <= bar->address ||
					    bar->address + bar->size <= other->address);
		}
	}
	assert_int_equal(fake_bus.bar_writes_while_decoding, 0);
	assert_int_equal(fake_bus.misaligned, 0);
}

static void assigns_on_the_root_bus(void **state)
{
	struct fake_function *a = add_virtio(NULL, 1), *b = add_virtio(NULL, 2);

	scan_and_assign();
	expect_within(&scanned(a)->bars[0], IO_FIRST, IO_LAST);
	expect_within(&scanned(a)->bars[1], LOW_FIRST, LOW_LAST);
	expect_within(&scanned(b)->bars[4], LOW_FIRST, LOW_LAST);
	expect_sound();
	assert_int_equal(fake_get32(a, PCI_BAR_0) & ~3u, scanned(a)->bars[0].address);
	assert_int_equal(fake_get32(b, PCI_BAR_0 + 16) & ~15u, scanned(b)->bars[4].address);
}

static void touches_nothing_that_is_assigned(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *fake = fake_add(bridge, 0, 0);
	static struct fake_bus before;

	fake_put8(bridge, PCI_SECONDARY_BUS, 1);
	fake_put8(bridge, PCI_SUBORDINATE_BUS, 1);
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0xfea00000);
	fake_bar(fake, 4, FAKE_WIDE | FAKE_PREFETCHABLE, 0x4000, 0xc000000000);
	before = fake_bus;
	scan_and_assign();
	assert_memory_equal(before.fakes, fake_bus.fakes, sizeof(before.fakes));
}

static void opens_windows_through_bridges(void **state)
{
	struct fake_function *outer = fake_add_bridge(NULL, 1, 0);
	struct fake_function *inner = fake_add_bridge(outer, 2, 0);
	struct fake_function *other = fake_add_bridge(NULL, 3, 0);
	struct fake_function *deep = add_virtio(inner, 4);
	struct fake_function *beside = add_virtio(other, 5);

	fake_bar(inner, 0, FAKE_WIDE, 256, 0);
	scan_and_assign();
	expect_within(&scanned(deep)->bars[0], IO_FIRST, IO_LAST);
	expect_within(&scanned(deep)->bars[4], LOW_FIRST, LOW_LAST);
	expect_within(&scanned(beside)->bars[1], LOW_FIRST, LOW_LAST);
	expect_within(&scanned(inner)->bars[0], LOW_FIRST, LOW_LAST);
	expect_sound();
	/* Nothing large is behind them: closed, which is a base above the limit. */
	assert_true(fake_get16(outer, PCI_PREFETCHABLE_BASE) >
		    fake_get16(outer, PCI_PREFETCHABLE_LIMIT));
}

static void puts_large_bars_high(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *behind = fake_add(bridge, 0, 0);
	struct fake_function *root = fake_add(NULL, 2, 0);

	fake_bar(behind, 2, FAKE_WIDE | FAKE_PREFETCHABLE, 8 * GIB, 0);
	fake_bar(root, 0, FAKE_WIDE, 1 * GIB, 0);
	scan_and_assign();
	expect_within(&scanned(behind)->bars[2], HIGH_FIRST, HIGH_LAST);
	expect_within(&scanned(root)->bars[0], HIGH_FIRST, HIGH_LAST);
	expect_sound();
}

/* Only a prefetchable window reaches above 4 GiB. */
static void what_fits_nowhere_stays_unassigned(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *behind = fake_add(bridge, 0, 0);
	struct fake_function *huge = fake_add(NULL, 2, 0);

	fake_bar(behind, 0, FAKE_WIDE, 2 * GIB, 0);
	fake_bar(behind, 2, FAKE_MEMORY, 4096, 0);
	fake_bar(huge, 0, FAKE_MEMORY, 2 * GIB, 0);
	fake_bar(huge, 1, FAKE_IO, 64 * KIB, 0);
	fake_bar(huge, 2, FAKE_WIDE, 1ull << 63, 0);
	scan_and_assign();
	assert_true(scanned(behind)->bars[0].address == 0);
	assert_true(scanned(behind)->bars[2].address != 0);
	for (unsigned bar = 0; bar < 3; bar++)
		assert_true(scanned(huge)->bars[bar].present &&
			    scanned(huge)->bars[bar].address == 0);
	expect_sound();
}

static void a_bridge_without_wide_windows_stays_low(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *behind = fake_add(bridge, 0, 0);

	fake_put8(bridge, PCI_PREFETCHABLE_BASE, 0);
	fake_put8(bridge, PCI_PREFETCHABLE_LIMIT, 0);
	memset(bridge->writable + PCI_PREFETCHABLE_BASE, 0, 4);
	memset(bridge->writable + PCI_IO_BASE, 0, 2);
	fake_bar(behind, 0, FAKE_WIDE | FAKE_PREFETCHABLE, 1 * GIB, 0);
	fake_bar(behind, 2, FAKE_IO, 32, 0);
	fake_bar(behind, 3, FAKE_MEMORY, 4096, 0);
	scan_and_assign();
	assert_true(scanned(behind)->bars[0].address == 0);
	assert_true(scanned(behind)->bars[2].address == 0);
	expect_within(&scanned(behind)->bars[3], LOW_FIRST, LOW_LAST);
	expect_sound();
}

static void keeps_clear_of_what_is_taken(void **state)
{
	struct fake_function *fake = add_virtio(NULL, 1);
	struct fake_function *old = fake_add(NULL, 2, 0);

	fake_bar(old, 0, FAKE_MEMORY, 1 * MIB, 0xf8000000);
	fake_bar(old, 1, FAKE_IO, 0x100, 0xd000);
	pci_board_take(&board, 0, 0xd0000000);         /* RAM */
	pci_board_take(&board, 0xe0000000, 256 * MIB); /* ECAM */
	pci_board_take(&board, 0xd4000000, 1);
	pci_board_take(&board, UINT64_MAX, 10);
	pci_board_take(&board, 0, 0);
	scan_and_assign();
	/* The largest hole of those left is behind the byte in the middle. */
	expect_within(&scanned(fake)->bars[1], 0xd4000001, 0xdfffffff);
	expect_within(&scanned(fake)->bars[4], 0xd4000001, 0xdfffffff);
	expect_within(&scanned(fake)->bars[0], 0xd100, IO_LAST);
	assert_true(scanned(old)->bars[0].address == 0xf8000000);
	expect_sound();
}

static void uses_a_window_that_the_firmware_opened(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *old = fake_add(bridge, 0, 0);
	struct fake_function *fresh = add_virtio(bridge, 1);

	fake_put8(bridge, PCI_SECONDARY_BUS, 1);
	fake_put8(bridge, PCI_SUBORDINATE_BUS, 1);
	fake_put16(bridge, PCI_MEMORY_BASE, 0xfe80);
	fake_put16(bridge, PCI_MEMORY_LIMIT, 0xfe90);
	fake_bar(old, 0, FAKE_MEMORY, 0x1000, 0xfe800000);
	scan_and_assign();
	expect_within(&scanned(fresh)->bars[1], 0xfe801000, 0xfe9fffff);
	expect_within(&scanned(fresh)->bars[4], 0xfe801000, 0xfe9fffff);
	assert_int_equal(fake_get16(bridge, PCI_MEMORY_BASE), 0xfe80);
	assert_int_equal(fake_get16(bridge, PCI_MEMORY_LIMIT), 0xfe90);
	expect_sound();
}

/* On the root bus, the window of a bridge belongs to what is behind it, used or not. */
static void keeps_out_of_windows_of_bridges(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *fake = add_virtio(NULL, 2);

	fake_put8(bridge, PCI_SECONDARY_BUS, 1);
	fake_put8(bridge, PCI_SUBORDINATE_BUS, 1);
	fake_put16(bridge, PCI_MEMORY_BASE, 0xc000);
	fake_put16(bridge, PCI_MEMORY_LIMIT, 0xf000);
	scan_and_assign();
	expect_within(&scanned(fake)->bars[1], 0xf0100000, LOW_LAST);
	expect_sound();
}

static void a_full_board_assigns_nothing_and_survives(void **state)
{
	struct fake_function *fake = add_virtio(NULL, 1);

	pci_board_take(&board, LOW_FIRST, LOW_LAST - LOW_FIRST + 1);
	pci_board_take(&board, HIGH_FIRST, UINT64_MAX);
	scan_and_assign();
	assert_true(scanned(fake)->bars[1].address == 0);
	expect_within(&scanned(fake)->bars[0], IO_FIRST, IO_LAST);

	for (unsigned i = 0; i < PCI_TAKEN_MOST + 1; i++)
		pci_board_take(&board, i * 4096, 1);
	prepare(state);
	fake = add_virtio(NULL, 1);
	for (unsigned i = 0; i < PCI_TAKEN_MOST + 1; i++)
		pci_board_take(&board, i * 4096, 1);
	scan_and_assign();
	assert_true(scanned(fake)->bars[0].address == 0);
	assert_true(scanned(fake)->bars[4].address == 0);
}

static void fills_a_window_to_its_last_byte(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *behind = fake_add(bridge, 0, 0);

	board.low = (struct pci_range){0xc0000000, 0xc00fffff};
	fake_bar(behind, 0, FAKE_MEMORY, 1 * MIB, 0);
	scan_and_assign();
	assert_true(scanned(behind)->bars[0].address == 0xc0000000);
	expect_sound();
}

static void serves_64_root_ports(void **state)
{
	for (uint8_t slot = 1; slot <= 8; slot++) {
		for (uint8_t function = 0; function < 8; function++) {
			struct fake_function *port = fake_add_bridge(NULL, slot, function);
			struct fake_function *fake = fake_add(port, 0, 0);

			fake_put8(port, PCI_HEADER_TYPE,
				  PCI_HEADER_BRIDGE | PCI_HEADER_MULTIFUNCTION);
			fake_bar(port, 0, FAKE_MEMORY, 0x1000, 0);
			fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0);
			fake_bar(fake, 4, FAKE_WIDE | FAKE_PREFETCHABLE, 0x4000, 0);
		}
	}
	scan_and_assign();
	for (unsigned i = 0; i < scan.count; i++) {
		for (unsigned bar = 0; bar < PCI_BARS; bar++)
			assert_false(functions[i].bars[bar].present &&
				     functions[i].bars[bar].address == 0);
	}
	expect_sound();
}

static void random_boards_come_out_sound(void **state)
{
	struct random random;

	random_seed(&random, 17);
	for (unsigned round = 0; round < 200; round++) {
		struct fake_function *bridges[6] = {NULL};

		prepare(state);
		for (unsigned i = 1; i < ARRAY_LENGTH(bridges); i++)
			bridges[i] =
				fake_add_bridge(bridges[random_below(&random, i)], (uint8_t)i, 0);
		for (unsigned i = 0; i < 10; i++) {
			struct fake_function *fake =
				fake_add(bridges[random_below(&random, ARRAY_LENGTH(bridges))],
					 (uint8_t)(10 + i), 0);

			fake_bar(fake, 0, FAKE_IO, 4ull << random_below(&random, 8), 0);
			fake_bar(fake, 1, FAKE_MEMORY, 16ull << random_below(&random, 22), 0);
			fake_bar(fake, 2,
				 FAKE_WIDE | (random_below(&random, 2) ? FAKE_PREFETCHABLE : 0),
				 16ull << random_below(&random, 32), 0);
		}
		scan_and_assign();
		expect_sound();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(assigns_on_the_root_bus, prepare),
		cmocka_unit_test_setup(touches_nothing_that_is_assigned, prepare),
		cmocka_unit_test_setup(opens_windows_through_bridges, prepare),
		cmocka_unit_test_setup(puts_large_bars_high, prepare),
		cmocka_unit_test_setup(what_fits_nowhere_stays_unassigned, prepare),
		cmocka_unit_test_setup(a_bridge_without_wide_windows_stays_low, prepare),
		cmocka_unit_test_setup(keeps_clear_of_what_is_taken, prepare),
		cmocka_unit_test_setup(uses_a_window_that_the_firmware_opened, prepare),
		cmocka_unit_test_setup(keeps_out_of_windows_of_bridges, prepare),
		cmocka_unit_test_setup(a_full_board_assigns_nothing_and_survives, prepare),
		cmocka_unit_test_setup(fills_a_window_to_its_last_byte, prepare),
		cmocka_unit_test_setup(serves_64_root_ports, prepare),
		cmocka_unit_test_setup(random_boards_come_out_sound, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
