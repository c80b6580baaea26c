/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map: what the loader said, put in order. */
#ifndef BOOT_MEMORY_MAP_H
#define BOOT_MEMORY_MAP_H

#include "lib/base.h"

#define MEMORY_MAP_MOST 128

/* Types as in ACPI's E820 (ACPI 6.5, table 15.1). Anything that is not RAM is left alone. */
enum memory_type {
	MEMORY_RAM = 1,
	MEMORY_RESERVED = 2,
	MEMORY_ACPI = 3,
	MEMORY_NVS = 4,
	MEMORY_UNUSABLE = 5,
};

/* A range of physical addresses of one type. */
struct memory_range {
	uint64_t start; /* bytes, physical */
	uint64_t size;  /* bytes, never 0 in a finished map */
	enum memory_type type;
};

/* Add entries, finish the map, then read it: ranges[0 … count - 1]. */
struct memory_map {
	unsigned count;
	bool cut; /* the loader had more entries than fit */
	struct memory_range ranges[MEMORY_MAP_MOST];
};

/*
 * Adds one entry as the loader gave it: in any order, empty, overlapping or wrapping past 2^64
 * (cut there). A type that is unknown counts as reserved.
 */
void memory_map_add(struct memory_map *map, uint64_t start, uint64_t size, uint32_t type);

/*
 * Puts the map in order: sorted by start, no empty entries, neighbours of one type joined, and
 * where entries overlap the more restrictive type wins (anything beats RAM).
 */
void memory_map_finish(struct memory_map *map);

/* True when any of `size` bytes from `start` on is of this type in a finished map; a range past 2^64 ends there. */
bool memory_map_has(const struct memory_map *map, uint64_t start, uint64_t size,
		    enum memory_type type);

/* The type at a physical address of a finished map, or MEMORY_RESERVED where nothing is said. */
enum memory_type memory_map_type_at(const struct memory_map *map, uint64_t address);

#endif
