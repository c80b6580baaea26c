/* SPDX-License-Identifier: BSD-2-Clause */
/* What a split ring consists of (virtio 1.4, 2.7): for the format, and for tests of just this format. */
#ifndef VIRTIO_RING_SPLIT_H
#define VIRTIO_RING_SPLIT_H

#include "virtio/ring/queue.h"

/* A queue of this format. */
struct split_virtqueue {
	struct virtqueue queue;
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	le16 *used_event;      /* behind the available ring */
	le16 *avail_event;     /* behind the used ring */
	uint16_t *links;       /* behind descriptor n of a chain, or free, comes links[n] */
	uint16_t avail_index;  /* the next available entry that add() fills, free-running */
	uint16_t kicked_index; /* the available index when kick_wanted() was last asked */
	uint16_t used_index;   /* the next used entry that take() looks at, free-running */
	uint16_t free_head;    /* first free descriptor */
};

/* The ring of a queue of this format: !ring_is_packed(). Any CPU. */
static inline struct split_virtqueue *split_of(const struct virtqueue *queue)
{
	return CONTAINER_OF(queue, struct split_virtqueue, queue);
}

/* Fills one descriptor of the ring or of a table; NEXT is set when another one follows. Any CPU. */
static inline void split_fill(struct virtq_desc *desc, const struct segment *segment, bool more,
			      uint16_t next)
{
	desc->addr = to_le64(segment->address);
	desc->len = to_le32(segment->length);
	desc->flags = to_le16((segment->writable ? VIRTQ_DESC_F_WRITE : 0) |
			      (more ? VIRTQ_DESC_F_NEXT : 0));
	desc->next = to_le16(next);
}

/* How slots are laid out in such a ring. */
extern const struct slot_layout split_slots;

#endif
