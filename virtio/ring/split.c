/* SPDX-License-Identifier: BSD-2-Clause */
/* The split ring, driver side (virtio 1.4, 2.7). */
#include "arch/io.h"
#include "arch/memory.h"
#include "virtio/ring/event.h"
#include "virtio/ring/notification.h"
#include "virtio/ring/parts.h"
#include "virtio/ring/split.h"

/* What stands in `next` where nothing may look at it: no slot of any ring. */
#define STRAY_NEXT 0xfffe

static struct virtqueue *split_allocate(struct arena *arena)
{
	struct split_virtqueue *ring = arena_allocate(arena, "queue state", sizeof(*ring), 64);

	return ring ? &ring->queue : NULL;
}

static bool split_start(struct virtqueue *queue)
{
	struct split_virtqueue *ring = split_of(queue);

	if (!ring_allocate_parts(queue))
		return false;
	ring->desc = queue->parts[0];
	ring->avail = queue->parts[1];
	ring->used = queue->parts[2];
	ring->used_event = &ring->avail->ring[queue->size];
	ring->avail_event = (le16 *)&ring->used->ring[queue->size];
	ring->links = ring_links(queue, &ring->free_head);
	return ring->links;
}

/*
 * An indirect table: from entry 0 on through ascending entries, or, scattered, on to the last one
 * and down. Returns how many entries it has.
 */
static unsigned fill_table(struct virtqueue *queue, struct virtq_desc *table,
			   const struct segment *segments, unsigned count)
{
	const struct segment *tail = queue->shape.tail;
	bool down = takes_liberty(queue, LIBERTY_SCATTERED) && !queue->in_order;
	uint16_t end = takes_liberty(queue, LIBERTY_STRAY_NEXT) ? STRAY_NEXT : 0;

	for (unsigned n = 0; n < count; n++) {
		unsigned at = down && n ? count - n : n;
		unsigned next = down ? count - n - 1 : n + 1;
		bool more = n + 1 < count;

		split_fill(&table[at], &segments[n], more, more ? (uint16_t)next : end);
	}
	if (!tail)
		return count;
	split_fill(&table[count], tail, false, end);
	return count + 1;
}

/* The descriptor that refers to the table of a chain. */
static bool fill_reference(struct virtqueue *queue, uint16_t head, uint16_t at,
			   const struct segment *segments, unsigned count)
{
	struct virtq_desc *desc = &split_of(queue)->desc[at];
	struct virtq_desc *table = ring_table(queue, head, count + 1);
	uint16_t flags = VIRTQ_DESC_F_INDIRECT;

	if (!table)
		return false;
	if (takes_liberty(queue, LIBERTY_TABLE_WRITABLE))
		flags |= VIRTQ_DESC_F_WRITE;
	desc->addr = to_le64(physical(table));
	desc->len = to_le32(fill_table(queue, table, segments, count) * (uint32_t)sizeof(*table));
	desc->flags = to_le16(flags);
	desc->next = to_le16(takes_liberty(queue, LIBERTY_STRAY_NEXT) ? STRAY_NEXT : 0);
	return true;
}

/* Direct descriptors for the first `count` segments; returns the link behind the last one. */
static uint16_t fill_direct(struct virtqueue *queue, const struct segment *segments, unsigned count,
			    uint16_t head, bool more)
{
	const struct split_virtqueue *ring = split_of(queue);
	uint16_t at = head, last = head;

	for (unsigned n = 0; n < count; n++) {
		uint16_t next = ring->links[at];

		split_fill(&ring->desc[at], &segments[n], more || n + 1 < count, next);
		last = at;
		at = next;
	}
	if (takes_liberty(queue, LIBERTY_STRAY_NEXT) && !more)
		ring->desc[last].next = to_le16(STRAY_NEXT);
	return at;
}

static bool split_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		      void *token, uint16_t *id)
{
	struct split_virtqueue *ring = split_of(queue);
	bool indirect = queue->shape.indirect;
	unsigned direct = indirect ? MINIMUM((unsigned)queue->shape.direct, count - 1) : count;
	uint16_t head = ring->free_head, at;

	if (queue->free < direct + indirect)
		return false;
	at = fill_direct(queue, segments, direct, head, indirect);
	if (indirect) {
		if (!fill_reference(queue, head, at, segments + direct, count - direct))
			return false;
		at = ring->links[at];
	}
	ring->free_head = at;
	queue->chains[head].length = (uint16_t)(direct + indirect);
	queue->chains[head].token = token;
	queue->free -= queue->chains[head].length;
	ring->avail->ring[ring->avail_index & (queue->size - 1)] = to_le16(head);
	ring->avail_index++;
	*id = head;
	return true;
}

static uint16_t split_next_id(const struct virtqueue *queue)
{
	return split_of(queue)->free_head;
}

static void split_publish(struct virtqueue *queue)
{
	publish();
	write16(&split_of(queue)->avail->idx, split_of(queue)->avail_index);
}

static void split_notify(struct virtqueue *queue)
{
	send_notification(queue, split_of(queue)->avail_index);
}

