/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/capability.c pci/config.c pci/function.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c lib/random.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/memory.h"
#include "lib/random.h"
#include "pci/capability.h"
#include "selfcheck/unit/fake_pci.h"

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	fail();
	return NULL;
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

/* How many capabilities a walk sees; it has to end. */
static unsigned walked(void)
{
	struct pci_capability capability = {0};
	unsigned count = 0;

	while (pci_capability_next(&function, &capability)) {
		assert_in_range(capability.offset, 0x40, 0xfc);
		assert_true(++count <= 48);
	}
	return count;
}

static void expect_finding(enum pci_finding_kind kind, unsigned offset, uint64_t value)
{
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, 1);
	assert_int_equal(function.findings[0].kind, kind);
	assert_int_equal(function.findings[0].offset, offset);
	assert_int_equal(function.findings[0].value, value);
}

static void walks_a_good_list(void **state)
{
	unsigned offset = 0;

	fake_capability(fake, 0x98, PCI_CAPABILITY_MSIX, 0x84);
	fake_capability(fake, 0x84, PCI_CAPABILITY_VENDOR, 0x70);
	fake_put8(fake, 0x86, 20);
	fake_capability(fake, 0x70, PCI_CAPABILITY_VENDOR, 0);
	fake_put8(fake, 0x72, 16);
	assert_int_equal(walked(), 3);
	assert_true(pci_find_capability(&function, PCI_CAPABILITY_MSIX, 0, &offset));
	assert_int_equal(offset, 0x98);
	assert_true(pci_find_capability(&function, PCI_CAPABILITY_VENDOR, 0, &offset));
	assert_int_equal(offset, 0x84);
	assert_true(pci_find_capability(&function, PCI_CAPABILITY_VENDOR, 1, &offset));
	assert_int_equal(offset, 0x70);
	assert_false(pci_find_capability(&function, PCI_CAPABILITY_VENDOR, 2, &offset));
	assert_false(pci_find_capability(&function, PCI_CAPABILITY_MSI, 0, &offset));
	assert_int_equal(offset, 0x70);
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, 0);
}

/* Without the status bit the pointer means nothing (PCI 3.0, section 6.7). */
static void no_list_without_the_status_bit(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_VENDOR, 0);
	fake_put16(fake, PCI_STATUS, 0);
	assert_int_equal(walked(), 0);
}

static void an_empty_list_is_no_fault(void **state)
{
	fake_put16(fake, PCI_STATUS, PCI_STATUS_CAPABILITIES);
	assert_int_equal(walked(), 0);
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, 0);
}

static void finds_a_loop_of_one(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_EXPRESS, 0x40);
	assert_int_equal(walked(), 1);
	expect_finding(PCI_FINDING_CAPABILITY_LOOP, 0x41, 0x40);
}

static void finds_a_loop_of_many(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_EXPRESS, 0x50);
	fake_capability(fake, 0x50, PCI_CAPABILITY_EXPRESS, 0x60);
	fake_capability(fake, 0x60, PCI_CAPABILITY_EXPRESS, 0x50);
	assert_int_equal(walked(), 3);
	expect_finding(PCI_FINDING_CAPABILITY_LOOP, 0x61, 0x50);
}

static void finds_a_pointer_into_the_header(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_EXPRESS, 0x3c);
	assert_int_equal(walked(), 1);
	expect_finding(PCI_FINDING_CAPABILITY_OFFSET, 0x41, 0x3c);
}

static void finds_a_first_pointer_into_the_header(void **state)
{
	fake_put16(fake, PCI_STATUS, PCI_STATUS_CAPABILITIES);
	fake_put8(fake, PCI_CAPABILITIES_POINTER, 0x10);
	assert_int_equal(walked(), 0);
	expect_finding(PCI_FINDING_CAPABILITY_OFFSET, PCI_CAPABILITIES_POINTER, 0x10);
}

/* The two bits are reserved and software masks them, so the walk goes on. */
static void finds_an_unaligned_pointer_and_goes_on(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_EXPRESS, 0x53);
	fake_capability(fake, 0x50, PCI_CAPABILITY_EXPRESS, 0);
	assert_int_equal(walked(), 2);
	expect_finding(PCI_FINDING_CAPABILITY_UNALIGNED, 0x41, 0x53);
}

static void ends_where_nothing_answers(void **state)
{
	fake_capability(fake, 0x40, 0xff, 0xff);
	assert_int_equal(walked(), 0);
	expect_finding(PCI_FINDING_CAPABILITY_ALL_ONES, PCI_CAPABILITIES_POINTER, 0x40);
}

/* A function that is gone gives all ones everywhere. */
static void survives_a_function_that_is_gone(void **state)
{
	function.address.device = 9;
	assert_int_equal(walked(), 0);
	pci_capability_judge(&function);
	assert_true(function.finding_count > 0);
}

