/* SPDX-License-Identifier: BSD-2-Clause */
/* The packed ring (virtio 1.4, 2.8), as the driver fills it. */
#include "selfcheck/image/watch/watched.h"

#include "arch/io.h"
#include "virtio/ring/packed.h"

#define LAP_FLAGS (VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED)

static void advance(const struct virtqueue *queue, uint16_t *slot, bool *wrap, unsigned by)
{
	unsigned to = *slot + by;

	if (to >= queue->size) {
		to -= queue->size;
		*wrap = !*wrap;
	}
	*slot = (uint16_t)to;
}

/* Flags of a slot, those of the head among them that the driver still holds back. */
static uint16_t flags_of(const struct packed_virtqueue *ring, uint16_t slot)
{
	if (ring->holding && slot == ring->held_slot)
		return ring->held_flags;
	return read16(&ring->desc[slot].flags);
}

static void read_table(const struct virtq_packed_desc *desc, struct chain_facts *facts)
{
	unsigned count;
	const struct virtq_packed_desc *table =
		table_at(facts, from_le64(desc->addr), from_le32(desc->len), &count);

	facts->table = table;
	facts->table_bytes = table ? count * (uint32_t)sizeof(*table) : 0;
	for (unsigned n = 0; table && n < count; n++) {
		uint16_t flags = from_le16(table[n].flags);

		element_met(facts, from_le32(table[n].len), flags & VIRTQ_DESC_F_WRITE);
		facts->flagged_table = facts->flagged_table || (flags & ~VIRTQ_DESC_F_WRITE);
	}
}

/* Reads the list from a slot on, and moves on behind it. */
static void read_list(const struct packed_virtqueue *ring, uint16_t *slot, bool *wrap,
		      struct chain_facts *facts)
{
	uint16_t flags;

	do {
		const struct virtq_packed_desc *desc = &ring->desc[*slot];
		uint16_t lap = *wrap ? VIRTQ_PACKED_DESC_F_AVAIL : VIRTQ_PACKED_DESC_F_USED;

		flags = flags_of(ring, *slot);
		facts->slots++;
		facts->id = from_le16(desc->id);
		facts->wrong_lap = facts->wrong_lap || (flags & LAP_FLAGS) != lap;
		if (flags & VIRTQ_DESC_F_INDIRECT) {
			facts->linked_table = facts->linked_table || facts->slots > 1 ||
					      (flags & VIRTQ_DESC_F_NEXT);
			read_table(desc, facts);
		} else {
			element_met(facts, from_le32(desc->len), flags & VIRTQ_DESC_F_WRITE);
		}
		advance(&ring->queue, slot, wrap, 1);
	} while ((flags & VIRTQ_DESC_F_NEXT) && facts->slots <= ring->queue.size);
}

void packed_published(struct watched_device *watched, struct watched_queue *queue)
{
	const struct packed_virtqueue *ring = packed_of(queue->ring);

	while (queue->available != ring->avail_slot || queue->available_wrap != ring->avail_wrap) {
		struct chain_facts facts = {0};
		uint16_t first = queue->available;
		struct watched_chain *chain;

		read_list(ring, &queue->available, &queue->available_wrap, &facts);
		chain_judged(watched, queue->ring, &facts);
		if (facts.slots > queue->ring->size)
			break;
		if (facts.id >= queue->ring->size)
			continue;
		chain = &queue->chains[facts.id];
		KEEPS(watched, DRIVER_PACKED_7, !chain->exposed,
		      "queue %u: id %u is shown, which is not used yet", queue->ring->index,
		      facts.id);
		*chain = (struct watched_chain){
			.sum = sum_of(0, facts.table, facts.table_bytes),
			.table = facts.table,
			.bytes = facts.table_bytes,
			.place = first,
			.length = (uint16_t)facts.slots,
			.exposed = true,
		};
	}
	queue->available = ring->avail_slot;
	queue->available_wrap = ring->avail_wrap;
}

/* A list is used: of its descriptors the device has written one, but its table must be as it was. */
static void come_back(struct watched_device *watched, struct watched_queue *queue, unsigned id)
{
	struct watched_chain *chain = &queue->chains[id];

	if (chain->table)
		KEEPS(watched, DRIVER_PACKED_1, sum_of(0, chain->table, chain->bytes) == chain->sum,
		      "queue %u: the table of buffer %u was changed before it was used",
		      queue->ring->index, id);
	chain->exposed = false;
	advance(queue->ring, &queue->used, &queue->used_wrap, chain->length);
}

/* 2.8.9: one used descriptor stands for all that were shown before it, too. */
static void come_back_in_order(struct watched_device *watched, struct watched_queue *queue,
			       unsigned last)
{
	while (queue->chains[last].exposed) {
		unsigned id = 0;

		while (id < queue->ring->size &&
		       !(queue->chains[id].exposed && queue->chains[id].place == queue->used))
			id++;
		if (id == queue->ring->size)
			return;
		come_back(watched, queue, id);
	}
}

void packed_used(struct watched_device *watched, struct watched_queue *queue)
{
	const struct packed_virtqueue *ring = packed_of(queue->ring);

	for (unsigned n = 0; n < queue->ring->size; n++) {
		const struct virtq_packed_desc *desc = &ring->desc[queue->used];
		uint16_t lap = queue->used_wrap ? LAP_FLAGS : 0, id;

		if ((flags_of(ring, queue->used) & LAP_FLAGS) != lap)
			return;
		/* Before its flags say so the id is the driver's own. */
		observe();
		id = read16(&desc->id);
		if (id >= queue->ring->size || !queue->chains[id].exposed)
			return;
		if (queue->ring->in_order)
			come_back_in_order(watched, queue, id);
		else
			come_back(watched, queue, id);
	}
}

void packed_looked_at(struct watched_device *watched, struct watched_queue *queue)
{
	uint16_t flags = read16(&packed_of(queue->ring)->driver->flags);
	uint16_t most = queue->ring->event_idx ? VIRTQ_EVENT_FLAGS_DESC : VIRTQ_EVENT_FLAGS_DISABLE;

	KEEPS(watched, DRIVER_PACKED_6, flags <= most,
	      "queue %u: the driver's event flags are %#x with%s EVENT_IDX", queue->ring->index,
	      flags, queue->ring->event_idx ? "" : "out");
}
