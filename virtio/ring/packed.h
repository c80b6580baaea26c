/* SPDX-License-Identifier: BSD-2-Clause */
/* What a packed ring consists of (virtio 1.4, 2.8): for the format, and for tests of just this format. */
#ifndef VIRTIO_RING_PACKED_H
#define VIRTIO_RING_PACKED_H

#include "virtio/ring/event.h"
#include "virtio/ring/queue.h"

/* A wrap counter stands as the flag bits that mean "available". */
struct packed_virtqueue {
	struct virtqueue queue;
	struct virtq_packed_desc *desc;
	struct virtq_event_suppress *driver; /* ours: what the device is to tell us */
	struct virtq_event_suppress *device; /* its: what it wants to be told */
	uint16_t *links;                     /* behind id n, free, comes links[n] */
	uint16_t free_id;
	uint16_t avail_slot; /* the next slot that add() fills */
	uint16_t used_slot;  /* the next slot that take() looks at */
	bool avail_wrap, used_wrap;
	uint16_t added;      /* descriptors since kick_wanted() was last asked */
	bool holding;        /* the first chain that is not published yet lacks its head's flags: */
	uint16_t held_slot;  /* where */
	uint16_t held_flags; /* which */
};

/* The ring of a queue of this format: ring_is_packed(). Any CPU. */
static inline struct packed_virtqueue *packed_of(const struct virtqueue *queue)
{
	return CONTAINER_OF(queue, struct packed_virtqueue, queue);
}

/* How slots are laid out in such a ring. */
extern const struct slot_layout packed_slots;

#endif
