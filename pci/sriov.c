/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/sriov.h"

#include "arch/clock.h"
#include "lib/string.h"
#include "pci/bus.h"
#include "pci/capability.h"

#define BAR_FLAGS 0xfu
#define BAR_WIDE  BIT(2)

/* Before anybody may ask a VF for anything, and before VF Enable may be set again (3.3.3.1). */
#define SETTLE_NS 100000000

/* What a VF BAR holds; *writable: what it reads behind all ones. */
static uint32_t probe(const struct pci_sriov *sriov, unsigned bar, uint32_t *writable)
{
	unsigned at = sriov->at + PCI_SRIOV_VF_BAR_0 + 4 * bar;
	uint32_t value = pci_read32(sriov->function, at);

	pci_write32(sriov->function, at, UINT32_MAX);
	*writable = pci_read32(sriov->function, at);
	pci_write32(sriov->function, at, value);
	return value;
}

static void size_bars(struct pci_sriov *sriov)
{
	for (unsigned n = 0; n < PCI_BARS; n++) {
		struct pci_bar *bar = &sriov->bars[n];
		uint32_t low = probe(sriov, n, &sriov->writable[n]);
		uint64_t address = low & ~BAR_FLAGS, mask = sriov->writable[n] & ~BAR_FLAGS;

		if (!mask)
			continue;
		if ((low & BAR_WIDE) && n + 1 < PCI_BARS) {
			address |= (uint64_t)probe(sriov, n + 1, &sriov->writable[n + 1]) << 32;
			mask |= (uint64_t)sriov->writable[++n] << 32;
		} else {
			mask |= 0xffffffff00000000;
		}
		bar->present = true;
		bar->wide = low & BAR_WIDE;
		bar->address = address;
		bar->size = mask & (0 - mask);
	}
}

static void write_control(const struct pci_sriov *sriov, uint16_t control)
{
	pci_write16(sriov->function, sriov->at + PCI_SRIOV_CONTROL, control);
	clock_spin(SETTLE_NS);
}

static bool is_enabled(const struct pci_sriov *sriov)
{
	return pci_read16(sriov->function, sriov->at + PCI_SRIOV_CONTROL) & PCI_SRIOV_VF_ENABLE;
}

bool pci_sriov_in_use(const struct pci_sriov *sriov)
{
	struct pci_function first;
	unsigned count;
	const struct pci_function *functions = pci_functions(&count);

	if (!is_enabled(sriov))
		return false;
	pci_virtual_function(sriov, 1, &first);
	for (unsigned n = 0; n < count; n++) {
		if (memcmp(&functions[n].address, &first.address, sizeof(first.address)) == 0)
			return true;
	}
	return false;
}

bool pci_sriov_find(struct pci_function *function, struct pci_sriov *sriov)
{
	*sriov = (struct pci_sriov){.function = function};
	if (pci_find_extended(function, PCI_EXTENDED_SR_IOV, &sriov->at) != PCI_EXTENDED_FOUND ||
	    sriov->at > PCI_SRIOV_LAST)
		return false;
	if (pci_sriov_in_use(sriov))
		return true;
	pci_sriov_disable(sriov);
	size_bars(sriov);
	return true;
}

void pci_sriov_enable(const struct pci_sriov *sriov, unsigned count)
{
	pci_write16(sriov->function, sriov->at + PCI_SRIOV_NUM_VFS, (uint16_t)count);
	write_control(sriov, PCI_SRIOV_VF_ENABLE | PCI_SRIOV_VF_MEMORY);
}

void pci_sriov_disable(const struct pci_sriov *sriov)
{
	if (is_enabled(sriov))
		write_control(sriov, 0);
}

void pci_virtual_function(const struct pci_sriov *sriov, unsigned number,
			  struct pci_function *virtual_function)
{
	const struct pci_function *physical = sriov->function;
	unsigned first = pci_read16(physical, sriov->at + PCI_SRIOV_FIRST_VF_OFFSET);
	unsigned stride = pci_read16(physical, sriov->at + PCI_SRIOV_VF_STRIDE);
	unsigned routing = ((unsigned)physical->address.bus << 8 | physical->address.device << 3 |
			    physical->address.function) +
			   first + (number - 1) * stride;

	*virtual_function = (struct pci_function){
		.address = {physical->address.segment, (uint8_t)(routing >> 8), routing >> 3 & 0x1f,
			    routing & 7},
		.config = physical->config,
		.extended = physical->extended,
		.bridge = physical->bridge,
		.vendor = physical->vendor,
		.device = pci_read16(physical, sriov->at + PCI_SRIOV_VF_DEVICE_ID),
	};
	for (unsigned n = 0; n < PCI_BARS; n++) {
		virtual_function->bars[n] = sriov->bars[n];
		if (sriov->bars[n].address)
			virtual_function->bars[n].address += (number - 1) * sriov->bars[n].size;
	}
}
