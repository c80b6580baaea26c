/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: RAM is mapped one to one (a pointer is its physical address), device registers are mapped
 * on demand, uncached. What takes or maps is for the boot CPU, and not from a handler; what it gave
 * is there for any CPU.
 */
#ifndef ARCH_MEMORY_H
#define ARCH_MEMORY_H

#include "lib/base.h"

#define PAGE_SIZE 4096u

/*
 * Takes `pages` contiguous pages of RAM below 4 GiB, page-aligned, as they are found: memory that
 * nobody looks at costs the host nothing. NULL when there are none left, and for 0 pages. Never
 * given back. Boot CPU.
 */
void *memory_take(size_t pages);

/* Pages that memory_take() can still give in one piece. Boot CPU. */
size_t memory_available(void);

/*
 * `pages` contiguous pages of RAM at or above 4 GiB, mapped and zeroed, or NULL where there is
 * none: for tests of 64-bit addresses. Never given back. Boot CPU.
 */
void *memory_allocate_high(size_t pages);

/*
 * The last page of the RAM that we use below 4 GiB, or of that above, where a VMM's memory ends: nobody else is given
 * it. The same each time, as it was left; NULL where there is none. Boot CPU.
 */
void *memory_last_page(bool above);

/* The physical address of something in RAM. Any CPU; handler-safe. */
static inline uint64_t physical(const volatile void *address)
{
	return (uint64_t)(uintptr_t)address;
}

/*
 * Maps `size` bytes of device registers at any physical address, uncached, readable and writable.
 * The same range twice gives the same pointer. NULL when any of it is RAM by the loader's map, when the
 * address is beyond the CPU's physical width, size is 0 or tables run out (SDM 3A, 4.5 and 12.12). Boot CPU.
 */
volatile void *memory_map_device(uint64_t address, uint64_t size);

/* How many bits of physical addresses reach anything (CPUID 0x80000008). Boot CPU. */
unsigned memory_physical_bits(void);

/* The loader's memory map, in order; NULL before platform_start(). Any CPU; handler-safe. */
struct memory_map;
const struct memory_map *memory_layout(void);

#endif
