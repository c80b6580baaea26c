/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/bar.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c lib/random.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "lib/random.h"
#include "pci/bar.h"
#include "selfcheck/unit/fake_pci.h"

static uint64_t mapped_address, mapped_size;
static char mapping[1];

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	mapped_address = address;
	mapped_size = size;
	return mapping;
}

static struct fake_function *fake;
static struct pci_function function;

static int prepare(void **state)
{
	fake_reset();
	fake = fake_add(NULL, 1, 0);
	function = fake_opened(fake);
	return 0;
}

static void expect_bar(unsigned bar, struct pci_bar expected)
{
	const struct pci_bar *got = &function.bars[bar];

	assert_int_equal(got->present, expected.present);
	assert_int_equal(got->io, expected.io);
	assert_int_equal(got->wide, expected.wide);
	assert_int_equal(got->prefetchable, expected.prefetchable);
	assert_true(got->address == expected.address);
	assert_true(got->size == expected.size);
}

static void expect_one_finding(enum pci_finding_kind kind, unsigned offset)
{
	assert_int_equal(function.finding_count, 1);
	assert_int_equal(function.findings[0].kind, kind);
	assert_int_equal(function.findings[0].offset, offset);
}

/* QEMU's transitional virtio-blk-pci. */
static void reads_the_usual_bars(void **state)
{
	fake_bar(fake, 0, FAKE_IO, 0x80, 0xc000);
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0xfebf1000);
	fake_bar(fake, 4, FAKE_WIDE | FAKE_PREFETCHABLE, 0x4000, 0xc000000000);
	pci_bars_read(&function);
	expect_bar(0,
		   (struct pci_bar){.present = true, .io = true, .address = 0xc000, .size = 128});
	expect_bar(1, (struct pci_bar){.present = true, .address = 0xfebf1000, .size = 4096});
	expect_bar(2, (struct pci_bar){0});
	expect_bar(3, (struct pci_bar){0});
	expect_bar(4, (struct pci_bar){.present = true,
				       .wide = true,
				       .prefetchable = true,
				       .address = 0xc000000000,
				       .size = 0x4000});
	expect_bar(5, (struct pci_bar){0});
	assert_int_equal(function.finding_count, 0);
}

static void leaves_everything_as_it_was(void **state)
{
	uint8_t before[256];

	fake_bar(fake, 0, FAKE_IO, 0x80, 0xc000);
	fake_bar(fake, 4, FAKE_WIDE, 0x4000, 0xc000000000);
	fake_put16(fake, PCI_COMMAND, 0x0507);
	memcpy(before, fake->bytes, sizeof(before));
	pci_bars_read(&function);
	assert_memory_equal(fake->bytes, before, sizeof(before));
	assert_int_equal(fake_bus.bar_writes_while_decoding, 0);
	assert_int_equal(fake_bus.misaligned, 0);
}

static void reads_unassigned_bars(void **state)
{
	fake_bar(fake, 0, FAKE_WIDE | FAKE_PREFETCHABLE, 1ull << 33, 0);
	fake_bar(fake, 2, FAKE_MEMORY, 16, 0);
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true,
				       .wide = true,
				       .prefetchable = true,
				       .size = 1ull << 33});
	expect_bar(2, (struct pci_bar){.present = true, .size = 16});
	assert_true(pci_bar_unassigned(&function.bars[0]));
	assert_false(pci_bar_unassigned(&function.bars[1]));
	assert_int_equal(function.finding_count, 0);
}

/* An I/O BAR may hold 16 address bits only (PCI 3.0, section 6.2.5.1). */
static void reads_a_short_io_bar(void **state)
{
	fake_bar(fake, 0, FAKE_IO, 0x20, 0x1000);
	memset(fake->writable + PCI_BAR_0 + 2, 0, 2);
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true, .io = true, .address = 0x1000, .size = 32});
	assert_int_equal(function.finding_count, 0);
}

static void a_bridge_has_two(void **state)
{
	fake = fake_add_bridge(NULL, 2, 0);
	function = fake_opened(fake);
	function.header_type = PCI_HEADER_BRIDGE;
	fake_bar(fake, 0, FAKE_WIDE, 256, 0xfe000000);
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){
			      .present = true, .wide = true, .address = 0xfe000000, .size = 256});
	for (unsigned bar = 1; bar < PCI_BARS; bar++)
		assert_false(function.bars[bar].present);

	prepare(state);
	function.header_type = 2; /* CardBus */
	fake_bar(fake, 0, FAKE_MEMORY, 4096, 0xfe000000);
	pci_bars_read(&function);
	assert_false(function.bars[0].present);
	assert_int_equal(fake_bus.writes, 0);
}

