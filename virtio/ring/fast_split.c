/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots in a split ring: laid out so that a chain's head, and so its id, is the slot's number (2.7.5). */
#include "arch/memory.h"
#include "virtio/ring/slots.h"
#include "virtio/ring/split.h"

static bool start(struct slots *slots, unsigned count, struct arena *arena)
{
	const struct split_virtqueue *ring = split_of(slots->queue);

	slots->avail_ring = ring->avail->ring;
	slots->used = ring->used;
	slots->driver_events = slots->event_idx ? ring->used_event : &ring->avail->flags;
	slots->device_events = slots->event_idx ? ring->avail_event : &ring->used->flags;
	return true;
}

/* What follows the head lies behind the heads of all slots. */
static void lay(struct slots *slots, unsigned slot, unsigned count, const struct segment *segments,
		unsigned segment_count)
{
	struct virtq_desc *desc = split_of(slots->queue)->desc;
	uint16_t at = (uint16_t)slot, next = (uint16_t)(count + slot * (segment_count - 1));

	for (unsigned n = 0; n < segment_count; n++) {
		split_fill(&desc[at], &segments[n], n + 1 < segment_count, next);
		at = next++;
	}
}

static void lay_table(struct slots *slots, unsigned slot, void *memory,
		      const struct segment *segments, unsigned segment_count)
{
	struct virtq_desc *table = memory;

	for (unsigned n = 0; n < segment_count; n++)
		split_fill(&table[n], &segments[n], n + 1 < segment_count, (uint16_t)(n + 1));
	split_of(slots->queue)->desc[slot] = (struct virtq_desc){
		.addr = to_le64(physical(table)),
		.len = to_le32(segment_count * (uint32_t)sizeof(*table)),
		.flags = to_le16(VIRTQ_DESC_F_INDIRECT),
	};
}

const struct slot_layout split_slots = {.start = start, .lay = lay, .lay_table = lay_table};
