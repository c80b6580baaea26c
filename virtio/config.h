/* SPDX-License-Identifier: BSD-2-Clause */
/* The device-specific configuration of a device (virtio 1.4, 2.5), whatever its transport. Boot CPU. */
#ifndef VIRTIO_CONFIG_H
#define VIRTIO_CONFIG_H

#include "virtio/transport.h"

/*
 * A field of the device-specific configuration by its layout and name:
 * config_read(device, struct virtio_blk_config, capacity).
 */
#define config_read(device, layout, field)                                                         \
	config_read_at(device, offsetof(layout, field), sizeof(((layout *)0)->field))
/* Writes it; see config_read(). */
#define config_write(device, layout, field, value)                                                 \
	config_write_at(device, offsetof(layout, field), sizeof(((layout *)0)->field), value)

/*
 * A field of 1, 2, 4 or 8 bytes by its place. One of 8 bytes is read as two halves, low half first, and
 * again until the generation stays the same (2.5.2), but not for ever.
 */
uint64_t config_read_at(struct virtio_device *device, uint32_t offset, unsigned width);
/* Writes one; 8 bytes as two halves, low half first. */
void config_write_at(struct virtio_device *device, uint32_t offset, unsigned width, uint64_t value);

/* Counts changes of the configuration (2.5.2); 0 where the transport does not. */
uint32_t config_generation(struct virtio_device *device);

/* `length` bytes from `offset` on, in accesses as wide as they can be, aligned, up to 4 bytes. */
void config_get(struct virtio_device *device, uint32_t offset, void *buffer, uint32_t length);
/* Writes them likewise. */
void config_set(struct virtio_device *device, uint32_t offset, const void *buffer, uint32_t length);

#endif
