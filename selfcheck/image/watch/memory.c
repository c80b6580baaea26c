/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/watch/memory.h"

#include "arch/memory.h"
#include "boot/memory_map.h"
#include "lib/string.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/device.h"

#define DEVICES_MOST 64
#define CHAINS_PAGES 512

static struct watched_device *devices[DEVICES_MOST];
static unsigned device_count;
static struct {
	struct watched_chain *chains;
	unsigned size, used, takers;
} pool;

bool watch_memory_take(void)
{
	size_t pages = (sizeof(**devices) + PAGE_SIZE - 1) / PAGE_SIZE;

	pool.chains = memory_take(CHAINS_PAGES);
	pool.size = CHAINS_PAGES * PAGE_SIZE / sizeof(*pool.chains);
	for_each_device (device) {
		struct watched_device *watched = NULL;

		if (device_count < DEVICES_MOST)
			watched = memory_take(pages);
		if (!watched || !pool.chains)
			return false;
		memset(watched, 0, sizeof(*watched));
		watched->device = device;
		devices[device_count++] = watched;
	}
	return true;
}

struct watched_device *watched_device(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device_count; n++) {
		if (devices[n]->device == device)
			return devices[n];
	}
	return NULL;
}

struct watched_device *watched_function(const struct pci_function *function)
{
	for (unsigned n = 0; n < device_count; n++) {
		const struct pci_function *own = virtio_pci(devices[n]->device)->function;

		if ((devices[n]->device->traits & DEVICE_OVER_PCI) &&
		    !memcmp(&own->address, &function->address, sizeof(own->address)))
			return devices[n];
	}
	return NULL;
}

struct watched_chain *pool_take(unsigned count)
{
	struct watched_chain *chains = pool.chains + pool.used;

	if (pool.size - pool.used < count)
		return NULL;
	pool.used += count;
	pool.takers++;
	return chains;
}

void pool_give_back(void)
{
	if (!--pool.takers)
		pool.used = 0;
}

bool is_ram(uint64_t address, uint64_t length)
{
	const struct memory_map *map = memory_layout();

	for (unsigned n = 0; n < map->count; n++) {
		const struct memory_range *range = &map->ranges[n];

		if (range->type == MEMORY_RAM && address >= range->start &&
		    address - range->start + length <= range->size)
			return address + length <= 4 * GIB;
	}
	return false;
}
