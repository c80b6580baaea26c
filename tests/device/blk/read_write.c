/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes (virtio 1.4, 5.2.6). Only tests that need scratch change what is on the disk. */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/device/evidence.h"

/*
 * Reads the same sectors twice into differently preset buffers; leaves the test as failed unless both
 * wrote every byte and the same. Returns the used length.
 */
static uint32_t read_twice(struct test_run *t, uint64_t sector, uint32_t sectors)
{
	uint32_t bytes = sectors * VIRTIO_BLK_SECTOR;
	struct request *request[2];
	struct blk_answer answer;
	uint32_t unwritten;

	for (unsigned n = 0; n < 2; n++) {
		request[n] = blk_request(t, VIRTIO_BLK_T_IN, sector, 0, bytes);
		memset(request[n]->in, n ? EVIDENCE_SECOND : EVIDENCE_FIRST, bytes);
		answer = blk_send(t, t->device->queues[0], request[n]);
		blk_excuse(t, request[n]);
		INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK,
		       "a read of %u sectors at %lu ends with %s", sectors, sector,
		       blk_status_name(answer.status));
	}
	unwritten = first_unwritten(request[0]->in, request[1]->in, bytes);
	INSIST(t, SANE_2, unwritten == bytes,
	       "a read of %u sectors at %lu ends with OK, but byte %u was not written", sectors,
	       sector, unwritten);
	INSIST(t, SANE_3, same_words(request[0]->in, request[1]->in, bytes),
	       "two reads of %u sectors at %lu differ", sectors, sector);
	return answer.length;
}

/* Where none can, most of what a disk is for is not judged: told once, here. */
TEST(blk, some_block_can_be_read,
     .about = "of the first, the middle and the last block one is read", .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(SANE_2))
{
	uint32_t block = blk_block_sectors(t);
	uint64_t capacity = blk_capacity(t, block);
	uint64_t sectors[] = {0, capacity / block / 2 * block, blk_last(t)};
	struct blk_answer answer = {0};

	blk_up(t, 0, 0);
	for (unsigned n = 0; n < ARRAY_LENGTH(sectors); n++) {
		answer = blk_send(
			t, t->device->queues[0],
			blk_request(t, VIRTIO_BLK_T_IN, sectors[n], 0, block * VIRTIO_BLK_SECTOR));
		if (answer.status == VIRTIO_BLK_S_OK)
			break;
	}
	CHECK(t, SANE_2, answer.status == VIRTIO_BLK_S_OK,
	      "reads of the first, the middle and the last block are refused, the last with %s",
	      blk_status_name(answer.status));
}

TEST(blk, reads_fill_their_buffers,
     .about = "reads of one block to 64 KiB, first and last sectors, write every byte",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(SANE_3, VQ_TXT_4))
{
	uint32_t block = blk_block_sectors(t);
	uint64_t capacity = blk_capacity(t, block);
	uint32_t most = blk_segment_sectors(t, (uint32_t)MINIMUM(capacity, 128ul));

	blk_up(t, 0, 0);
	for (uint32_t sectors = block; sectors <= most; sectors *= 4) {
		uint32_t length = read_twice(t, 0, sectors);

		blk_judge_length(t, "a read", length, sectors * VIRTIO_BLK_SECTOR + 1);
	}
	read_twice(t, blk_last(t), block);
}

TEST(blk, reads_repeat_after_reset, .about = "a block reads the same before and after a reset",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(SANE_3))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *before = test_memory(t, "before", bytes, 16);
	uint8_t *after = test_memory(t, "after", bytes, 16);

	blk_capacity(t, block);
	blk_up(t, 0, 0);
	blk_read(t, blk_last(t), block, before);
	blk_again(t);
	blk_read(t, blk_last(t), block, after);
	INSIST(t, SANE_3, memcmp(before, after, bytes) == 0, "the last block changed over a reset");
}

