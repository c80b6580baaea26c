/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/trace.h"

#include "pci/capability.h"
#include "pci/msix.h"
#include "tests/harness/report/report.h"
#include "virtio/device.h"

static void print_trace(const char *line)
{
	print("trace: %s\n", line);
}

void trace_start(void)
{
	virtio_trace_to(print_trace);
}

static bool trace_entry(void *context, const struct msix *msix, unsigned entry, unsigned offset,
			uint32_t *value)
{
	static const char *const words[] = {
		[MSIX_ENTRY_ADDRESS / 4] = "address",
		[MSIX_ENTRY_ADDRESS_UPPER / 4] = "address_upper",
		[MSIX_ENTRY_DATA / 4] = "data",
		[MSIX_ENTRY_CONTROL / 4] = "control",
	};
	char name[PCI_ADDRESS_TEXT];

	virtio_trace("%s write msix[%u] %s %#x", pci_address_text(msix->function->address, name),
		     entry, words[offset / 4], *value);
	return true;
}

static bool trace_control(void *context, const struct pci_function *function, unsigned offset,
			  unsigned width, uint32_t *value)
{
	char name[PCI_ADDRESS_TEXT];
	unsigned capability;

	if (pci_find_capability(function, PCI_CAPABILITY_MSIX, 0, &capability) &&
	    offset == capability + MSIX_CONTROL && width == 2)
		virtio_trace("%s write msix control %#x", pci_address_text(function->address, name),
			     *value);
	return true;
}

void trace_function(struct pci_function *function)
{
	static const struct pci_hooks hooks = {
		.msix_write = trace_entry,
		.config_write = trace_control,
	};

	function->hooks = &hooks;
}
