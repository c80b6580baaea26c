/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/function.h"
#include "pci/interposer.h"

const struct pci_interposer *pci_interposer;

void pci_interpose(const struct pci_interposer *interposer)
{
	pci_interposer = interposer;
}

/* What a read of so many bytes gives where nothing answers. */
static uint32_t all_ones(unsigned width)
{
	return UINT32_MAX >> (32 - 8 * width);
}

/* What reaches a byte of configuration space. */
static const struct pci_config *config_at(const struct pci_function *function, unsigned offset)
{
	return offset >= PCI_CONFIG_SIZE && function->extended ? function->extended
							       : function->config;
}

unsigned pci_config_size(const struct pci_function *function)
{
	return (function->extended ? function->extended : function->config)->size;
}

static uint32_t access_read(const struct pci_function *function, unsigned offset, unsigned width)
{
	const struct pci_config *config = config_at(function, offset);
	uint32_t value = all_ones(width);

	if (offset < config->size)
		value = config->read(config, function->address, offset, width);
	if (pci_interposer)
		value = pci_interposer->config_read(function, offset, width, value);
	return value;
}

static void access_write(const struct pci_function *function, unsigned offset, unsigned width,
			 uint32_t value)
{
	const struct pci_config *config = config_at(function, offset);

	if (pci_interposer && !pci_interposer->config_write(function, offset, width, &value))
		return;
	if (offset < config->size)
		config->write(config, function->address, offset, width, value);
}

uint8_t pci_read8(const struct pci_function *function, unsigned offset)
{
	return (uint8_t)access_read(function, offset, 1);
}

uint16_t pci_read16(const struct pci_function *function, unsigned offset)
{
	return (uint16_t)access_read(function, offset, 2);
}

uint32_t pci_read32(const struct pci_function *function, unsigned offset)
{
	return access_read(function, offset, 4);
}

void pci_write8(const struct pci_function *function, unsigned offset, uint8_t value)
{
	access_write(function, offset, 1, value);
}

void pci_write16(const struct pci_function *function, unsigned offset, uint16_t value)
{
	access_write(function, offset, 2, value);
}

void pci_write32(const struct pci_function *function, unsigned offset, uint32_t value)
{
	access_write(function, offset, 4, value);
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
	case PCI_FINDING_BAR_FLAGS:
		return "a BAR whose read-only bits change when all ones are written to it";
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
