/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains that are prepared once and shown to the device again and again: the hot path of the
 * throughput benchmarks. A slot is one chain with its own descriptors, and the id that the device
 * reports is the slot's number, so nothing is searched, allocated or freed while it runs.
 *
 * A queue that slots were made on is driven through them alone. The functions here are inline, and
 * `packed` and `event_idx` are given as constants by the caller's loop, so that the compiler leaves
 * the other format's code out.
 */
#ifndef VIRTIO_SLOTS_H
#define VIRTIO_SLOTS_H

#include "arch/io.h"
#include "virtio/ring/queue.h"
#include "virtio/device/workload.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

/* A descriptor of a packed ring as its two halves, without AVAIL and USED: copied there each time. */
struct slot_template {
	uint64_t addr;
	uint64_t rest; /* length, id, flags */
};
static_assert(sizeof(struct slot_template) == sizeof(struct virtq_packed_desc), "2.8.13");
static_assert(offsetof(struct virtq_packed_desc, flags) == 14, "2.8.13");

/* Flags where they stand in the second half of a packed descriptor. */
#define SLOT_FLAGS(flags) ((uint64_t)(flags) << 48)

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
	uint64_t wrap; /* packed: AVAIL or USED, by the driver's wrap counter, as SLOT_FLAGS() */
	uint64_t held; /* packed: what makes that chain available, 0: nothing is held */
	struct notify_place doorbell; /* nowhere: virtqueue_notify() knows how */

	/* What the device writes is looked at from another cache line. */
	uint16_t seen __attribute__((aligned(64))); /* used index or ring position looked at next */
	uint16_t seen_wrap; /* packed: the used wrap counter, as both flag bits or none */
	const void *used;   /* split: struct virtq_used */
	struct slot_template *templates; /* packed: stride entries a slot */
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

/*
 * The same with requests[n] as slot n, in request_least() segments; all of them have the same number of
 * segments.
 */
bool slots_create(struct slots *slots, struct virtqueue *queue, const struct request *requests,
		  unsigned count, bool indirect, struct arena *arena) MUST_CHECK;

/* Puts a slot into the ring; the device sees it after slots_publish(). */
static inline __attribute__((always_inline)) void slots_post(struct slots *slots, unsigned slot,
							     bool packed)
{
	if (!packed) {
		slots->avail_ring[slots->next & slots->mask].raw = (uint16_t)slot;
		slots->next++;
		return;
	}

	const struct slot_template *template = &slots->templates[slot * slots->stride];
	uint64_t wrap = slots->wrap;
	uint16_t at = slots->next;

	for (unsigned n = 0; n < slots->stride; n++, template ++) {
		uint64_t *desc = (uint64_t *)&slots->packed_ring[at];
		uint64_t rest = template->rest | wrap;

		/* Length, id and flags are one store, behind that of the address (2.8.6). */
		desc[0] = template->addr;
		publish();
		if (n == 0 && !slots->held) {
			/* The first chain since the last publish becomes available last. */
			slots->held_at = at;
			slots->held = rest;
		} else {
			desc[1] = rest;
		}
		if (++at == slots->size) {
			at = 0;
			wrap ^= SLOT_FLAGS(VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED);
		}
	}
	slots->next = at;
	slots->wrap = wrap;
	slots->since_kick += slots->stride;
}

/* Shows the device what was posted. */
static inline __attribute__((always_inline)) void slots_publish(struct slots *slots, bool packed)
{
	publish();
	if (!packed) {
		write16(&split_of(slots->queue)->avail->idx, slots->next);
	} else if (slots->held) {
		write64((uint64_t *)&slots->packed_ring[slots->held_at] + 1, slots->held);
		slots->held = 0;
	}
}

/* slots_kick_wanted() for a packed ring (2.8.14). */
static inline __attribute__((always_inline)) bool slots_packed_kick_wanted(struct slots *slots)
{
	const struct virtq_event_suppress *device = packed_of(slots->queue)->device;
	uint16_t flags = read16(&device->flags) & 3, place, distance;
	uint16_t count = slots->since_kick;

	slots->since_kick = 0;
	if (flags != VIRTQ_EVENT_FLAGS_DESC)
		return flags == VIRTQ_EVENT_FLAGS_ENABLE;
	place = read16(&device->desc);
	/* How far the wanted place lies behind what was filled last, in descriptors. */
	distance = (uint16_t)(slots->next - (place & 0x7fff));
	if ((place >> 15) != (slots->wrap == SLOT_FLAGS(VIRTQ_PACKED_DESC_F_AVAIL)))
		distance = (uint16_t)(distance + slots->size);
	return (uint16_t)(distance - 1) < count;
}

