/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/msix.c pci/bar.c pci/capability.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "pci/bar.h"
#include "pci/interposer.h"
#include "pci/msix.h"
#include "selfcheck/unit/fake_pci.h"

#define CAPABILITY 0x98u
#define TABLE_AT   0x0u
#define PBA_AT     0x800u

static uint32_t registers[0x1000 / 4];
static bool unmappable;

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	assert_true(address == 0xfebf1000 && size == sizeof(registers));
	return unmappable ? NULL : registers;
}

static struct fake_function *fake;
static struct pci_function function;
static struct msix msix;

/* As QEMU lays it out: table and PBA in BAR 1. */
static int prepare(void **state)
{
	fake_reset();
	memset(registers, 0, sizeof(registers));
	unmappable = false;
	fake = fake_add(NULL, 1, 0);
	fake_bar(fake, 0, FAKE_IO, 0x80, 0xc000);
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0xfebf1000);
	fake_capability(fake, CAPABILITY, 0x11, 0);
	fake_put16(fake, CAPABILITY + MSIX_CONTROL, 3 - 1);
	fake_put32(fake, CAPABILITY + MSIX_TABLE, TABLE_AT | 1);
	fake_put32(fake, CAPABILITY + MSIX_PBA, PBA_AT | 1);
	fake->writable[CAPABILITY + MSIX_CONTROL + 1] = 0xc0;
	function = fake_opened(fake);
	pci_bars_read(&function);
	return 0;
}

static void finds_table_and_pba(void **state)
{
	assert_true(msix_find(&function, &msix));
	assert_int_equal(msix.capability, CAPABILITY);
	assert_int_equal(msix.entries, 3);
	assert_int_equal(msix.table_bar, 1);
	assert_int_equal(msix.table_offset, TABLE_AT);
	assert_int_equal(msix.pba_bar, 1);
	assert_int_equal(msix.pba_offset, PBA_AT);
	assert_ptr_equal(msix.table, registers);
	assert_ptr_equal(msix.pba, &registers[PBA_AT / 4]);
	assert_int_equal(function.finding_count, 0);
	assert_int_equal(fake_get16(fake, CAPABILITY + MSIX_CONTROL), 2);
}

static void no_capability_is_no_fault(void **state)
{
	fake_put16(fake, PCI_STATUS, 0);
	assert_false(msix_find(&function, &msix));
	assert_int_equal(function.finding_count, 0);
}

static void switches_on_and_masks(void **state)
{
	assert_true(msix_find(&function, &msix));
	assert_false(msix_enabled(&msix));
	msix_enable(&msix, true);
	assert_int_equal(fake_get16(fake, CAPABILITY + MSIX_CONTROL), 0x8002);
	msix_function_mask(&msix, true);
	assert_int_equal(fake_get16(fake, CAPABILITY + MSIX_CONTROL), 0xc002);
	assert_true(msix_enabled(&msix) && msix_function_masked(&msix));
	msix_enable(&msix, false);
	assert_int_equal(fake_get16(fake, CAPABILITY + MSIX_CONTROL), 0x4002);
	assert_true(!msix_enabled(&msix) && msix_function_masked(&msix));
	msix_function_mask(&msix, false);
	assert_int_equal(fake_get16(fake, CAPABILITY + MSIX_CONTROL), 0x0002);
	assert_int_equal(fake_bus.misaligned, 0);
}