static void finds_a_wide_bar_without_upper_half(void **state)
{
	fake_bar(fake, 5, FAKE_WIDE, 4096, 0xfe000000);
	pci_bars_read(&function);
	assert_false(function.bars[5].present);
	expect_one_finding(PCI_FINDING_BAR_NO_UPPER_HALF, PCI_BAR_0 + 20);
}

static void finds_a_reserved_type(void **state)
{
	fake_bar(fake, 0, 0x6, 4096, 0xfe000000);
	memset(fake->writable + PCI_BAR_0 + 4, 0, 4);
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true, .address = 0xfe000000, .size = 4096});
	expect_one_finding(PCI_FINDING_BAR_TYPE, PCI_BAR_0);
}

/* As Firecracker does: the size comes without the flags, and a 64-bit BAR looks like a narrow one. */
static uint32_t flagless[2] = {0x0000000c, 0x40};
static bool flagless_sized[2];

static uint32_t flagless_read(const struct pci_config *config, struct pci_address address,
			      unsigned offset, unsigned width)
{
	static const uint32_t masks[2] = {0xfff80000, 0xffffffff};
	unsigned half = (offset - PCI_BAR_0) / 4;

	if (offset < PCI_BAR_0 || half > 1)
		return 0;
	return flagless_sized[half] ? masks[half] : flagless[half];
}

static void flagless_write(const struct pci_config *config, struct pci_address address,
			   unsigned offset, unsigned width, uint32_t value)
{
	if (offset == PCI_BAR_0 || offset == PCI_BAR_0 + 4)
		flagless_sized[(offset - PCI_BAR_0) / 4] = value == UINT32_MAX;
}

static void takes_flags_from_before_the_sizing(void **state)
{
	struct pci_config config = {.read = flagless_read, .write = flagless_write, .size = 256};

	function.config = &config;
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true,
				       .wide = true,
				       .prefetchable = true,
				       .address = 0x4000000000,
				       .size = 0x80000});
	assert_false(function.bars[1].present);
	expect_one_finding(PCI_FINDING_BAR_FLAGS, PCI_BAR_0);
}

static void finds_a_mask_with_holes(void **state)
{
	fake_bar(fake, 0, FAKE_MEMORY, 4096, 0xf0000000);
	fake->writable[PCI_BAR_0 + 2] = 0x0f;
	pci_bars_read(&function);
	assert_int_equal(function.bars[0].size, 4096);
	expect_one_finding(PCI_FINDING_BAR_MASK, PCI_BAR_0);
}

/* A 64-bit BAR whose upper half cannot be written can only lie below 4 GiB, whatever it says. */
static void finds_an_upper_half_of_stone(void **state)
{
	fake_bar(fake, 0, FAKE_WIDE, 4096, 0xf0000000);
	memset(fake->writable + PCI_BAR_0 + 4, 0, 4);
	pci_bars_read(&function);
	assert_int_equal(function.bars[0].size, 4096);
	expect_one_finding(PCI_FINDING_BAR_MASK, PCI_BAR_0);
}

static void a_bar_of_size_zero_is_none(void **state)
{
	fake_bar(fake, 0, FAKE_WIDE, 0, 0);
	pci_bars_read(&function);
	assert_false(function.bars[0].present);
	assert_int_equal(function.finding_count, 0);
	assert_null(pci_bar_map(&function, 0));
}

/* It takes no address bit, and yet it claims to lie somewhere. */
static uint32_t odd_value = 0xfe000004, odd_writes;

static uint32_t odd_read(const struct pci_config *config, struct pci_address address,
			 unsigned offset, unsigned width)
{
	if (offset == PCI_BAR_0)
		return odd_writes == 1 ? 4 : odd_value;
	return 0;
}

static void odd_write(const struct pci_config *config, struct pci_address address, unsigned offset,
		      unsigned width, uint32_t value)
{
	odd_writes += offset == PCI_BAR_0;
}

static void finds_an_address_without_size(void **state)
{
	struct pci_config odd = {.read = odd_read, .write = odd_write, .size = 256};

	function.config = &odd;
	pci_bars_read(&function);
	assert_false(function.bars[0].present);
	expect_one_finding(PCI_FINDING_BAR_FIXED, PCI_BAR_0);
}

/* As kvmtool does when decoding is on: all ones stay. */
static uint32_t stuck = 0xd2000000;

static uint32_t stuck_read(const struct pci_config *config, struct pci_address address,
			   unsigned offset, unsigned width)
{
	return offset == PCI_BAR_0 ? stuck : 0;
}

static void stuck_write(const struct pci_config *config, struct pci_address address,
			unsigned offset, unsigned width, uint32_t value)
{
	if (offset == PCI_BAR_0)
		stuck = 0xffffff00;
}