TEST(blk, segments_up_to_seg_max_are_taken,
     .about = "a read cut into seg_max data segments is served", .type = VIRTIO_TYPE_BLK,
     WITH_FEATURE(VIRTIO_BLK_F_SEG_MAX), .judges = CLAUSES(FEAT_4))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint64_t capacity = blk_capacity(t, block);
	uint32_t seg_max = (uint32_t)BLK_CONFIG(t, seg_max), count;
	struct segment *segments;
	struct request *request;
	struct virtqueue *queue;
	struct blk_answer answer;

	blk_up(t, 0, 0);
	queue = t->device->queues[0];
	/* A chain is at most as long as the queue is large (2.7.5.3). */
	CAN_JUDGE(t, queue->size > 2, "a queue of %u entries takes no request", queue->size);
	count = MINIMUM(seg_max, queue->size - 2u);
	count = (uint32_t)MINIMUM((uint64_t)count, capacity / block);
	request = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, count * bytes);
	segments = test_memory(t, "segments", (count + 2) * sizeof(*segments), 8);
	segments[0] = (struct segment){physical(request->out), request->out_length, false};
	for (uint32_t n = 0; n <= count; n++)
		segments[n + 1] = (struct segment){physical(request->in + n * bytes),
						   n < count ? bytes : 1, true};
	answer = blk_send_cut(t, queue, request, segments, count + 2);
	blk_excuse(t, request);
	CHECK(t, FEAT_4, answer.status == VIRTIO_BLK_S_OK,
	      "seg_max is %u, a read of %u segments ends with %s", seg_max, count,
	      blk_status_name(answer.status));
}

TEST(blk, writes_are_read_back, .about = "what was written is read, its neighbours stay",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(SANE_2, SANE_3, VQ_TXT_4))
{
	uint32_t block = blk_block_sectors(t), around = 8 * block;
	uint32_t bytes = around * VIRTIO_BLK_SECTOR, at = 3 * block * VIRTIO_BLK_SECTOR;
	uint32_t part = 2 * block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	uint8_t *found = test_memory(t, "found", bytes, 16);
	struct request *request;
	struct blk_answer answer;

	blk_skip_unwritable(t);
	blk_capacity(t, around);
	blk_up(t, 0, 0);
	random_fill(&t->random, expected, bytes);
	blk_write(t, 0, around, expected);
	random_fill(&t->random, expected + at, part);
	request = blk_request(t, VIRTIO_BLK_T_OUT, 3 * block, part, 0);
	memcpy(blk_data(request), expected + at, part);
	answer = blk_send(t, t->device->queues[0], request);
	blk_excuse(t, request);
	INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK, "a write of two blocks ends with %s",
	       blk_status_name(answer.status));
	blk_judge_length(t, "a write", answer.length, 1);
	blk_read(t, 0, around, found);
	INSIST(t, SANE_3, memcmp(found, expected, bytes) == 0,
	       "byte %u of 8 blocks, of which 2 were rewritten, reads %#x, not %#x",
	       blk_difference(found, expected, bytes),
	       found[blk_difference(found, expected, bytes)],
	       expected[blk_difference(found, expected, bytes)]);
}

/* A block is written with what it holds, so that even a device that does write changes nothing. */
TEST(blk, read_only_disk_refuses_writes,
     .about = "a write to a read-only disk ends with IOERR, the feature accepted or not",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_RO), .judges = CLAUSES(BLK_OP_3))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *data = test_memory(t, "data", bytes, 16);

	blk_capacity(t, block);
	blk_up(t, 0, 0);
	for (unsigned accepted = 1;; accepted = 0) {
		struct request *request = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);
		uint8_t status;

		blk_read(t, 0, block, data);
		memcpy(blk_data(request), data, bytes);
		status = blk_send(t, t->device->queues[0], request).status;
		CHECK(t, BLK_OP_3, status == VIRTIO_BLK_S_IOERR,
		      "VIRTIO_BLK_F_RO %s: a write ends with %s",
		      accepted ? "accepted" : "declined", blk_status_name(status));
		if (!accepted)
			return;
		start_over(t);
		blk_up(t, 0, BIT64(VIRTIO_BLK_F_RO));
	}
}

TEST(blk, read_only_disk_keeps_its_data,
     .about = "a refused write to a read-only disk leaves the block as it was",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_RO),
     .judges = CLAUSES(BLK_OP_4))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *before = test_memory(t, "before", bytes, 16);
	uint8_t *after = test_memory(t, "after", bytes, 16);
	struct request *request = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);

	blk_capacity(t, block);
	blk_up(t, 0, 0);
	blk_read(t, 0, block, before);
	for (uint32_t n = 0; n < bytes; n++)
		blk_data(request)[n] = (uint8_t)~before[n];
	blk_send(t, t->device->queues[0], request);
	blk_read(t, 0, block, after);
	CHECK(t, BLK_OP_4, memcmp(before, after, bytes) == 0,
	      "a write to a read-only disk changed byte %u", blk_difference(before, after, bytes));
	blk_again(t);
	blk_read(t, 0, block, after);
	CHECK(t, BLK_OP_4, memcmp(before, after, bytes) == 0,
	      "a write to a read-only disk changed byte %u, seen after a reset",
	      blk_difference(before, after, bytes));
}
