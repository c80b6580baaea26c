/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator: one region of RAM below 4 GiB. What may be released grows from its lower
 * end, what stays from its upper end.
 */
#include "arch/memory.h"
#include "arch/platform.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/paging.h"
#include "boot/memory_map.h"

#define LOW_MEMORY_START 0x1000  /* page 0 stays unmapped */
#define LOW_MEMORY_END   0x9f000 /* the EBDA may begin here whatever the map says */
#define FIRST_USED       MIB

extern char image_start[], image_end[];

static const struct memory_map *layout;
static uint64_t low, high;           /* what is free of the region */
static uint64_t high_next, high_end; /* RAM above 4 GiB: what is free of its largest range */

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

static void offer_above_4g(const struct memory_range *range)
{
	uint64_t start = ALIGN_UP(MAXIMUM(range->start, 4 * GIB), PAGE_SIZE);
	uint64_t end = ALIGN_DOWN(range->start + range->size, PAGE_SIZE);

	if (start < end && end - start > high_end - high_next) {
		high_next = start;
		high_end = end;
	}
}

void memory_start(const struct memory_map *map)
{
	layout = map;
	for (unsigned i = 0; i < map->count; i++) {
		if (map->ranges[i].type != MEMORY_RAM)
			continue;
		offer_below_4g(&map->ranges[i]);
		offer_above_4g(&map->ranges[i]);
	}
	if (low == high)
		fatal("the loader's memory map has no RAM below 4 GiB for us");
}

static void zero(uint64_t address, size_t pages)
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
	zero(high, pages);
	return (void *)(uintptr_t)high;
}

void *memory_allocate_high(size_t pages)
{
	uint64_t address = high_next;

	if (pages == 0 || pages > (high_end - high_next) / PAGE_SIZE)
		return NULL;
	if (!paging_map_ram(address, pages * PAGE_SIZE))
		return NULL;
	high_next += pages * PAGE_SIZE;
	zero(address, pages);
	return (void *)(uintptr_t)address;
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
