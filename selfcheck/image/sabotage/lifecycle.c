/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that lose something when the machine is paused, restored or migrated. They act with the host's help alone. */
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/net.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "tests/harness/drive/lifecycle.h"
#include "virtio/device/blk.h"
#include "virtio/transport/pci/registers.h"

static unsigned events; /* when the device was fresh */

static void start(struct virtio_device *device)
{
	hand_start(device);
	events = lifecycle_events();
}

static bool has_happened(void)
{
	return lifecycle_events() != events;
}

static bool lose_kicks(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || !has_happened();
}

SABOTEUR(requests_lost_in_pause, .about = "what is in flight when the machine is paused is lost",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.requests_outlive_a_pause", .start = start,
	 .onlooker.write = lose_kicks);

SABOTEUR(requests_lost_in_restore, .about = "what is in flight when the machine is saved is lost",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.requests_outlive_a_restore", .start = start,
	 .onlooker.write = lose_kicks);

SABOTEUR(set_up_lost_in_restore,
	 .about = "queues that were set up before the machine was saved are heard no more",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.set_up_outlives_a_restore", .start = start,
	 .onlooker.write = lose_kicks);

SABOTEUR(load_lost_in_migration,
	 .about = "what is sent while the machine is migrated is lost, as is what comes then",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.load_outlives_a_migration", .start = start,
	 .onlooker.write = lose_kicks);

/* One that was used before is used again in place of the next. */
static struct used_element last;

static void start_repeating(struct virtio_device *device)
{
	start(device);
	last = (struct used_element){0};
}

static void use_again(struct virtqueue *queue, struct used_element *element)
{
	if (!has_happened())
		last = *element;
	else
		*element = last;
}

SABOTEUR(requests_used_twice_since_restore,
	 .about = "a request that was completed before the machine was saved is completed again",
	 BREAKS(CLAUSE_SPLIT_TXT_11), .tests = "lifecycle.requests_outlive_a_restore",
	 .start = start_repeating, .used_element = use_again);

static bool lose_messages(struct onlooker *self, unsigned vector)
{
	return !victim_queue(vector) || !has_happened();
}

SABOTEUR(queues_disarmed_by_pause, .about = "an armed queue is silent once the machine was paused",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.arming_outlives_a_pause", .start = start,
	 .onlooker.arrival = lose_messages);

SABOTEUR(queues_disarmed_by_migration,
	 .about = "an armed queue is silent once the machine was migrated", BREAKS(CLAUSE_SANE_15),
	 .tests = "lifecycle.arming_outlives_a_migration", .start = start,
	 .onlooker.arrival = lose_messages);

static uint32_t lose_pending(struct onlooker *self, const struct msix *msix, unsigned word,
			     uint32_t value)
{
	return has_happened() ? 0 : value;
}

SABOTEUR(pending_bits_lost_in_restore, .about = "pending bits are 0 once the machine was restored",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.pending_message_outlives_a_restore",
	 .start = start, .onlooker.pba_read = lose_pending);

static uint32_t lose_masks(struct onlooker *self, const struct msix *msix, unsigned entry,
			   unsigned offset, uint32_t value)
{
	return offset == MSIX_ENTRY_CONTROL && has_happened()
		       ? value & ~(uint32_t)MSIX_ENTRY_CONTROL_MASK
		       : value;
}

SABOTEUR(masks_lost_in_migration, .about = "no entry is masked once the machine was migrated",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.pending_message_outlives_a_migration",
	 .start = start, .onlooker.msix_read = lose_masks);

SABOTEUR(pending_message_lost_in_pause,
	 .about = "a message that waits is not sent once the machine was paused",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.pending_message_outlives_a_pause",
	 .start = start, .onlooker.arrival = lose_messages);

static uint64_t lose_interrupt_status(struct onlooker *self, const struct register_access *access,
				      uint64_t value)
{
	return access->structure == STRUCTURE_ISR && has_happened() ? 0 : value;
}

SABOTEUR(interrupt_status_lost_in_restore,
	 .about = "the interrupt status is 0 once the machine was restored", BREAKS(CLAUSE_SANE_15),
	 .tests = "lifecycle.interrupt_status_outlives_a_restore", .start = start,
	 .onlooker.read = lose_interrupt_status);

static uint64_t lose_vectors(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return is_common(access, queue_msix_vector) && has_happened() ? VIRTIO_MSI_NO_VECTOR
								      : value;
}

SABOTEUR(vectors_lost_in_migration, .about = "no queue has a vector once the machine was migrated",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.registers_outlive_a_migration", .start = start,
	 .onlooker.read = lose_vectors);

static uint64_t lose_features(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return is_common(access, driver_feature) && has_happened() ? 0 : value;
}

SABOTEUR(features_lost_in_restore, .about = "driver_feature reads 0 once the machine was restored",
	 BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.registers_outlive_a_restore", .start = start,
	 .onlooker.read = lose_features);

static uint64_t change_configuration(struct onlooker *self, const struct register_access *access,
				     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && has_happened() ? value ^ 1 : value;
}

SABOTEUR(
	configuration_lost_in_pause,
	.about = "the configuration is another once the machine was paused, of the same generation",
	BREAKS(CLAUSE_SANE_15), .tests = "lifecycle.registers_outlive_a_pause", .start = start,
	.onlooker.read = change_configuration);

static void spoil_data(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = has_happened() ? used_request(queue, element) : NULL;

	if (request && request->in_length > VIRTIO_BLK_SECTOR)
		request->in[0] ^= 1;
}

SABOTEUR(data_lost_in_migration, .about = "what was written is gone once the machine was migrated",
	 BREAKS(CLAUSE_SANE_3), .type = VIRTIO_TYPE_BLK,
	 .tests = "lifecycle.data_outlive_a_migration", .start = start, .used_element = spoil_data);

static void spoil_frame(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (has_happened() && header)
		memset((uint8_t *)header + element->length / 2, 0, element->length / 2);
}

SABOTEUR(frames_lost_in_restore, .about = "frames come in by halves once the machine was restored",
	 BREAKS(CLAUSE_SANE_11), .type = VIRTIO_TYPE_NET,
	 .tests = "lifecycle.frames_come_in_across_a_restore", .start = start,
	 .used_element = spoil_frame);
