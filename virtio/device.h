/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device, whatever it hangs on, and the operations that its transport offers: those of a guest
 * kernel's transport.
 */
#ifndef VIRTIO_DEVICE_H
#define VIRTIO_DEVICE_H

#include "lib/arena.h"
#include "virtio/feature.h"
#include "virtio/device/type.h"

/* The device status field (virtio 1.4, 2.1). */
#define VIRTIO_STATUS_ACKNOWLEDGE BIT(0)
#define VIRTIO_STATUS_DRIVER      BIT(1)
#define VIRTIO_STATUS_DRIVER_OK   BIT(2)
#define VIRTIO_STATUS_FEATURES_OK BIT(3)
#define VIRTIO_STATUS_SUSPEND     BIT(4)
#define VIRTIO_STATUS_NEEDS_RESET BIT(6)
#define VIRTIO_STATUS_FAILED      BIT(7)

/* What a vector register reads and takes for "none" (4.1.4.3). */
#define VIRTIO_MSI_NO_VECTOR 0xffff

#define VIRTIO_QUEUES_MOST   260

struct virtio_device;
struct virtqueue;

/* A structure of the PCI transport (4.1.4). */
enum virtio_structure {
	STRUCTURE_COMMON,
	STRUCTURE_NOTIFY,
	STRUCTURE_ISR,
	STRUCTURE_DEVICE,
	STRUCTURES,
};

/* How registers are reached. */
enum virtio_access {
	ACCESS_BAR,    /* through the BARs */
	ACCESS_WINDOW, /* through the PCI configuration access capability alone (4.1.4.9) */
};

/* One access to a register of a device, of 1, 2 or 4 bytes at `offset` of the structure. */
struct register_access {
	struct virtio_device *device;
	enum virtio_structure structure;
	uint32_t offset;
	unsigned width;
};

/* How a device tells the driver of used buffers. */
enum interrupt_mode {
	INTERRUPT_MSIX,        /* an entry for the configuration and one for each queue */
	INTERRUPT_MSIX_SHARED, /* an entry for the configuration and one for all queues */
	INTERRUPT_INTX,        /* MSI-X disabled, the pin */
	INTERRUPT_NONE,        /* no vectors at all: the ring is polled */
};

struct ring_shape;

/* What find_vqs is asked for, queue by queue. */
struct virtqueue_request {
	bool skip;                      /* leave this queue alone */
	uint16_t size;                  /* entries at most; 0: as many as the device takes */
	unsigned cpu;                   /* where its interrupts go */
	bool held;                      /* configure the queue, but leave queue_enable at 0 */
	const struct ring_shape *shape; /* virtio/ring/shape.h; NULL: the usual one */
};

/* Where a store of `width` bytes, 2 or 4, notifies a device; address NULL: nowhere. */
struct notify_place {
	volatile void *address;
	unsigned width;
};

struct virtio_transport {
	const char *name; /* "pci", as records say it */
	/* The end of the road to a register, behind all onlookers: virtio/onlooker.h. */
	uint64_t (*read_register)(const struct register_access *access);
	void (*write_register)(const struct register_access *access, uint64_t value);
	/* Device-specific configuration: `length` bytes at `offset`, in accesses as wide as the field. */
	void (*get)(struct virtio_device *device, uint32_t offset, void *buffer, uint32_t length);
	void (*set)(struct virtio_device *device, uint32_t offset, const void *buffer,
		    uint32_t length);
	uint32_t (*generation)(struct virtio_device *device);
	uint8_t (*get_status)(struct virtio_device *device);
	void (*set_status)(struct virtio_device *device, uint8_t status);
	/* Writes 0 and waits until 0 reads back; false when it does not within 3 s. */
	bool (*reset)(struct virtio_device *device);
	/* Sets up queues 0 … count - 1 and their vectors; false with device->problem set. */
	bool (*find_vqs)(struct virtio_device *device, unsigned count,
			 const struct virtqueue_request *requests, enum interrupt_mode mode,
			 struct arena *arena);
	/* RING_RESET: resets one queue and waits until that is complete (4.1.4.3); false when it is not within 3 s. */
	bool (*reset_vq)(struct virtqueue *queue);
	/*
	 * Sets a queue up again, after reset_vq, in a ring of its own, of the same shape unless the request has
	 * one; its vector stays. The queue that it replaces is used no more. False with device->problem set.
	 */
	bool (*enable_vq)(struct virtio_device *device, unsigned index,
			  const struct virtqueue_request *request, struct arena *arena);
	/* Where a store notifies the device of this queue: no place where only notify() can. */
	struct notify_place (*notify_place)(const struct virtqueue *queue);
	/* Notifies the device of the queue in every other way; `value` is what would be stored. */
	void (*notify)(struct virtqueue *queue, uint32_t value);
	/* Gives vectors and queues back; the device has been reset before. */
	void (*del_vqs)(struct virtio_device *device);
	struct features (*get_features)(struct virtio_device *device);
	/* Writes device->negotiated to the device. */
	void (*finalize_features)(struct virtio_device *device);
	const char *(*bus_name)(struct virtio_device *device);
	/* Sends the messages of a queue, and of those that share its table entry, to another CPU. */
	bool (*set_vq_affinity)(struct virtqueue *queue, unsigned cpu);
	unsigned (*get_vq_affinity)(struct virtqueue *queue);
	bool (*get_shm_region)(struct virtio_device *device, uint8_t id, uint64_t *address,
			       uint64_t *length);
};

struct virtio_device {
	const struct virtio_transport *transport;
	uint32_t type;
	char name[16];           /* the BDF: how records and vp.device name it */
	struct features offered; /* as read by the last get_features */
	struct features negotiated;
	enum interrupt_mode mode;
	unsigned queue_count; /* of queues[] that are set up */
	struct virtqueue *queues[VIRTIO_QUEUES_MOST];
	unsigned config_vector; /* CPU vector of configuration changes, 0: none */
	const char *problem;    /* why the last operation failed: a clause of a sentence */
	bool vector_refused;    /* find_vqs failed because a vector register reads NO_VECTOR */

	/* What it can do: its transport sets these when it is found. */
	unsigned vectors;       /* interrupt messages of its own, 0: it has a line alone */
	uint32_t config_length; /* bytes of device-specific configuration, 0: there is none */
	bool has_window;        /* ACCESS_WINDOW is possible */
	bool has_line;          /* it can interrupt by a line, a PCI pin for one */
	bool line_known;        /* and which input of the I/O APIC that drives is known */
	enum virtio_access access;
	volatile uint8_t isr_seen; /* ISR status bits that the line's handler has read */

	bool driven_before; /* somebody was at the function before the image met it */
};

#endif
