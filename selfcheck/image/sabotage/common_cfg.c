/* SPDX-License-Identifier: BSD-2-Clause */
/* Common configuration structures that break one rule. */
#include "arch/clock.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/blk.h"

SABOTEUR(common_select_sticks, .about = "queue_select reads 1 whatever is written",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_2), LIES(READS(queue_select, 0, 1)));

SABOTEUR(common_counts_no_queues, .about = "num_queues reads 0", BREAKS(CLAUSE_PCI_COMMON_TXT_4),
	 LIES(READS(num_queues, 0, 0)));

SABOTEUR(common_sizes_are_odd, .about = "queue_size is one more than a power of two",
	 BREAKS(CLAUSE_PCI_COMMON_18, CLAUSE_PCI_COMMON_TXT_6), .tests = "transport.queue_size*",
	 LIES(READS(queue_size, ALL_BITS, 1)));

SABOTEUR(common_drops_upper_halves, .about = "the upper half of queue_desc reads 0",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_9, CLAUSE_PCI_LAYOUT_1),
	 LIES({.kind = LIE_READ, .offset = COMMON_OFFSET(queue_desc) + 4}));

SABOTEUR(common_never_enabled, .about = "queue_enable reads 0 after a queue was enabled",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_7), LIES(READS(queue_enable, 0, 0)));

SABOTEUR(common_always_enabled, .about = "queue_enable reads 1, after a reset too",
	 BREAKS(CLAUSE_PCI_COMMON_10, CLAUSE_PCI_COMMON_16), .tests = "transport.*",
	 LIES(READS(queue_enable, 0, 1)));

SABOTEUR(common_generation_sticks, .about = "config_generation does not change",
	 BREAKS(CLAUSE_PCI_COMMON_7), .type = VIRTIO_TYPE_BLK, .tests = "interrupt.generation*",
	 LIES(READS(config_generation, 0, 7)));

static bool after_reset(void)
{
	return story.resets;
}

static uint64_t size_written(uint64_t value)
{
	return story.sized ? story.size : value;
}

SABOTEUR(common_sizes_survive_reset, .about = "queue_size keeps what was written over a reset",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_5),
	 LIES(READS(queue_size, 0, 0, .value = size_written, .when = after_reset)));

static bool once_sized(void)
{
	return story.sized;
}

SABOTEUR(common_writes_are_too_wide, .about = "a write to queue_size clears queue_msix_vector",
	 BREAKS(CLAUSE_CFG_TXT_2), LIES(READS(queue_msix_vector, 0, 0, .when = once_sized)));

static bool second_word(void)
{
	return story.device_select == 1;
}

static uint64_t bytes_swapped(uint64_t value)
{
	return __builtin_bswap32((uint32_t)value);
}

SABOTEUR(common_is_big_endian, .about = "device_feature shows its bytes in the other order",
	 BREAKS(CLAUSE_PCI_LAYOUT_TXT_1),
	 LIES(READS(device_feature, 0, 0, .value = bytes_swapped, .when = second_word)));

SABOTEUR(common_loses_low_halves, .about = "the half of queue_desc that is written first is lost",
	 BREAKS(CLAUSE_PCI_LAYOUT_TXT_2), LIES(SWALLOWS(queue_desc)));

static bool once_addressed(void)
{
	return story.addressed;
}

SABOTEUR(common_moves_kicks, .about = "writing queue_desc changes queue_notify_off",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_3),
	 LIES(READS(queue_notify_off, 0, 0x77, .when = once_addressed)));

static bool count_written;
static uint16_t count_kept;

static void start_counting(struct virtio_device *device)
{
	count_written = false;
}

static bool keep_count(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, num_queues)) {
		count_written = true;
		count_kept = (uint16_t)*value;
	}
	return true;
}

static uint64_t show_count(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, num_queues) && count_written ? count_kept : value;
}

SABOTEUR(common_count_is_writable, .about = "num_queues reads what was written",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_3), .tests = "transport.read_only*", .start = start_counting,
	 .onlooker.write = keep_count, .onlooker.read = show_count);

static bool once_used(void)
{
	return story.resets && story.was_live;
}

