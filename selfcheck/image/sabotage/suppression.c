/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of suppression: fields that are heeded where they mean nothing, and the other way round. */
#include "arch/io.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

static uint16_t *field(le16 *place)
{
	return &place->raw;
}

static bool drop_by_slot(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || ring_is_packed(queue) || queue->event_idx ||
	       !*field(&split_of(queue)->avail->ring[queue->size]);
}

SABOTEUR(used_event_without_feature, .about = "the used_event slot suppresses without its feature",
	 BREAKS(CLAUSE_SPLIT_NOTIF_1), .start = hand_start, .onlooker.arrival = drop_by_slot);

static bool drop_by_flags(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || ring_is_packed(queue) || !queue->event_idx ||
	       !(from_le16(split_of(queue)->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

SABOTEUR(flags_with_event_idx, .about = "flags suppress although VIRTIO_F_EVENT_IDX was accepted",
	 BREAKS(CLAUSE_SPLIT_NOTIF_4), .start = hand_start, .onlooker.arrival = drop_by_flags);

static void clear_suppression(struct onlooker *self, struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		write16(&packed_of(queue)->driver->flags, VIRTQ_EVENT_FLAGS_ENABLE);
	else if (queue->event_idx)
		write16(&split_of(queue)->avail->ring[queue->size],
			split_of(queue)->avail_index - 1);
	else
		write16(&split_of(queue)->avail->flags, 0);
}

SABOTEUR(suppression_ignored, .about = "messages come although they are suppressed",
	 BREAKS(CLAUSE_SPLIT_NOTIF_2, CLAUSE_SPLIT_NOTIF_6), .start = hand_start,
	 .onlooker.publish = clear_suppression);

SABOTEUR(packed_suppression_ignored,
	 .about = "messages of a packed ring come although they are disabled, or for another place",
	 BREAKS(CLAUSE_PACKED_EV_TXT_2, CLAUSE_PACKED_EV_TXT_4), .start = hand_start,
	 .onlooker.publish = clear_suppression);

/* ---- one message too few after suppression ---- */

static bool was_suppressed, drop_next;
static unsigned liftings;

static void start_suppression(struct virtio_device *device)
{
	hand_start(device);
	was_suppressed = false;
	liftings = 0;
	drop_next = false;
}

static bool is_suppressed(const struct virtqueue *queue)
{
	uint16_t event;

	if (ring_is_packed(queue))
		return from_le16(packed_of(queue)->driver->flags) == VIRTQ_EVENT_FLAGS_DISABLE;
	event = from_le16(split_of(queue)->avail->ring[queue->size]);
	if (queue->event_idx)
		return (uint16_t)(event - split_of(queue)->used_index) >= queue->size;
	return from_le16(split_of(queue)->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT;
}

static void note_suppression(struct onlooker *self, struct virtqueue *queue)
{
	bool now = is_suppressed(queue);

	drop_next = was_suppressed && !now;
	was_suppressed = now;
}

static bool drop_the_first(struct onlooker *self, unsigned vector)
{
	bool drop = drop_next && victim_queue(vector);

	if (drop)
		drop_next = false;
	return !drop;
}

SABOTEUR(message_lost_after_suppression, .about = "the first message after suppression is lost",
	 BREAKS(CLAUSE_NOTIF_TXT_2, CLAUSE_EVIDX_TXT_3), .start = start_suppression,
	 .onlooker.publish = note_suppression, .onlooker.arrival = drop_the_first);

SABOTEUR(packed_message_lost_after_suppression,
	 .about = "the first message of a packed ring after suppression is lost",
	 BREAKS(CLAUSE_PACKED_EV_TXT_7), .start = start_suppression,
	 .onlooker.publish = note_suppression, .onlooker.arrival = drop_the_first);

static void note_suppression_rarely(struct onlooker *self, struct virtqueue *queue)
{
	note_suppression(self, queue);
	drop_next = drop_next && ++liftings % 40 == 0;
}

SABOTEUR(message_lost_now_and_then, .about = "one message in 40 after suppression is lost",
	 BREAKS(CLAUSE_NOTIF_TXT_2, CLAUSE_EVIDX_TXT_3), .start = start_suppression,
	 .tests = "interrupt.arming*", .onlooker.publish = note_suppression_rarely,
	 .onlooker.arrival = drop_the_first);

static bool suppressed_at_first;

static void look_early(struct onlooker *self, struct virtqueue *queue)
{
	suppressed_at_first = is_suppressed(queue);
}

static bool drop_if_suppressed_at_first(struct onlooker *self, unsigned vector)
{
	return !suppressed_at_first || !victim_queue(vector);
}

SABOTEUR(suppression_looked_up_early,
	 .about = "whether a buffer is announced is decided before it is used",
	 BREAKS(CLAUSE_NOTIF_TXT_2, CLAUSE_EVIDX_TXT_3, CLAUSE_PACKED_EV_TXT_7),
	 .tests = "interrupt.arming_as*", .start = hand_start, .onlooker.publish = look_early,
	 .onlooker.arrival = drop_if_suppressed_at_first);

/* ---- the index ---- */

static bool drop_at_wrap(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || ring_is_packed(queue) || !queue->event_idx ||
	       from_le16(split_of(queue)->used->idx) != 0;
}

SABOTEUR(event_index_wrap, .about = "the event at index 65535 is missed",
	 BREAKS(CLAUSE_SPLIT_NOTIF_5), .tests = "interrupt.event_index_sweep", .start = hand_start,
	 .onlooker.arrival = drop_at_wrap);

static uint16_t last_index;

static void start_lap(struct virtio_device *device)
{
	hand_start(device);
	last_index = UINT16_MAX;
}

static bool drop_second_lap(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);
	bool wrapped;

	if (!queue || ring_is_packed(queue) || !queue->event_idx)
		return true;
	wrapped = from_le16(split_of(queue)->used->idx) == 1 && last_index == 0;
	last_index = from_le16(split_of(queue)->used->idx);
	return !wrapped;
}

SABOTEUR(event_index_second_lap, .about = "used_event 0 is honoured once only",
	 BREAKS(CLAUSE_EVIDX_TXT_2), .tests = "interrupt.event_index_sweep", .start = start_lap,
	 .onlooker.arrival = drop_second_lap);

static unsigned lives;

static void start_living(struct virtio_device *device)
{
	hand_start(device);
	lives = 0;
}

static bool count_lives(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (is_common(access, device_status) && *value & VIRTIO_STATUS_DRIVER_OK)
		lives++;
	return true;
}

/* What is left of the life before: the second buffer looks as if it had been announced. */
static bool drop_in_later_life(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || ring_is_packed(queue) || !queue->event_idx || lives < 2 ||
	       from_le16(split_of(queue)->used->idx) != 2;
}

SABOTEUR(event_index_survives_reset, .about = "the event index does not start anew with a reset",
	 BREAKS(CLAUSE_EVIDX_TXT_4), .start = start_living, .onlooker.write = count_lives,
	 .onlooker.arrival = drop_in_later_life);
