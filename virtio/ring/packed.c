/* SPDX-License-Identifier: BSD-2-Clause */
/* The packed ring, driver side (virtio 1.4, 2.8). */
#include "arch/io.h"
#include "arch/memory.h"
#include "virtio/ring/notification.h"
#include "virtio/ring/parts.h"
#include "virtio/ring/packed.h"

/* Bits of table entries that the device is to ignore (2.8.7). */
#define STRAY_FLAGS (VIRTQ_DESC_F_NEXT | VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED)

static struct virtqueue *packed_allocate(struct arena *arena)
{
	struct packed_virtqueue *ring = arena_allocate(arena, "queue state", sizeof(*ring), 64);

	return ring ? &ring->queue : NULL;
}

static bool packed_start(struct virtqueue *queue)
{
	struct packed_virtqueue *ring = packed_of(queue);

	if (!ring_allocate_parts(queue))
		return false;
	ring->desc = queue->parts[0];
	ring->driver = queue->parts[1];
	ring->device = queue->parts[2];
	ring->avail_wrap = true;
	ring->used_wrap = true;
	ring->links = ring_links(queue, &ring->free_id);
	return ring->links;
}

/* Moves a place in the ring on; wrap tells on which lap it is. */
static inline void advance(const struct virtqueue *queue, uint16_t *slot, bool *wrap, unsigned by)
{
	unsigned to = *slot + by;

	if (to >= queue->size) {
		to -= queue->size;
		*wrap = !*wrap;
	}
	*slot = (uint16_t)to;
}

/* The flag bits that make a descriptor available on this lap (2.8.1). */
static inline uint16_t available(bool wrap)
{
	return wrap ? VIRTQ_PACKED_DESC_F_AVAIL : VIRTQ_PACKED_DESC_F_USED;
}

static inline void fill(struct virtq_packed_desc *desc, uint64_t address, uint32_t length,
			uint16_t id)
{
	desc->addr = to_le64(address);
	desc->len = to_le32(length);
	desc->id = to_le16(id);
}

/*
 * Shows the head of a chain, the rest of which stands: now, unless an earlier chain is held back,
 * before which the device cannot see it; else it is the one that is held back until publish.
 */
static void place_head(struct packed_virtqueue *ring, uint16_t slot, uint16_t flags)
{
	if (ring->holding) {
		publish();
		ring->desc[slot].flags = to_le16(flags);
		return;
	}
	ring->holding = true;
	ring->held_slot = slot;
	ring->held_flags = flags;
}

static void add_direct(struct virtqueue *queue, const struct segment *segments, unsigned count,
		       uint16_t id)
{
	struct packed_virtqueue *ring = packed_of(queue);
	bool stray = takes_liberty(queue, LIBERTY_STRAY_IDS);
	uint16_t head = ring->avail_slot, head_flags = 0;

	for (unsigned n = 0; n < count; n++) {
		struct virtq_packed_desc *desc = &ring->desc[ring->avail_slot];
		bool more = n + 1 < count;
		uint16_t flags = (uint16_t)(available(ring->avail_wrap) |
					    (segments[n].writable ? VIRTQ_DESC_F_WRITE : 0) |
					    (more ? VIRTQ_DESC_F_NEXT : 0));

		fill(desc, segments[n].address, segments[n].length,
		     stray && more ? (uint16_t)~id : id);
		if (n == 0)
			head_flags = flags;
		else
			desc->flags = to_le16(flags);
		advance(queue, &ring->avail_slot, &ring->avail_wrap, 1);
	}
	place_head(ring, head, head_flags);
}

static bool add_indirect(struct virtqueue *queue, const struct segment *segments, unsigned count,
			 uint16_t id)
{
	struct packed_virtqueue *ring = packed_of(queue);
	struct virtq_packed_desc *table = ring_table(queue, id, count);
	uint16_t flags = (uint16_t)(available(ring->avail_wrap) | VIRTQ_DESC_F_INDIRECT);
	uint16_t stray_flags = takes_liberty(queue, LIBERTY_STRAY_FLAGS) ? STRAY_FLAGS : 0;
	uint16_t stray_id = takes_liberty(queue, LIBERTY_STRAY_IDS) ? (uint16_t)~id : 0;

	if (!table)
		return false;
	for (unsigned n = 0; n < count; n++) {
		fill(&table[n], segments[n].address, segments[n].length, stray_id);
		table[n].flags = to_le16(
			(uint16_t)((segments[n].writable ? VIRTQ_DESC_F_WRITE : 0) | stray_flags));
	}
	if (takes_liberty(queue, LIBERTY_TABLE_WRITABLE))
		flags |= VIRTQ_DESC_F_WRITE;
	fill(&ring->desc[ring->avail_slot], physical(table), count * (uint32_t)sizeof(*table), id);
	place_head(ring, ring->avail_slot, flags);
	advance(queue, &ring->avail_slot, &ring->avail_wrap, 1);
	return true;
}

