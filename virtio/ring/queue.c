/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/queue.h"

#include "arch/clock.h"
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

struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   const struct ring_shape *shape, struct arena *arena)
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
	if (shape)
		queue->shape = *shape;
	/* Legacy: the size alone says where everything lies. */
	if (device->ring_alignment)
		queue->shape.room = 0;
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
	return format->start(queue) ? queue : NULL;
}

struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue)
{
	return (struct virtqueue_areas){
		.desc = physical(queue->parts[0]),
		.driver = physical(queue->parts[1]),
		.device = physical(queue->parts[2]),
	};
}

static uint32_t count_writable(const struct segment *segments, unsigned count)
{
	uint32_t writable = 0;

	for (unsigned n = 0; n < count; n++)
		writable += segments[n].writable ? segments[n].length : 0;
	return writable;
}

bool virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		   void *token)
{
	uint16_t id;

	if (!queue->format->add(queue, segments, count, token, &id))
		return false;
	queue->chains[id].writable = count_writable(segments, count);
	if (queue->in_order)
		queue->order[(queue->oldest + queue->in_flight) % queue->size] = id;
	queue->in_flight++;
	return true;
}

static struct ring_progress progress;

struct ring_progress ring_progress(void)
{
	return progress;
}

void virtqueue_publish(struct virtqueue *queue)
{
	progress.published = clock_now();
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
	completion->writable = queue->chains[id].writable;
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
	progress.taken = clock_now();
	queue->taken++;
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