SABOTEUR(common_works_once, .about = "after a reset in use no queue can be enabled again",
	 BREAKS(CLAUSE_PCI_COMMON_8), LIES(SWALLOWS(queue_enable, .when = once_used)));

/* A little more than the driver's patience with the first reset. */
static bool resetting(void)
{
	return story.resets && !clock_passed(story.first_reset + clock_from_ns(3100000000));
}

SABOTEUR(common_resets_slowly,
	 .about = "device_status does not come back to 0 for over three seconds",
	 BREAKS(CLAUSE_PCI_COMMON_9, CLAUSE_RESET_1), .type = VIRTIO_TYPE_ENTROPY,
	 .tests = "transport.status_is_zero*",
	 LIES(READS(device_status, ALL_BITS, VIRTIO_STATUS_NEEDS_RESET, .when = resetting)));

SABOTEUR(common_forgets_failed, .about = "FAILED does not show in device_status",
	 BREAKS(CLAUSE_INIT_TXT_1), LIES(READS(device_status, 0x7f, 0)));

static bool under_way(void)
{
	return story.status;
}

SABOTEUR(common_runs_ahead, .about = "DRIVER_OK shows in device_status before it is set",
	 BREAKS(CLAUSE_INIT_TXT_2),
	 LIES(READS(device_status, ALL_BITS, VIRTIO_STATUS_DRIVER_OK, .when = under_way)));

static bool once_failed(void)
{
	return story.failed;
}

SABOTEUR(common_stays_failed, .about = "FEATURES_OK no longer sticks once FAILED was set",
	 BREAKS(CLAUSE_INIT_TXT_3),
	 LIES(READS(device_status, ~(uint64_t)VIRTIO_STATUS_FEATURES_OK, 0, .when = once_failed)));

SABOTEUR(common_never_lives, .about = "neither DRIVER_OK nor kicks reach the device",
	 BREAKS(CLAUSE_INIT_TXT_4, CLAUSE_FEAT_3, CLAUSE_FEAT_4, CLAUSE_FEAT_TXT_2),
	 .tests = "transport.*", .type = VIRTIO_TYPE_ENTROPY,
	 LIES(WRITES(device_status, ~(uint64_t)VIRTIO_STATUS_DRIVER_OK, 0), SWALLOWS_KICKS));

SABOTEUR(common_is_deaf, .about = "no kick is heard",
	 BREAKS(CLAUSE_PCI_NOTIFY_TXT_2, CLAUSE_PCI_KICK_TXT_1, CLAUSE_PCI_CFGACC_TXT_3),
	 .tests = "transport.*", .type = VIRTIO_TYPE_ENTROPY, LIES(SWALLOWS_KICKS));

/* An early bird marks a buffer as used as soon as it is shown one. */
static void use_at_once(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used = (void *)(uintptr_t)virtqueue_areas(queue).device;

	if (!(own_read(self, queue->device, device_status) & VIRTIO_STATUS_DRIVER_OK))
		used->idx = to_le16(from_le16(used->idx) + 1);
}

SABOTEUR(common_starts_early, .about = "a buffer is used before DRIVER_OK", BREAKS(CLAUSE_STATUS_1),
	 .onlooker.publish = use_at_once);

/* Enables what the driver has only configured, at the last moment. */
static bool enable_all(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (!is_common(access, device_status) || !(*value & VIRTIO_STATUS_DRIVER_OK))
		return true;
	for (unsigned n = 0; n < access->device->queue_count; n++) {
		own_write(self, access->device, queue_select, n);
		own_write(self, access->device, queue_enable, 1);
	}
	return true;
}

SABOTEUR(common_serves_all, .about = "queues that are not enabled are served too",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_8), .onlooker.write = enable_all);

/* A device that says that it was reset, and goes on serving until it is reset again. */
static enum { NOT_YET, PRETENDED, RESET } reset_state;

static void begin_pretence(struct virtio_device *device)
{
	reset_state = NOT_YET;
}

static bool pretend_to_reset(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (!is_common(access, device_status) || *value)
		return true;
	reset_state = reset_state == NOT_YET ? PRETENDED : RESET;
	return reset_state == RESET;
}