static bool packed_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		       void *token, uint16_t *id)
{
	struct packed_virtqueue *ring = packed_of(queue);
	bool indirect = queue->shape.indirect;
	uint16_t length = indirect ? 1 : (uint16_t)count;

	if (queue->free < length)
		return false;
	*id = ring->free_id;
	if (indirect) {
		if (!add_indirect(queue, segments, count, *id))
			return false;
	} else {
		add_direct(queue, segments, count, *id);
	}
	ring->free_id = ring->links[*id];
	ring->added += length;
	queue->chains[*id].length = length;
	queue->chains[*id].token = token;
	queue->free -= length;
	return true;
}

static uint16_t packed_next_id(const struct virtqueue *queue)
{
	return packed_of(queue)->free_id;
}

static void packed_publish(struct virtqueue *queue)
{
	struct packed_virtqueue *ring = packed_of(queue);

	publish();
	if (ring->holding)
		write16(&ring->desc[ring->held_slot].flags, ring->held_flags);
	ring->holding = false;
}

/* Whether the device wants to be told of the descriptors since this was last asked (2.8.14). */
static bool packed_kick_wanted(struct virtqueue *queue)
{
	struct packed_virtqueue *ring = packed_of(queue);
	uint16_t added = ring->added;

	ring->added = 0;
	publish_then_observe();
	switch (read16(&ring->device->flags)) {
	case VIRTQ_EVENT_FLAGS_DISABLE:
		return false;
	case VIRTQ_EVENT_FLAGS_DESC:
		observe();
		return packed_event_passed(read16(&ring->device->desc), ring->avail_slot,
					   ring->avail_wrap, queue->size, added);
	default:
		return true;
	}
}

static void packed_notify(struct virtqueue *queue)
{
	const struct packed_virtqueue *ring = packed_of(queue);

	send_notification(queue, (uint16_t)(ring->avail_slot | ring->avail_wrap << 15));
}

/* Whether the device has marked this slot used on this lap (2.8.1). */
static bool marked_used(const struct packed_virtqueue *ring, uint16_t slot, bool wrap)
{
	uint16_t flags = read16(&ring->desc[slot].flags);

	return !(flags & VIRTQ_PACKED_DESC_F_AVAIL) == !wrap &&
	       !(flags & VIRTQ_PACKED_DESC_F_USED) == !wrap;
}

static bool packed_used_pending(const struct virtqueue *queue)
{
	const struct packed_virtqueue *ring = packed_of(queue);

	return marked_used(ring, ring->used_slot, ring->used_wrap);
}

static void packed_look(struct virtqueue *queue, struct completion *completion)
{
	const struct virtq_packed_desc *desc = &packed_of(queue)->desc[packed_of(queue)->used_slot];

	observe();
	*completion = (struct completion){
		.id = read16(&desc->id),
		.length = read32(&desc->len),
		.has_length = read16(&desc->flags) & VIRTQ_DESC_F_WRITE,
	};
}

static void packed_retire(struct virtqueue *queue, uint16_t id)
{
	struct packed_virtqueue *ring = packed_of(queue);
	uint16_t length = queue->chains[id].length;

	advance(queue, &ring->used_slot, &ring->used_wrap, length);
	queue->free += length;
	ring->links[id] = ring->free_id;
	ring->free_id = id;
}

static void packed_pass(struct virtqueue *queue)
{
	advance(queue, &packed_of(queue)->used_slot, &packed_of(queue)->used_wrap, 1);
}

static void packed_suppress(struct virtqueue *queue)
{
	write16(&packed_of(queue)->driver->flags, VIRTQ_EVENT_FLAGS_DISABLE);
}

/*
 * Where the used descriptor of the buffer `after` places behind the oldest one in flight comes to
 * stand when all are used in the order of the ring.
 */