static void finds_an_address_that_is_lost(void **state)
{
	struct pci_config config = {.read = stuck_read, .write = stuck_write, .size = 256};

	function.config = &config;
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true, .address = 0xffffff00, .size = 256});
	expect_one_finding(PCI_FINDING_BAR_LOST, PCI_BAR_0);
	assert_int_equal(function.findings[0].value, 0xffffff00);
}

static void an_address_may_have_52_bits(void **state)
{
	fake_bar(fake, 0, FAKE_WIDE, 0x4000, 0xfffffffffc000);
	pci_bars_read(&function);
	expect_bar(0, (struct pci_bar){.present = true,
				       .wide = true,
				       .address = 0xfffffffffc000,
				       .size = 0x4000});
	assert_ptr_equal(pci_bar_map(&function, 0), mapping);
	assert_true(mapped_address == 0xfffffffffc000);
	assert_int_equal(function.finding_count, 0);
}

static void assigns_and_maps(void **state)
{
	fake_bar(fake, 0, FAKE_WIDE, 0x4000, 0);
	fake_bar(fake, 2, FAKE_MEMORY, 0x1000, 0);
	fake_bar(fake, 3, FAKE_IO, 0x20, 0);
	fake_put16(fake, PCI_COMMAND, 3);
	pci_bars_read(&function);
	assert_null(pci_bar_map(&function, 0));
	pci_bar_assign(&function, 0, 0x8000004000);
	pci_bar_assign(&function, 2, 0xc0001000);
	pci_bar_assign(&function, 3, 0xc020);
	assert_int_equal(fake_get32(fake, PCI_BAR_0), 0x00004004);
	assert_int_equal(fake_get32(fake, PCI_BAR_0 + 4), 0x80);
	assert_int_equal(fake_get32(fake, PCI_BAR_0 + 8), 0xc0001000);
	assert_int_equal(fake_get32(fake, PCI_BAR_0 + 12), 0xc021);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 3);
	assert_int_equal(fake_bus.bar_writes_while_decoding, 0);

	assert_ptr_equal(pci_bar_map(&function, 0), mapping);
	assert_true(mapped_address == 0x8000004000 && mapped_size == 0x4000);
	mapped_address = 0;
	assert_ptr_equal(pci_bar_map(&function, 0), mapping);
	assert_true(mapped_address == 0);
	assert_null(pci_bar_map(&function, 1));
	assert_null(pci_bar_map(&function, 3));
	assert_null(pci_bar_map(&function, 6));
	assert_int_equal(function.finding_count, 0);
}

static void notices_an_assignment_that_does_not_stick(void **state)
{
	fake_bar(fake, 0, FAKE_MEMORY, 0x1000, 0);
	pci_bars_read(&function);
	memset(fake->writable + PCI_BAR_0, 0, 4);
	pci_bar_assign(&function, 0, 0xc0000000);
	assert_true(function.bars[0].address == 0);
	expect_one_finding(PCI_FINDING_BAR_LOST, PCI_BAR_0);
}

static void survives_noise(void **state)
{
	struct random random;

	random_seed(&random, 5);
	for (unsigned round = 0; round < 5000; round++) {
		random_fill(&random, fake->bytes, sizeof(fake->bytes));
		random_fill(&random, fake->writable, sizeof(fake->writable));
		fake->writable[PCI_COMMAND] = 0xff;
		function = fake_opened(fake);
		pci_bars_read(&function);
		for (unsigned bar = 0; bar < PCI_BARS; bar++) {
			if (function.bars[bar].present)
				assert_true(IS_POWER_OF_TWO(function.bars[bar].size));
		}
	}
	assert_int_equal(fake_bus.bar_writes_while_decoding, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_the_usual_bars, prepare),
		cmocka_unit_test_setup(leaves_everything_as_it_was, prepare),
		cmocka_unit_test_setup(reads_unassigned_bars, prepare),
		cmocka_unit_test_setup(reads_a_short_io_bar, prepare),
		cmocka_unit_test_setup(a_bridge_has_two, prepare),
		cmocka_unit_test_setup(finds_a_wide_bar_without_upper_half, prepare),
		cmocka_unit_test_setup(finds_a_reserved_type, prepare),
		cmocka_unit_test_setup(takes_flags_from_before_the_sizing, prepare),
		cmocka_unit_test_setup(finds_a_mask_with_holes, prepare),
		cmocka_unit_test_setup(finds_an_upper_half_of_stone, prepare),
		cmocka_unit_test_setup(a_bar_of_size_zero_is_none, prepare),
		cmocka_unit_test_setup(finds_an_address_without_size, prepare),
		cmocka_unit_test_setup(finds_an_address_that_is_lost, prepare),
		cmocka_unit_test_setup(an_address_may_have_52_bits, prepare),
		cmocka_unit_test_setup(assigns_and_maps, prepare),
		cmocka_unit_test_setup(notices_an_assignment_that_does_not_stick, prepare),
		cmocka_unit_test_setup(survives_noise, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
