/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/queue.h"

#include "arch/memory.h"
#include "virtio/registers.h"

struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   struct arena *arena)
{
	struct virtqueue *queue = arena_allocate(arena, "queue state", sizeof(*queue), 64);

	if (!queue)
		return NULL;
	queue->device = device;
	queue->arena = arena;
	queue->index = index;
	queue->size = size;
	queue->free = size;
	queue->entry = VIRTIO_MSI_NO_VECTOR;
	queue->event_idx = features_have(&device->negotiated, VIRTIO_F_EVENT_IDX);
	queue->in_order = features_have(&device->negotiated, VIRTIO_F_IN_ORDER);
	queue->notification_data = features_have(&device->negotiated, VIRTIO_F_NOTIFICATION_DATA);
	queue->tokens = arena_allocate(arena, "queue tokens", size * sizeof(*queue->tokens), 8);
	queue->lengths = arena_allocate(arena, "chain lengths", size * sizeof(*queue->lengths), 8);
	queue->tables = arena_allocate(arena, "table list", size * sizeof(*queue->tables), 8);
	if (!queue->tokens || !queue->lengths || !queue->tables)
		return NULL;
	queue->operations = &split_ring_operations;
	return split_ring_create(queue, arena) ? queue : NULL;
}

struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue)
{
	return (struct virtqueue_areas){
		.desc = physical(queue->split.desc),
		.driver = physical(queue->split.avail),
		.device = physical(queue->split.used),
	};
}

bool virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		   void *token)
{
	if (!queue->operations->add(queue, segments, count, token))
		return false;
	queue->in_flight++;
	return true;
}

void virtqueue_publish(struct virtqueue *queue)
{
	struct virtio_hooks *hooks = queue->device->hooks;

	if (hooks && hooks->publish)
		hooks->publish(hooks->context, queue);
	queue->operations->publish(queue);
}

bool virtqueue_kick(struct virtqueue *queue)
{
	if (!queue->operations->kick_wanted(queue))
		return false;
	virtqueue_notify(queue);
	return true;
}

void virtqueue_notify(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;
	uint32_t offset = queue->notify_off * device->notify_off_multiplier;

	queue->kicks++;
	if (queue->notification_data)
		virtio_write(device, STRUCTURE_NOTIFY, offset, 4,
			     queue->operations->notification(queue));
	else
		virtio_write(device, STRUCTURE_NOTIFY, offset, 2, queue->index);
}

bool virtqueue_used_pending(struct virtqueue *queue)
{
	struct virtio_hooks *hooks = queue->device->hooks;

	if (!queue->operations->used_pending(queue))
		return false;
	if (hooks && hooks->used) {
		hooks->used(hooks->context, queue);
		return queue->operations->used_pending(queue);
	}
	return true;
}

bool virtqueue_take(struct virtqueue *queue, struct completion *completion)
{
	if (!virtqueue_used_pending(queue) || !queue->operations->take(queue, completion))
		return false;
	if (completion->token)
		queue->in_flight--;
	return true;
}

void virtqueue_suppress(struct virtqueue *queue)
{
	queue->operations->suppress(queue);
}

bool virtqueue_arm(struct virtqueue *queue, uint16_t after)
{
	return queue->operations->arm(queue, after);
}

void virtqueue_dump(struct virtqueue *queue, struct text *text)
{
	queue->operations->dump(queue, text);
}
