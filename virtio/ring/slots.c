/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/slots.h"

#include "arch/memory.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

unsigned slots_most(const struct virtqueue *queue, unsigned stride, bool indirect)
{
	return indirect ? queue->size : queue->size / stride;
}

/* Descriptors as a split ring, or a table of either ring, wants them: the links are the caller's. */
static void fill_split(struct virtq_desc *desc, const struct segment *segment, bool more,
		       uint16_t next)
{
	*desc = (struct virtq_desc){
		.addr = to_le64(segment->address),
		.len = to_le32(segment->length),
		.flags = to_le16((segment->writable ? VIRTQ_DESC_F_WRITE : 0) |
				 (more ? VIRTQ_DESC_F_NEXT : 0)),
		.next = to_le16(next),
	};
}

/* One indirect table, in the format of the ring; its address. */
static uint64_t fill_table(struct virtq_desc *table, const struct segment *segments, unsigned count,
			   bool packed)
{
	for (unsigned n = 0; n < count; n++) {
		struct virtq_packed_desc *desc = (struct virtq_packed_desc *)&table[n];

		if (!packed) {
			fill_split(&table[n], &segments[n], n + 1 < count, (uint16_t)(n + 1));
			continue;
		}
		*desc = (struct virtq_packed_desc){
			.addr = to_le64(segments[n].address),
			.len = to_le32(segments[n].length),
			.flags = to_le16(segments[n].writable ? VIRTQ_DESC_F_WRITE : 0),
		};
	}
	return physical(table);
}

/*
 * The chain of a slot in a split ring: its head is descriptor `slot`, so that the id is the slot;
 * what follows lies behind all heads.
 */
static void lay_split(struct slots *slots, unsigned slot, unsigned count,
		      const struct segment *segments, unsigned segment_count)
{
	uint16_t at = (uint16_t)slot, next = (uint16_t)(count + slot * (segment_count - 1));

	for (unsigned n = 0; n < segment_count; n++) {
		fill_split(&split_of(slots->queue)->desc[at], &segments[n], n + 1 < segment_count,
			   next);
		at = next++;
	}
}

static void lay_split_indirect(struct slots *slots, unsigned slot, uint64_t table, unsigned count)
{
	split_of(slots->queue)->desc[slot] = (struct virtq_desc){
		.addr = to_le64(table),
		.len = to_le32(count * (uint32_t)sizeof(struct virtq_desc)),
		.flags = to_le16(VIRTQ_DESC_F_INDIRECT),
	};
}

static struct slot_template template_of(uint64_t address, uint32_t length, unsigned id,
					uint16_t flags)
{
	return (struct slot_template){
		.addr = address,
		.rest = length | (uint64_t)id << 32 | SLOT_FLAGS(flags),
	};
}

static void lay_packed(struct slots *slots, unsigned slot, const struct segment *segments,
		       unsigned count)
{
	struct slot_template *template = &slots->templates[slot * slots->stride];

	for (unsigned n = 0; n < count; n++)
		template[n] =
			template_of(segments[n].address, segments[n].length, slot,
				    (uint16_t)((segments[n].writable ? VIRTQ_DESC_F_WRITE : 0) |
					       (n + 1 < count ? VIRTQ_DESC_F_NEXT : 0)));
}

static void lay_packed_indirect(struct slots *slots, unsigned slot, uint64_t table, unsigned count)
{
	slots->templates[slot] =
		template_of(table, count * (uint32_t)sizeof(struct virtq_packed_desc), slot,
			    VIRTQ_DESC_F_INDIRECT);
}

static bool start(struct slots *slots, struct virtqueue *queue, unsigned count, unsigned stride,
		  struct arena *arena)
{
	*slots = (struct slots){
		.queue = queue,
		.size = queue->size,
		.mask = queue->size - 1,
		.stride = (uint16_t)stride,
		.doorbell = virtqueue_doorbell(queue),
		.doorbell_value = queue->notify_value,
	};
	if (!ring_is_packed(queue)) {
		slots->avail_ring = split_of(queue)->avail->ring;
		slots->used = split_of(queue)->used;
		return true;
	}
	slots->packed_ring = packed_of(queue)->desc;
	slots->wrap = SLOT_FLAGS(VIRTQ_PACKED_DESC_F_AVAIL);
	slots->seen_wrap = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	slots->templates = arena_allocate(arena, "slot templates",
					  count * stride * sizeof(*slots->templates), 64);
	return slots->templates;
}

bool slots_lay(struct slots *slots, struct virtqueue *queue, const struct segment *segments,
	       unsigned stride, unsigned count, bool indirect, struct arena *arena)
{
	struct virtq_desc *tables = NULL;
	bool packed = ring_is_packed(queue);

	if (count > slots_most(queue, stride, indirect) ||
	    !start(slots, queue, count, indirect ? 1 : stride, arena))
		return false;
	if (indirect) {
		tables = arena_allocate(arena, "indirect tables", count * stride * sizeof(*tables),
					64);
		if (!tables)
			return false;
	}
	for (unsigned slot = 0; slot < count; slot++, segments += stride) {
		uint64_t table = 0;

		if (indirect)
			table = fill_table(tables + slot * stride, segments, stride, packed);
		if (packed && indirect)
			lay_packed_indirect(slots, slot, table, stride);
		else if (packed)
			lay_packed(slots, slot, segments, stride);
		else if (indirect)
			lay_split_indirect(slots, slot, table, stride);
		else
			lay_split(slots, slot, count, segments, stride);
	}
	return true;
}

bool slots_create(struct slots *slots, struct virtqueue *queue, const struct request *requests,
		  unsigned count, bool indirect, struct arena *arena)
{
	unsigned stride = request_least(&requests[0]);
	struct segment *segments =
		arena_allocate(arena, "slot segments", count * stride * sizeof(*segments), 8);

	if (!segments)
		return false;
	for (unsigned slot = 0; slot < count; slot++)
		request_cut(&requests[slot], 1, 1, segments + slot * stride);
	return slots_lay(slots, queue, segments, stride, count, indirect, arena);
}
