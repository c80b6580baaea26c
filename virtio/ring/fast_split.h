/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driving slots of a split ring (virtio/ring/slots.h). fast_packed.h has the same functions for packed rings;
 * a file includes one of the two. Any CPU, the one that
 * drives the queue.
 */
#ifdef VIRTIO_RING_FAST
#error "a loop is made for one ring format"
#endif
#define VIRTIO_RING_FAST split

#include "virtio/ring/event.h"
#include "virtio/ring/slots.h"

/* Puts a slot into the ring; the device sees it after slots_publish(). */
FAST_INLINE void slots_post(struct slots *slots, unsigned slot)
{
	slots->avail_ring[slots->next & slots->mask].raw = (uint16_t)slot;
	slots->next++;
}

/* Shows the device what was posted. */
FAST_INLINE void slots_publish(struct slots *slots)
{
	struct virtq_avail *avail = CONTAINER_OF(slots->avail_ring, struct virtq_avail, ring);

	publish();
	write16(&avail->idx, slots->next);
}

/* Whether the device wants to be told of what was published since this was last asked (2.7.10). */
FAST_INLINE bool slots_kick_wanted(struct slots *slots)
{
	uint16_t old = slots->kicked;

	publish_then_observe();
	slots->kicked = slots->next;
	if (slots->event_idx)
		return event_passed(read16(slots->device_events), slots->next, old);
	return !(read16(slots->device_events) & VIRTQ_USED_F_NO_NOTIFY);
}

/* How many slots the device has used and slots_take() has not given out. Any CPU. */
FAST_INLINE unsigned slots_pending(const struct slots *slots)
{
	const struct virtq_used *used = slots->used;

	return (uint16_t)(read16(&used->idx) - slots->seen);
}

/* Whether at least `count` slots, 1 or more, have been used and not been taken. */
FAST_INLINE bool slots_pending_many(const struct slots *slots, unsigned count)
{
	return slots_pending(slots) >= count;
}

/* The next used slot; slots_pending() was not 0. */
FAST_INLINE unsigned slots_take(struct slots *slots)
{
	const struct virtq_used *used = slots->used;

	return used->ring[slots->seen++ & slots->mask].id.raw;
}

/* How many bytes the device says that it wrote to the slot that slots_take() gives next. */
FAST_INLINE uint32_t slots_length(const struct slots *slots)
{
	const struct virtq_used *used = slots->used;

	observe();
	return used->ring[slots->seen & slots->mask].len.raw;
}

/*
 * Asks for an interrupt when `more` slots beyond those taken have been used (at least 1; more than 1
 * only with event_idx), or for none when it is 0 (2.7.7).
 */
FAST_INLINE void slots_arm(struct slots *slots, unsigned more)
{
	if (slots->event_idx)
		write16(slots->driver_events, (uint16_t)(slots->seen - 1u + more));
	else
		write16(slots->driver_events, more ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT);
	publish_then_observe();
}
