/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtqueue behind one interface, whatever its ring format: add chains, publish them, kick, take
 * completions. Nothing here waits and nothing here judges.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "lib/format.h"
#include "virtio/device.h"
#include "virtio/ring_layout.h"

/* One descriptor's worth of a chain: device-readable segments come before device-writable ones. */
struct segment {
	uint64_t address;
	uint32_t length;
	bool writable;
};

struct completion {
	void *token;     /* what virtqueue_add() was given; NULL: no chain in flight has this id */
	uint32_t id;     /* as the device wrote it */
	uint32_t length; /* as the device wrote it: bytes written */
};

struct virtqueue_operations {
	const char *name; /* "split" or "packed" */
	bool (*add)(struct virtqueue *queue, const struct segment *segments, unsigned count,
		    void *token);
	void (*publish)(struct virtqueue *queue);
	bool (*kick_wanted)(struct virtqueue *queue);
	bool (*used_pending)(struct virtqueue *queue);
	bool (*take)(struct virtqueue *queue, struct completion *completion);
	void (*suppress)(struct virtqueue *queue);
	bool (*arm)(struct virtqueue *queue, uint16_t after);
	uint32_t (*notification)(const struct virtqueue *queue);
	void (*dump)(struct virtqueue *queue, struct text *text);
};

/* The split ring (virtio 1.4, 2.7). */
struct split_ring {
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t avail_index;  /* the next available entry that add() fills, free-running */
	uint16_t kicked_index; /* the available index when kick_wanted() was last asked */
	uint16_t used_index;   /* the next used entry that take() looks at, free-running */
	uint16_t free_head;    /* first free descriptor, linked by `next` */
};

struct virtqueue {
	const struct virtqueue_operations *operations;
	struct virtio_device *device;
	struct arena *arena;
	uint16_t index;
	uint16_t size;
	uint16_t free;      /* descriptors that add() can still use */
	uint16_t in_flight; /* chains added and not yet taken */
	bool event_idx, in_order, notification_data;
	uint16_t notify_off;
	uint16_t notify_config_data;
	unsigned entry;             /* MSI-X table entry, or VIRTIO_MSI_NO_VECTOR */
	unsigned vector;            /* CPU vector, 0: none */
	unsigned cpu;               /* where the vector goes */
	void **tokens;              /* by id */
	uint16_t *lengths;          /* descriptors of each chain in flight, by id */
	struct virtq_desc **tables; /* indirect table of each id in use, or NULL */
	uint64_t kicks;             /* notifications sent */
	union {
		struct split_ring split;
	};
};

/*
 * Makes the ring of `size` entries in the arena, in the format and with the options that
 * device->negotiated and device->rings say; nothing is written to the device. NULL when the arena is
 * full.
 */
struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   struct arena *arena);

/* The physical addresses that queue_desc, queue_driver and queue_device take. */
struct virtqueue_areas {
	uint64_t desc, driver, device;
};
struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue);

/*
 * Adds one chain of `count` segments (at least 1); the device does not see it yet. False when there
 * are not enough free descriptors or no room for an indirect table.
 */
bool virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		   void *token) MUST_CHECK;

/* Shows the device everything that was added. */
void virtqueue_publish(struct virtqueue *queue);

/*
 * Notifies the device if it wants that for what has been published since the last call
 * (2.7.10, 2.8.14). True when a notification was sent.
 */
bool virtqueue_kick(struct virtqueue *queue);

/* Notifies the device unasked. */
void virtqueue_notify(struct virtqueue *queue);

/* True when the device has used something that was not taken yet. */
bool virtqueue_used_pending(struct virtqueue *queue);

/* Takes the next completion; false when there is none. */
bool virtqueue_take(struct virtqueue *queue, struct completion *completion) MUST_CHECK;

/* Asks the device for no interrupts on this queue (a hint: 2.7.7, 2.8.14). */
void virtqueue_suppress(struct virtqueue *queue);

/*
 * Asks for an interrupt once `after` more buffers than taken so far have been used, plus one: 0 is the very next.
 * Only event_idx can honour more than 0. True when that has already happened, so that no interrupt
 * need come.
 */
bool virtqueue_arm(struct virtqueue *queue, uint16_t after);

/* Describes the ring in words: indices, flags, event fields, the entries around the indices. */
void virtqueue_dump(struct virtqueue *queue, struct text *text);

extern const struct virtqueue_operations split_ring_operations;
bool split_ring_create(struct virtqueue *queue, struct arena *arena);

#endif
