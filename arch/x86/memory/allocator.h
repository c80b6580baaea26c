/* SPDX-License-Identifier: BSD-2-Clause */
/* Where RAM for everybody comes from; arch/memory.h has the public part. Boot CPU. */
#ifndef ARCH_X86_ALLOCATOR_H
#define ARCH_X86_ALLOCATOR_H

#include "lib/base.h"

struct memory_map;

/* Takes the largest piece of RAM below 4 GiB and beside the image. Ends the run without one. */
void memory_start(const struct memory_map *map);

/* Pages that stay, zeroed, out of reach of memory_take(). NULL when there are none left. */
void *memory_allocate_for_ever(size_t pages);

/* The last page of that piece, which nobody is given. */
uint64_t memory_last_low_page(void);

/* Zeroes whole pages of RAM that is mapped. */
void memory_zero(uint64_t address, size_t pages);

/* A page of RAM below 640 KiB for starting CPUs in real mode, or 0. */
uint32_t memory_low_page(void);

#endif
