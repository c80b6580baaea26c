/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/sriov.c pci/capability.c pci/function.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pci/bus.h"
#include "pci/capability.h"
#include "pci/sriov.h"

#define AT 0x140u

/* A physical function at 2:1f.7, and what of its configuration space a write changes. */
static uint8_t bytes[4096], writable[4096];
static struct pci_function found[2];

static uint32_t read_bytes(const struct pci_config *config, struct pci_address address,
			   unsigned offset, unsigned width)
{
	uint32_t value = 0;

	memcpy(&value, bytes + offset, width);
	return value;
}

static void write_bytes(const struct pci_config *config, struct pci_address address,
			unsigned offset, unsigned width, uint32_t value)
{
	for (unsigned n = 0; n < width; n++) {
		uint8_t mask = writable[offset + n], byte = (uint8_t)(value >> 8 * n);

		bytes[offset + n] = (uint8_t)((bytes[offset + n] & ~mask) | (byte & mask));
	}
}

static struct pci_config config = {.read = read_bytes, .write = write_bytes, .size = 4096};
static struct pci_function function;

void clock_spin(uint64_t nanoseconds)
{
	assert_true(nanoseconds >= 100000000);
}

struct pci_function *pci_functions(unsigned *count)
{
	*count = 2;
	return found;
}

static void put(unsigned offset, uint32_t value, unsigned width)
{
	memcpy(bytes + offset, &value, width);
}

/* An extended capability, and where the next one is. */
static void put_header(unsigned at, uint16_t id, unsigned next)
{
	put(at, id | 1u << 16 | next << 20, 4);
}

static int prepare(void **state)
{
	memset(bytes, 0, sizeof(bytes));
	memset(writable, 0, sizeof(writable));
	memset(found, 0, sizeof(found));
	config.size = 4096;
	function = (struct pci_function){
		.address = {0, 2, 0x1f, 7}, .config = &config, .vendor = 0x1af4};
	put_header(0x100, 0x0001, AT);
	put_header(AT, PCI_EXTENDED_SR_IOV, 0);
	put(AT + PCI_SRIOV_FIRST_VF_OFFSET, 1, 2);
	put(AT + PCI_SRIOV_VF_STRIDE, 9, 2);
	put(AT + PCI_SRIOV_VF_DEVICE_ID, 0x1041, 2);
	memset(writable + AT + PCI_SRIOV_CONTROL, 0xff, 2);
	memset(writable + AT + PCI_SRIOV_NUM_VFS, 0xff, 2);
	return 0;
}

static void finds_the_capability(void **state)
{
	struct pci_sriov sriov;

	assert_true(pci_sriov_find(&function, &sriov));
	assert_int_equal(sriov.at, AT);
}

static void finds_none(void **state)
{
	struct pci_sriov sriov;

	put_header(0x100, 0x0001, 0);
	assert_false(pci_sriov_find(&function, &sriov));
	/* A knot. */
	put_header(0x100, 0x0001, 0x100);
	assert_false(pci_sriov_find(&function, &sriov));
	/* Into the plain configuration space. */
	put_header(0x100, 0x0001, 0x40);
	assert_false(pci_sriov_find(&function, &sriov));
	/* Too near to the end. */
	put_header(0x100, 0x0001, 0xfe0);
	put_header(0xfe0, PCI_EXTENDED_SR_IOV, 0);
	assert_false(pci_sriov_find(&function, &sriov));
	config.size = 256;
	assert_false(pci_sriov_find(&function, &sriov));
}

static void sizes_vf_bars(void **state)
{
	const unsigned bars = AT + PCI_SRIOV_VF_BAR_0;
	struct pci_sriov sriov;

	/* BAR 1 has 32 bits and 4 KiB, BAR 2 64 bits and 16 KiB, BAR 0 is hardwired to 0. */
	put(bars + 4, 0xfe000000, 4);
	memcpy(writable + bars + 4, &(uint32_t){0xfffff000}, 4);
	put(bars + 8, 0x4000000c, 4);
	put(bars + 12, 0x8, 4);
	memcpy(writable + bars + 8, &(uint32_t){0xffffc000}, 4);
	memset(writable + bars + 12, 0xff, 4);
	assert_true(pci_sriov_find(&function, &sriov));
	assert_int_equal(sriov.writable[0], 0);
	assert_false(sriov.bars[0].present);
	assert_true(sriov.bars[1].present && !sriov.bars[1].wide);
	assert_int_equal(sriov.bars[1].address, 0xfe000000);
	assert_int_equal(sriov.bars[1].size, 0x1000);
	assert_true(sriov.bars[2].present && sriov.bars[2].wide && !sriov.bars[3].present);
	assert_int_equal(sriov.bars[2].address, 0x840000000);
	assert_int_equal(sriov.bars[2].size, 0x4000);
	/* What stood there stands there again. */
	assert_int_equal(read_bytes(NULL, function.address, bars + 8, 4), 0x4000000c);
}

static void places_vfs(void **state)
{
	struct pci_sriov sriov;
	struct pci_function vf;

	memset(writable + AT + PCI_SRIOV_VF_BAR_0 + 5, 0xff, 3);
	put(AT + PCI_SRIOV_VF_BAR_0 + 4, 0xfe000000, 4);
	assert_true(pci_sriov_find(&function, &sriov));
	pci_sriov_enable(&sriov, 2);
	assert_int_equal(bytes[AT + PCI_SRIOV_CONTROL], PCI_SRIOV_VF_ENABLE | PCI_SRIOV_VF_MEMORY);
	assert_int_equal(bytes[AT + PCI_SRIOV_NUM_VFS], 2);
	/* The second lies behind the end of the bus. */
	pci_virtual_function(&sriov, 2, &vf);
	assert_int_equal(vf.address.bus, 3);
	assert_int_equal(vf.address.device, 1);
	assert_int_equal(vf.address.function, 1);
	assert_int_equal(vf.device, 0x1041);
	assert_int_equal(vf.bars[1].address, 0xfe000000 + vf.bars[1].size);
	pci_sriov_disable(&sriov);
	assert_int_equal(bytes[AT + PCI_SRIOV_CONTROL], 0);
}

static void leaves_vfs_alone_that_are_in_use(void **state)
{
	struct pci_sriov sriov;

	bytes[AT + PCI_SRIOV_CONTROL] = PCI_SRIOV_VF_ENABLE;
	found[1].address = (struct pci_address){0, 3, 0, 0};
	assert_true(pci_sriov_find(&function, &sriov));
	assert_true(pci_sriov_in_use(&sriov));
	assert_int_equal(bytes[AT + PCI_SRIOV_CONTROL], PCI_SRIOV_VF_ENABLE);
	/* Nobody has found them: they are left over. */
	found[1].address.bus = 4;
	assert_true(pci_sriov_find(&function, &sriov));
	assert_false(pci_sriov_in_use(&sriov));
	assert_int_equal(bytes[AT + PCI_SRIOV_CONTROL], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(finds_the_capability, prepare),
		cmocka_unit_test_setup(finds_none, prepare),
		cmocka_unit_test_setup(sizes_vf_bars, prepare),
		cmocka_unit_test_setup(places_vfs, prepare),
		cmocka_unit_test_setup(leaves_vfs_alone_that_are_in_use, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
