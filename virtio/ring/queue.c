/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/queue.h"

#include "arch/memory.h"
#include "virtio/onlooker.h"

extern const struct ring_format *const __start_registry_ring_formats[];
extern const struct ring_format *const __stop_registry_ring_formats[];

static const struct ring_format *format_for(const struct virtio_device *device)
{
	const struct ring_format *usual = NULL;

	for (const struct ring_format *const *format = __start_registry_ring_formats;
	     format < __stop_registry_ring_formats; format++) {
		if ((*format)->usual)
			usual = *format;
		else if (features_have(&device->negotiated, (*format)->feature))
			return *format;
	}
	return usual;
}

bool virtqueue_size_fits(const struct virtio_device *device, uint16_t size)
{
	return (format_for(device)->traits & RING_TAKES_ANY_SIZE) || IS_POWER_OF_TWO(size);
}

static void *allocate_part(struct virtqueue *queue, const struct ring_part *part)
{
	uint16_t room = MAXIMUM(queue->size, queue->device->rings.room);
	size_t size = part->fixed + (size_t)part->each * room, alignment = part->alignment;
	uint8_t *bytes;

	/* Elsewhere than in the usual order means elsewhere: a page or more lies in between. */
	if (queue->device->rings.placement &&
	    !arena_allocate(queue->arena, "gap", PAGE_SIZE, PAGE_SIZE))
		return NULL;
	if (!(queue->device->rings.liberties & LIBERTY_BARE_ALIGNMENT))
		return arena_allocate(queue->arena, part->name, size,
				      MAXIMUM(alignment, (size_t)64));
	bytes = arena_allocate(queue->arena, part->name, size + alignment, 2 * alignment);
	return bytes ? bytes + alignment : NULL;
}

static bool allocate_parts(struct virtqueue *queue)
{
	static const uint8_t orders[RING_PLACEMENTS][RING_PARTS] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	const uint8_t *order = orders[queue->device->rings.placement];

	for (unsigned n = 0; n < RING_PARTS; n++) {
		void *part = allocate_part(queue, &queue->format->parts[order[n]]);

		if (!part)
			return false;
		queue->parts[order[n]] = part;
	}
	return true;
}

struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   struct arena *arena)
{
	const struct ring_format *format = format_for(device);
	struct virtqueue *queue = format->allocate(arena);

	if (!queue)
		return NULL;
	queue->format = format;
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
	return allocate_parts(queue) && format->start(queue) ? queue : NULL;
}

struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue)
{
	return (struct virtqueue_areas){
		.desc = physical(queue->parts[0]),
		.driver = physical(queue->parts[1]),
		.device = physical(queue->parts[2]),
	};
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

	if (!queue->format->add(queue, segments, count, token, &id))
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
	queue->format->publish(queue);
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
	if (!queue->format->used_pending(queue))
		return false;
	if (!onlookers)
		return true;
	onlookers_used(queue->device, queue);
	return queue->format->used_pending(queue);
}

static bool in_flight(const struct virtqueue *queue, uint32_t id)
{
	return id < queue->size && queue->chains[id].token;
}

static void retire(struct virtqueue *queue, uint16_t id, struct completion *completion)
{
	completion->token = queue->chains[id].token;
	queue->format->retire(queue, id);
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
		queue->format->look(queue, &queue->batch_end);
		queue->batch = batch_of(queue, queue->batch_end.id);
		if (!queue->batch) {
			*completion = queue->batch_end;
			queue->format->pass(queue);
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
	queue->format->look(queue, completion);
	if (in_flight(queue, completion->id))
		retire(queue, (uint16_t)completion->id, completion);
	else
		queue->format->pass(queue);
	return true;
}

void virtqueue_suppress(struct virtqueue *queue)
{
	queue->format->suppress(queue);
}

bool virtqueue_arm(struct virtqueue *queue, uint16_t after)
{
	return queue->format->arm(queue, after);
}

void virtqueue_dump(struct virtqueue *queue, struct text *text)
{
	queue->format->dump(queue, text);
}
