/* SPDX-License-Identifier: BSD-2-Clause */
/* FLUSH (virtio 1.4, 5.2.6). That data reach the medium is seen on the host only. */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"

TEST(blk, flush_is_served, .about = "a flush ends with OK, with nothing written before",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_RING | AXIS_INDIRECT, WITH_FEATURE(VIRTIO_BLK_F_FLUSH),
     .judges = CLAUSES(FEAT_4, SANE_2, VQ_TXT_4))
{
	blk_up(t, 0, 0);
	for (unsigned n = 0; n < 3; n++) {
		struct request *request = blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0);
		struct blk_answer answer = blk_send(t, t->device->queues[0], request);

		CHECK(t, FEAT_4, answer.status != VIRTIO_BLK_S_UNSUPP,
		      "VIRTIO_BLK_F_FLUSH is negotiated, a flush ends with UNSUPP");
		CAN_JUDGE(t, answer.status != VIRTIO_BLK_S_IOERR,
			  "the disk fails a flush, as it may");
		INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK, "a flush ends with %s",
		       blk_status_name(answer.status));
		blk_judge_length(t, "a flush", answer.length, 1);
	}
}

TEST(blk, flush_keeps_what_was_written,
     .about = "writes are there after a flush, also after a reset", .type = VIRTIO_TYPE_BLK,
     .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_FLUSH), .judges = CLAUSES(SANE_2, SANE_3))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	uint8_t *found = test_memory(t, "found", bytes, 16);
	struct blk_answer answer;

	blk_skip_unwritable(t);
	blk_capacity(t, block);
	blk_up(t, 0, 0);
	random_fill(&t->random, expected, bytes);
	blk_write(t, 0, block, expected);
	answer = blk_send(t, t->device->queues[0], blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0));
	CAN_JUDGE(t, answer.status != VIRTIO_BLK_S_IOERR, "the disk fails a flush, as it may");
	INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK, "a flush ends with %s",
	       blk_status_name(answer.status));
	blk_again(t);
	blk_read(t, 0, block, found);
	INSIST(t, SANE_3, memcmp(found, expected, bytes) == 0,
	       "what was written and flushed reads differently after a reset, from byte %u on",
	       blk_difference(found, expected, bytes));
}
