/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts a loader's memory map in order (ACPI 6.5, chapter 15), whatever it says. Upward: sorted, no
 * two ranges of one address, what forbids more wins.
 */
#include "boot/memory_map.h"

void memory_map_add(struct memory_map *map, uint64_t start, uint64_t size, uint32_t type)
{
	if (size == 0)
		return;
	if (map->count == MEMORY_MAP_MOST) {
		map->cut = true;
		return;
	}
	if (size - 1 > UINT64_MAX - start)
		size = UINT64_MAX - start + 1;
	if (type < MEMORY_RAM || type > MEMORY_UNUSABLE)
		type = MEMORY_RESERVED;
	map->ranges[map->count++] = (struct memory_range){start, size, type};
}

/* Inclusive, so that a range may end with the last byte of the address space. */
static uint64_t last_byte(const struct memory_range *range)
{
	return range->start + range->size - 1;
}

/* How much a type forbids; where entries overlap the larger one wins. */
static unsigned restriction(enum memory_type type)
{
	switch (type) {
	case MEMORY_RAM:
		return 1;
	case MEMORY_ACPI:
		return 2;
	case MEMORY_NVS:
		return 3;
	case MEMORY_RESERVED:
		return 4;
	case MEMORY_UNUSABLE:
		return 5;
	}
	return 4;
}

static void insert_boundary(uint64_t *boundaries, unsigned *count, uint64_t value)
{
	unsigned i = *count;

	while (i > 0 && boundaries[i - 1] > value)
		i--;
	if (i > 0 && boundaries[i - 1] == value)
		return;
	for (unsigned j = *count; j > i; j--)
		boundaries[j] = boundaries[j - 1];
	boundaries[i] = value;
	(*count)++;
}

/* Every address at which the type may change, sorted, each once. */
static unsigned collect_boundaries(const struct memory_map *map, uint64_t *boundaries)
{
	unsigned count = 0;

	for (unsigned i = 0; i < map->count; i++) {
		insert_boundary(boundaries, &count, map->ranges[i].start);
		if (last_byte(&map->ranges[i]) != UINT64_MAX)
			insert_boundary(boundaries, &count, last_byte(&map->ranges[i]) + 1);
	}
	return count;
}

/* The range that decides over an address, or NULL. */
static const struct memory_range *strictest_at(const struct memory_map *map, uint64_t address)
{
	const struct memory_range *found = NULL;

	for (unsigned i = 0; i < map->count; i++) {
		const struct memory_range *range = &map->ranges[i];

		if (range->start > address || last_byte(range) < address)
			continue;
		if (found == NULL || restriction(range->type) > restriction(found->type))
			found = range;
	}
	return found;
}

static void append(struct memory_map *map, uint64_t start, uint64_t last, enum memory_type type)
{
	/* The whole 64-bit space has a size that no 64-bit number holds: it loses its last byte. */
	uint64_t size = last - start == UINT64_MAX ? UINT64_MAX : last - start + 1;
	struct memory_range *previous = map->count > 0 ? &map->ranges[map->count - 1] : NULL;

	if (previous != NULL && previous->type == type && last_byte(previous) + 1 == start)
		previous->size += MINIMUM(size, UINT64_MAX - previous->size);
	else if (map->count < MEMORY_MAP_MOST)
		map->ranges[map->count++] = (struct memory_range){start, size, type};
	else
		map->cut = true; /* what is not said counts as reserved */
}

void memory_map_finish(struct memory_map *map)
{
	/* Too large for the early stack. */
	static uint64_t boundaries[2 * MEMORY_MAP_MOST];
	static struct memory_map finished;
	unsigned count = collect_boundaries(map, boundaries);

	finished = (struct memory_map){.cut = map->cut};
	for (unsigned i = 0; i < count; i++) {
		uint64_t last = i + 1 < count ? boundaries[i + 1] - 1 : UINT64_MAX;
		const struct memory_range *range = strictest_at(map, boundaries[i]);

		if (range != NULL)
			append(&finished, boundaries[i], last, range->type);
	}
	*map = finished;
}

enum memory_type memory_map_type_at(const struct memory_map *map, uint64_t address)
{
	const struct memory_range *range = strictest_at(map, address);

	return range != NULL ? range->type : MEMORY_RESERVED;
}

bool memory_map_has(const struct memory_map *map, uint64_t start, uint64_t size,
		    enum memory_type type)
{
	uint64_t last = size - 1 > UINT64_MAX - start ? UINT64_MAX : start + size - 1;

	for (unsigned i = 0; size > 0 && i < map->count; i++) {
		const struct memory_range *range = &map->ranges[i];

		if (range->type == type && range->start <= last && start <= last_byte(range))
			return true;
	}
	return false;
}