static void finds_a_vendor_capability_without_length(void **state)
{
	fake_capability(fake, 0x40, PCI_CAPABILITY_VENDOR, 0);
	assert_int_equal(walked(), 1);
	expect_finding(PCI_FINDING_CAPABILITY_LENGTH, 0x40, 0);
}

static void finds_capabilities_past_the_end(void **state)
{
	fake_capability(fake, 0xf8, PCI_CAPABILITY_MSIX, 0);
	assert_int_equal(walked(), 1);
	expect_finding(PCI_FINDING_CAPABILITY_TOO_LONG, 0xf8, 12);
}

static void finds_a_vendor_capability_past_the_end(void **state)
{
	fake_capability(fake, 0xf0, PCI_CAPABILITY_VENDOR, 0);
	fake_put8(fake, 0xf2, 17);
	expect_finding(PCI_FINDING_CAPABILITY_TOO_LONG, 0xf0, 17);
}

static void a_capability_may_end_with_the_space(void **state)
{
	fake_capability(fake, 0xf0, PCI_CAPABILITY_VENDOR, 0);
	fake_put8(fake, 0xf2, 16);
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, 0);
	assert_true(pci_capability_fits(0xf4, 12));
	assert_false(pci_capability_fits(0xf5, 12));
	assert_false(pci_capability_fits(0x101, 0));
	assert_false(pci_capability_fits(0x40, UINT32_MAX));
}

static void the_longest_list_is_walked(void **state)
{
	for (unsigned offset = 0x40; offset <= 0xfc; offset += 4)
		fake_capability(fake, offset, PCI_CAPABILITY_EXPRESS, (uint8_t)(offset + 4));
	assert_int_equal(walked(), 48);
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, 0);
}

static void findings_are_bounded_and_once_each(void **state)
{
	for (unsigned offset = 0x40; offset <= 0xfc; offset += 4)
		fake_capability(fake, offset, PCI_CAPABILITY_EXPRESS, (uint8_t)(offset + 7));
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, PCI_FINDINGS_MOST);
	pci_capability_judge(&function);
	assert_int_equal(function.finding_count, PCI_FINDINGS_MOST);

	function.finding_count = 0;
	pci_note_finding(&function, PCI_FINDING_BAR_MASK, 0x10, 1);
	pci_note_finding(&function, PCI_FINDING_BAR_MASK, 0x10, 2);
	pci_note_finding(&function, PCI_FINDING_BAR_MASK, 0x14, 2);
	assert_int_equal(function.finding_count, 2);
}

static void survives_noise(void **state)
{
	struct random random;

	random_seed(&random, 3);
	for (unsigned round = 0; round < 5000; round++) {
		random_fill(&random, fake->bytes, sizeof(fake->bytes));
		fake->bytes[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
		function.finding_count = 0;
		walked();
		pci_capability_judge(&function);
		assert_int_equal(fake_bus.misaligned, 0);
	}
}

static void each_finding_has_words(void **state)
{
	for (enum pci_finding_kind kind = 0; kind <= PCI_FINDING_MSIX_OVERLAP; kind++)
		assert_string_not_equal(pci_finding_about(kind), "an unknown finding");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(walks_a_good_list, prepare),
		cmocka_unit_test_setup(no_list_without_the_status_bit, prepare),
		cmocka_unit_test_setup(an_empty_list_is_no_fault, prepare),
		cmocka_unit_test_setup(finds_a_loop_of_one, prepare),
		cmocka_unit_test_setup(finds_a_loop_of_many, prepare),
		cmocka_unit_test_setup(finds_a_pointer_into_the_header, prepare),
		cmocka_unit_test_setup(finds_a_first_pointer_into_the_header, prepare),
		cmocka_unit_test_setup(finds_an_unaligned_pointer_and_goes_on, prepare),
		cmocka_unit_test_setup(ends_where_nothing_answers, prepare),
		cmocka_unit_test_setup(survives_a_function_that_is_gone, prepare),
		cmocka_unit_test_setup(finds_a_vendor_capability_without_length, prepare),
		cmocka_unit_test_setup(finds_capabilities_past_the_end, prepare),
		cmocka_unit_test_setup(finds_a_vendor_capability_past_the_end, prepare),
		cmocka_unit_test_setup(a_capability_may_end_with_the_space, prepare),
		cmocka_unit_test_setup(the_longest_list_is_walked, prepare),
		cmocka_unit_test_setup(findings_are_bounded_and_once_each, prepare),
		cmocka_unit_test_setup(survives_noise, prepare),
		cmocka_unit_test_setup(each_finding_has_words, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
