/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of being unplugged and plugged in again. They act with the host's help alone. */
#include "arch/io.h"
#include "arch/wait.h"
#include "pci/config.h"
#include "pci/function.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

static bool gone, back; /* the function does not answer; it does again */

static void start(struct virtio_device *device)
{
	hand_start(device);
	gone = back = false;
}

static void look(unsigned offset, uint32_t value)
{
	if (offset != PCI_VENDOR_ID)
		return;
	back = back || (gone && value != ~0u);
	gone = gone || value == ~0u;
}

static uint32_t answer_still(struct onlooker *self, const struct pci_function *function,
			     unsigned offset, unsigned width, uint32_t value)
{
	look(offset, value);
	return offset == PCI_VENDOR_ID && value == ~0u
		       ? (uint32_t)function->device << 16 | function->vendor
		       : value;
}

SABOTEUR(unplugged_still_answers, .about = "a function that was unplugged answers as before",
	 BREAKS(CLAUSE_SANE_13), .tests = "lifecycle.device_is_unplugged*", .start = start,
	 .onlooker.config_read = answer_still);

static uint32_t watch(struct onlooker *self, const struct pci_function *function, unsigned offset,
		      unsigned width, uint32_t value)
{
	look(offset, value);
	return value;
}

/* Whenever nothing shows as used, from the moment on in which it is gone. */
static void use_late(void)
{
	const struct virtqueue *queue =
		victim->queue_count ? victim->queues[victim->queue_count - 1] : NULL;

	if (gone && !back && queue && !ring_is_packed(queue) && !virtqueue_shows_used(queue))
		write16(&split_of(queue)->used->idx, (uint16_t)(split_of(queue)->used_index + 1));
}

static void start_late(struct virtio_device *device)
{
	start(device);
	wait_in_company(use_late);
}

static void stop_late(struct virtio_device *device)
{
	wait_in_company(NULL);
}

SABOTEUR(unplugged_uses_buffers, .about = "a function that was unplugged goes on to use buffers",
	 BREAKS(CLAUSE_SANE_6), .tests = "lifecycle.device_is_unplugged*", .start = start_late,
	 .stop = stop_late, .onlooker.config_read = watch);

static bool sleep_since(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	return sleep_in_write(access, value, back);
}

static uint64_t hide_sleep(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return sleep_in_read(access, value);
}

SABOTEUR(plugged_again_serves_nothing,
	 .about = "a device that was plugged in again serves no request", BREAKS(CLAUSE_SANE_1),
	 .tests = "lifecycle.device_is_unplugged*", .start = start, .onlooker.config_read = watch,
	 .onlooker.write = sleep_since, .onlooker.read = hide_sleep);
