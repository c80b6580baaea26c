/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/config.c pci/function.c pci/intx.c */
/* links: selfcheck/unit/fake_pci.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "pci/interposer.h"
#include "pci/intx.h"
#include "selfcheck/unit/fake_pci.h"

static void writes_addresses_as_people_do(void **state)
{
	char buffer[PCI_ADDRESS_TEXT];

	assert_string_equal(pci_address_text((struct pci_address){.device = 3}, buffer), "00:03.0");
	assert_string_equal(pci_address_text((struct pci_address){0, 0xff, 31, 7}, buffer),
			    "ff:1f.7");
	assert_string_equal(pci_address_text((struct pci_address){1, 2, 3, 4}, buffer),
			    "0001:02:03.4");
	assert_string_equal(pci_address_text((struct pci_address){0xffff, 255, 255, 255}, buffer),
			    "ffff:ff:ff.ff");
}

static void reads_and_writes_each_width(void **state)
{
	fake_reset();
	struct fake_function *fake = fake_add(NULL, 3, 0);
	struct pci_function function = fake_opened(fake);

	fake_put32(fake, 0x40, 0x44332211);
	memset(fake->writable + 0x40, 0xff, 4);
	assert_int_equal(pci_read32(&function, 0x40), 0x44332211);
	assert_int_equal(pci_read16(&function, 0x42), 0x4433);
	assert_int_equal(pci_read8(&function, 0x41), 0x22);
	pci_write8(&function, 0x43, 0xaa);
	pci_write16(&function, 0x40, 0xbbcc);
	assert_int_equal(fake_get32(fake, 0x40), 0xaa33bbcc);
	pci_write32(&function, 0x40, 1);
	assert_int_equal(fake_get32(fake, 0x40), 1);
}

static void nothing_lies_beyond_what_is_reached(void **state)
{
	fake_reset();
	struct pci_function function = fake_opened(fake_add(NULL, 3, 0));

	assert_int_equal(pci_read8(&function, 256), 0xff);
	assert_int_equal(pci_read16(&function, 256), 0xffff);
	assert_int_equal(pci_read32(&function, 4092), 0xffffffff);
	pci_write32(&function, 256, 0);
	assert_int_equal(fake_bus.reads + fake_bus.writes, 0);
}

static struct spy {
	unsigned reads, writes;
	bool swallow;
} spy;

static uint32_t spy_read(const struct pci_function *function, unsigned offset, unsigned width,
			 uint32_t value)
{
	spy.reads++;
	return offset == 0x40 && width == 2 ? value ^ 0xffff : value;
}

static bool spy_write(const struct pci_function *function, unsigned offset, unsigned width,
		      uint32_t *value)
{
	spy.writes++;
	if (offset == 0x40 && width == 4)
		*value += 1;
	return !spy.swallow;
}

static void an_interposer_sees_alters_and_swallows(void **state)
{
	fake_reset();
	spy = (struct spy){0};
	struct pci_interposer interposer = {.config_read = spy_read, .config_write = spy_write};
	struct fake_function *fake = fake_add(NULL, 3, 0);
	struct pci_function function = fake_opened(fake);

	memset(fake->writable + 0x40, 0xff, 4);
	pci_interpose(&interposer);
	pci_write32(&function, 0x40, 6);
	assert_int_equal(fake_get32(fake, 0x40), 7);
	assert_int_equal(pci_read16(&function, 0x40), 0xfff8);
	assert_int_equal(pci_read8(&function, 0x40), 7);
	spy.swallow = true;
	pci_write32(&function, 0x40, 1);
	assert_int_equal(fake_get32(fake, 0x40), 7);
	assert_int_equal(spy.reads, 2);
	assert_int_equal(spy.writes, 2);

	pci_interpose(NULL);
	pci_write32(&function, 0x40, 9);
	assert_int_equal(pci_read32(&function, 0x40), 9);
}

static void drives_the_interrupt_pin(void **state)
{
	fake_reset();
	struct fake_function *fake = fake_add(NULL, 3, 0);
	struct pci_function function = fake_opened(fake);

	fake_put16(fake, PCI_COMMAND, 0x0107);
	assert_false(intx_disabled(&function));
	intx_disable(&function, true);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 0x0507);
	assert_true(intx_disabled(&function));
	intx_disable(&function, false);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 0x0107);
	assert_false(intx_pending(&function));
	fake_put16(fake, PCI_STATUS, 0x0018);
	assert_true(intx_pending(&function));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_addresses_as_people_do),
		cmocka_unit_test(reads_and_writes_each_width),
		cmocka_unit_test(nothing_lies_beyond_what_is_reached),
		cmocka_unit_test(an_interposer_sees_alters_and_swallows),
		cmocka_unit_test(drives_the_interrupt_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
