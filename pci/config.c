/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/config.h"
#include "lib/format.h"

const char *pci_address_text(struct pci_address address, char buffer[PCI_ADDRESS_TEXT])
{
	struct text text = {.buffer = buffer, .size = PCI_ADDRESS_TEXT};

	if (address.segment != 0)
		text_add(&text, "%04x:", address.segment);
	text_add(&text, "%02x:%02x.%x", address.bus, address.device, address.function);
	return buffer;
}
