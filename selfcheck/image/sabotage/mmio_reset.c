/* SPDX-License-Identifier: BSD-2-Clause */
/* MMIO devices whose resets, of a queue and of all, are not what they should be (virtio 1.4, 4.2.2). */
#include "arch/clock.h"
#include "arch/io.h"
#include "arch/wait.h"
#include "selfcheck/image/disguise/mmio_queue_reset.h"
#include "selfcheck/image/sabotage/lie.h"
#include "tests/harness/subject/contact.h"
#include "virtio/config.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/device.h"

/* In a saboteur of the disguise: what is wrong with it. */
#define QUEUE_RESET_SABOTEUR(symbol, wrong, ...)                                                   \
	static void symbol##_start(struct virtio_device *device)                                   \
	{                                                                                          \
		queue_reset_begin(wrong);                                                          \
	}                                                                                          \
	SABOTEUR(symbol, .start = symbol##_start, .offers = QUEUE_RESET_OFFERS,                    \
		 .onlooker.write = queue_reset_write, .onlooker.read = queue_reset_read,           \
		 __VA_ARGS__)

QUEUE_RESET_SABOTEUR(mmio_queue_reset_outlives_device, QUEUE_RESET_OUTLIVES_DEVICE,
		     .about = "QueueReset reads 1 after a reset of the device",
		     BREAKS(CLAUSE_MMIO_10));
QUEUE_RESET_SABOTEUR(mmio_queue_reset_outlives_ready, QUEUE_RESET_OUTLIVES_READY,
		     .about = "QueueReset reads 1 of a queue that was made ready again",
		     BREAKS(CLAUSE_MMIO_11));
QUEUE_RESET_SABOTEUR(mmio_queue_reset_does_nothing, QUEUE_RESET_IS_NONE,
		     .about = "a queue that was reset goes on where it was", BREAKS(CLAUSE_MMIO_12),
		     .tests = "transport.*");
QUEUE_RESET_SABOTEUR(mmio_queue_reset_never_ends, QUEUE_RESET_NEVER_ENDS,
		     .about = "QueueReset reads 1 for ever", BREAKS(CLAUSE_MMIO_14),
		     .tests = "transport.*");
QUEUE_RESET_SABOTEUR(mmio_queue_reset_leaves_it_ready, QUEUE_RESET_LEAVES_QUEUE_READY,
		     .about = "QueueReady reads 1 after a queue reset", BREAKS(CLAUSE_MMIO_15));

/* ---- a write that comes after QueueReset read 0 ---- */

static uint32_t selected;
static const struct virtqueue *resetting; /* and not ready again */
static uint64_t late_write_at;            /* TSC; 0: none is to come */

static void write_late(void)
{
	uint64_t used;

	if (!late_write_at || !resetting || !clock_passed(late_write_at))
		return;
	used = virtqueue_areas(resetting).device;
	write16((void *)used, (uint16_t)(read16((void *)used) + 1));
	late_write_at = 0;
}

static void begin_late_writes(struct virtio_device *device)
{
	queue_reset_begin(0);
	resetting = NULL;
	late_write_at = 0;
	wait_in_company(write_late);
}

static void end_late_writes(struct virtio_device *device)
{
	wait_in_company(NULL);
}

static bool follow_resetting(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (access->structure == STRUCTURE_CONTROL) {
		if (access->offset == MMIO_QUEUE_SEL)
			selected = (uint32_t)*value;
		if (access->offset == MMIO_QUEUE_RESET && selected < access->device->queue_count)
			resetting = access->device->queues[selected];
		if (access->offset == MMIO_QUEUE_READY && *value)
			resetting = NULL;
	}
	return queue_reset_write(self, access, value);
}

static uint64_t finish_too_early(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	value = queue_reset_read(self, access, value);
	if (access->structure == STRUCTURE_CONTROL && access->offset == MMIO_QUEUE_RESET &&
	    resetting && !value)
		late_write_at = clock_deadline(100000);
	return value;
}
SABOTEUR(mmio_queue_reset_ends_too_early,
	 .about = "QueueReset reads 0 while the device still writes", BREAKS(CLAUSE_MMIO_13),
	 .tests = "ring.reset_queue_in_use*", .offers = QUEUE_RESET_OFFERS,
	 .start = begin_late_writes, .stop = end_late_writes, .onlooker.write = follow_resetting,
	 .onlooker.read = finish_too_early);

/* ---- resets of the device ---- */

static void note_status(const struct register_access *access, uint64_t value)
{
	if (access->structure == STRUCTURE_CONTROL && access->offset == MMIO_STATUS)
		wear((uint8_t)value);
}

static bool wear_configuration_out(struct onlooker *self, const struct register_access *access,
				   uint64_t *value)
{
	note_status(access, *value);
	return true;
}

SABOTEUR(
	mmio_configuration_wears,
	.about =
		"a field reads otherwise once the device was live, and ConfigGeneration does not tell",
	BREAKS(CLAUSE_MMIO_8), .type = VIRTIO_TYPE_BLK, .tests = "transport.*",
	.start = begin_to_wear, .onlooker.write = wear_configuration_out,
	.onlooker.read = worn_in_read);

static bool work_once(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	note_status(access, *value);
	return !is_worn() || access->structure != STRUCTURE_CONTROL ||
	       access->offset != MMIO_QUEUE_READY;
}
SABOTEUR(mmio_works_once, .about = "after a reset in use no queue can be made ready again",
	 BREAKS(CLAUSE_MMIO_TXT_1), .start = begin_to_wear, .onlooker.write = work_once);
