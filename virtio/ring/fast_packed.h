/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driving slots of a packed ring (virtio/ring/slots.h). fast_split.h has the same functions for split rings;
 * a file includes one of the two. Any CPU, the one that
 * drives the queue.
 */
#ifdef VIRTIO_RING_FAST
#error "a loop is made for one ring format"
#endif
#define VIRTIO_RING_FAST packed

#include "virtio/ring/event.h"
#include "virtio/ring/slots.h"

#define BOTH_FLAGS (VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED)

/* Puts a slot into the ring; the device sees it after slots_publish(). */
FAST_INLINE void slots_post(struct slots *slots, unsigned slot)
{
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
			wrap ^= SLOT_FLAGS(BOTH_FLAGS);
		}
	}
	slots->next = at;
	slots->wrap = wrap;
	slots->since_kick += slots->stride;
}

/* Shows the device what was posted. */
FAST_INLINE void slots_publish(struct slots *slots)
{
	publish();
	if (!slots->held)
		return;
	write64((uint64_t *)&slots->packed_ring[slots->held_at] + 1, slots->held);
	slots->held = 0;
}

/* Whether the device wants to be told of what was published since this was last asked (2.8.14). */
FAST_INLINE bool slots_kick_wanted(struct slots *slots)
{
	const struct virtq_event_suppress *device = slots->device_events;
	uint16_t count = slots->since_kick, flags;

	publish_then_observe();
	flags = read16(&device->flags) & 3;
	slots->since_kick = 0;
	if (flags != VIRTQ_EVENT_FLAGS_DESC)
		return flags == VIRTQ_EVENT_FLAGS_ENABLE;
	return packed_event_passed(read16(&device->desc), slots->next,
				   slots->wrap == SLOT_FLAGS(VIRTQ_PACKED_DESC_F_AVAIL),
				   slots->size, count);
}

/* Whether the descriptor of a slot shows as used on this lap. */
FAST_INLINE bool slots_used_at(const struct slots *slots, unsigned at, uint16_t wrap)
{
	return (read16(&slots->packed_ring[at].flags) & BOTH_FLAGS) == wrap;
}

/* 1 when the device has used a slot and slots_take() has not given it out, or 0. Any CPU. */
FAST_INLINE unsigned slots_pending(const struct slots *slots)
{
	return slots_used_at(slots, slots->seen, slots->seen_wrap);
}

/* Whether at least `count` slots, 1 or more, have been used and not been taken. */
FAST_INLINE bool slots_pending_many(const struct slots *slots, unsigned count)
{
	uint16_t wrap = slots->seen_wrap;
	unsigned at = slots->seen + (count - 1) * slots->stride;

	/* Used chains leave as many descriptors as they took: the last of so many stands here. */
	if (at >= slots->size) {
		at -= slots->size;
		wrap ^= BOTH_FLAGS;
	}
	return slots_used_at(slots, at, wrap);
}

/* The next used slot; slots_pending() was not 0. */
FAST_INLINE unsigned slots_take(struct slots *slots)
{
	unsigned slot;

	observe();
	slot = slots->packed_ring[slots->seen].id.raw;
	slots->seen += slots->stride;
	if (slots->seen >= slots->size) {
		slots->seen -= slots->size;
		slots->seen_wrap ^= BOTH_FLAGS;
	}
	return slot;
}

/* How many bytes the device says that it wrote to the slot that slots_take() gives next. */
FAST_INLINE uint32_t slots_length(const struct slots *slots)
{
	observe();
	return slots->packed_ring[slots->seen].len.raw;
}

/*
 * Asks for an interrupt when `more` slots beyond those taken have been used (at least 1; more than 1
 * only with event_idx), or for none when it is 0 (2.8.10).
 */
FAST_INLINE void slots_arm(struct slots *slots, unsigned more)
{
	struct virtq_event_suppress *driver = slots->driver_events;
	unsigned offset = slots->seen + (more - 1) * slots->stride;
	bool wrap = slots->seen_wrap != 0;

	if (offset >= slots->size) {
		offset -= slots->size;
		wrap = !wrap;
	}
	if (more && slots->event_idx) {
		write16(&driver->desc, (uint16_t)(offset | (wrap ? BIT(15) : 0)));
		publish();
		write16(&driver->flags, VIRTQ_EVENT_FLAGS_DESC);
	} else {
		write16(&driver->flags,
			more ? VIRTQ_EVENT_FLAGS_ENABLE : VIRTQ_EVENT_FLAGS_DISABLE);
	}
	publish_then_observe();
}
