/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of the watch: places for the chains of all rings that are watched. */
#ifndef SELFCHECK_WATCH_MEMORY_H
#define SELFCHECK_WATCH_MEMORY_H

#include "selfcheck/image/watch/watched.h"

/* Takes what is needed for all devices, before any is driven; false when there is too little. Boot CPU. */
bool watch_memory_take(void);

/* What is known of a device; NULL: it is not watched. Handler-safe, any CPU. */
struct watched_device *watched_device(const struct virtio_device *device);

/* The one whose function it is; NULL likewise. Handler-safe, any CPU. */
struct watched_device *watched_function(const struct pci_function *function);

/*
 * Places for so many chains; NULL when there are none left. When all who took have given back, all is free
 * again. Any CPU, one at a time.
 */
struct watched_chain *pool_take(unsigned count);

/* One who took needs it no more. Any CPU, one at a time. */
void pool_give_back(void);

/* Whether there is RAM at an address, all of it where any pointer reaches. Any CPU. */
bool is_ram(uint64_t address, uint64_t length);

#endif
