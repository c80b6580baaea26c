/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The legacy interrupt pin, as far as configuration space knows of it (PCI 3.0, sections 6.2.2 to
 * 6.2.4). The pin and line are interrupt_pin and interrupt_line of struct pci_function. Handler-safe;
 * a write reads first, so one CPU at a time for a function.
 */
#ifndef PCI_INTX_H
#define PCI_INTX_H

#include "lib/base.h"
#include "pci/function.h"

/* Sets or clears Interrupt Disable: a function with it set does not assert its pin. */
void intx_disable(const struct pci_function *function, bool disable);

/* True when Interrupt Disable is set. */
bool intx_disabled(const struct pci_function *function);

/* Interrupt Status: an interrupt is pending in the function, whether or not it is disabled. */
bool intx_pending(const struct pci_function *function);

#endif