static void writes_and_masks_entries(void **state)
{
	assert_true(msix_find(&function, &msix));
	registers[2 * 4 + 3] = 0xabcd0001;
	msix_write_entry(&msix, 2, 0x1122334455667788, 0x99aabbcc);
	assert_int_equal(registers[2 * 4 + 0], 0x55667788);
	assert_int_equal(registers[2 * 4 + 1], 0x11223344);
	assert_int_equal(registers[2 * 4 + 2], 0x99aabbcc);
	assert_int_equal(registers[2 * 4 + 3], 0xabcd0001);
	assert_int_equal(registers[1 * 4 + 3], 0);

	struct msix_entry entry = msix_read_entry(&msix, 2);
	assert_true(entry.address == 0x1122334455667788);
	assert_int_equal(entry.data, 0x99aabbcc);
	assert_int_equal(entry.control, 0xabcd0001);

	assert_true(msix_entry_masked(&msix, 2));
	msix_mask_entry(&msix, 2, false);
	assert_false(msix_entry_masked(&msix, 2));
	assert_int_equal(registers[2 * 4 + 3], 0xabcd0000);
	msix_mask_entry(&msix, 2, true);
	assert_int_equal(registers[2 * 4 + 3], 0xabcd0001);
}

static void reads_pending_bits(void **state)
{
	fake_put16(fake, CAPABILITY + MSIX_CONTROL, 66 - 1);
	assert_true(msix_find(&function, &msix));
	registers[PBA_AT / 4] = BIT(31);
	registers[PBA_AT / 4 + 1] = BIT(0);
	registers[PBA_AT / 4 + 2] = BIT(1);
	for (unsigned entry = 0; entry < 66; entry++) {
		bool expected = entry == 31 || entry == 32 || entry == 65;

		assert_int_equal(msix_pending(&msix, entry), expected);
	}
}

static void expect_refusal(enum pci_finding_kind kind, unsigned reg)
{
	function.finding_count = 0;
	assert_false(msix_find(&function, &msix));
	assert_int_equal(function.finding_count, 1);
	assert_int_equal(function.findings[0].kind, kind);
	assert_int_equal(function.findings[0].offset, CAPABILITY + reg);
}

static void refuses_what_is_in_no_memory_bar(void **state)
{
	static const uint32_t bars[] = {0, 2, 5, 6, 7};

	for (size_t i = 0; i < ARRAY_LENGTH(bars); i++) {
		prepare(state);
		fake_put32(fake, CAPABILITY + MSIX_TABLE, bars[i]);
		expect_refusal(PCI_FINDING_MSIX_BAR, MSIX_TABLE);
		prepare(state);
		fake_put32(fake, CAPABILITY + MSIX_PBA, bars[i]);
		expect_refusal(PCI_FINDING_MSIX_BAR, MSIX_PBA);
	}
}

static void refuses_what_runs_past_the_bar(void **state)
{
	fake_put32(fake, CAPABILITY + MSIX_TABLE, (0x1000 - 3 * 16 + 8) | 1);
	expect_refusal(PCI_FINDING_MSIX_OUTSIDE, MSIX_TABLE);
	fake_put32(fake, CAPABILITY + MSIX_TABLE, 0xfffffff8 | 1);
	expect_refusal(PCI_FINDING_MSIX_OUTSIDE, MSIX_TABLE);
	fake_put32(fake, CAPABILITY + MSIX_TABLE, (0x1000 - 3 * 16) | 1);
	assert_true(msix_find(&function, &msix));

	fake_put32(fake, CAPABILITY + MSIX_TABLE, 1);
	fake_put32(fake, CAPABILITY + MSIX_PBA, 0x1000 | 1);
	expect_refusal(PCI_FINDING_MSIX_OUTSIDE, MSIX_PBA);
	fake_put32(fake, CAPABILITY + MSIX_PBA, 0xff8 | 1);
	assert_true(msix_find(&function, &msix));
	/* 65 entries need two words of 64 pending bits. */
	fake_put16(fake, CAPABILITY + MSIX_CONTROL, 65 - 1);
	expect_refusal(PCI_FINDING_MSIX_OUTSIDE, MSIX_PBA);
}

static void notes_an_overlap(void **state)
{
	fake_put32(fake, CAPABILITY + MSIX_PBA, 0x28 | 1);
	assert_true(msix_find(&function, &msix));
	assert_int_equal(function.finding_count, 1);
	assert_int_equal(function.findings[0].kind, PCI_FINDING_MSIX_OVERLAP);

	function.finding_count = 0;
	fake_put32(fake, CAPABILITY + MSIX_PBA, 0x30 | 1);
	assert_true(msix_find(&function, &msix));
	fake_put32(fake, CAPABILITY + MSIX_PBA, 0x0 | 1);
	fake_put32(fake, CAPABILITY + MSIX_TABLE, 0x8 | 1);
	assert_true(msix_find(&function, &msix));
	assert_int_equal(function.finding_count, 0);
}