static void place_of(const struct virtqueue *queue, uint16_t after, uint16_t *slot, bool *wrap)
{
	const struct packed_virtqueue *ring = packed_of(queue);

	*slot = ring->used_slot;
	*wrap = ring->used_wrap;
	while (after--) {
		bool more = !marked_used(ring, *slot, *wrap);
		uint16_t id = read16(&ring->desc[*slot].id);

		if (!more)
			advance(queue, slot, wrap, id < queue->size ? queue->chains[id].length : 1);

		/* Slots that hold no chain yet count as one buffer each. */
		while (more) {
			uint16_t flags = read16(&ring->desc[*slot].flags);

			more = !(flags & VIRTQ_PACKED_DESC_F_AVAIL) == !*wrap &&
			       !(flags & VIRTQ_PACKED_DESC_F_USED) == *wrap &&
			       (flags & VIRTQ_DESC_F_NEXT);
			advance(queue, slot, wrap, 1);
		}
	}
}

static bool packed_arm(struct virtqueue *queue, uint16_t after)
{
	struct packed_virtqueue *ring = packed_of(queue);
	uint16_t slot = ring->used_slot;
	bool wrap = ring->used_wrap;

	if (queue->event_idx) {
		place_of(queue, after, &slot, &wrap);
		write16(&ring->driver->desc, (uint16_t)(slot | wrap << 15));
		publish();
		write16(&ring->driver->flags, VIRTQ_EVENT_FLAGS_DESC);
	} else {
		write16(&ring->driver->flags, VIRTQ_EVENT_FLAGS_ENABLE);
	}
	publish_then_observe();
	return marked_used(ring, slot, wrap);
}

static void dump_slot(const struct virtqueue *queue, uint16_t slot, struct text *text)
{
	const struct virtq_packed_desc *desc = &packed_of(queue)->desc[slot];
	uint16_t flags = read16(&desc->flags);

	text_add(text, "  desc[%u] addr %#lx len %u id %u%s%s%s AVAIL %u USED %u\n", slot,
		 from_le64(desc->addr), read32(&desc->len), read16(&desc->id),
		 flags & VIRTQ_DESC_F_WRITE ? " WRITE" : "",
		 flags & VIRTQ_DESC_F_INDIRECT ? " INDIRECT" : "",
		 flags & VIRTQ_DESC_F_NEXT ? " NEXT" : "",
		 flags & VIRTQ_PACKED_DESC_F_AVAIL ? 1 : 0,
		 flags & VIRTQ_PACKED_DESC_F_USED ? 1 : 0);
}

static void dump_events(const char *whose, const struct virtq_event_suppress *events,
			struct text *text)
{
	uint16_t desc = read16(&events->desc);

	text_add(text, "  %s events: flags %u offset %u wrap %u\n", whose, read16(&events->flags),
		 desc & 0x7fff, desc >> 15);
}

static void packed_dump(struct virtqueue *queue, struct text *text)
{
	const struct packed_virtqueue *ring = packed_of(queue);

	text_add(
		text,
		"queue %u packed size %u: next available slot %u wrap %u, next used slot %u wrap %u; "
		"%u chains in flight\n",
		queue->index, queue->size, ring->avail_slot, ring->avail_wrap, ring->used_slot,
		ring->used_wrap, queue->in_flight);
	dump_events("driver", ring->driver, text);
	dump_events("device", ring->device, text);
	for (unsigned n = 0; n < MINIMUM(queue->size, 4u); n++)
		dump_slot(queue, (uint16_t)((ring->used_slot + queue->size - 1 + n) % queue->size),
			  text);
}

static const struct ring_format packed = {
	.name = "packed",
	.feature = VIRTIO_F_RING_PACKED,
	.traits = RING_PACKED | RING_TAKES_ANY_SIZE,
	.parts =
		{
			{"descriptor ring", 0, sizeof(struct virtq_packed_desc),
			 VIRTQ_PACKED_DESC_ALIGNMENT},
			{"driver events", sizeof(struct virtq_event_suppress), 0,
			 VIRTQ_PACKED_EVENT_ALIGNMENT},
			{"device events", sizeof(struct virtq_event_suppress), 0,
			 VIRTQ_PACKED_EVENT_ALIGNMENT},
		},
	.slots = &packed_slots,
	.allocate = packed_allocate,
	.start = packed_start,
	.add = packed_add,
	.next_id = packed_next_id,
	.publish = packed_publish,
	.kick_wanted = packed_kick_wanted,
	.notify = packed_notify,
	.used_pending = packed_used_pending,
	.look = packed_look,
	.retire = packed_retire,
	.pass = packed_pass,
	.suppress = packed_suppress,
	.arm = packed_arm,
	.dump = packed_dump,
};
RING_FORMAT(packed);
