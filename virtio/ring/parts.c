/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/ring/parts.h"

#include "arch/memory.h"

static void *allocate_part(struct virtqueue *queue, const struct ring_part *part)
{
	uint16_t room = MAXIMUM(queue->size, queue->shape.room);
	size_t size = ring_part_bytes(part, room), alignment = part->alignment;
	uint8_t *bytes;

	/* Elsewhere than in the usual order means elsewhere: a page or more lies in between. */
	if (queue->shape.placement && !arena_allocate(queue->arena, "gap", PAGE_SIZE, PAGE_SIZE))
		return NULL;
	if (!takes_liberty(queue, LIBERTY_BARE_ALIGNMENT))
		return arena_allocate(queue->arena, part->name, size,
				      MAXIMUM(alignment, (size_t)64));
	bytes = arena_allocate(queue->arena, part->name, size + alignment, 2 * alignment);
	return bytes ? bytes + alignment : NULL;
}

/* The parts one behind the other, and the device's at the next boundary (2.7.2). */
static bool allocate_in_one(struct virtqueue *queue, uint32_t alignment)
{
	uint32_t driver = virtqueue_part_bytes(queue, 0);
	uint32_t device = ALIGN_UP(driver + virtqueue_part_bytes(queue, 1), alignment);
	uint8_t *bytes = arena_allocate(queue->arena, "ring",
					device + virtqueue_part_bytes(queue, 2), PAGE_SIZE);

	if (!bytes)
		return false;
	queue->parts[0] = bytes;
	queue->parts[1] = bytes + driver;
	queue->parts[2] = bytes + device;
	return true;
}

bool ring_allocate_parts(struct virtqueue *queue)
{
	static const uint8_t orders[RING_PLACEMENTS][RING_PARTS] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	const uint8_t *order = orders[queue->shape.placement];

	if (queue->device->ring_alignment || queue->shape.one_piece)
		return allocate_in_one(queue, MAXIMUM(queue->device->ring_alignment,
						      (uint32_t)queue->shape.one_piece));
	for (unsigned n = 0; n < RING_PARTS; n++) {
		void *part = allocate_part(queue, &queue->format->parts[order[n]]);

		if (!part)
			return false;
		queue->parts[order[n]] = part;
	}
	return true;
}

uint16_t *ring_links(struct virtqueue *queue, uint16_t *first)
{
	uint16_t size = queue->size;
	uint16_t *links =
		arena_allocate(queue->arena, "free list", size * sizeof(*links), sizeof(*links));
	/* An odd step visits every number below a power of two; size - 1 does below any. */
	unsigned step = 1;

	if (!links)
		return NULL;
	if (takes_liberty(queue, LIBERTY_SCATTERED) && !queue->in_order)
		step = IS_POWER_OF_TWO(size) ? (size / 2u) | 1 : size - 1u;
	*first = step == 1 ? 0 : size / 3;
	for (unsigned n = 0; n < size; n++)
		links[n] = (uint16_t)((n + step) % size);
	return links;
}

void *ring_table(struct virtqueue *queue, uint16_t id, unsigned entries)
{
	struct chain *chain = &queue->chains[id];
	/* Unaligned tables begin at an odd address and cross a page where they are long enough. */
	size_t shift = takes_liberty(queue, LIBERTY_UNALIGNED_TABLES) ? 7 : 0;
	uint8_t *table;

	if (chain->table && entries <= chain->capacity)
		return chain->table;
	table = arena_allocate(queue->arena, "indirect table",
			       entries * sizeof(struct virtq_desc) + shift, 16);
	if (!table)
		return NULL;
	chain->table = table + shift;
	chain->capacity = (uint16_t)entries;
	return chain->table;
}
