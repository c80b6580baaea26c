/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/config.h"
#include "lib/format.h"
#include "pci/function.h"
#include "pci/interposer.h"

const struct pci_interposer *pci_interposer;

void pci_interpose(const struct pci_interposer *interposer)
{
	pci_interposer = interposer;
}

const char *pci_address_text(struct pci_address address, char buffer[PCI_ADDRESS_TEXT])
{
	struct text text = {.buffer = buffer, .size = PCI_ADDRESS_TEXT};

	if (address.segment != 0)
		text_add(&text, "%04x:", address.segment);
	text_add(&text, "%02x:%02x.%x", address.bus, address.device, address.function);
	return buffer;
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

static uint32_t config_read(const struct pci_function *function, unsigned offset, unsigned width)
{
	const struct pci_config *config = config_at(function, offset);
	uint32_t value = all_ones(width);

	if (offset < config->size)
		value = config->read(config, function->address, offset, width);
	if (pci_interposer)
		value = pci_interposer->config_read(function, offset, width, value);
	return value;
}

static void config_write(const struct pci_function *function, unsigned offset, unsigned width,
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
	return (uint8_t)config_read(function, offset, 1);
}

uint16_t pci_read16(const struct pci_function *function, unsigned offset)
{
	return (uint16_t)config_read(function, offset, 2);
}

uint32_t pci_read32(const struct pci_function *function, unsigned offset)
{
	return config_read(function, offset, 4);
}

void pci_write8(const struct pci_function *function, unsigned offset, uint8_t value)
{
	config_write(function, offset, 1, value);
}

void pci_write16(const struct pci_function *function, unsigned offset, uint16_t value)
{
	config_write(function, offset, 2, value);
}

void pci_write32(const struct pci_function *function, unsigned offset, uint32_t value)
{
	config_write(function, offset, 4, value);
}
