/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/msix.h"
#include "arch/io.h"
#include "pci/bar.h"
#include "pci/capability.h"
#include "pci/interposer.h"

/* True when so many bytes from offset on lie in a memory BAR; if not, the register is a finding. */
static bool lies_in_bar(struct pci_function *function, unsigned where, unsigned bar,
			uint32_t offset, uint64_t length)
{
	if (bar >= PCI_BARS || !function->bars[bar].present || function->bars[bar].io) {
		pci_note_finding(function, PCI_FINDING_MSIX_BAR, where, bar);
		return false;
	}
	if (offset + length > function->bars[bar].size) {
		pci_note_finding(function, PCI_FINDING_MSIX_OUTSIDE, where, offset);
		return false;
	}
	return true;
}

static uint64_t table_length(const struct msix *msix)
{
	return (uint64_t)msix->entries * MSIX_ENTRY_SIZE;
}

/* One bit an entry, in units of 64 bits. */
static uint64_t pba_length(const struct msix *msix)
{
	return ALIGN_UP((uint64_t)msix->entries, 64) / 8;
}

static void judge_overlap(const struct msix *msix)
{
	if (msix->table_bar == msix->pba_bar &&
	    msix->table_offset < msix->pba_offset + pba_length(msix) &&
	    msix->pba_offset < msix->table_offset + table_length(msix))
		pci_note_finding(msix->function, PCI_FINDING_MSIX_OVERLAP,
				 msix->capability + MSIX_PBA, msix->pba_offset);
}

bool msix_find(struct pci_function *function, struct msix *msix)
{
	unsigned capability;

	*msix = (struct msix){.function = function};
	if (!pci_find_capability(function, PCI_CAPABILITY_MSIX, 0, &capability) ||
	    !pci_capability_fits(capability, PCI_CAPABILITY_MSIX_LENGTH))
		return false;

	uint16_t control = pci_read16(function, capability + MSIX_CONTROL);
	uint32_t table = pci_read32(function, capability + MSIX_TABLE);
	uint32_t pba = pci_read32(function, capability + MSIX_PBA);

	msix->capability = capability;
	msix->entries = (control & MSIX_CONTROL_SIZE) + 1u;
	msix->table_bar = table & MSIX_BAR;
	msix->table_offset = table & ~MSIX_BAR;
	msix->pba_bar = pba & MSIX_BAR;
	msix->pba_offset = pba & ~MSIX_BAR;

	bool table_lies = lies_in_bar(function, capability + MSIX_TABLE, msix->table_bar,
				      msix->table_offset, table_length(msix));
	bool pba_lies = lies_in_bar(function, capability + MSIX_PBA, msix->pba_bar,
				    msix->pba_offset, pba_length(msix));
	if (!table_lies || !pba_lies)
		return false;
	judge_overlap(msix);

	volatile uint8_t *table_mapping = pci_bar_map(function, msix->table_bar);
	volatile uint8_t *pba_mapping = pci_bar_map(function, msix->pba_bar);
	if (!table_mapping || !pba_mapping)
		return false;
	msix->table = table_mapping + msix->table_offset;
	msix->pba = pba_mapping + msix->pba_offset;
	return true;
}

static uint16_t control_read(const struct msix *msix)
{
	return pci_read16(msix->function, msix->capability + MSIX_CONTROL);
}

static void control_set(const struct msix *msix, uint16_t bit, bool on)
{
	uint16_t control = control_read(msix);

	control = on ? control | bit : control & (uint16_t)~bit;
	pci_write16(msix->function, msix->capability + MSIX_CONTROL, control);
}

void msix_enable(const struct msix *msix, bool on)
{
	control_set(msix, MSIX_CONTROL_ENABLE, on);
}

bool msix_enabled(const struct msix *msix)
{
	return control_read(msix) & MSIX_CONTROL_ENABLE;
}

void msix_function_mask(const struct msix *msix, bool on)
{
	control_set(msix, MSIX_CONTROL_FUNCTION_MASK, on);
}

bool msix_function_masked(const struct msix *msix)
{
	return control_read(msix) & MSIX_CONTROL_FUNCTION_MASK;
}

static uint32_t word_read(const struct msix *msix, unsigned entry, enum msix_entry_word word)
{
	uint32_t value = read32(msix->table + entry * MSIX_ENTRY_SIZE + word);

	if (pci_interposer)
		value = pci_interposer->msix_read(msix, entry, word, value);
	return value;
}

static void word_write(const struct msix *msix, unsigned entry, enum msix_entry_word word,
		       uint32_t value)
{

	if (pci_interposer && !pci_interposer->msix_write(msix, entry, word, &value))
		return;
	write32(msix->table + entry * MSIX_ENTRY_SIZE + word, value);
}

void msix_write_entry(const struct msix *msix, unsigned entry, uint64_t address, uint32_t data)
{
	word_write(msix, entry, MSIX_ENTRY_ADDRESS, (uint32_t)address);
	word_write(msix, entry, MSIX_ENTRY_ADDRESS_UPPER, (uint32_t)(address >> 32));
	word_write(msix, entry, MSIX_ENTRY_DATA, data);
}

struct msix_entry msix_read_entry(const struct msix *msix, unsigned entry)
{
	uint64_t low = word_read(msix, entry, MSIX_ENTRY_ADDRESS);
	uint64_t high = word_read(msix, entry, MSIX_ENTRY_ADDRESS_UPPER);

	return (struct msix_entry){
		.address = high << 32 | low,
		.data = word_read(msix, entry, MSIX_ENTRY_DATA),
		.control = word_read(msix, entry, MSIX_ENTRY_CONTROL),
	};
}

void msix_mask_entry(const struct msix *msix, unsigned entry, bool mask)
{
	uint32_t control = word_read(msix, entry, MSIX_ENTRY_CONTROL);

	if (mask)
		control |= MSIX_ENTRY_CONTROL_MASK;
	else
		control &= ~MSIX_ENTRY_CONTROL_MASK;
	word_write(msix, entry, MSIX_ENTRY_CONTROL, control);
}

bool msix_entry_masked(const struct msix *msix, unsigned entry)
{
	return word_read(msix, entry, MSIX_ENTRY_CONTROL) & MSIX_ENTRY_CONTROL_MASK;
}

bool msix_pending(const struct msix *msix, unsigned entry)
{
	unsigned word = entry / 32;
	uint32_t bits = read32(msix->pba + word * 4);

	if (pci_interposer)
		bits = pci_interposer->pba_read(msix, word, bits);
	return bits & BIT(entry % 32);
}
