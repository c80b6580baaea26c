/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ring formats share: the three parts of a ring and its indirect tables, laid out in the shape that was
 * asked for. Any CPU, one at a time for a queue and an arena.
 */
#ifndef VIRTIO_RING_PARTS_H
#define VIRTIO_RING_PARTS_H

#include "virtio/ring/queue.h"

/* Allocates the parts of the queue's format; false when the arena is full. */
bool ring_allocate_parts(struct virtqueue *queue) MUST_CHECK;

/*
 * An array of 0 … size - 1, each linked to the one that is taken after it; *first is taken first. NULL when
 * the arena is full.
 */
uint16_t *ring_links(struct virtqueue *queue, uint16_t *first);

/* The indirect table of an id, with room for `entries` at least; NULL when the arena is full. */
void *ring_table(struct virtqueue *queue, uint16_t id, unsigned entries);

#endif
