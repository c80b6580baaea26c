/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of the legacy header by their names. */
#include "virtio/transport/pci/legacy_registers.h"

static const struct {
	uint8_t at, width;
	const char *name;
} fields[] = {
	{LEGACY_DEVICE_FEATURES, 4, "device_features"},
	{LEGACY_DRIVER_FEATURES, 4, "driver_features"},
	{LEGACY_QUEUE_ADDRESS, 4, "queue_address"},
	{LEGACY_QUEUE_SIZE, 2, "queue_size"},
	{LEGACY_QUEUE_SELECT, 2, "queue_select"},
	{LEGACY_DEVICE_STATUS, 1, "device_status"},
	{LEGACY_CONFIG_VECTOR, 2, "config_msix_vector"},
	{LEGACY_QUEUE_VECTOR, 2, "queue_msix_vector"},
};

static unsigned width_of(enum legacy_register at)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(fields); n++) {
		if (fields[n].at == at)
			return fields[n].width;
	}
	return 1;
}

uint32_t legacy_read(struct virtio_device *device, enum legacy_register at)
{
	return (uint32_t)virtio_read(device, STRUCTURE_CONTROL, at, width_of(at));
}

void legacy_write(struct virtio_device *device, enum legacy_register at, uint32_t value)
{
	virtio_write(device, STRUCTURE_CONTROL, at, width_of(at), value);
}

void legacy_name_register(const struct register_access *access, struct text *text)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(fields); n++) {
		if (access->structure == STRUCTURE_CONTROL && fields[n].at == access->offset) {
			text_add(text, "%s", fields[n].name);
			return;
		}
	}
	if (access->structure == STRUCTURE_CONTROL)
		text_add(text, "?");
	else
		virtio_pci_name_register(access, text);
}
