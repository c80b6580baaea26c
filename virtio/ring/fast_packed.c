/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots in a packed ring: descriptors that are copied to where the ring has come, with the slot as id (2.8). */
#include "arch/memory.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/slots.h"

static bool start(struct slots *slots, unsigned count, struct arena *arena)
{
	const struct packed_virtqueue *ring = packed_of(slots->queue);

	slots->packed_ring = ring->desc;
	slots->driver_events = ring->driver;
	slots->device_events = ring->device;
	slots->wrap = SLOT_FLAGS(VIRTQ_PACKED_DESC_F_AVAIL);
	slots->seen_wrap = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	slots->templates = arena_allocate(arena, "slot templates",
					  count * slots->stride * sizeof(*slots->templates), 64);
	return slots->templates;
}

static struct slot_template template_of(uint64_t address, uint32_t length, unsigned id,
					uint16_t flags)
{
	return (struct slot_template){
		.addr = address,
		.rest = length | (uint64_t)id << 32 | SLOT_FLAGS(flags),
	};
}

static void lay(struct slots *slots, unsigned slot, unsigned count, const struct segment *segments,
		unsigned segment_count)
{
	struct slot_template *template = &slots->templates[slot * slots->stride];

	for (unsigned n = 0; n < segment_count; n++)
		template[n] =
			template_of(segments[n].address, segments[n].length, slot,
				    (uint16_t)((segments[n].writable ? VIRTQ_DESC_F_WRITE : 0) |
					       (n + 1 < segment_count ? VIRTQ_DESC_F_NEXT : 0)));
}

static void lay_table(struct slots *slots, unsigned slot, void *memory,
		      const struct segment *segments, unsigned segment_count)
{
	struct virtq_packed_desc *table = memory;

	for (unsigned n = 0; n < segment_count; n++)
		table[n] = (struct virtq_packed_desc){
			.addr = to_le64(segments[n].address),
			.len = to_le32(segments[n].length),
			.flags = to_le16(segments[n].writable ? VIRTQ_DESC_F_WRITE : 0),
		};
	slots->templates[slot] =
		template_of(physical(table), segment_count * (uint32_t)sizeof(*table), slot,
			    VIRTQ_DESC_F_INDIRECT);
}

const struct slot_layout packed_slots = {.start = start, .lay = lay, .lay_table = lay_table};
