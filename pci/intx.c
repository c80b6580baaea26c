/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/intx.h"

void intx_disable(const struct pci_function *function, bool disable)
{
	uint16_t command = pci_read16(function, PCI_COMMAND);

	if (disable)
		command |= PCI_COMMAND_INTERRUPT_DISABLE;
	else
		command &= (uint16_t)~PCI_COMMAND_INTERRUPT_DISABLE;
	pci_write16(function, PCI_COMMAND, command);
}

bool intx_disabled(const struct pci_function *function)
{
	return pci_read16(function, PCI_COMMAND) & PCI_COMMAND_INTERRUPT_DISABLE;
}

bool intx_pending(const struct pci_function *function)
{
	return pci_read16(function, PCI_STATUS) & PCI_STATUS_INTERRUPT;
}
