/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/trace.h"

#include "pci/capability.h"
#include "pci/msix.h"
#include "tests/harness/report/report.h"
#include "virtio/onlooker.h"
#include "virtio/transport.h"

static void tell(const struct register_access *access, const char *verb, uint64_t value)
{
	char name[48];
	struct text text = TEXT_ON(name);

	access->device->transport->name_register(access, &text);
	print("trace: %s %s %s[%u] %#lx\n", access->device->name, verb, name, access->width, value);
}

static uint64_t tell_read(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	tell(access, "read", value);
	return value;
}

static bool tell_write(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	tell(access, "write", *value);
	return true;
}

static bool tell_entry(struct onlooker *self, const struct msix *msix, unsigned entry,
		       unsigned offset, uint32_t *value)
{
	static const char *const words[] = {
		[MSIX_ENTRY_ADDRESS / 4] = "address",
		[MSIX_ENTRY_ADDRESS_UPPER / 4] = "address_upper",
		[MSIX_ENTRY_DATA / 4] = "data",
		[MSIX_ENTRY_CONTROL / 4] = "control",
	};
	char name[PCI_ADDRESS_TEXT];

	print("trace: %s write msix[%u] %s %#x\n", pci_address_text(msix->function->address, name),
	      entry, words[offset / 4], *value);
	return true;
}

static bool tell_control(struct onlooker *self, const struct pci_function *function,
			 unsigned offset, unsigned width, uint32_t *value)
{
	char name[PCI_ADDRESS_TEXT];
	unsigned capability;

	if (width == 2 && pci_find_capability(function, PCI_CAPABILITY_MSIX, 0, &capability) &&
	    offset == capability + MSIX_CONTROL)
		print("trace: %s write msix control %#x\n",
		      pci_address_text(function->address, name), *value);
	return true;
}

void trace_start(void)
{
	static struct onlooker onlooker = {
		.place = ONLOOKER_TRACES,
		.read = tell_read,
		.write = tell_write,
		.msix_write = tell_entry,
		.config_write = tell_control,
	};

	onlooker_push(&onlooker);
}
