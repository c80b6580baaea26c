/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator: one region of RAM below 4 GiB. What memory_take() gives, as it is found,
 * comes from its lower end; what this floor keeps for ever, zeroed, from its upper end.
 */
#include "arch/memory.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/say/fatal.h"
#include "boot/memory_map.h"

#define LOW_MEMORY_START 0x1000  /* page 0 stays unmapped */
#define LOW_MEMORY_END   0x9f000 /* the EBDA may begin here whatever the map says */
#define FIRST_USED       MIB

extern char image_start[], image_end[];

static const struct memory_map *layout;
static uint64_t low, high; /* what is free of the region */
static uint64_t last;      /* the page behind it */

const struct memory_map *memory_layout(void)
{
	return layout;
}

static void offer(uint64_t start, uint64_t end)
{
	start = ALIGN_UP(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start < end && end - start > high - low) {
		low = start;
		high = end;
	}
}

static void offer_below_4g(const struct memory_range *range)
{
	uint64_t start = MAXIMUM(range->start, FIRST_USED);
	uint64_t end = MINIMUM(range->start + range->size, 4 * GIB);
	uint64_t image_first = (uintptr_t)image_start, image_last = (uintptr_t)image_end;

	if (end <= image_first || start >= image_last) {
		offer(start, end);
	} else {
		offer(start, MAXIMUM(image_first, start));
		offer(image_last, MAXIMUM(image_last, end));
	}
}

void memory_start(const struct memory_map *map)
{
	layout = map;
	for (unsigned i = 0; i < map->count; i++) {
		if (map->ranges[i].type == MEMORY_RAM)
			offer_below_4g(&map->ranges[i]);
	}
	if (low == high)
		fatal("the loader's memory map has no RAM below 4 GiB for us");
	high -= PAGE_SIZE;
	last = high;
}

void memory_zero(uint64_t address, size_t pages)
{
	void *to = (void *)(uintptr_t)address;
	uint64_t count = pages * (PAGE_SIZE / 8);

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(0ull) : "memory");
}

size_t memory_available(void)
{
	return (high - low) / PAGE_SIZE;
}

void *memory_take(size_t pages)
{
	uint64_t address = low;

	if (pages == 0 || pages > memory_available())
		return NULL;
	low += pages * PAGE_SIZE;
	return (void *)(uintptr_t)address;
}

void *memory_allocate_for_ever(size_t pages)
{
	if (pages == 0 || pages > memory_available())
		return NULL;
	high -= pages * PAGE_SIZE;
	memory_zero(high, pages);
	return (void *)(uintptr_t)high;
}

uint64_t memory_last_low_page(void)
{
	return last;
}

uint32_t memory_low_page(void)
{
	for (uint32_t page = LOW_MEMORY_END - PAGE_SIZE; page >= LOW_MEMORY_START;
	     page -= PAGE_SIZE) {
		if (memory_map_type_at(layout, page) == MEMORY_RAM &&
		    memory_map_type_at(layout, page + PAGE_SIZE - 1) == MEMORY_RAM)
			return page;
	}
	return 0;
}
