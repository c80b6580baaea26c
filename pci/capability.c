/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/capability.h"

#define FIRST_OFFSET     0x40u /* behind the header (PCI 3.0, section 6.1) */
#define NEXT             1u    /* offset of the pointer to the next capability */

#define POINTER_RESERVED 0x3u

/* Where the pointer to the capability behind this one (or to the first) is; 0: no list at all. */
static unsigned pointer_offset(const struct pci_function *function,
			       const struct pci_capability *capability)
{
	if (capability->offset != 0)
		return capability->offset + NEXT;
	if (pci_read16(function, PCI_STATUS) & PCI_STATUS_CAPABILITIES)
		return PCI_CAPABILITIES_POINTER;
	return 0;
}

/* The step that both the walk and its judge make; findings go to `judged`, unless that is NULL. */
static bool step(const struct pci_function *function, struct pci_capability *capability,
		 struct pci_function *judged)
{
	unsigned from = pointer_offset(function, capability);
	unsigned pointer = from == 0 ? 0 : pci_read8(function, from);
	unsigned offset = pointer & ~POINTER_RESERVED;

	if (pointer == 0)
		return false;
	if (judged && (pointer & POINTER_RESERVED))
		pci_note_finding(judged, PCI_FINDING_CAPABILITY_UNALIGNED, from, pointer);
	if (offset < FIRST_OFFSET) {
		if (judged && offset != 0)
			pci_note_finding(judged, PCI_FINDING_CAPABILITY_OFFSET, from, pointer);
		return false;
	}
	if (capability->seen & BIT64(offset / 4)) {
		if (judged)
			pci_note_finding(judged, PCI_FINDING_CAPABILITY_LOOP, from, pointer);
		return false;
	}
	capability->offset = offset;
	capability->id = pci_read8(function, offset);
	capability->seen |= BIT64(offset / 4);
	if (capability->id == 0xff) {
		if (judged)
			pci_note_finding(judged, PCI_FINDING_CAPABILITY_ALL_ONES, from, pointer);
		return false;
	}
	return true;
}

bool pci_capability_next(const struct pci_function *function, struct pci_capability *capability)
{
	return step(function, capability, NULL);
}

static void judge_length(struct pci_function *function, const struct pci_capability *capability)
{
	unsigned offset = capability->offset;
	unsigned length = PCI_CAPABILITY_HEADER;

	if (capability->id == PCI_CAPABILITY_MSIX) {
		length = PCI_CAPABILITY_MSIX_LENGTH;
	} else if (capability->id == PCI_CAPABILITY_VENDOR) {
		length = pci_read8(function, offset + PCI_CAPABILITY_VENDOR_LENGTH);
		if (length <= PCI_CAPABILITY_VENDOR_LENGTH)
			pci_note_finding(function, PCI_FINDING_CAPABILITY_LENGTH, offset, length);
	}
	if (!pci_capability_fits(offset, length))
		pci_note_finding(function, PCI_FINDING_CAPABILITY_TOO_LONG, offset, length);
}

void pci_capability_judge(struct pci_function *function)
{
	struct pci_capability capability = {0};

	while (step(function, &capability, function))
		judge_length(function, &capability);
}

bool pci_find_capability(const struct pci_function *function, uint8_t id, unsigned nth,
			 unsigned *offset)
{
	struct pci_capability capability = {0};

	while (pci_capability_next(function, &capability)) {
		if (capability.id != id || nth-- > 0)
			continue;
		*offset = capability.offset;
		return true;
	}
	return false;
}

#define EXTENDED_FIRST 0x100u
#define EXTENDED_LAST  0xffcu
#define EXTENDED_MOST  ((EXTENDED_LAST - EXTENDED_FIRST) / 8)

enum pci_extended_walk pci_find_extended(const struct pci_function *function, uint16_t id,
					 unsigned *offset)
{
	unsigned at = EXTENDED_FIRST;

	if (pci_config_size(function) <= PCI_CONFIG_SIZE)
		return PCI_EXTENDED_UNREACHABLE;
	for (unsigned n = 0; n < EXTENDED_MOST; n++) {
		uint32_t header = pci_read32(function, at);

		/* All ones at the start: a bridge above does not pass such accesses on. */
		if (header == UINT32_MAX)
			return n ? PCI_EXTENDED_BROKEN : PCI_EXTENDED_UNREACHABLE;
		if (header == 0)
			return PCI_EXTENDED_ABSENT; /* the one place for that is the first */
		*offset = at;
		if ((header & 0xffff) == id)
			return PCI_EXTENDED_FOUND;
		at = header >> 20;
		if (at == 0)
			return PCI_EXTENDED_ABSENT;
		if (at < EXTENDED_FIRST || at % 4)
			return PCI_EXTENDED_BROKEN;
	}
	return PCI_EXTENDED_BROKEN;
}
