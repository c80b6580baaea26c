/* SPDX-License-Identifier: BSD-2-Clause */
/* When an event is due that one side has asked the other for (virtio 1.4, 2.7.10.1, 2.8.21.3.1). */
#ifndef VIRTIO_RING_EVENT_H
#define VIRTIO_RING_EVENT_H

#include "lib/base.h"

/*
 * Whether an index, free-running in 16 bits, has passed `event` on its way from `old` to `new`: the entry
 * at `event` is one of those that were added. Any CPU.
 */
static inline bool event_passed(uint16_t event, uint16_t new, uint16_t old)
{
	return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}

/*
 * The same in a packed ring of `size` entries: whether one of the last `count` descriptors before `slot`,
 * on the lap that `wrap` tells, is at `event`, an offset with its wrap counter in bit 15. Any CPU.
 */
static inline bool packed_event_passed(uint16_t event, uint16_t slot, bool wrap, uint16_t size,
				       uint16_t count)
{
	/* A place on the lap before lies a ring's size further back. */
	uint16_t place = (uint16_t)((event & 0x7fff) - (event >> 15 == wrap ? 0 : size));

	return event_passed(place, slot, (uint16_t)(slot - count));
}

#endif
