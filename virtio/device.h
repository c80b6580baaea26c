/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device, whatever it hangs on. What is done to its registers: virtio/transport.h; in
 * which order: virtio/transport/setup.h.
 */
#ifndef VIRTIO_DEVICE_H
#define VIRTIO_DEVICE_H

#include "lib/arena.h"
#include "virtio/feature.h"

/* The device status field (virtio 1.4, 2.1). */
#define VIRTIO_STATUS_ACKNOWLEDGE BIT(0)
#define VIRTIO_STATUS_DRIVER      BIT(1)
#define VIRTIO_STATUS_DRIVER_OK   BIT(2)
#define VIRTIO_STATUS_FEATURES_OK BIT(3)
#define VIRTIO_STATUS_SUSPEND     BIT(4)
#define VIRTIO_STATUS_NEEDS_RESET BIT(6)
#define VIRTIO_STATUS_FAILED      BIT(7)

/* The interrupt status: what a line is raised for (4.1.4.5, 4.2.2). */
#define VIRTIO_INTERRUPT_USED          BIT(0)
#define VIRTIO_INTERRUPT_CONFIGURATION BIT(1)

/* What a vector register reads and takes for "none" (4.1.4.3). */
#define VIRTIO_MSI_NO_VECTOR 0xffff

#define VIRTIO_QUEUES_MOST   260

struct virtio_transport;
struct virtio_device;
struct virtqueue;

/* Which part of a device a register is in: the structures of PCI (4.1.4), or what MMIO (4.2.2) and legacy PCI have of them. */
enum virtio_structure {
	STRUCTURE_COMMON,
	STRUCTURE_NOTIFY,
	STRUCTURE_ISR,
	STRUCTURE_DEVICE,
	STRUCTURE_CONTROL, /* MMIO, legacy PCI: all that is none of the others */
	STRUCTURES,
};

/* How registers are reached. */
enum virtio_access {
	ACCESS_DIRECT, /* as the transport does it */
	ACCESS_WINDOW, /* by its second way alone, where device->has_window: PCI's window (4.1.4.9) */
};

/* One access to a register of a device, of 1, 2 or 4 bytes at `offset` of the structure. */
struct register_access {
	struct virtio_device *device;
	enum virtio_structure structure;
	uint32_t offset;
	unsigned width;
};

/*
 * The end of the road to a device's registers, behind all onlookers: virtio/onlooker.h. Handler-safe, any
 * CPU.
 */
struct register_road {
	uint64_t (*read)(const struct register_access *access);
	void (*write)(const struct register_access *access, uint64_t value);
};

/* How a device tells the driver of used buffers. */
enum interrupt_mode {
	INTERRUPT_MSIX,        /* an entry for the configuration and one for each queue */
	INTERRUPT_MSIX_SHARED, /* an entry for the configuration and one for all queues */
	INTERRUPT_INTX,        /* MSI-X disabled, the pin */
	INTERRUPT_NONE,        /* no vectors at all: the ring is polled */
};

/* Where a store of `width` bytes, 2 or 4, notifies a device; address NULL: nowhere. */
struct notify_place {
	volatile void *address;
	unsigned width;
};

/* What a device is, for clauses that bind some alone. A transitional one has both of the legacy bits. */
enum {
	DEVICE_OVER_PCI = BIT(0),
	DEVICE_LEGACY_INTERFACE = BIT(1), /* there is one beside this */
	DEVICE_LEGACY_ID = BIT(2),        /* PCI: an id of the transitional range */
	DEVICE_VENDOR_DATA = BIT(3),      /* PCI: a vendor data capability (4.1.4.8) */
	DEVICE_OVER_MMIO = BIT(4),
	DEVICE_LEGACY = BIT(5), /* this is a legacy interface */
};

/* One face of a device, however it is reached; the transport embeds it in a struct of its own. */
struct virtio_device {
	const struct virtio_transport *transport;
	const struct register_road *road; /* its transport's */
	uint32_t type;
	const void *body;        /* what it is a face of: the same in all faces of one device */
	char name[24];           /* the BDF, or BDF-legacy: how records and vp.device name it */
	const char *place;       /* the name of its first face, as a host knows it; NULL: its own */
	struct features offered; /* as read last */
	struct features negotiated;
	struct features ever_accepted; /* whatever was written as a driver's, since it was found */
	enum interrupt_mode mode;
	unsigned queue_count; /* of queues[] that are set up */
	struct virtqueue *queues[VIRTIO_QUEUES_MOST];
	unsigned config_vector; /* CPU vector of configuration changes, 0: none */
	const char *problem;    /* why the last operation failed: a clause of a sentence */
	bool vector_refused; /* the queues were not set up because a vector register reads NO_VECTOR */
	bool size_refused; /* … because a queue_size reads otherwise than it was written */
	bool means_missing; /* … because memory, CPU vectors or a way for interrupts are missing here */

	/* What it can do: its transport sets these when it is found. */
	uint32_t traits;        /* DEVICE_… */
	unsigned vectors;       /* interrupt messages of its own, 0: it has a line alone */
	uint32_t config_length; /* bytes of device-specific configuration, 0: there is none */
	uint32_t
		ring_alignment; /* legacy: where the used ring begins, and all is in one piece (2.7.2); 0: anywhere */
	unsigned queues_needed; /* a driver takes so many for all that it offers, 0: not known */
	bool has_window;        /* ACCESS_WINDOW is possible */
	bool has_line;          /* it can interrupt by a line, a PCI pin for one */
	bool line_known;        /* and which input of the I/O APIC that drives is known */
	unsigned line;          /* then: which */
	bool line_active_low;   /* and how it does so */
	enum virtio_access access;
	volatile uint8_t isr_seen; /* ISR status bits that the line's handler has read */
};

/* Notes why an operation fails that this image or its machine lacks the means for. Boot CPU. */
static inline void virtio_lack(struct virtio_device *device, const char *problem)
{
	device->problem = problem;
	device->means_missing = true;
}

#endif
