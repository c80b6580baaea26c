/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/slots.h"

#include "arch/memory.h"

unsigned slots_most(const struct virtqueue *queue, unsigned stride, bool indirect)
{
	return indirect ? queue->size : queue->size / stride;
}

bool slots_lay(struct slots *slots, struct virtqueue *queue, const struct segment *segments,
	       unsigned stride, unsigned count, bool indirect, struct arena *arena)
{
	const struct slot_layout *layout = queue->format->slots;
	struct virtq_desc *tables = NULL;

	*slots = (struct slots){
		.queue = queue,
		.size = queue->size,
		.mask = queue->size - 1,
		.stride = (uint16_t)(indirect ? 1 : stride),
		.event_idx = queue->event_idx,
		.doorbell = virtqueue_doorbell(queue),
		.doorbell_value = queue->notify_value,
	};
	if (count > slots_most(queue, stride, indirect) || !layout->start(slots, count, arena))
		return false;
	if (indirect) {
		tables = arena_allocate(arena, "indirect tables", count * stride * sizeof(*tables),
					64);
		if (!tables)
			return false;
	}
	for (unsigned slot = 0; slot < count; slot++, segments += stride) {
		if (indirect)
			layout->lay_table(slots, slot, tables + slot * stride, segments, stride);
		else
			layout->lay(slots, slot, count, segments, stride);
	}
	return true;
}
