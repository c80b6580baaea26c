/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a driver is free to choose about a ring: how its parts lie, where its tables are, what stands where
 * nobody may look. No conforming device minds. Shapes are asked for with a queue (struct virtqueue_request).
 */
#ifndef VIRTIO_RING_SHAPE_H
#define VIRTIO_RING_SHAPE_H

#include "lib/base.h"

struct segment;

enum ring_liberty {
	LIBERTY_SCATTERED = BIT(0),      /* descriptors, tables, ids: not one behind the other */
	LIBERTY_STRAY_NEXT = BIT(1),     /* split: `next` without NEXT names no descriptor */
	LIBERTY_STRAY_IDS = BIT(2),      /* packed: ids that do not count were never given away */
	LIBERTY_STRAY_FLAGS = BIT(3),    /* packed: table entries have flags that do not count */
	LIBERTY_TABLE_WRITABLE = BIT(4), /* WRITE in the descriptor of a table: it does not count */
	LIBERTY_UNALIGNED_TABLES = BIT(5), /* tables at odd addresses */
	LIBERTY_BARE_ALIGNMENT = BIT(6),   /* ring parts aligned as required and not better */
};

/* The three parts that queue_desc, queue_driver and queue_device point to, and the orders they may have. */
#define RING_PARTS      3
#define RING_PLACEMENTS 6

/* All 0: the usual shape. `indirect`, `direct` and `tail` count anew for each chain that is added. */
struct ring_shape {
	bool indirect;     /* put every chain into an indirect table … */
	uint8_t direct;    /* … but so many segments before the table (split: 2.7.5.3.2) */
	uint8_t placement; /* below RING_PLACEMENTS: the order of the parts; 0: the usual one */
	uint16_t room; /* lay the parts out for so many entries when that is more than the size */
	uint16_t
		one_piece; /* split: the parts one behind the other, the device's at the next multiple of this (2.7.2); 0: apart */
	uint32_t liberties;         /* a set of enum ring_liberty */
	const struct segment *tail; /* split: stands in tables behind the last entry, unlinked */
};

/* One part of a ring: `fixed` bytes and `each` for every entry, aligned to `alignment`. */
struct ring_part {
	const char *name;
	uint16_t fixed, each;
	uint16_t alignment;
};

/* How many bytes a part has in a ring of so many entries. Any CPU. */
static inline uint32_t ring_part_bytes(const struct ring_part *part, uint32_t entries)
{
	return part->fixed + part->each * entries;
}

#endif
