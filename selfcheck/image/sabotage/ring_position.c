/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that lose their place in a ring, or never go back to its beginning (2.7.6, 2.7.8, 2.8.1). */
#include "arch/clock.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/device/workload.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

static struct virtqueue *kicked_queue(const struct register_access *access, uint64_t value)
{
	const struct virtio_device *device = access->device;

	return access->structure == STRUCTURE_NOTIFY && value < device->queue_count
		       ? device->queues[value]
		       : NULL;
}

/* ---- more is taken than was exposed ---- */

static bool expose_more(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	struct virtqueue *queue = kicked_queue(access, *value);

	if (queue && !ring_is_packed(queue))
		write16(&split_of(queue)->avail->idx, split_of(queue)->avail_index);
	return true;
}
SABOTEUR(unexposed_consumed, .about = "available entries are consumed that idx does not cover",
	 BREAKS(CLAUSE_SPLIT_TXT_6), .onlooker.write = expose_more);

static bool swallow(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY;
}
SABOTEUR(deaf, .about = "no kick is heard", BREAKS(CLAUSE_VQ_TXT_1), .onlooker.write = swallow);

/* ---- a ring that is full ---- */

static void refuse_the_last(struct virtqueue *queue, struct chain_view *chain)
{
	if (queue->free == 0)
		spoil(chain);
}

static void refuse_a_full_ring(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, refuse_the_last);
}
SABOTEUR(full_ring_refused, .about = "the ring may never be quite full", BREAKS(CLAUSE_VQ_TXT_11),
	 .start = forget_chains, .onlooker.publish = refuse_a_full_ring);

/* ---- a reset that leaves something behind ---- */

static unsigned lives; /* times that the device went live */
static bool live;

static void start_lives(struct virtio_device *device)
{
	forget_chains(device);
	lives = 0;
	live = false;
}

static bool count_lives(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (!is_common(access, device_status))
		return true;
	if ((*value & VIRTIO_STATUS_DRIVER_OK) && !live)
		lives++;
	live = *value & VIRTIO_STATUS_DRIVER_OK;
	return true;
}

/* In a second life the first used index is 2, as if one buffer were left from the first. */
static void begin_at_1(struct onlooker *self, struct virtqueue *queue)
{
	if (!ring_is_packed(queue) && lives > 1 && read16(&split_of(queue)->used->idx) == 1)
		write16(&split_of(queue)->used->idx, 2);
}
SABOTEUR(used_index_survives_reset, .about = "after a reset the used index does not begin at 0",
	 BREAKS(CLAUSE_SPLIT_TXT_12), .start = start_lives, .onlooker.write = count_lives,
	 .onlooker.used = begin_at_1);

static void refuse_second_life(struct virtqueue *queue, struct chain_view *chain)
{
	if (ring_is_packed(queue) && lives > 1)
		spoil(chain);
}

static void keep_wrap_counter(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, refuse_second_life);
}
SABOTEUR(packed_wrap_survives_reset, .about = "a packed ring is misread after a reset",
	 BREAKS(CLAUSE_PACKED_TXT_1), .start = start_lives, .onlooker.write = count_lives,
	 .onlooker.publish = keep_wrap_counter);

static void refuse_other_format(struct virtqueue *queue, struct chain_view *chain)
{
	static bool first_is_packed;

	if (lives <= 1)
		first_is_packed = ring_is_packed(queue);
	else if (first_is_packed != ring_is_packed(queue))
		spoil(chain);
}

static void keep_format(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, refuse_other_format);
}
SABOTEUR(format_survives_reset, .about = "after a reset only the ring format of before is served",
	 BREAKS(CLAUSE_FEAT_TXT_3), .start = start_lives, .onlooker.write = count_lives,
	 .onlooker.publish = keep_format);

static void refuse_without_event_idx(struct virtqueue *queue, struct chain_view *chain)
{
	if (!queue->event_idx)
		spoil(chain);
}

static void want_event_idx(struct onlooker *self, struct virtqueue *queue)
{
	if (lives > 1)
		visit_new_chains(queue, refuse_without_event_idx);
}
SABOTEUR(left_out_feature_missed, .about = "nothing works without EVENT_IDX, which may be left out",
	 BREAKS(CLAUSE_FEAT_TXT_1), .start = start_lives, .onlooker.write = count_lives,
	 .onlooker.publish = want_event_idx);

/* ---- kicks that say nothing new ---- */

static unsigned idle_kicks;
static uint64_t seen_position;

static void start_kicks(struct virtio_device *device)
{
	forget_chains(device);
	idle_kicks = 0;
	seen_position = 0;
}

