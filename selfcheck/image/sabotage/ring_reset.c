/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of queue reset (2.6.1). */
#include "arch/clock.h"
#include "arch/wait.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

static struct virtqueue *reset_queue; /* the last one that was reset, and not set up again since */
static unsigned selected, resets;

static void start_resets(struct virtio_device *device)
{
	forget_chains(device);
	reset_queue = NULL;
	resets = 0;
}

static void follow(const struct register_access *access, uint64_t value)
{
	const struct virtio_device *device = access->device;

	if (is_common(access, queue_select))
		selected = (unsigned)value;
	if (is_common(access, queue_reset) && value == 1 && selected < device->queue_count) {
		reset_queue = device->queues[selected];
		resets++;
	}
	if (is_common(access, queue_enable) && value == 1)
		reset_queue = NULL;
}

static bool follow_writes(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	follow(access, *value);
	return true;
}

/* A kick for a queue that was reset moves something in its old ring. */
static bool serve_reset_queue(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	follow(access, *value);
	if (access->structure == STRUCTURE_NOTIFY && reset_queue) {
		struct virtqueue_areas areas = virtqueue_areas(reset_queue);

		write16((void *)areas.device, (uint16_t)(read16((void *)areas.device) + 1));
	}
	return true;
}
SABOTEUR(reset_queue_served, .about = "a queue that was reset goes on in its old ring",
	 BREAKS(CLAUSE_VQRESET_1), .start = start_resets, .onlooker.write = serve_reset_queue);

/* ---- writes that come after queue_reset read 0 ---- */

static uint64_t late_write_at; /* TSC; 0: none is to come */

/* While the driver waits. */
static void write_late(void)
{
	struct virtqueue_areas areas;

	if (!late_write_at || !reset_queue || !clock_passed(late_write_at))
		return;
	areas = virtqueue_areas(reset_queue);
	write16((void *)areas.device, (uint16_t)(read16((void *)areas.device) + 1));
	late_write_at = 0;
}

static uint64_t finish_late(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (is_common(access, queue_reset) && value == 0 && reset_queue)
		late_write_at = clock_deadline(100000);
	return value;
}

static void start_late_writes(struct virtio_device *device)
{
	start_resets(device);
	late_write_at = 0;
	wait_in_company(write_late);
}

static void stop_late_writes(struct virtio_device *device)
{
	wait_in_company(NULL);
}
SABOTEUR(reset_ends_too_early, .about = "queue_reset reads 0 while the device still writes",
	 BREAKS(CLAUSE_PCI_COMMON_14), .tests = "ring.reset_queue_in_use*",
	 .start = start_late_writes, .stop = stop_late_writes, .onlooker.write = follow_writes,
	 .onlooker.read = finish_late);

/* ---- what is left of the old ring ---- */

static uint64_t stay_enabled(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return is_common(access, queue_enable) && reset_queue ? 1 : value;
}
SABOTEUR(queue_enabled_after_reset, .about = "queue_enable reads 1 after a queue reset",
	 BREAKS(CLAUSE_PCI_COMMON_16), .start = start_resets, .onlooker.read = stay_enabled,
	 .onlooker.write = follow_writes);

static uint64_t stay_in_reset(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return is_common(access, queue_reset) && resets ? 1 : value;
}
SABOTEUR(queue_reset_never_ends, .about = "queue_reset reads 1 for ever",
	 BREAKS(CLAUSE_PCI_COMMON_15), .tests = "transport.*", .start = start_resets,
	 .onlooker.read = stay_in_reset, .onlooker.write = follow_writes);

static uint64_t read_reset_as_1(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return is_common(access, queue_reset) && !resets ? 1 : value;
}
SABOTEUR(queue_reset_reads_1, .about = "queue_reset reads 1 on a queue that was never reset",
	 BREAKS(CLAUSE_PCI_COMMON_12), .start = start_resets, .onlooker.read = read_reset_as_1,
	 .onlooker.write = follow_writes);

static void spoil_it(struct virtqueue *queue, struct chain_view *chain)
{
	spoil(chain);
}

static void refuse_after_reset(struct onlooker *self, struct virtqueue *queue)
{
	if (resets)
		visit_new_chains(queue, spoil_it);
}
SABOTEUR(available_side_survives_queue_reset,
	 .about = "after a queue reset the device looks elsewhere for the first buffer",
	 BREAKS(CLAUSE_VQRESET_4, CLAUSE_PCI_COMMON_13), .start = start_resets,
	 .onlooker.write = follow_writes, .onlooker.publish = refuse_after_reset);

static void begin_at_1(struct onlooker *self, struct virtqueue *queue)
{
	if (!ring_is_packed(queue) && resets && read16(&split_of(queue)->used->idx) == 1)
		write16(&split_of(queue)->used->idx, 2);
}
SABOTEUR(used_side_survives_queue_reset,
	 .about = "after a queue reset the used index does not begin at 0",
	 BREAKS(CLAUSE_VQRESET_5), .start = start_resets, .onlooker.write = follow_writes,
	 .onlooker.used = begin_at_1);

/* queue_size keeps what was written for the ring before. */
static bool keep_size(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	follow(access, *value);
	return !(is_common(access, queue_size) && resets);
}
SABOTEUR(size_survives_queue_reset, .about = "a queue that was reset takes no other size",
	 BREAKS(CLAUSE_VQRESET_6), .start = start_resets, .onlooker.write = keep_size);
