/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/slot.h"

#include "pci/capability.h"

/* PCI Express capabilities register (PCI Express Base 4.0, 7.5.3.2), … */
#define EXPRESS_CAPABILITIES 2u
#define EXPRESS_HAS_SLOT     BIT(8)

/* … and what is said of the slot (7.5.3.9 to 7.5.3.11) */
#define SLOT_CAPABILITIES     0x14u
#define SLOT_POWER_CONTROLLER BIT(1)
#define SLOT_NUMBER_SHIFT     19
#define SLOT_CONTROL          0x18u
#define SLOT_INDICATOR        0x0300u
#define SLOT_INDICATOR_ON     0x0100u
#define SLOT_INDICATOR_OFF    0x0300u
#define SLOT_POWER_OFF        BIT(10)
#define SLOT_STATUS           0x1au
#define SLOT_ATTENTION        BIT(0)
#define SLOT_FILLED           BIT(6)

bool pci_slot_find(const struct pci_function *port, struct pci_slot *slot)
{
	*slot = (struct pci_slot){.port = port};
	return port && pci_find_capability(port, PCI_CAPABILITY_EXPRESS, 0, &slot->express) &&
	       pci_capability_fits(slot->express, SLOT_STATUS + 2) &&
	       (pci_read16(port, slot->express + EXPRESS_CAPABILITIES) & EXPRESS_HAS_SLOT) &&
	       (pci_read32(port, slot->express + SLOT_CAPABILITIES) & SLOT_POWER_CONTROLLER);
}

unsigned pci_slot_number(const struct pci_slot *slot)
{
	return pci_read32(slot->port, slot->express + SLOT_CAPABILITIES) >> SLOT_NUMBER_SHIFT;
}

bool pci_slot_filled(const struct pci_slot *slot)
{
	return pci_read16(slot->port, slot->express + SLOT_STATUS) & SLOT_FILLED;
}

bool pci_slot_powered(const struct pci_slot *slot)
{
	return !(pci_read16(slot->port, slot->express + SLOT_CONTROL) & SLOT_POWER_OFF);
}

bool pci_slot_asked(const struct pci_slot *slot)
{
	uint16_t status = pci_read16(slot->port, slot->express + SLOT_STATUS) & SLOT_ATTENTION;

	/* It is cleared by writing 1. */
	if (status)
		pci_write16(slot->port, slot->express + SLOT_STATUS, status);
	return status;
}

void pci_slot_power(const struct pci_slot *slot, bool on)
{
	uint16_t control = pci_read16(slot->port, slot->express + SLOT_CONTROL);

	control &= (uint16_t) ~(SLOT_INDICATOR | SLOT_POWER_OFF);
	control |= (uint16_t)(on ? SLOT_INDICATOR_ON : SLOT_INDICATOR_OFF | SLOT_POWER_OFF);
	pci_write16(slot->port, slot->express + SLOT_CONTROL, control);
}
