/* SPDX-License-Identifier: BSD-2-Clause */
/* Balloons that get wrong what the host wants of them: targets, statistics, hints. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/balloon.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

#define CONFIG(field) offsetof(struct virtio_balloon_config, field)

/* A register of the configuration as something else. */
#define READS_AS(symbol, field, expression)                                                        \
	static uint64_t symbol(struct onlooker *self, const struct register_access *access,        \
			       uint64_t value)                                                     \
	{                                                                                          \
		(void)self;                                                                        \
		return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(field)    \
			       ? (expression)                                                      \
			       : value;                                                            \
	}

READS_AS(count_in_eights, num_pages, value / 2)

SABOTEUR(balloon_counts_large_pages, .about = "num_pages counts pages of 8192 bytes",
	 BREAKS(CLAUSE_BALLOON_FLOW_1), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.targets*",
	 .onlooker.read = count_in_eights);

static void change_statistics(struct virtqueue *queue, uint16_t from, uint16_t to)
{
	for (unsigned id = 0; id < queue->size && queue->index == BALLOON_STATS_QUEUE; id++) {
		const struct request *request = queue->chains[id].token;
		struct virtio_balloon_stat *stats;
		uint32_t count;

		if (!request)
			continue;
		stats = (struct virtio_balloon_stat *)request->out;
		count = request->out_length / (uint32_t)sizeof(*stats);
		for (uint32_t n = 0; n < count; n++) {
			if (from_le16(stats[n].tag) == from)
				stats[n].tag = to_le16(to);
		}
	}
}

static void take_unknown(struct onlooker *self, struct virtqueue *queue)
{
	change_statistics(queue, 0x7fff, 1);
}

SABOTEUR(balloon_takes_unknown_tags, .about = "an unknown statistic is taken for a known one",
	 BREAKS(CLAUSE_BALLOON_STATS_1), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.statistics_reach*", .onlooker.publish = take_unknown);

static void miss_the_last(struct onlooker *self, struct virtqueue *queue)
{
	change_statistics(queue, VIRTIO_BALLOON_S_MEMFREE, 0x7ffe);
}

SABOTEUR(balloon_wants_tags_in_order, .about = "a statistic behind one with a higher tag is missed",
	 BREAKS(CLAUSE_BALLOON_STATS_2), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.statistics_reach*", .onlooker.publish = miss_the_last);

static bool overlook_statistics(struct onlooker *self, const struct register_access *access,
				uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || *value != BALLOON_STATS_QUEUE;
}

SABOTEUR(balloon_asks_for_nothing, .about = "the statistics buffer is never used",
	 BREAKS(CLAUSE_BALLOON_STATQ_1), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.statistics_reach*", .onlooker.write = overlook_statistics);

static void return_at_once(struct onlooker *self, struct virtqueue *queue)
{
	const struct virtq_avail *avail = split_of(queue)->avail;
	struct virtq_used *used = split_of(queue)->used;

	if (queue->index == BALLOON_STATS_QUEUE && from_le16(avail->idx) == 1 &&
	    from_le16(used->idx) == 1)
		use_falsely(queue, NULL, 0);
}

SABOTEUR(balloon_keeps_no_statistics, .about = "statistics are used when nobody asks for any",
	 BREAKS(CLAUSE_BALLOON_STATQ_2), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.statistics_reach*", .onlooker.publish = return_at_once);

static unsigned reads;

static void begin(struct virtio_device *device)
{
	reads = 0;
}

READS_AS(hint_at_first, free_page_hint_cmd_id, reads++ ? value : 7)

SABOTEUR(balloon_wants_useless_hints, .about = "hints are asked for that the host has no use for",
	 BREAKS(CLAUSE_BALLOON_HINT_1), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.hinted*",
	 .start = begin, .onlooker.read = hint_at_first);

READS_AS(repeat_command, free_page_hint_cmd_id,
	 value > VIRTIO_BALLOON_CMD_ID_DONE ? VIRTIO_BALLOON_CMD_ID_DONE + 1 : value)

SABOTEUR(balloon_repeats_commands, .about = "every round of hints has the same command",
	 BREAKS(CLAUSE_BALLOON_HINT_2), .type = VIRTIO_TYPE_BALLOON,
	 .tests = "balloon.hint_commands*", .onlooker.read = repeat_command);

READS_AS(stop_instead, free_page_hint_cmd_id,
	 value == VIRTIO_BALLOON_CMD_ID_DONE ? VIRTIO_BALLOON_CMD_ID_STOP : value)

SABOTEUR(balloon_is_never_done, .about = "hinting is stopped and never done",
	 BREAKS(CLAUSE_BALLOON_HINT_6), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.hinted*",
	 .onlooker.read = stop_instead);

static uint8_t *hinted;

static void forget_hints(struct virtio_device *device)
{
	hinted = NULL;
}

/* Spoils the page that was hinted last when the next buffer of a queue is used. */
static void spoil_hinted(struct virtqueue *queue, const struct used_element *element,
			 bool at_other_queues)
{
	const struct virtq_desc *buffer = &split_of(queue)->desc[element->id];
	bool is_hint = queue->index >= BALLOON_HINT_QUEUE && element->id < queue->size &&
		       (from_le16(buffer->flags) & VIRTQ_DESC_F_WRITE);

	if (hinted && at_other_queues == (queue->index == BALLOON_INFLATE_QUEUE))
		*hinted ^= 1;
	if (is_hint)
		hinted = (uint8_t *)(uintptr_t)from_le64(buffer->addr);
}

static void spoil_late(struct virtqueue *queue, struct used_element *element)
{
	spoil_hinted(queue, element, false);
}

SABOTEUR(balloon_takes_hinted_pages, .about = "a hinted page is taken though it was written",
	 BREAKS(CLAUSE_BALLOON_HINTQ_1), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.hinted*",
	 .start = forget_hints, .used_element = spoil_late);

static void spoil_when_done(struct virtqueue *queue, struct used_element *element)
{
	spoil_hinted(queue, element, true);
}

SABOTEUR(balloon_takes_when_done, .about = "a hinted page is taken after hinting is done",
	 BREAKS(CLAUSE_BALLOON_HINT_5), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.hinted*",
	 .start = forget_hints, .used_element = spoil_when_done);

static void spoil_at_once(struct virtqueue *queue, struct used_element *element)
{
	hinted = NULL;
	spoil_hinted(queue, element, false);
	if (hinted)
		*hinted ^= 1;
}

SABOTEUR(balloon_heeds_any_command, .about = "pages are taken that are hinted under no command",
	 BREAKS(CLAUSE_BALLOON_HINT_3), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.hints_out*",
	 .start = forget_hints, .used_element = spoil_at_once);
