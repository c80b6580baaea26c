/* SPDX-License-Identifier: BSD-2-Clause */
/* Block devices by their legacy interface (virtio 1.4, 3.1.2, 5.2.5.1, 5.2.6.1). */
#include "tests/device/blk/exchange.h"
#include "tests/harness/subject/contact.h"

#define BLOCKS 8

TEST(blk, legacy_disk_is_not_zoned,
     .about = "the legacy interface does not offer VIRTIO_BLK_F_ZONED", .type = VIRTIO_TYPE_BLK,
     .traits = DEVICE_LEGACY, .judges = CLAUSES(BLK_INIT_7))
{
	struct features offered;

	approach(t->device);
	offered = virtio_read_offer(t->device);
	CHECK(t, BLK_INIT_7, !features_have(&offered, VIRTIO_BLK_F_ZONED),
	      "the features offered are %#lx", offered.words[0]);
}

/* A media error spares one block or another, but not the first alone, of any disk. */
TEST(blk, legacy_header_is_native,
     .about = "blocks are found by their numbers as the guest writes them", .type = VIRTIO_TYPE_BLK,
     .traits = DEVICE_LEGACY, .judges = CLAUSES(BLK_OP_LEG_1))
{
	bool readable[BLOCKS];
	unsigned others = 0;
	uint32_t unit;

	blk_up(t, 0, 0);
	unit = blk_block_sectors(t);
	blk_capacity(t, (uint64_t)BLOCKS * unit);
	for (unsigned n = 0; n < BLOCKS; n++) {
		struct request *request =
			blk_request(t, VIRTIO_BLK_T_IN, (uint64_t)n * unit, 0, unit * 512);

		readable[n] = blk_send(t, work_queue(t), request).status == VIRTIO_BLK_S_OK;
		others += n && readable[n];
	}
	CHECK(t, BLK_OP_LEG_1, !readable[0] || others,
	      "the first block can be read, and none of the %u behind it", BLOCKS - 1);
}

static void keeps(struct test_run *t, enum clause_id id, uint8_t written, const char *when)
{
	uint8_t now = (uint8_t)BLK_CONFIG(t, writeback);

	JUDGE(t, id, now == written, "writeback reads %u %s, and was written as %u", now, when,
	      written);
}

static void set_writeback(struct test_run *t, uint8_t writeback)
{
	config_write(t->device, struct virtio_blk_config, writeback, writeback);
}

/* A driver that comes no further than its features. */
static void follow_features(struct test_run *t, uint8_t writeback, struct features features)
{
	const struct virtio_transport *transport = t->device->transport;
	uint8_t now;

	set_writeback(t, writeback);
	now = (uint8_t)BLK_CONFIG(t, writeback);
	INSIST(t, INIT_LEG_1, now == writeback,
	       "writeback reads %u after %u was written at device_status 0", now, writeback);
	transport->set_status(t->device, VIRTIO_STATUS_ACKNOWLEDGE);
	keeps(t, CLAUSE_BLK_INIT_LEG_1, writeback, "after ACKNOWLEDGE was set");
	transport->set_status(t->device, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	keeps(t, CLAUSE_BLK_INIT_LEG_1, writeback, "after DRIVER was set");
	virtio_write_features(t->device, &features);
	keeps(t, CLAUSE_BLK_INIT_LEG_3, writeback, "after the features were written");
	start_over(t);
}

/* One that goes on to DRIVER_OK. */
static void follow_driver_ok(struct test_run *t, uint8_t writeback, struct features features)
{
	set_up(t, features, 1);
	set_writeback(t, writeback);
	go_live(t);
	keeps(t, CLAUSE_BLK_INIT_LEG_2, writeback,
	      "after DRIVER_OK was set, with VIRTIO_BLK_F_CONFIG_WCE accepted");
	start_over(t);
}

TEST(blk, writeback_is_the_legacy_drivers,
     .about = "what is written to writeback stays there, whatever status and features are written",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_CONFIG_WCE), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BLK_INIT_LEG_1, BLK_INIT_LEG_2, BLK_INIT_LEG_3, INIT_LEG_1))
{
	uint8_t found = (uint8_t)BLK_CONFIG(t, writeback);

	for (unsigned n = 0; n < 4; n++) {
		struct features features = features_for(t);

		features_add(&features, VIRTIO_BLK_F_CONFIG_WCE);
		features_remove(&features, VIRTIO_BLK_F_FLUSH);
		if (n / 2 && blk_offers(t, VIRTIO_BLK_F_FLUSH))
			features_add(&features, VIRTIO_BLK_F_FLUSH);
		follow_features(t, n % 2, features);
		follow_driver_ok(t, n % 2, features);
	}
	set_writeback(t, found);
}