static void refuses_what_cannot_be_mapped(void **state)
{
	unmappable = true;
	assert_false(msix_find(&function, &msix));
	unmappable = false;
	function.bars[1].address = 0;
	assert_false(msix_find(&function, &msix));
	assert_int_equal(function.finding_count, 0);
}

static void refuses_a_capability_past_the_end(void **state)
{
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0xf8);
	fake_put8(fake, 0xf8, 0x11);
	assert_false(msix_find(&function, &msix));
	assert_int_equal(fake_bus.misaligned, 0);
}

static uint32_t read_through(const struct pci_function *seen, unsigned offset, unsigned width,
			     uint32_t value)
{
	return value;
}

static bool write_through(const struct pci_function *seen, unsigned offset, unsigned width,
			  uint32_t *value)
{
	return true;
}

static struct spy {
	unsigned reads, writes, pba_reads;
	bool swallow;
} spy;

static uint32_t spy_read(const struct msix *seen, unsigned entry, unsigned offset, uint32_t value)
{
	assert_ptr_equal(seen, &msix);
	assert_int_equal(entry, 1);
	spy.reads++;
	return offset == MSIX_ENTRY_DATA ? value + 1 : value;
}

static bool spy_write(const struct msix *seen, unsigned entry, unsigned offset, uint32_t *value)
{
	assert_ptr_equal(seen, &msix);
	assert_int_equal(entry, 1);
	spy.writes++;
	if (offset == MSIX_ENTRY_ADDRESS)
		*value |= 0x1000;
	return !spy.swallow;
}

static uint32_t spy_pba(const struct msix *seen, unsigned word, uint32_t value)
{
	assert_ptr_equal(seen, &msix);
	assert_int_equal(word, 0);
	spy.pba_reads++;
	return value & 0;
}

static void an_interposer_sees_alters_and_swallows(void **state)
{
	struct pci_interposer interposer = {
		.config_read = read_through,
		.config_write = write_through,
		.msix_read = spy_read,
		.msix_write = spy_write,
		.pba_read = spy_pba,
	};

	assert_true(msix_find(&function, &msix));
	pci_interpose(&interposer);
	msix_write_entry(&msix, 1, 0xfee00000, 0x31);
	assert_int_equal(spy.writes, 3);
	assert_int_equal(registers[4], 0xfee01000);
	assert_int_equal(msix_read_entry(&msix, 1).data, 0x32);
	assert_int_equal(spy.reads, 4);
	spy.swallow = true;
	msix_mask_entry(&msix, 1, true);
	assert_int_equal(registers[7], 0);
	registers[PBA_AT / 4] = 2;
	assert_false(msix_pending(&msix, 1));
	assert_int_equal(spy.pba_reads, 1);
	pci_interpose(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(finds_table_and_pba, prepare),
		cmocka_unit_test_setup(no_capability_is_no_fault, prepare),
		cmocka_unit_test_setup(switches_on_and_masks, prepare),
		cmocka_unit_test_setup(writes_and_masks_entries, prepare),
		cmocka_unit_test_setup(reads_pending_bits, prepare),
		cmocka_unit_test_setup(refuses_what_is_in_no_memory_bar, prepare),
		cmocka_unit_test_setup(refuses_what_runs_past_the_bar, prepare),
		cmocka_unit_test_setup(notes_an_overlap, prepare),
		cmocka_unit_test_setup(refuses_what_cannot_be_mapped, prepare),
		cmocka_unit_test_setup(refuses_a_capability_past_the_end, prepare),
		cmocka_unit_test_setup(an_interposer_sees_alters_and_swallows, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
