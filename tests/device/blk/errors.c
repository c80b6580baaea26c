/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that a block device does not know, and how it says so (virtio 1.4, 5.2.6). */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/device/evidence.h"

#define UNKNOWN_TYPE 0x56

/* A request whose type nothing defines. */
static struct request *unknown_request(struct test_run *t, uint32_t type)
{
	return blk_request(t, (enum virtio_blk_type)type, 0, 0, 64);
}

TEST(blk, unknown_requests_are_refused,
     .about = "request types that nothing defines are used with an error, reads go on",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(SANE_12))
{
	static const uint32_t types[] = {UNKNOWN_TYPE, 0x4242, 0x7ffffffe};
	uint32_t block = blk_block_sectors(t);
	uint8_t *data = test_memory(t, "data", block * VIRTIO_BLK_SECTOR, 16);

	blk_capacity(t, block);
	blk_up(t, 0, 0);
	for (unsigned n = 0; n < ARRAY_LENGTH(types); n++) {
		struct blk_answer answer =
			blk_send(t, t->device->queues[0], unknown_request(t, types[n]));

		INSIST(t, SANE_12,
		       answer.status == VIRTIO_BLK_S_UNSUPP || answer.status == VIRTIO_BLK_S_IOERR,
		       "a request of unknown type %#x ends with %s", types[n],
		       blk_status_name(answer.status));
		blk_read(t, 0, block, data);
	}
}

/*
 * Brings the device up without the zoned feature. A host-managed disk refuses that (BLK-INIT-10), which
 * is no news here. Nor is one that leaves whatever it does not know: that is one fault, and not one for each request.
 */
static void up_without_zones(struct test_run *t)
{
	struct features features = features_for(t);
	struct completion completion;

	features_remove(&features, VIRTIO_BLK_F_ZONED);
	if (blk_offers(t, VIRTIO_BLK_F_ZONED)) {
		if (!negotiate(t, features))
			skip_test(t, "a host-managed disk does not go without VIRTIO_BLK_F_ZONED");
		start_over(t);
	}
	set_up(t, features, 1);
	go_live(t);
	submit(t, t->device->queues[0], unknown_request(t, UNKNOWN_TYPE));
	CAN_JUDGE(t, await_completion(t, t->device->queues[0], &completion),
		  "requests of a type that nothing defines are never used: see "
		  "blk.unknown_requests_are_refused");
}

/* The status of a zone request without data. */
static uint8_t zone_status(struct test_run *t, enum virtio_blk_type type)
{
	return blk_send(t, t->device->queues[0], blk_request(t, type, 0, 0, 0)).status;
}

TEST(blk, zone_requests_need_the_feature,
     .about = "zone report, open and close are unsupported without the zoned feature",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(BLK_OP_26, BLK_OP_27, BLK_OP_28, SPLIT_USED_2))
{
	uint32_t room =
		sizeof(struct virtio_blk_zone_report) + sizeof(struct virtio_blk_zone_descriptor);
	struct request *request[2];
	struct blk_answer answer;
	uint32_t written;
	uint8_t status;

	up_without_zones(t);
	for (unsigned n = 0; n < 2; n++) {
		request[n] = blk_request(t, VIRTIO_BLK_T_ZONE_REPORT, 0, 0, room);
		memset(request[n]->in, n ? EVIDENCE_SECOND : EVIDENCE_FIRST, room);
		answer = blk_send(t, t->device->queues[0], request[n]);
		CHECK(t, BLK_OP_26, answer.status == VIRTIO_BLK_S_UNSUPP,
		      "ZONE_REPORT ends with %s", blk_status_name(answer.status));
	}
	/*
	 * A length of 1 for the status at the very end: 2.7.8.2 counts from the first byte on, 5.2.6.2 has the
	 * status written alone. More than all bytes that were written is wrong by either.
	 */
	written = room - count_unwritten(request[0]->in, request[1]->in, room) + 1;
	CHECK(t, SPLIT_USED_2, answer.length <= written,
	      "a refused request is used with length %u, and %u bytes were written", answer.length,
	      written);
	status = zone_status(t, VIRTIO_BLK_T_ZONE_OPEN);
	CHECK(t, BLK_OP_27, status == VIRTIO_BLK_S_UNSUPP, "ZONE_OPEN ends with %s",
	      blk_status_name(status));
	status = zone_status(t, VIRTIO_BLK_T_ZONE_CLOSE);
	CHECK(t, BLK_OP_28, status == VIRTIO_BLK_S_UNSUPP, "ZONE_CLOSE ends with %s",
	      blk_status_name(status));
}

/* On scratch only: a device that does serve these throws data away. */
TEST(blk, zone_writes_need_the_feature,
     .about = "zone append, finish and both resets are unsupported without the zoned feature",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH,
     .judges = CLAUSES(BLK_OP_29, BLK_OP_30, BLK_OP_31, BLK_OP_32))
{
	uint32_t bytes = blk_block_sectors(t) * VIRTIO_BLK_SECTOR;
	struct request *append;
	uint8_t status;

	up_without_zones(t);
	status = zone_status(t, VIRTIO_BLK_T_ZONE_FINISH);
	CHECK(t, BLK_OP_29, status == VIRTIO_BLK_S_UNSUPP, "ZONE_FINISH ends with %s",
	      blk_status_name(status));
	append = blk_request(t, VIRTIO_BLK_T_ZONE_APPEND, 0, bytes, sizeof(le64));
	status = blk_send(t, t->device->queues[0], append).status;
	CHECK(t, BLK_OP_30, status == VIRTIO_BLK_S_UNSUPP, "ZONE_APPEND ends with %s",
	      blk_status_name(status));
	status = zone_status(t, VIRTIO_BLK_T_ZONE_RESET);
	CHECK(t, BLK_OP_31, status == VIRTIO_BLK_S_UNSUPP, "ZONE_RESET ends with %s",
	      blk_status_name(status));
	status = zone_status(t, VIRTIO_BLK_T_ZONE_RESET_ALL);
	CHECK(t, BLK_OP_32, status == VIRTIO_BLK_S_UNSUPP, "ZONE_RESET_ALL ends with %s",
	      blk_status_name(status));
}
