/* SPDX-License-Identifier: BSD-2-Clause */
/* What those who play a device type need: the request behind a used element. */
#ifndef SELFCHECK_REQUEST_H
#define SELFCHECK_REQUEST_H

#include "lib/string.h"
#include "virtio/device/workload.h"
#include "virtio/ring/split.h"

/* What the device said about a chain that it has used. */
struct used_element {
	uint32_t id;
	uint32_t length;
};

/* Keeps in mind what is about to be shown to the device: for the publish hook of whoever stands in between. */
void note_requests(struct virtqueue *queue);

/* Forgets all of it: the device is fresh. */
void forget_requests(void);

/*
 * The request behind a used element, however it was cut into descriptors: `out`, `in` and their lengths alone. NULL
 * where its parts do not lie one behind the other, and on queues and in rings larger than those that are
 * noted. It is good until the element is taken.
 */
struct request *used_request(struct virtqueue *queue, const struct used_element *element);

/* The first descriptor of the chain that was made available last, in a split ring: for a publish hook. */
static inline struct virtq_desc *last_available(struct virtqueue *queue)
{
	uint16_t last = (uint16_t)(from_le16(split_of(queue)->avail->idx) - 1);
	le16 head = split_of(queue)->avail->ring[last % queue->size];

	return &split_of(queue)->desc[from_le16(head)];
}

/*
 * What a device says unasked, to be called from a publish hook: the first buffer of a split ring that the
 * device has not used yet is used, with these bytes in it. The device behind it does not know of
 * it; the test had better end with that.
 */
static inline void use_falsely(struct virtqueue *queue, const void *bytes, uint32_t length)
{
	struct virtq_used *used = split_of(queue)->used;
	uint16_t index = from_le16(used->idx), slot = index % queue->size;
	le16 head = split_of(queue)->avail->ring[slot];
	const struct virtq_desc *buffer = &split_of(queue)->desc[from_le16(head)];

	if (length)
		memcpy((void *)(uintptr_t)from_le64(buffer->addr), bytes, length);
	used->ring[slot] = (struct virtq_used_elem){to_le32(from_le16(head)), to_le32(length)};
	used->idx = to_le16((uint16_t)(index + 1));
}

#endif