static uint64_t position_of(const struct virtqueue *queue)
{
	return ring_is_packed(queue) ? packed_of(queue)->avail_slot : split_of(queue)->avail_index;
}

/* Each fourth kick without new buffers makes the device use the last one again. */
static bool use_for_idle_kicks(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	struct virtqueue *queue = kicked_queue(access, *value);

	if (!queue || ring_is_packed(queue))
		return true;
	if (position_of(queue) != seen_position) {
		seen_position = position_of(queue);
		idle_kicks = 0;
	} else if (++idle_kicks % 4 == 0) {
		write16(&split_of(queue)->used->idx,
			(uint16_t)(read16(&split_of(queue)->used->idx) + 1));
	}
	return true;
}
SABOTEUR(spurious_kick_served, .about = "kicks without new buffers make used elements",
	 BREAKS(CLAUSE_SPLIT_KICK_5, CLAUSE_KICK_TXT_4), .tests = "ring.*", .start = start_kicks,
	 .onlooker.write = use_for_idle_kicks);

/* ---- wake-ups that get lost ---- */

static unsigned kicks;

static bool lose_some_kicks(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	return !kicked_queue(access, *value) || ++kicks % 50;
}
SABOTEUR(wake_up_lost, .about = "one kick in 50 is lost on a device that went to sleep",
	 BREAKS(CLAUSE_KICK_TXT_5, CLAUSE_EVIDX_TXT_6, CLAUSE_PACKED_EV_TXT_10,
		CLAUSE_PACKED_EV_TXT_11),
	 .tests = "ring.no_buffer*", .onlooker.write = lose_some_kicks);

/* As if it was awake: nobody need tell it of what is exposed right behind a used buffer. */
static void say_awake(struct onlooker *self, struct virtqueue *queue)
{
	bool asleep = virtqueue_shows_used(queue);

	if (!asleep)
		return;
	if (!ring_is_packed(queue) && queue->event_idx)
		write16(split_of(queue)->avail_event,
			(uint16_t)(split_of(queue)->avail_index + 0x4000));
	else if (!ring_is_packed(queue))
		write16(&split_of(queue)->used->flags, VIRTQ_USED_F_NO_NOTIFY);
	else
		write16(&packed_of(queue)->device->flags, VIRTQ_EVENT_FLAGS_DISABLE);
}
SABOTEUR(falls_asleep_unsaid,
	 .about = "who falls asleep says for a moment still that it need not be told of buffers",
	 BREAKS(CLAUSE_KICK_TXT_5, CLAUSE_EVIDX_TXT_6, CLAUSE_PACKED_EV_TXT_10,
		CLAUSE_PACKED_EV_TXT_11),
	 .tests = "ring.buffer_exposed*", .onlooker.publish = say_awake);

/* ---- what shows too early ---- */

static void show_early(struct onlooker *self, struct virtqueue *queue)
{
	if (!ring_is_packed(queue))
		write16(&split_of(queue)->used->idx, split_of(queue)->avail_index);
}
SABOTEUR(used_index_before_the_element,
	 .about = "the used index moves before the element is written",
	 BREAKS(CLAUSE_SPLIT_TXT_16, CLAUSE_SPLIT_USED_1), .tests = "ring.used_buffer*",
	 .onlooker.publish = show_early);

static void write_late(struct virtqueue *queue, struct used_element *element)
{
	struct request *request =
		element->id < queue->size ? queue->chains[element->id].token : NULL;

	if (request && request->in_length)
		request->in[0]++;
}
SABOTEUR(data_behind_the_mark, .about = "data is written after the buffer shows as used",
	 BREAKS(CLAUSE_SPLIT_USED_3, CLAUSE_PACKED_TXT_13), .tests = "ring.used_buffer*",
	 .used_element = write_late);

/* ---- fields of queues ---- */

static uint64_t read_large_size(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return is_common(access, queue_size) && value ? 0xc000 : value;
}
SABOTEUR(queue_larger_than_32768, .about = "queue_size reads 49152", BREAKS(CLAUSE_VQ_TXT_8),
	 .onlooker.read = read_large_size);

static uint64_t last_desc;

static bool note_desc(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, queue_desc))
		last_desc = *value;
	return true;
}

static uint64_t read_last_desc(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_common(access, queue_desc) ? last_desc : value;
}
SABOTEUR(one_address_for_all_queues,
	 .about = "queue_desc reads what was last written for any queue", BREAKS(CLAUSE_VQ_TXT_9),
	 .onlooker.read = read_last_desc, .onlooker.write = note_desc);
