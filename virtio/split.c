/* SPDX-License-Identifier: BSD-2-Clause */
/* The split ring, driver side (virtio 1.4, 2.7). */
#include "arch/io.h"
#include "arch/memory.h"
#include "virtio/queue.h"

/* The event fields behind the two rings (2.7.6, 2.7.8). */
static le16 *used_event(const struct virtqueue *queue)
{
	return &queue->split.avail->ring[queue->size];
}

static le16 *avail_event(const struct virtqueue *queue)
{
	return (le16 *)&queue->split.used->ring[queue->size];
}

bool split_ring_create(struct virtqueue *queue, struct arena *arena)
{
	struct split_ring *ring = &queue->split;

	ring->desc = arena_allocate(arena, "descriptor table", virtq_desc_bytes(queue->size),
				    VIRTQ_DESC_ALIGNMENT);
	ring->avail = arena_allocate(arena, "available ring", virtq_avail_bytes(queue->size),
				     VIRTQ_AVAIL_ALIGNMENT);
	ring->used = arena_allocate(arena, "used ring", virtq_used_bytes(queue->size),
				    VIRTQ_USED_ALIGNMENT);
	if (!ring->desc || !ring->avail || !ring->used)
		return false;
	for (unsigned n = 0; n < queue->size; n++)
		ring->desc[n].next = to_le16((uint16_t)(n + 1));
	return true;
}

/* Fills descriptor n; NEXT is set when another one follows. */
static void fill(struct virtq_desc *desc, const struct segment *segment, bool more)
{
	desc->addr = to_le64(segment->address);
	desc->len = to_le32(segment->length);
	desc->flags = to_le16((segment->writable ? VIRTQ_DESC_F_WRITE : 0) |
			      (more ? VIRTQ_DESC_F_NEXT : 0));
}

static bool add_indirect(struct virtqueue *queue, const struct segment *segments, unsigned count,
			 uint16_t head)
{
	struct virtq_desc *table =
		arena_allocate(queue->arena, "indirect table", count * sizeof(*table), 16);
	struct virtq_desc *desc = &queue->split.desc[head];

	if (!table)
		return false;
	for (unsigned n = 0; n < count; n++) {
		fill(&table[n], &segments[n], n + 1 < count);
		table[n].next = to_le16(n + 1 < count ? (uint16_t)(n + 1) : 0);
	}
	queue->tables[head] = table;
	queue->split.free_head = from_le16(desc->next);
	desc->addr = to_le64(physical(table));
	desc->len = to_le32(count * sizeof(*table));
	desc->flags = to_le16(VIRTQ_DESC_F_INDIRECT);
	queue->lengths[head] = 1;
	return true;
}

static void add_direct(struct virtqueue *queue, const struct segment *segments, unsigned count,
		       uint16_t head)
{
	uint16_t at = head;

	for (unsigned n = 0; n < count; n++) {
		struct virtq_desc *desc = &queue->split.desc[at];

		fill(desc, &segments[n], n + 1 < count);
		at = from_le16(desc->next);
	}
	queue->tables[head] = NULL;
	queue->split.free_head = at;
	queue->lengths[head] = (uint16_t)count;
}

static bool split_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		      void *token)
{
	struct split_ring *ring = &queue->split;
	bool indirect = queue->device->rings.indirect;
	uint16_t head = ring->free_head;

	if (queue->free < (indirect ? 1 : count))
		return false;
	if (indirect) {
		if (!add_indirect(queue, segments, count, head))
			return false;
	} else {
		add_direct(queue, segments, count, head);
	}
	queue->free -= queue->lengths[head];
	queue->tokens[head] = token;
	ring->avail->ring[ring->avail_index % queue->size] = to_le16(head);
	ring->avail_index++;
	return true;
}

static void split_publish(struct virtqueue *queue)
{
	publish();
	write16(&queue->split.avail->idx, queue->split.avail_index);
}

/* 2.7.10.1: an event is due when the index passed event, seen from old. */
static bool passed(uint16_t event, uint16_t new, uint16_t old)
{
	return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}

static bool split_kick_wanted(struct virtqueue *queue)
{
	struct split_ring *ring = &queue->split;
	uint16_t old = ring->kicked_index;

	ring->kicked_index = ring->avail_index;
	publish_then_observe();
	if (queue->event_idx)
		return passed(read16(avail_event(queue)), ring->avail_index, old);
	return !(read16(&ring->used->flags) & VIRTQ_USED_F_NO_NOTIFY);
}

