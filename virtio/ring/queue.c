/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/queue.h"

#include "arch/memory.h"
#include "virtio/onlooker.h"

struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   struct arena *arena)
{
	struct virtqueue *queue = arena_allocate(arena, "queue state", sizeof(*queue), 64);
	bool created;

	if (!queue)
		return NULL;
	queue->device = device;
	queue->arena = arena;
	queue->index = index;
	queue->size = size;
	queue->free = size;
	queue->entry = VIRTIO_MSI_NO_VECTOR;
	queue->notify_value = index;
	queue->event_idx = features_have(&device->negotiated, VIRTIO_F_EVENT_IDX);
	queue->in_order = features_have(&device->negotiated, VIRTIO_F_IN_ORDER);
	queue->notification_data = features_have(&device->negotiated, VIRTIO_F_NOTIFICATION_DATA);
	queue->chains = arena_allocate(arena, "chains", size * sizeof(*queue->chains), 8);
	if (queue->in_order)
		queue->order = arena_allocate(arena, "order", size * sizeof(*queue->order), 8);
	if (!queue->chains || (queue->in_order && !queue->order))
		return NULL;
	if (features_have(&device->negotiated, VIRTIO_F_RING_PACKED)) {
		queue->operations = &packed_ring_operations;
		created = packed_ring_create(queue);
	} else {
		queue->operations = &split_ring_operations;
		created = split_ring_create(queue);
	}
	return created ? queue : NULL;
}

struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue)
{
	if (queue->operations == &packed_ring_operations)
		return (struct virtqueue_areas){
			.desc = physical(queue->packed.desc),
			.driver = physical(queue->packed.driver),
			.device = physical(queue->packed.device),
		};
	return (struct virtqueue_areas){
		.desc = physical(queue->split.desc),
		.driver = physical(queue->split.avail),
		.device = physical(queue->split.used),
	};
}

unsigned virtqueue_part_order(const struct virtqueue *queue, unsigned n)
{
	static const uint8_t orders[RING_PLACEMENTS][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
							   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	return orders[queue->device->rings.placement][n];
}

void *virtqueue_part(struct virtqueue *queue, const char *name, size_t size, size_t alignment)
{
	uint8_t *part;

	/* Elsewhere than in the usual order means elsewhere: a page or more lies in between. */
	if (queue->device->rings.placement &&
	    !arena_allocate(queue->arena, "gap", PAGE_SIZE, PAGE_SIZE))
		return NULL;
	if (!(queue->device->rings.liberties & LIBERTY_BARE_ALIGNMENT))
		return arena_allocate(queue->arena, name, size, MAXIMUM(alignment, (size_t)64));
	part = arena_allocate(queue->arena, name, size + alignment, 2 * alignment);
	return part ? part + alignment : NULL;
}

uint16_t *virtqueue_links(struct virtqueue *queue, uint16_t *first)
{
	uint16_t size = queue->size;
	uint16_t *links =
		arena_allocate(queue->arena, "free list", size * sizeof(*links), sizeof(*links));
	/* An odd step visits every number below a power of two; size - 1 does below any. */
	unsigned step = 1;

	if (!links)
		return NULL;
	if ((queue->device->rings.liberties & LIBERTY_SCATTERED) && !queue->in_order)
		step = IS_POWER_OF_TWO(size) ? (size / 2u) | 1 : size - 1u;
	*first = step == 1 ? 0 : size / 3;
	for (unsigned n = 0; n < size; n++)
		links[n] = (uint16_t)((n + step) % size);
	return links;
}

void *virtqueue_table(struct virtqueue *queue, uint16_t id, unsigned entries)
{
	struct chain *chain = &queue->chains[id];
	/* Unaligned tables begin at an odd address and cross a page where they are long enough. */
	size_t shift = queue->device->rings.liberties & LIBERTY_UNALIGNED_TABLES ? 7 : 0;
	uint8_t *table;

	if (chain->table && entries <= chain->capacity)
		return chain->table;
	table = arena_allocate(queue->arena, "indirect table",
			       entries * sizeof(struct virtq_desc) + shift, 16);
	if (!table)
		return NULL;
	chain->table = table + shift;
	chain->capacity = (uint16_t)entries;
	return chain->table;
}

/* IN_ORDER: what a buffer counts when the device does not say it, and whose turn it is. */
static void remember_order(struct virtqueue *queue, const struct segment *segments, unsigned count,
			   uint16_t id)
{
	uint32_t writable = 0;

	for (unsigned n = 0; n < count; n++)
		writable += segments[n].writable ? segments[n].length : 0;
	queue->chains[id].writable = writable;
	queue->order[(queue->oldest + queue->in_flight) % queue->size] = id;
}

bool virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		   void *token)
{
	uint16_t id;

	if (!queue->operations->add(queue, segments, count, token, &id))
		return false;
	if (queue->in_order)
		remember_order(queue, segments, count, id);
	queue->in_flight++;
	return true;
}

void virtqueue_publish(struct virtqueue *queue)
{
	if (onlookers)
		onlookers_publish(queue->device, queue);
	queue->operations->publish(queue);
}

struct notify_place virtqueue_doorbell(const struct virtqueue *queue)
{
	if (onlookers || queue->notification_data)
		return (struct notify_place){0};
	return queue->notify_place;
}

bool virtqueue_used_pending(struct virtqueue *queue)
{
	if (queue->batch)
		return true;
	if (!queue->operations->used_pending(queue))
		return false;
	if (!onlookers)
		return true;
	onlookers_used(queue->device, queue);
	return queue->operations->used_pending(queue);
}

static bool in_flight(const struct virtqueue *queue, uint32_t id)
{
	return id < queue->size && queue->chains[id].token;
}

static void retire(struct virtqueue *queue, uint16_t id, struct completion *completion)
{
	completion->token = queue->chains[id].token;
	queue->operations->retire(queue, id);
	queue->chains[id].token = NULL;
	queue->in_flight--;
}

/* How many buffers the one with this id ends, counted from the oldest in flight; 0: it is none. */
static uint16_t batch_of(const struct virtqueue *queue, uint32_t id)
{
	for (uint16_t n = 0; n < queue->in_flight; n++) {
		if (queue->order[(queue->oldest + n) % queue->size] == id)
			return (uint16_t)(n + 1);
	}
	return 0;
}

/* 2.7.9, 2.8.9: one used element stands for every buffer up to the one that it names. */
static void take_in_order(struct virtqueue *queue, struct completion *completion)
{
	uint16_t id;

	if (!queue->batch) {
		queue->operations->look(queue, &queue->batch_end);
		queue->batch = batch_of(queue, queue->batch_end.id);
		if (!queue->batch) {
			*completion = queue->batch_end;
			queue->operations->pass(queue);
			return;
		}
	}
	id = queue->order[queue->oldest];
	queue->oldest = (uint16_t)((queue->oldest + 1) % queue->size);
	*completion = queue->batch_end;
	if (--queue->batch) {
		completion->id = id;
		completion->length = queue->chains[id].writable;
		completion->has_length = false;
		completion->skipped = true;
	}
	retire(queue, id, completion);
}

bool virtqueue_take(struct virtqueue *queue, struct completion *completion)
{
	if (!virtqueue_used_pending(queue))
		return false;
	if (queue->in_order) {
		take_in_order(queue, completion);
		return true;
	}
	queue->operations->look(queue, completion);
	if (in_flight(queue, completion->id))
		retire(queue, (uint16_t)completion->id, completion);
	else
		queue->operations->pass(queue);
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
