/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration and queues of a balloon (virtio 1.4, 5.5.2, 5.5.4). */
#include "tests/device/balloon/pages.h"
#include "tests/harness/subject/subject.h"

/* Whether the structure is long enough to hold a field. */
#define HOLDS(t, field)                                                                            \
	((t)->device->config_length >= offsetof(struct virtio_balloon_config, field) + sizeof(le32))

TEST(balloon, sizes_are_always_there,
     .about = "num_pages and actual exist without any feature, and actual reads back",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(BALLOON_CFG_1, BALLOON_FLOW_2))
{
	static const uint32_t values[] = {1, 0x01020304, 0};

	CHECK(t, BALLOON_CFG_1, HOLDS(t, num_pages) && HOLDS(t, actual),
	      "the configuration has %u bytes", t->device->config_length);
	bring_up(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(values); n++) {
		uint64_t actual;

		config_write(t->device, struct virtio_balloon_config, actual, values[n]);
		actual = BALLOON_CONFIG(t, actual);
		CHECK(t, BALLOON_FLOW_2, actual == values[n],
		      "actual reads %#lx after %#x was written", actual, values[n]);
	}
}

TEST(balloon, hint_command_is_the_devices,
     .about = "free_page_hint_cmd_id exists, and what a driver writes does not change it",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT),
     .judges = CLAUSES(BALLOON_CFG_2, BALLOON_CFG_3))
{
	uint64_t before, after;

	CHECK(t, BALLOON_CFG_2, HOLDS(t, free_page_hint_cmd_id), "the configuration has %u bytes",
	      t->device->config_length);
	balloon_up(t, 0);
	before = BALLOON_CONFIG(t, free_page_hint_cmd_id);
	config_write(t->device, struct virtio_balloon_config, free_page_hint_cmd_id,
		     before ^ 0x5a5a5a5a);
	after = BALLOON_CONFIG(t, free_page_hint_cmd_id);
	CHECK(t, BALLOON_CFG_3, after == before,
	      "free_page_hint_cmd_id changed from %#lx to %#lx when a driver wrote it", before,
	      after);
}

TEST(balloon, poison_value_is_taken, .about = "poison_val exists and holds what the driver wrote",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_POISON),
     .judges = CLAUSES(BALLOON_CFG_4))
{
	struct features features = features_for(t);
	uint64_t value;

	CHECK(t, BALLOON_CFG_4, HOLDS(t, poison_val), "the configuration has %u bytes",
	      t->device->config_length);
	features_add(&features, VIRTIO_BALLOON_F_PAGE_POISON);
	set_up(t, features, 2);
	config_write(t->device, struct virtio_balloon_config, poison_val, 0xaaaaaaaa);
	value = BALLOON_CONFIG(t, poison_val);
	CHECK(t, BALLOON_CFG_4, value == 0xaaaaaaaa, "poison_val reads %#lx after 0xaaaaaaaa",
	      value);
}

static uint64_t queue_size(struct test_run *t, unsigned queue)
{
	if (queue >= offered_queues(t->device))
		return 0;
	t->device->transport->select_queue(t->device, queue);
	return t->device->transport->queue_size(t->device);
}

/* Leaves the test when a queue lies where practice puts it, not the specification. */
static void skip_conflict(struct test_run *t, enum balloon_queue queue)
{
	struct balloon_index index = balloon_index(t->device, queue);

	if (!queue_size(t, index.specified) && queue_size(t, index.without_gaps))
		skip_test(
			t,
			"conflict: the specification fixes queue %u, the device leaves no gap for "
			"features it does not offer and has queue %u, as known drivers expect",
			index.specified, index.without_gaps);
}

TEST(balloon, inflate_and_deflate_queues_exist, .about = "queues 0 and 1 have a size",
     .type = VIRTIO_TYPE_BALLOON, .judges = CLAUSES(BALLOON_VQ_1))
{
	for (unsigned queue = 0; queue < 2; queue++)
		CHECK(t, BALLOON_VQ_1, queue_size(t, queue) > 0, "queue %u has size 0", queue);
}

TEST(balloon, statistics_queue_exists, .about = "with the statistics feature queue 2 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(BALLOON_VQ_2))
{
	CHECK(t, BALLOON_VQ_2, queue_size(t, BALLOON_STATS_QUEUE) > 0,
	      "VIRTIO_BALLOON_F_STATS_VQ is offered, queue 2 has size 0");
}

TEST(balloon, hint_queue_exists, .about = "with free page hints queue 3 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT),
     .judges = CLAUSES(BALLOON_VQ_3))
{
	skip_conflict(t, BALLOON_HINT_QUEUE);
	CHECK(t, BALLOON_VQ_3, queue_size(t, BALLOON_HINT_QUEUE) > 0,
	      "VIRTIO_BALLOON_F_FREE_PAGE_HINT is offered, queue 3 has size 0");
}

TEST(balloon, report_queue_exists, .about = "with free page reports queue 4 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_REPORTING),
     .judges = CLAUSES(BALLOON_VQ_4))
{
	skip_conflict(t, BALLOON_REPORT_QUEUE);
	CHECK(t, BALLOON_VQ_4, queue_size(t, BALLOON_REPORT_QUEUE) > 0,
	      "VIRTIO_BALLOON_F_PAGE_REPORTING is offered, queue 4 has size 0");
}

TEST(balloon, statistics_are_taken,
     .about = "a buffer of statistics, unknown ones among them, leaves the device at work",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(SANE_1, VQ_TXT_6))
{
	struct virtio_balloon_stat *stats = test_memory(t, "statistics", 3 * sizeof(*stats), 8);
	struct request request = {.out = (uint8_t *)stats,
				  .out_length = 3 * (uint32_t)sizeof(*stats)};
	struct completion completion;

	stats[0] = (struct virtio_balloon_stat){to_le16(VIRTIO_BALLOON_S_MEMTOT), to_le64(1 << 26)};
	stats[1] = (struct virtio_balloon_stat){to_le16(0x7fff), to_le64(1)};
	stats[2] =
		(struct virtio_balloon_stat){to_le16(VIRTIO_BALLOON_S_MEMFREE), to_le64(1 << 25)};
	balloon_up(t, 0);
	submit(t, t->device->queues[BALLOON_STATS_QUEUE], &request);
	work_once(t, 0);
	if (!virtqueue_take(t->device->queues[BALLOON_STATS_QUEUE], &completion))
		return;
	insist_on_chain(t, t->device->queues[BALLOON_STATS_QUEUE], &completion, &request);
	INSIST(t, VQ_TXT_6, completion.length == 0,
	       "the statistics buffer comes back with length %u", completion.length);
}