static bool split_kick_wanted(struct virtqueue *queue)
{
	struct split_virtqueue *ring = split_of(queue);
	uint16_t old = ring->kicked_index;

	ring->kicked_index = ring->avail_index;
	publish_then_observe();
	if (queue->event_idx)
		return event_passed(read16(ring->avail_event), ring->avail_index, old);
	return !(read16(&ring->used->flags) & VIRTQ_USED_F_NO_NOTIFY);
}

static bool split_used_pending(const struct virtqueue *queue)
{
	return read16(&split_of(queue)->used->idx) != split_of(queue)->used_index;
}

static void split_look(struct virtqueue *queue, struct completion *completion)
{
	const struct split_virtqueue *ring = split_of(queue);
	const struct virtq_used_elem *element =
		&ring->used->ring[ring->used_index & (queue->size - 1)];

	observe();
	*completion = (struct completion){
		.id = read32(&element->id),
		.length = read32(&element->len),
		.has_length = true,
	};
}

static void split_retire(struct virtqueue *queue, uint16_t head)
{
	struct split_virtqueue *ring = split_of(queue);
	uint16_t last = head, length = queue->chains[head].length;

	ring->used_index++;
	queue->free += length;
	/* In order, descriptors come free as they were taken: the links stay a circle. */
	if (queue->in_order)
		return;
	for (unsigned n = 1; n < length; n++)
		last = ring->links[last];
	ring->links[last] = ring->free_head;
	ring->free_head = head;
}

static void split_pass(struct virtqueue *queue)
{
	split_of(queue)->used_index++;
}

static void split_suppress(struct virtqueue *queue)
{
	if (queue->event_idx)
		/* As far away as an index can be: 2.7.7.1 leaves flags at 0 with event_idx. */
		write16(split_of(queue)->used_event, split_of(queue)->used_index - 1);
	else
		write16(&split_of(queue)->avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
}

static bool split_arm(struct virtqueue *queue, uint16_t after)
{
	struct split_virtqueue *ring = split_of(queue);

	if (queue->event_idx)
		write16(ring->used_event, ring->used_index + after);
	else
		write16(&ring->avail->flags, 0);
	publish_then_observe();
	return (uint16_t)(read16(&ring->used->idx) - ring->used_index) > after;
}

static void dump_descriptor(struct virtqueue *queue, uint16_t n, struct text *text)
{
	const struct virtq_desc *desc = &split_of(queue)->desc[n];
	uint16_t flags = from_le16(desc->flags);

	text_add(text, "  desc[%u] addr %#lx len %u%s%s%s next %u\n", n, from_le64(desc->addr),
		 from_le32(desc->len), flags & VIRTQ_DESC_F_WRITE ? " WRITE" : "",
		 flags & VIRTQ_DESC_F_INDIRECT ? " INDIRECT" : "",
		 flags & VIRTQ_DESC_F_NEXT ? " NEXT" : "", from_le16(desc->next));
}

static void split_dump(struct virtqueue *queue, struct text *text)
{
	const struct split_virtqueue *ring = split_of(queue);
	uint16_t used = read16(&ring->used->idx);

	text_add(
		text,
		"queue %u split size %u: avail idx %u flags %u used_event %u; used idx %u (taken %u) "
		"flags %u avail_event %u; %u chains in flight\n",
		queue->index, queue->size, read16(&ring->avail->idx), read16(&ring->avail->flags),
		read16(ring->used_event), used, ring->used_index, read16(&ring->used->flags),
		read16(ring->avail_event), queue->in_flight);
	for (unsigned n = 1; n <= 2 && n <= ring->avail_index; n++) {
		uint16_t at = (uint16_t)(ring->avail_index - n);
		uint16_t head = read16(&ring->avail->ring[at % queue->size]);

		text_add(text, "  avail[%u] head %u\n", at % queue->size, head);
		if (head < queue->size)
			dump_descriptor(queue, head, text);
	}
	for (unsigned n = 1; n <= 2 && n <= used; n++) {
		const struct virtq_used_elem *element =
			&ring->used->ring[(uint16_t)(used - n) % queue->size];

		text_add(text, "  used[%u] id %u len %u\n", (uint16_t)(used - n) % queue->size,
			 read32(&element->id), read32(&element->len));
	}
}

static const struct ring_format split = {
	.name = "split",
	.usual = true,
	.parts =
		{
			{"descriptor table", 0, sizeof(struct virtq_desc), VIRTQ_DESC_ALIGNMENT},
			{"available ring", sizeof(struct virtq_avail) + sizeof(le16), sizeof(le16),
			 VIRTQ_AVAIL_ALIGNMENT},
			{"used ring", sizeof(struct virtq_used) + sizeof(le16),
			 sizeof(struct virtq_used_elem), VIRTQ_USED_ALIGNMENT},
		},
	.slots = &split_slots,
	.allocate = split_allocate,
	.start = split_start,
	.add = split_add,
	.next_id = split_next_id,
	.publish = split_publish,
	.kick_wanted = split_kick_wanted,
	.notify = split_notify,
	.used_pending = split_used_pending,
	.look = split_look,
	.retire = split_retire,
	.pass = split_pass,
	.suppress = split_suppress,
	.arm = split_arm,
	.dump = split_dump,
};
RING_FORMAT(split);
