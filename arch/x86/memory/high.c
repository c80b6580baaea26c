/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM above 4 GiB, the largest range of it, given away from its lower end. It is mapped as it is
 * asked for, which is why it stands above both the page allocator and the page tables.
 */
#include "arch/memory.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/high.h"
#include "arch/x86/memory/paging.h"
#include "boot/memory_map.h"

static uint64_t next, end; /* what is free */
static uint64_t last;      /* the page behind it; 0: there is none */

static void offer(const struct memory_range *range)
{
	uint64_t first = ALIGN_UP(MAXIMUM(range->start, 4 * GIB), PAGE_SIZE);
	uint64_t last = ALIGN_DOWN(range->start + range->size, PAGE_SIZE);

	if (first < last && last - first > end - next) {
		next = first;
		end = last;
	}
}

void memory_high_start(const struct memory_map *map)
{
	for (unsigned i = 0; i < map->count; i++) {
		if (map->ranges[i].type == MEMORY_RAM)
			offer(&map->ranges[i]);
	}
	if (next == end)
		return;
	end -= PAGE_SIZE;
	if (paging_map_ram(end, PAGE_SIZE))
		last = end;
}

void *memory_allocate_high(size_t pages)
{
	uint64_t address = next;

	if (pages == 0 || pages > (end - next) / PAGE_SIZE)
		return NULL;
	if (!paging_map_ram(address, pages * PAGE_SIZE))
		return NULL;
	next += pages * PAGE_SIZE;
	memory_zero(address, pages);
	return (void *)(uintptr_t)address;
}

void *memory_last_page(bool above)
{
	uint64_t address = above ? last : memory_last_low_page();

	return address ? (void *)(uintptr_t)address : NULL;
}
