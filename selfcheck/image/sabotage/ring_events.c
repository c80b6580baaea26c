/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of event suppression's exactness (2.7.7, 2.8.10). */
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "selfcheck/image/disguise/hand.h"
#include "tests/harness/subject/subject.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

/* Where the used side stood when the driver exposed the latest burst. */
static uint16_t burst_start;

static void note_burst(struct onlooker *self, struct virtqueue *queue)
{
	burst_start = ring_is_packed(queue) ? (uint16_t)(packed_of(queue)->used_slot |
							 packed_of(queue)->used_wrap << 15)
					    : split_of(queue)->used_index;
}

static bool drop_inside_split_burst(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || ring_is_packed(queue) || !queue->event_idx ||
	       read16(split_of(queue)->used_event) == burst_start;
}
SABOTEUR(event_inside_a_burst, .about = "used_event is met by the first buffer of a burst alone",
	 BREAKS(CLAUSE_SPLIT_NOTIF_5), .tests = "ring.*", .start = hand_start,
	 .onlooker.publish = note_burst, .onlooker.arrival = drop_inside_split_burst);

static bool drop_inside_packed_burst(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || !ring_is_packed(queue) ||
	       read16(&packed_of(queue)->driver->flags) != VIRTQ_EVENT_FLAGS_DESC ||
	       read16(&packed_of(queue)->driver->desc) == burst_start;
}
SABOTEUR(packed_event_inside_a_burst,
	 .about = "the event offset is met by the first descriptor of a burst alone",
	 BREAKS(CLAUSE_PACKED_EV_TXT_5), .start = hand_start, .onlooker.publish = note_burst,
	 .onlooker.arrival = drop_inside_packed_burst);

static bool drop_descriptor_events(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || !ring_is_packed(queue) ||
	       read16(&packed_of(queue)->driver->flags) != VIRTQ_EVENT_FLAGS_DESC;
}
SABOTEUR(packed_event_offset_missed, .about = "events for a certain descriptor never come",
	 BREAKS(CLAUSE_PACKED_EV_TXT_3), .start = hand_start,
	 .onlooker.arrival = drop_descriptor_events);

static bool drop_by_offset(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || !ring_is_packed(queue) ||
	       read16(&packed_of(queue)->driver->flags) != VIRTQ_EVENT_FLAGS_ENABLE ||
	       !read16(&packed_of(queue)->driver->desc);
}
SABOTEUR(packed_offset_heeded_always, .about = "an event offset counts with flags at enable too",
	 BREAKS(CLAUSE_PACKED_EV_TXT_6), .start = hand_start, .onlooker.arrival = drop_by_offset);

static bool drop_at_smaller_sizes(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || !queue->event_idx || queue->size >= offered_size(victim);
}
SABOTEUR(used_event_of_the_largest_ring,
	 .about = "used_event is looked up where the largest ring would have it",
	 BREAKS(CLAUSE_EVIDX_TXT_1), .start = hand_start,
	 .onlooker.arrival = drop_at_smaller_sizes);

/* A message for each used element, wanted or not. */
static void announce(struct virtqueue *queue, struct used_element *element)
{
	if (queue->vector && ring_is_packed(queue))
		hand_send(queue->cpu, queue->vector);
}
SABOTEUR(packed_suppression_ignored, .about = "each used descriptor is announced, wanted or not",
	 BREAKS(CLAUSE_PACKED_EV_TXT_4), .start = hand_start, .used_element = announce);
