/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page tables: RAM one to one, everything else on demand in a window of its own. This room
 * gives RAM away and makes addresses reach something. Boot CPU.
 */
#ifndef ARCH_X86_PAGING_H
#define ARCH_X86_PAGING_H

#include "lib/base.h"

struct memory_map;

/* Builds the tables and makes this CPU use them. Needs memory_start(). */
void paging_start(const struct memory_map *map);

/* The value of CR3 for another CPU; below 4 GiB. */
uint32_t paging_root(void);

/* Makes whole pages of RAM inaccessible. Only while no other CPU runs: nobody tells the others. */
void paging_forbid(void *address, size_t pages);

/* Maps RAM one to one that paging_start() left out because it lies above 4 GiB. */
bool paging_map_ram(uint64_t address, uint64_t size) MUST_CHECK;

/* Firmware tables at any physical address: readable, cached. NULL as for memory_map_device(). */
const void *paging_map_firmware(uint64_t address, uint64_t size);

/*
 * What an address that faulted was, as the end of a sentence, "" when there is nothing to say.
 * Handler-safe.
 */
const char *paging_what_is_at(uint64_t address);

#endif
