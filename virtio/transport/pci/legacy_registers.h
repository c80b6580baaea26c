/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a virtio PCI device before virtio 1.0, in the I/O BAR 0 (virtio 1.4, 4.1.4.10). They go the road
 * of registers.h. Any CPU, one at a time for a device.
 */
#ifndef VIRTIO_TRANSPORT_PCI_LEGACY_REGISTERS_H
#define VIRTIO_TRANSPORT_PCI_LEGACY_REGISTERS_H

#include "virtio/transport/pci/registers.h"

/* The header, offsets in bytes. ISR status and Queue Notify are structures of their own here. */
enum legacy_register {
	LEGACY_DEVICE_FEATURES = 0,
	LEGACY_DRIVER_FEATURES = 4,
	LEGACY_QUEUE_ADDRESS = 8,
	LEGACY_QUEUE_SIZE = 12,
	LEGACY_QUEUE_SELECT = 14,
	LEGACY_QUEUE_NOTIFY = 16,
	LEGACY_DEVICE_STATUS = 18,
	LEGACY_ISR_STATUS = 19,
	LEGACY_CONFIG_VECTOR = 20, /* with MSI-X enabled; else the configuration begins here … */
	LEGACY_QUEUE_VECTOR = 22,
	LEGACY_END_WITH_VECTORS = 24, /* … and with it, here */
};

/* What Queue Address counts, and where the used ring begins (4.1.5.1.3.1). */
#define LEGACY_PAGE 4096

/* Reads a register of the header, in one access as wide as it is. */
uint32_t legacy_read(struct virtio_device *device, enum legacy_register at);

/* Writes one. */
void legacy_write(struct virtio_device *device, enum legacy_register at, uint32_t value);

/* As a transport's operation: "queue_address", "isr+0". */
void legacy_name_register(const struct register_access *access, struct text *text);

/* Whether an access is to this register of the header. Handler-safe. */
static inline bool is_legacy_header(const struct register_access *access, enum legacy_register at)
{
	return access->structure == STRUCTURE_CONTROL && access->offset == at;
}

#endif
