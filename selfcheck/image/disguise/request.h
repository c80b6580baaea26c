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

/*
 * The request of a used element, or NULL. Right only in tests whose tokens are requests, which those of
 * the device types are: a saboteur that uses it names them in .tests.
 */
static inline struct request *used_request(struct virtqueue *queue,
					   const struct used_element *element)
{
	return element->id < queue->size ? queue->chains[element->id].token : NULL;
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
