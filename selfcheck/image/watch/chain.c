/* SPDX-License-Identifier: BSD-2-Clause */
/* What chains must be like, in both ring formats (virtio 1.4, 2.6.4, 2.7.5, 2.8.6). */
#include "selfcheck/image/watch/memory.h"

#define SUM_PRIME 16777619u /* FNV-1 */

uint32_t sum_of(uint32_t sum, const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;

	while (length--)
		sum = (sum ^ *byte++) * SUM_PRIME;
	return sum;
}

void element_met(struct chain_facts *facts, uint32_t length, bool writable)
{
	facts->elements++;
	facts->bytes += length;
	if (writable)
		facts->writable = true;
	else if (facts->writable)
		facts->readable_late = true;
}

const void *table_at(struct chain_facts *facts, uint64_t address, uint32_t length, unsigned *count)
{
	facts->indirect = true;
	*count = length / sizeof(struct virtq_desc);
	if (!length || length % sizeof(struct virtq_desc))
		facts->odd_table = true;
	return is_ram(address, length) ? (const void *)(uintptr_t)address : NULL;
}

static void table_judged(struct watched_device *watched, const struct virtqueue *queue,
			 const struct chain_facts *facts)
{
	bool packed = ring_is_packed(queue);

	KEEPS(watched, DRIVER_INDIRECT_1, accepts(watched, VIRTIO_F_INDIRECT_DESC),
	      "queue %u: a descriptor has INDIRECT", queue->index);
	KEEPS(watched, DRIVER_INDIRECT_6, !facts->odd_table,
	      "queue %u: a table has a length of 0 or none that is a multiple of 16", queue->index);
	KEEPS(watched, packed ? DRIVER_PACKED_4 : DRIVER_INDIRECT_4, !facts->linked_table,
	      "queue %u: INDIRECT and NEXT, in a chain of %u elements", queue->index,
	      facts->elements);
	if (packed) {
		KEEPS(watched, DRIVER_PACKED_3, !facts->flagged_table,
		      "queue %u: a table of %u entries has flags besides WRITE", queue->index,
		      facts->elements);
		return;
	}
	KEEPS(watched, DRIVER_INDIRECT_2, !facts->nested,
	      "queue %u: an entry of a table has INDIRECT", queue->index);
	if (queue->in_order)
		KEEPS(watched, DRIVER_INDIRECT_5, !facts->table_jumps,
		      "queue %u: entries of a table do not follow each other", queue->index);
}

void chain_judged(struct watched_device *watched, const struct virtqueue *queue,
		  const struct chain_facts *facts)
{
	bool packed = ring_is_packed(queue);

	KEEPS(watched, DRIVER_FRAME_1, !facts->readable_late,
	      "queue %u: a readable element stands behind a writable one", queue->index);
	if (facts->indirect)
		table_judged(watched, queue, facts);
	if (packed) {
		KEEPS(watched, DRIVER_PACKED_2, facts->slots <= queue->size,
		      "queue %u: a list of %u descriptors in a ring of %u", queue->index,
		      facts->slots, queue->size);
		KEEPS(watched, DRIVER_PACKED_5, !facts->wrong_lap,
		      "queue %u: AVAIL and USED of a descriptor are not those of this lap",
		      queue->index);
		return;
	}
	KEEPS(watched, DRIVER_INDIRECT_3, facts->elements <= queue->size,
	      "queue %u: a chain of %u descriptors, and the queue size is %u", queue->index,
	      facts->elements, queue->size);
	KEEPS(watched, DRIVER_SPLIT_1, facts->bytes <= (uint64_t)UINT32_MAX + 1,
	      "queue %u: a chain of %lu bytes", queue->index, facts->bytes);
	KEEPS(watched, DRIVER_SPLIT_6, !facts->stray, "queue %u: `next` leaves the table",
	      queue->index);
	if (queue->in_order)
		KEEPS(watched, DRIVER_SPLIT_2, !facts->jumps,
		      "queue %u: a descriptor does not link to the one behind it", queue->index);
}