/* The sentence speaks of drivers, and so devices are told of it alone. */
TEST(blk, flush_out_is_a_flush,
     .about = "VIRTIO_BLK_T_FLUSH_OUT is answered as VIRTIO_BLK_T_FLUSH is",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_FLUSH), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BLK_OP_LEG_2))
{
	uint8_t flush, flush_out;

	blk_up(t, BIT64(VIRTIO_BLK_F_FLUSH), 0);
	flush = blk_send(t, work_queue(t), blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0)).status;
	flush_out =
		blk_send(t, work_queue(t), blk_request(t, VIRTIO_BLK_T_FLUSH_OUT, 0, 0, 0)).status;
	CHECK(t, BLK_OP_LEG_2, flush_out == flush,
	      "VIRTIO_BLK_T_FLUSH is answered %s, and VIRTIO_BLK_T_FLUSH_OUT %s",
	      blk_status_name(flush), blk_status_name(flush_out));
}

#define AROUND  6 /* requests on either side of a barrier */
#define BARRIER AROUND

/* Reads of one block each, the barrier in the middle, shown to the device at once; *at: who was used when. */
static void read_around_barrier(struct test_run *t, unsigned at[2 * AROUND + 1])
{
	uint32_t unit = blk_block_sectors(t);
	struct virtqueue *queue = work_queue(t);
	struct request *requests[2 * AROUND + 1];

	for (unsigned n = 0; n < ARRAY_LENGTH(requests); n++) {
		requests[n] = blk_request(t, VIRTIO_BLK_T_IN, n * unit, 0, unit * 512);
		if (n == BARRIER)
			((struct virtio_blk_req *)requests[n]->out)->type =
				to_le32(VIRTIO_BLK_T_IN | VIRTIO_BLK_T_BARRIER);
		add_request(t, queue, requests[n]);
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	for (unsigned place = 0; place < ARRAY_LENGTH(requests); place++) {
		struct completion completion;
		unsigned n = 0;

		INSIST(t, SANE_1, await_completion(t, queue, &completion),
		       "of %zu reads with a barrier among them %u are completed in time",
		       ARRAY_LENGTH(requests), place);
		while (requests[n] != completion.token)
			n++;
		at[n] = place;
	}
}

TEST(blk, barriers_part_requests,
     .about =
	     "what was made available before a barrier is used before it, what came behind it behind",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_BARRIER), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(BLK_OP_LEG_3, BLK_OP_LEG_4, SANE_1))
{
	unsigned at[2 * AROUND + 1];

	blk_up(t, BIT64(VIRTIO_BLK_F_BARRIER), 0);
	CAN_JUDGE(t, blk_offers(t, VIRTIO_BLK_F_BARRIER), "VIRTIO_BLK_F_BARRIER is not offered");
	blk_capacity(t, (uint64_t)ARRAY_LENGTH(at) * blk_block_sectors(t));
	read_around_barrier(t, at);
	for (unsigned n = 0; n < AROUND; n++) {
		CHECK(t, BLK_OP_LEG_3, at[n] < at[BARRIER],
		      "request %u stands in front of barrier %u, and was used behind it", n,
		      BARRIER);
		CHECK(t, BLK_OP_LEG_4, at[BARRIER + 1 + n] > at[BARRIER],
		      "request %u stands behind barrier %u, and was used before it",
		      BARRIER + 1 + n, BARRIER);
	}
}
