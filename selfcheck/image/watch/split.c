/* SPDX-License-Identifier: BSD-2-Clause */
/* The split ring (virtio 1.4, 2.7), as the driver fills it. */
#include "selfcheck/image/watch/watched.h"

#include "arch/cpu.h"
#include "arch/io.h"
#include "virtio/ring/split.h"

/* The entries of a table, by their links from the first one on. */
static void read_table(const struct virtq_desc *table, unsigned count, struct chain_facts *facts)
{
	unsigned at = 0;

	for (unsigned n = 0; n < count; n++) {
		uint16_t flags = from_le16(table[at].flags), next = from_le16(table[at].next);

		facts->sum = sum_of(facts->sum, &table[at], sizeof(*table));
		element_met(facts, from_le32(table[at].len), flags & VIRTQ_DESC_F_WRITE);
		facts->nested = facts->nested || (flags & VIRTQ_DESC_F_INDIRECT);
		if (!(flags & VIRTQ_DESC_F_NEXT))
			return;
		facts->table_jumps = facts->table_jumps || next != at + 1;
		if (next >= count)
			break;
		at = next;
	}
	facts->stray = true;
}

static void read_chain(const struct virtqueue *queue, uint16_t head, struct chain_facts *facts)
{
	const struct virtq_desc *ring = split_of(queue)->desc, *table;
	unsigned count;
	uint16_t at = head;

	/* One more than there are: a chain that comes back to itself is too long. */
	for (unsigned n = 0; n <= queue->size && at < queue->size; n++) {
		const struct virtq_desc *desc = &ring[at];
		uint16_t flags = from_le16(desc->flags), next = from_le16(desc->next);

		facts->sum = sum_of(facts->sum, desc, sizeof(*desc));
		facts->slots++;
		if (flags & VIRTQ_DESC_F_INDIRECT) {
			facts->linked_table = flags & VIRTQ_DESC_F_NEXT;
			table = table_at(facts, from_le64(desc->addr), from_le32(desc->len),
					 &count);
			if (table)
				read_table(table, count, facts);
			return;
		}
		element_met(facts, from_le32(desc->len), flags & VIRTQ_DESC_F_WRITE);
		if (!(flags & VIRTQ_DESC_F_NEXT))
			return;
		facts->jumps = facts->jumps || next != (at + 1) % queue->size;
		at = next;
	}
	facts->stray = at >= queue->size;
}

static void show(struct watched_device *watched, struct watched_queue *queue, uint16_t place)
{
	const struct virtqueue *ring = queue->ring;
	uint16_t head = from_le16(split_of(ring)->avail->ring[place % ring->size]);
	struct watched_chain *chain = &queue->chains[head];
	struct chain_facts facts = {0};

	if (!KEEPS(watched, DRIVER_SPLIT_6, head < ring->size && !chain->exposed,
		   "queue %u: available entry %u shows descriptor %u of %u%s", ring->index,
		   place % ring->size, head, ring->size,
		   head < ring->size ? ", which is not used yet" : ""))
		return;
	read_chain(ring, head, &facts);
	chain_judged(watched, ring, &facts);
	*chain = (struct watched_chain){.sum = facts.sum, .place = place, .exposed = true};
}

/* What was shown since the last look, by whoever wrote the index. */
static void see_index(struct watched_device *watched, struct watched_queue *queue)
{
	uint16_t end = read16(&split_of(queue->ring)->avail->idx);

	/* Another CPU is about to store it. */
	if (queue->publisher != cpu_current() && end == queue->before)
		return;
	if (!KEEPS(watched, DRIVER_SPLIT_3, (uint16_t)(end - queue->available) <= queue->ring->size,
		   "queue %u: the available index is %u after %u", queue->ring->index, end,
		   queue->available))
		return;
	for (; queue->available != end; queue->available++)
		show(watched, queue, queue->available);
}

void split_published(struct watched_device *watched, struct watched_queue *queue)
{
	uint16_t end = split_of(queue->ring)->avail_index;

	if (!KEEPS(watched, DRIVER_SPLIT_3, (uint16_t)(end - queue->used) <= queue->ring->size,
		   "queue %u: the available index becomes %u, and %u is used", queue->ring->index,
		   end, queue->used))
		return;
	queue->before = queue->available;
	queue->publisher = cpu_current();
	for (; queue->available != end; queue->available++)
		show(watched, queue, queue->available);
}

static void come_back(struct watched_device *watched, struct watched_queue *queue, uint16_t head)
{
	struct watched_chain *chain = &queue->chains[head];
	struct chain_facts facts = {0};

	read_chain(queue->ring, head, &facts);
	KEEPS(watched, DRIVER_CLEANUP_1, facts.sum == chain->sum,
	      "queue %u: the chain of descriptor %u was changed before it was used",
	      queue->ring->index, head);
	chain->exposed = false;
}

/* 2.7.9: one element stands for all that were shown before it, too. */
static void come_back_in_order(struct watched_device *watched, struct watched_queue *queue,
			       uint16_t last)
{
	uint16_t end = queue->chains[last].place;

	for (uint16_t head = 0; head < queue->ring->size; head++) {
		if (queue->chains[head].exposed && (int16_t)(end - queue->chains[head].place) >= 0)
			come_back(watched, queue, head);
	}
}

void split_used(struct watched_device *watched, struct watched_queue *queue)
{
	const struct virtq_used *used = split_of(queue->ring)->used;
	uint16_t end;

	see_index(watched, queue);
	end = read16(&used->idx);
	if ((uint16_t)(end - queue->used) > queue->ring->size)
		return;
	for (; queue->used != end; queue->used++) {
		uint32_t id = read32(&used->ring[queue->used % queue->ring->size].id);

		if (id >= queue->ring->size || !queue->chains[id].exposed)
			continue;
		if (queue->ring->in_order)
			come_back_in_order(watched, queue, (uint16_t)id);
		else
			come_back(watched, queue, (uint16_t)id);
	}
}

void split_looked_at(struct watched_device *watched, struct watched_queue *queue)
{
	uint16_t flags = read16(&split_of(queue->ring)->avail->flags);

	see_index(watched, queue);
	KEEPS(watched, DRIVER_SPLIT_4, flags <= (queue->ring->event_idx ? 0 : 1),
	      "queue %u: flags of the available ring are %#x%s", queue->ring->index, flags,
	      queue->ring->event_idx ? " with EVENT_IDX" : "");
}
