/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration and queues of a balloon (virtio 1.4, 5.5.2, 5.5.4). */
#include "tests/device/balloon/pages.h"
#include "tests/harness/subject/subject.h"

/* Whether the structure is long enough to hold a field. */
#define HOLDS(t, field)                                                                            \
	((t)->device->config_length >= offsetof(struct virtio_balloon_config, field) + sizeof(le32))

/* Pages go one way or the other, which is what `actual` is written for, and it reads so. */
static void move(struct test_run *t, unsigned queue, const uint8_t *pages, unsigned count,
		 unsigned in_balloon)
{
	uint64_t actual;

	CAN_JUDGE(t, balloon_tell(t, queue, pages, count, 1),
		  "queue %u: a request of %u pages is not used in time", queue, count);
	config_write(t->device, struct virtio_balloon_config, actual, in_balloon);
	actual = BALLOON_CONFIG(t, actual);
	CHECK(t, BALLOON_FLOW_2, actual == in_balloon, "actual reads %#lx after %#x was written",
	      actual, in_balloon);
}

TEST(balloon, sizes_are_always_there,
     .about = "num_pages and actual exist without any feature, and actual says what was written",
     .type = VIRTIO_TYPE_BALLOON, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(BALLOON_CFG_1, BALLOON_FLOW_2))
{
	enum { FEW = 2, MANY = 256, PAGES = FEW + MANY };
	const uint8_t *pages = balloon_pages(t, PAGES), *more = pages + FEW * VIRTIO_BALLOON_PAGE;

	CHECK(t, BALLOON_CFG_1, HOLDS(t, num_pages) && HOLDS(t, actual),
	      "the configuration has %u bytes", t->device->config_length);
	bring_up(t);
	move(t, BALLOON_INFLATE_QUEUE, pages, FEW, FEW);
	move(t, BALLOON_INFLATE_QUEUE, more, MANY, PAGES);
	move(t, BALLOON_DEFLATE_QUEUE, pages, FEW, MANY);
	move(t, BALLOON_DEFLATE_QUEUE, more, MANY, 0);
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

TEST(balloon, poison_value_has_its_field, .about = "poison_val exists", .type = VIRTIO_TYPE_BALLOON,
     WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_POISON), .judges = CLAUSES(BALLOON_CFG_4))
{
	/* What a device makes of its value is its own affair: it MAY take it as a hint (5.5.6.5.2). */
	CHECK(t, BALLOON_CFG_4, HOLDS(t, poison_val), "the configuration has %u bytes",
	      t->device->config_length);
}

/*
 * Takes the features that bring queues, for these exist only then (5.5.2); leaves the test when the queue lies where
 * practice puts it, not the specification.
 */
static void look_for_queue(struct test_run *t, enum balloon_queue queue)
{
	unsigned place;

	accept_features(t, t->device, balloon_features(t, 0));
	place = balloon_place(t, queue);
	if (place != (unsigned)queue)
		skip_test(
			t,
			"conflict: the specification fixes queue %u, the device leaves no gap for "
			"features it does not offer and has queue %u, as known drivers expect",
			queue, place);
}

TEST(balloon, inflate_and_deflate_queues_exist, .about = "queues 0 and 1 have a size",
     .type = VIRTIO_TYPE_BALLOON, .judges = CLAUSES(BALLOON_VQ_1))
{
	for (unsigned queue = 0; queue < 2; queue++)
		CHECK(t, BALLOON_VQ_1, balloon_has_queue(t, queue), "queue %u has size 0", queue);
}

TEST(balloon, statistics_queue_exists, .about = "with the statistics feature queue 2 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(BALLOON_VQ_2))
{
	look_for_queue(t, BALLOON_STATS_QUEUE);
	CHECK(t, BALLOON_VQ_2, balloon_has_queue(t, BALLOON_STATS_QUEUE),
	      "VIRTIO_BALLOON_F_STATS_VQ is offered, queue 2 has size 0");
}

TEST(balloon, hint_queue_exists, .about = "with free page hints queue 3 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_FREE_PAGE_HINT),
     .judges = CLAUSES(BALLOON_VQ_3))
{
	look_for_queue(t, BALLOON_HINT_QUEUE);
	CHECK(t, BALLOON_VQ_3, balloon_has_queue(t, BALLOON_HINT_QUEUE),
	      "VIRTIO_BALLOON_F_FREE_PAGE_HINT is offered, queue 3 has size 0");
}

TEST(balloon, report_queue_exists, .about = "with free page reports queue 4 has a size",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_PAGE_REPORTING),
     .judges = CLAUSES(BALLOON_VQ_4))
{
	look_for_queue(t, BALLOON_REPORT_QUEUE);
	CHECK(t, BALLOON_VQ_4, balloon_has_queue(t, BALLOON_REPORT_QUEUE),
	      "VIRTIO_BALLOON_F_PAGE_REPORTING is offered, queue 4 has size 0");
}

TEST(balloon, queues_go_with_their_features,
     .about = "after a reset the device needs no queue of a feature that was negotiated before",
     .type = VIRTIO_TYPE_BALLOON, WITH_FEATURE(VIRTIO_BALLOON_F_STATS_VQ),
     .judges = CLAUSES(FEAT_TXT_2))
{
	uint8_t status;

	balloon_up(t, 0);
	work_once(t, 0);
	start_over(t);
	set_up(t, features_for(t), usual_queues(t));
	virtio_add_status(t->device, VIRTIO_STATUS_DRIVER_OK);
	t->up = true;
	status = t->device->transport->get_status(t->device);
	INSIST(t, FEAT_TXT_2, !(status & VIRTIO_STATUS_NEEDS_RESET),
	       "VIRTIO_BALLOON_F_STATS_VQ was negotiated, then after a reset it was not: with DRIVER_OK "
	       "device_status reads %#x",
	       status);
	work_once(t, 1);
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