static uint64_t show_reset(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, device_status) && reset_state == PRETENDED ? 0 : value;
}

SABOTEUR(common_works_after_reset, .about = "requests in flight go on after device_status reads 0",
	 BREAKS(CLAUSE_RESET_3), .type = VIRTIO_TYPE_ENTROPY,
	 .tests = "transport.reset_stops_requests_in_flight", .start = begin_pretence,
	 .onlooker.write = pretend_to_reset, .onlooker.read = show_reset);

SABOTEUR(common_keeps_queue_reset, .about = "queue_reset reads 1 after a device reset",
	 BREAKS(CLAUSE_PCI_COMMON_11), .tests = "transport.device_reset_clears*",
	 LIES(READS(queue_reset, 0, 1, .when = after_reset)));

static bool just_enabled(void)
{
	return story.last != COMMON_OFFSET(queue_reset);
}

SABOTEUR(common_enables_in_reset, .about = "queue_reset reads 1 after the queue was enabled",
	 BREAKS(CLAUSE_PCI_COMMON_12), .tests = "transport.queue_reset_completes*",
	 LIES(READS(queue_reset, 0, 1, .when = just_enabled)));

static bool once_queue_reset(void)
{
	return story.queue_reset;
}

SABOTEUR(common_never_ends_queue_reset, .about = "queue_reset goes on reading 1",
	 BREAKS(CLAUSE_PCI_COMMON_15), .type = VIRTIO_TYPE_ENTROPY,
	 .tests = "transport.queue_reset_completes*",
	 LIES(READS(queue_reset, 0, 1, .when = once_queue_reset)));

SABOTEUR(common_loses_queues_to_reset, .about = "a queue that was reset cannot be enabled again",
	 BREAKS(CLAUSE_PCI_COMMON_13), .tests = "transport.*",
	 LIES(SWALLOWS(queue_enable, .when = once_queue_reset)));

static bool is_live(void)
{
	return story.status & VIRTIO_STATUS_DRIVER_OK;
}

SABOTEUR(needs_a_reset_silently,
	 .about = "no configuration message says that DEVICE_NEEDS_RESET was set",
	 BREAKS(CLAUSE_STATUS_4), .tests = "transport.device_works_after_reset",
	 LIES(READS(device_status, ALL_BITS, VIRTIO_STATUS_NEEDS_RESET, .when = is_live)));

/* ---- the same once more ---- */

static bool went_live, fell_asleep;

static void begin_light_sleep(struct virtio_device *device)
{
	went_live = fell_asleep = false;
}

static bool lose_place(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status)) {
		fell_asleep = *value &&
			      (fell_asleep || (went_live && (*value & VIRTIO_STATUS_DRIVER_OK)));
		went_live = *value & VIRTIO_STATUS_DRIVER_OK;
	}
	return sleep_in_write(access, value, fell_asleep);
}

static uint64_t claim_live(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return sleep_in_read(access, value);
}

SABOTEUR(common_starts_twice, .about = "DRIVER_OK that is written again takes the queues away",
	 BREAKS(CLAUSE_SANE_1), .tests = "transport.live_device*", .start = begin_light_sleep,
	 .onlooker.read = claim_live, .onlooker.write = lose_place);

static unsigned idle_lives; /* in a row, in which nothing was notified of */
static bool was_live, was_notified;

static void begin_rested(struct virtio_device *device)
{
	idle_lives = 0;
	was_live = was_notified = false;
}

static bool tire(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status)) {
		if (*value == 0 && was_live)
			idle_lives = was_notified ? 0 : idle_lives + 1;
		was_live = *value & VIRTIO_STATUS_DRIVER_OK;
		was_notified = was_notified && *value;
	}
	was_notified = was_notified || access->structure == STRUCTURE_NOTIFY;
	return sleep_in_write(access, value, idle_lives > 1);
}

SABOTEUR(common_tires_of_resets, .about = "after two lives in which it had nothing to do it sleeps",
	 BREAKS(CLAUSE_PCI_COMMON_8), .tests = "transport.quick*", .start = begin_rested,
	 .onlooker.read = claim_live, .onlooker.write = tire);