/* Whether the device wants to be told of what was published since this was last asked. */
static inline __attribute__((always_inline)) bool slots_kick_wanted(struct slots *slots,
								    bool packed, bool event_idx)
{
	publish_then_observe();
	if (!packed) {
		uint16_t old = slots->kicked, event;

		slots->kicked = slots->next;
		if (!event_idx)
			return !(read16(&split_of(slots->queue)->used->flags) &
				 VIRTQ_USED_F_NO_NOTIFY);
		event = read16(split_of(slots->queue)->avail_event);
		return (uint16_t)(slots->next - event - 1) < (uint16_t)(slots->next - old);
	}
	return slots_packed_kick_wanted(slots);
}

/* Notifies the device: one store, one exit. */
static inline __attribute__((always_inline)) void slots_kick(struct slots *slots)
{
	if (slots->doorbell.width == 2)
		write16(slots->doorbell.address, slots->doorbell_value);
	else if (slots->doorbell.width == 4)
		write32(slots->doorbell.address, slots->doorbell_value);
	else
		virtqueue_notify(slots->queue);
}

/* How many slots the device has used and slots_take() has not given out; packed: 1 or 0. */
static inline __attribute__((always_inline)) unsigned slots_pending(const struct slots *slots,
								    bool packed)
{
	if (!packed)
		return (uint16_t)(read16(&((const struct virtq_used *)slots->used)->idx) -
				  slots->seen);

	uint16_t both = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;

	return (read16(&slots->packed_ring[slots->seen].flags) & both) == slots->seen_wrap;
}

/* Whether at least `count` slots, 1 or more, have been used and not been taken. */
static inline __attribute__((always_inline)) bool slots_pending_many(const struct slots *slots,
								     unsigned count, bool packed)
{
	uint16_t both = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	uint16_t wrap = slots->seen_wrap;
	unsigned at = slots->seen + (count - 1) * slots->stride;

	if (!packed)
		return slots_pending(slots, false) >= count;
	/* Used chains leave as many descriptors as they took: the last of so many stands here. */
	if (at >= slots->size) {
		at -= slots->size;
		wrap ^= both;
	}
	return (read16(&slots->packed_ring[at].flags) & both) == wrap;
}

/* The next used slot; slots_pending() was not 0. */
static inline __attribute__((always_inline)) unsigned slots_take(struct slots *slots, bool packed)
{
	unsigned slot;

	if (!packed) {
		const struct virtq_used *used = slots->used;

		slot = used->ring[slots->seen & slots->mask].id.raw;
		slots->seen++;
		return slot;
	}
	observe();
	slot = slots->packed_ring[slots->seen].id.raw;
	slots->seen += slots->stride;
	if (slots->seen >= slots->size) {
		slots->seen -= slots->size;
		slots->seen_wrap ^= VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	}
	return slot;
}

/* How many bytes the device says that it wrote to the slot that slots_take() gives next. */
static inline __attribute__((always_inline)) uint32_t slots_length(const struct slots *slots,
								   bool packed)
{
	const struct virtq_used *used = slots->used;

	observe();
	return packed ? slots->packed_ring[slots->seen].len.raw
		      : used->ring[slots->seen & slots->mask].len.raw;
}

/*
 * Asks for an interrupt when `more` slots beyond those taken have been used (at least 1; more than 1
 * only with event_idx), or for none when it is 0.
 */
static inline __attribute__((always_inline)) void slots_arm(struct slots *slots, bool packed,
							    bool event_idx, unsigned more)
{
	if (packed) {
		struct virtq_event_suppress *driver = packed_of(slots->queue)->driver;
		unsigned offset = slots->seen + (more - 1) * slots->stride;
		bool wrap = slots->seen_wrap != 0;

		if (offset >= slots->size) {
			offset -= slots->size;
			wrap = !wrap;
		}
		if (more && event_idx) {
			write16(&driver->desc, (uint16_t)(offset | (wrap ? BIT(15) : 0)));
			publish();
			write16(&driver->flags, VIRTQ_EVENT_FLAGS_DESC);
		} else {
			write16(&driver->flags,
				more ? VIRTQ_EVENT_FLAGS_ENABLE : VIRTQ_EVENT_FLAGS_DISABLE);
		}
	} else if (event_idx) {
		write16(split_of(slots->queue)->used_event, (uint16_t)(slots->seen - 1u + more));
	} else {
		write16(&split_of(slots->queue)->avail->flags,
			more ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
	}
	publish_then_observe();
}

#endif
