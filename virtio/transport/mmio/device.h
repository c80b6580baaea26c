/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device that is a range of memory: what nobody but this transport, its own tests and those who play
 * broken devices may know of it.
 */
#ifndef VIRTIO_TRANSPORT_MMIO_DEVICE_H
#define VIRTIO_TRANSPORT_MMIO_DEVICE_H

#include "virtio/device.h"

/* The control registers (4.2.2): all of 32 bits, offsets in bytes. */
enum mmio_register {
	MMIO_MAGIC_VALUE = 0x000,
	MMIO_VERSION = 0x004,
	MMIO_DEVICE_ID = 0x008,
	MMIO_VENDOR_ID = 0x00c,
	MMIO_DEVICE_FEATURES = 0x010,
	MMIO_DEVICE_FEATURES_SEL = 0x014,
	MMIO_DRIVER_FEATURES = 0x020,
	MMIO_DRIVER_FEATURES_SEL = 0x024,
	MMIO_GUEST_PAGE_SIZE = 0x028, /* legacy */
	MMIO_QUEUE_SEL = 0x030,
	MMIO_QUEUE_SIZE_MAX = 0x034,
	MMIO_QUEUE_SIZE = 0x038,
	MMIO_QUEUE_ALIGN = 0x03c, /* legacy */
	MMIO_QUEUE_PFN = 0x040,   /* legacy */
	MMIO_QUEUE_READY = 0x044,
	MMIO_QUEUE_NOTIFY = 0x050,
	MMIO_INTERRUPT_STATUS = 0x060,
	MMIO_INTERRUPT_ACK = 0x064,
	MMIO_STATUS = 0x070,
	MMIO_QUEUE_DESC_LOW = 0x080,
	MMIO_QUEUE_DRIVER_LOW = 0x090,
	MMIO_QUEUE_DEVICE_LOW = 0x0a0,
	MMIO_SHM_SEL = 0x0ac,
	MMIO_SHM_LEN_LOW = 0x0b0,
	MMIO_SHM_BASE_LOW = 0x0b8,
	MMIO_QUEUE_RESET = 0x0c0,
	MMIO_CONFIG_GENERATION = 0x0fc,
	MMIO_CONFIG = 0x100, /* where the device-specific configuration begins */
};

#define MMIO_MAGIC        0x74726976 /* "virt" */
#define MMIO_LEGACY       1          /* of Version */
#define MMIO_MODERN       2
#define MMIO_LENGTH_LEAST MMIO_CONFIG

/* Legacy: pages, and the alignment of used rings, as this driver chooses them. */
#define MMIO_LEGACY_PAGE      4096
#define MMIO_LEGACY_ALIGNMENT 4096

/* A device of this transport. */
struct virtio_mmio_device {
	struct virtio_device device;
	uint64_t base;
	volatile void *mapping;
	uint32_t magic, version;   /* as they read at first */
	unsigned irq;              /* as it was announced */
	bool level;                /* how its line is to be routed */
	uint32_t page;             /* legacy: bytes of what QueuePFN counts */
	volatile unsigned foreign; /* arrivals in a row that found InterruptStatus 0 */
};

/* The MMIO side of a device of this transport. Handler-safe. */
static inline struct virtio_mmio_device *virtio_mmio(const struct virtio_device *device)
{
	return CONTAINER_OF(device, struct virtio_mmio_device, device);
}

#endif
