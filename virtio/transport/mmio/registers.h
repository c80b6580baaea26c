/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a virtio MMIO device. Every access of the image to one comes through here, where onlookers
 * stand (virtio/onlooker.h). Any CPU, one at a time for a device; handler-safe.
 */
#ifndef VIRTIO_TRANSPORT_MMIO_REGISTERS_H
#define VIRTIO_TRANSPORT_MMIO_REGISTERS_H

#include "lib/format.h"
#include "virtio/transport/mmio/device.h"

/* Reads a control register, which is a single access of 32 bits (4.2.2.2). */
uint32_t mmio_read(struct virtio_device *device, enum mmio_register at);

/* Writes one. */
void mmio_write(struct virtio_device *device, enum mmio_register at, uint32_t value);

/* Writes a pair of registers, Low and behind it High. */
void mmio_write_pair(struct virtio_device *device, enum mmio_register low, uint64_t value);

/* Reads a pair. */
uint64_t mmio_read_pair(struct virtio_device *device, enum mmio_register low);

/* Writes QueueNotify. */
void mmio_notify(struct virtio_device *device, uint32_t value);

/* An access of 1, 2 or 4 bytes to the device-specific configuration; the offset is not checked. */
uint32_t mmio_read_config(struct virtio_device *device, uint32_t offset, unsigned width);

/* Writes so. */
void mmio_write_config(struct virtio_device *device, uint32_t offset, unsigned width,
		       uint32_t value);

/* The end of the road: accesses that no onlooker sees. */
extern const struct register_road virtio_mmio_road;

/* As a transport's operation: "QueueSize", "config+0x8". */
void virtio_mmio_name_register(const struct register_access *access, struct text *text);

#endif
