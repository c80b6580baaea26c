/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/function.h"
#include "arch/memory.h"

volatile void *pci_bar_map(struct pci_function *function, unsigned bar)
{
	if (bar >= PCI_BARS)
		return NULL;

	struct pci_bar *this = &function->bars[bar];

	if (!this->present || this->io || this->address == 0)
		return NULL;
	if (!this->mapping)
		this->mapping = memory_map_device(this->address, this->size);
	return this->mapping;
}

void pci_note_finding(struct pci_function *function, enum pci_finding_kind kind, unsigned offset,
		      uint64_t value)
{
	for (unsigned i = 0; i < function->finding_count; i++) {
		if (function->findings[i].kind == kind && function->findings[i].offset == offset)
			return;
	}
	if (function->finding_count == PCI_FINDINGS_MOST)
		return;
	function->findings[function->finding_count++] =
		(struct pci_finding){.kind = kind, .offset = offset, .value = value};
}

const char *pci_finding_about(enum pci_finding_kind kind)
{
	switch (kind) {
	case PCI_FINDING_CAPABILITY_OFFSET:
		return "a capability pointer below 0x40";
	case PCI_FINDING_CAPABILITY_UNALIGNED:
		return "a capability pointer with its reserved bits 1:0 set";
	case PCI_FINDING_CAPABILITY_LOOP:
		return "a capability list that comes back to where it was";
	case PCI_FINDING_CAPABILITY_ALL_ONES:
		return "a capability list that leads to where nothing answers";
	case PCI_FINDING_CAPABILITY_LENGTH:
		return "a vendor capability shorter than its own header";
	case PCI_FINDING_CAPABILITY_TOO_LONG:
		return "a capability that runs past the end of configuration space";
	case PCI_FINDING_BAR_TYPE:
		return "a memory BAR of a reserved type";
	case PCI_FINDING_BAR_NO_UPPER_HALF:
		return "a 64-bit BAR in the last register, without an upper half";
	case PCI_FINDING_BAR_MASK:
		return "a BAR whose writable bits make no power of two";
	case PCI_FINDING_BAR_FIXED:
		return "a BAR with an address but no size";
	case PCI_FINDING_BAR_LOST:
		return "a BAR that did not take the address written to it";
	case PCI_FINDING_BAR_UNALIGNED:
		return "a BAR whose address is no multiple of its size";
	case PCI_FINDING_MSIX_BAR:
		return "an MSI-X table or PBA in what is no memory BAR";
	case PCI_FINDING_MSIX_OUTSIDE:
		return "an MSI-X table or PBA past the end of its BAR";
	case PCI_FINDING_MSIX_OVERLAP:
		return "an MSI-X table and PBA that overlap";
	}
	return "an unknown finding";
}
