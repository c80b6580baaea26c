/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rings are watched, and when their formats look at them. */

#include "lib/string.h"
#include "selfcheck/image/watch/memory.h"

void ring_forgotten(struct watched_queue *queue)
{
	queue->ring = NULL;
	pool_give_back();
}

/* The queue of a ring, which is watched from its first publication on. */
static struct watched_queue *watched_ring(struct watched_device *watched, struct virtqueue *ring)
{
	struct watched_queue *queue = &watched->queues[ring->index];

	if (queue->ring == ring)
		return queue;
	if (queue->ring)
		ring_forgotten(queue);
	queue->chains = pool_take(ring->size);
	if (!queue->chains)
		return queue;
	memset(queue->chains, 0, ring->size * sizeof(*queue->chains));
	queue->ring = ring;
	queue->available = queue->used = 0;
	queue->available_wrap = queue->used_wrap = true;
	return queue;
}

static void looked_at(struct watched_device *watched, struct watched_queue *queue)
{
	if (ring_is_packed(queue->ring))
		packed_looked_at(watched, queue);
	else
		split_looked_at(watched, queue);
}

void ring_used(struct watched_device *watched, struct virtqueue *ring)
{
	struct watched_queue *queue = &watched->queues[ring->index];

	if (queue->ring != ring)
		return;
	if (ring_is_packed(ring))
		packed_used(watched, queue);
	else
		split_used(watched, queue);
}

void ring_published(struct watched_device *watched, struct virtqueue *ring)
{
	struct watched_queue *queue = &watched->queues[ring->index];

	buffers_shown(watched, ring);
	if (accepts(watched, VIRTIO_F_RING_RESET) &&
	    !KEEPS(watched, DRIVER_VQRESET_1, !queue->was_reset,
		   "queue %u: buffers are shown, and the queue is reset", ring->index))
		return;
	queue = watched_ring(watched, ring);
	if (!queue->ring)
		return;
	ring_used(watched, ring);
	looked_at(watched, queue);
	if (ring_is_packed(ring))
		packed_published(watched, queue);
	else
		split_published(watched, queue);
}

void ring_notified(struct watched_device *watched, struct watched_queue *queue)
{
	looked_at(watched, queue);
}
