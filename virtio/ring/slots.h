/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains that are prepared once and shown to the device again and again: the hot path of the
 * throughput benchmarks. A slot is one chain with its own descriptors, and the id that the device
 * reports is the slot's number, so nothing is searched, allocated or freed while it runs.
 *
 * A queue that slots were made on is driven through them alone, by the inline functions of
 * virtio/ring/fast_split.h or fast_packed.h. They have the same names: a loop is compiled once with the one
 * and once with the other, so that no code of the other format stands in it. Any CPU, one at a time for a
 * queue.
 */
#ifndef VIRTIO_SLOTS_H
#define VIRTIO_SLOTS_H

#include "arch/io.h"
#include "virtio/ring/queue.h"

/* A descriptor of a packed ring as its two halves, without AVAIL and USED: copied there each time. */
struct slot_template {
	uint64_t addr;
	uint64_t rest; /* length, id, flags */
};
static_assert(sizeof(struct slot_template) == sizeof(struct virtq_packed_desc), "2.8.13");
static_assert(offsetof(struct virtq_packed_desc, flags) == 14, "2.8.13");

/* Flags where they stand in the second half of a packed descriptor. */
#define SLOT_FLAGS(flags) ((uint64_t)(flags) << 48)

/* The slots of one queue; what is the driver's alone stands apart from what the device writes. */
struct slots {
	/* Written by the driver while it runs. */
	struct virtqueue *queue;
	union {
		le16 *avail_ring;                      /* split */
		struct virtq_packed_desc *packed_ring; /* packed */
	};
	uint16_t
		next; /* split: available index, free-running; packed: the slot of the ring to fill */
	uint16_t kicked;     /* split: next at the last question whether to kick */
	uint16_t mask;       /* split: ring size - 1 */
	uint16_t size;       /* ring entries */
	uint16_t stride;     /* ring descriptors that one slot takes */
	uint16_t held_at;    /* packed: where the first chain since publish begins */
	uint16_t since_kick; /* packed: descriptors since the last question whether to kick */
	uint16_t doorbell_value;
	bool event_idx;
	uint64_t wrap; /* packed: AVAIL or USED, by the driver's wrap counter, as SLOT_FLAGS() */
	uint64_t held; /* packed: what makes that chain available, 0: nothing is held */
	struct notify_place doorbell; /* nowhere: virtqueue_notify() knows how */
	/* The event fields and flags of both sides; see the two headers. */
	void *driver_events, *device_events;

	/* What the device writes is looked at from another cache line. */
	uint16_t seen __attribute__((aligned(64))); /* used index or ring position looked at next */
	uint16_t seen_wrap; /* packed: the used wrap counter, as both flag bits or none */
	const void *used;   /* split: struct virtq_used */
	struct slot_template *templates; /* packed: stride entries a slot */
};

/* How a ring format lays slots out: virtio/ring/fast_*.c. */
struct slot_layout {
	/* Makes *slots, filled in as far as every format has it, ready; false when the arena is full. */
	bool (*start)(struct slots *slots, unsigned count, struct arena *arena);
	/* The chain of a slot, of `count` slots in all, in the ring itself. */
	void (*lay)(struct slots *slots, unsigned slot, unsigned count,
		    const struct segment *segments, unsigned segment_count);
	/* The same as a reference to a table, which is filled: struct virtq_desc or its packed twin. */
	void (*lay_table)(struct slots *slots, unsigned slot, void *table,
			  const struct segment *segments, unsigned segment_count);
};

/* The most slots of `stride` segments that a queue has room for; with indirect tables its size. */
unsigned slots_most(const struct virtqueue *queue, unsigned stride, bool indirect);

/*
 * Makes `count` slots on a queue that nothing was added to. Slot n is the chain of the `stride` segments
 * from segments[n * stride] on. indirect: one table each. False when the arena is full or the ring too
 * small.
 */
bool slots_lay(struct slots *slots, struct virtqueue *queue, const struct segment *segments,
	       unsigned stride, unsigned count, bool indirect, struct arena *arena) MUST_CHECK;

/* What a loop is made of is put into it, whatever the compiler thinks of its size. */
#define FAST_INLINE static inline __attribute__((always_inline))

/* Notifies the device: one store, one exit. */
FAST_INLINE void slots_kick(struct slots *slots)
{
	if (slots->doorbell.width == 2)
		write16(slots->doorbell.address, slots->doorbell_value);
	else if (slots->doorbell.width == 4)
		write32(slots->doorbell.address, slots->doorbell_value);
	else
		virtqueue_notify(slots->queue);
}

#endif
