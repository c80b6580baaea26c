/* SPDX-License-Identifier: BSD-2-Clause */
/* The slot below a port, into which a function can be plugged while the machine runs (PCI Express Base 4.0, 6.7). Boot CPU. */
#ifndef PCI_SLOT_H
#define PCI_SLOT_H

#include "pci/function.h"

/* A slot with a power controller, without which nobody but the machine can empty it. */
struct pci_slot {
	const struct pci_function *port;
	unsigned express; /* where the capability of the port stands */
};

/* Whether the port has one; port may be NULL. */
bool pci_slot_find(const struct pci_function *port, struct pci_slot *slot);

/* The number that stands on it: Physical Slot Number. */
unsigned pci_slot_number(const struct pci_slot *slot);

/* Whether something is in it, which need not have power. */
bool pci_slot_filled(const struct pci_slot *slot);

/* Whether what is in it has power. */
bool pci_slot_powered(const struct pci_slot *slot);

/*
 * Whether somebody has asked that what is in it may be taken out, or put to use, since this was asked last (6.7.1.5).
 */
bool pci_slot_asked(const struct pci_slot *slot);

/* Gives power to what is in it, or takes it away; the power indicator tells it. */
void pci_slot_power(const struct pci_slot *slot, bool on);

#endif