static bool split_used_pending(struct virtqueue *queue)
{
	return read16(&queue->split.used->idx) != queue->split.used_index;
}

/* Puts the chain's descriptors back on the free list. */
static void release(struct virtqueue *queue, uint16_t head)
{
	struct split_ring *ring = &queue->split;
	uint16_t last = head;

	for (unsigned n = 1; n < queue->lengths[head]; n++)
		last = from_le16(ring->desc[last].next);
	ring->desc[last].next = to_le16(ring->free_head);
	ring->free_head = head;
	queue->free += queue->lengths[head];
	queue->tokens[head] = NULL;
}

static bool split_take(struct virtqueue *queue, struct completion *completion)
{
	struct split_ring *ring = &queue->split;
	const struct virtq_used_elem *element;

	observe();
	element = &ring->used->ring[ring->used_index % queue->size];
	completion->id = read32(&element->id);
	completion->length = read32(&element->len);
	completion->token = NULL;
	ring->used_index++;
	if (completion->id < queue->size && queue->tokens[completion->id]) {
		completion->token = queue->tokens[completion->id];
		release(queue, (uint16_t)completion->id);
	}
	return true;
}

static void split_suppress(struct virtqueue *queue)
{
	if (queue->event_idx)
		/* As far away as an index can be: 2.7.7.1 leaves flags at 0 with event_idx. */
		write16(used_event(queue), queue->split.used_index - 1);
	else
		write16(&queue->split.avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
}

static bool split_arm(struct virtqueue *queue, uint16_t after)
{
	struct split_ring *ring = &queue->split;

	if (queue->event_idx)
		write16(used_event(queue), ring->used_index + after);
	else
		write16(&ring->avail->flags, 0);
	publish_then_observe();
	return (uint16_t)(read16(&ring->used->idx) - ring->used_index) > after;
}

static uint32_t split_notification(const struct virtqueue *queue)
{
	/* 2.9: vqn in the low half, the available index in the high half. */
	return queue->index | (uint32_t)queue->split.avail_index << 16;
}

static void dump_descriptor(struct virtqueue *queue, uint16_t n, struct text *text)
{
	const struct virtq_desc *desc = &queue->split.desc[n];
	uint16_t flags = from_le16(desc->flags);

	text_add(text, "  desc[%u] addr %#lx len %u%s%s%s next %u\n", n, from_le64(desc->addr),
		 from_le32(desc->len), flags & VIRTQ_DESC_F_WRITE ? " WRITE" : "",
		 flags & VIRTQ_DESC_F_INDIRECT ? " INDIRECT" : "",
		 flags & VIRTQ_DESC_F_NEXT ? " NEXT" : "", from_le16(desc->next));
}

static void split_dump(struct virtqueue *queue, struct text *text)
{
	const struct split_ring *ring = &queue->split;
	uint16_t used = read16(&ring->used->idx);

	text_add(
		text,
		"queue %u split size %u: avail idx %u flags %u used_event %u; used idx %u (taken %u) "
		"flags %u avail_event %u; %u chains in flight\n",
		queue->index, queue->size, read16(&ring->avail->idx), read16(&ring->avail->flags),
		read16(used_event(queue)), used, ring->used_index, read16(&ring->used->flags),
		read16(avail_event(queue)), queue->in_flight);
	for (unsigned n = 1; n <= 2; n++) {
		uint16_t at = (uint16_t)(ring->avail_index - n);
		uint16_t head = read16(&ring->avail->ring[at % queue->size]);

		text_add(text, "  avail[%u] head %u\n", at % queue->size, head);
		if (head < queue->size)
			dump_descriptor(queue, head, text);
	}
	for (unsigned n = 1; n <= 2; n++) {
		const struct virtq_used_elem *element =
			&ring->used->ring[(uint16_t)(used - n) % queue->size];

		text_add(text, "  used[%u] id %u len %u\n", (uint16_t)(used - n) % queue->size,
			 read32(&element->id), read32(&element->len));
	}
}

const struct virtqueue_operations split_ring_operations = {
	.name = "split",
	.add = split_add,
	.publish = split_publish,
	.kick_wanted = split_kick_wanted,
	.used_pending = split_used_pending,
	.take = split_take,
	.suppress = split_suppress,
	.arm = split_arm,
	.notification = split_notification,
	.dump = split_dump,
};
