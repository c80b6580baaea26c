/* SPDX-License-Identifier: BSD-2-Clause */
/* Several request queues (virtio 1.4, 5.2.2, 5.2.4). */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/harness/subject/subject.h"

TEST(blk, each_queue_serves, .about = "every one of num_queues queues serves requests alone",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_INTERRUPT, WITH_FEATURE(VIRTIO_BLK_F_MQ),
     .judges = CLAUSES(SANE_2, SANE_3))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	unsigned queues;

	blk_capacity(t, block);
	queues = blk_up_all(t);
	blk_read(t, 0, block, expected);
	for (unsigned n = 0; n < queues; n++) {
		struct request *request = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
		struct blk_answer answer = blk_send(t, t->device->queues[n], request);

		blk_excuse(t, request);
		INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK, "queue %u: a read ends with %s",
		       n, blk_status_name(answer.status));
		INSIST(t, SANE_3, memcmp(request->in, expected, bytes) == 0,
		       "queue %u: the first block reads differently from queue 0", n);
	}
}

/* Other queues are read from at the same time: what came is what stands there. */
static void judge_read(struct test_run *t, unsigned queue, const struct request *request,
		       const uint8_t *disk)
{
	const struct virtio_blk_req *header = (const struct virtio_blk_req *)request->out;
	uint64_t sector = from_le64(header->sector);
	uint32_t bytes = request->in_length - 1;

	INSIST(t, SANE_3, memcmp(request->in, disk + sector * VIRTIO_BLK_SECTOR, bytes) == 0,
	       "queue %u: sector %lu, read while all queues were busy, reads differently from before",
	       queue, sector);
}

TEST(blk, all_queues_serve_at_once,
     .about = "requests waiting in every queue are completed on their own queues",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_INTERRUPT, WITH_FEATURE(VIRTIO_BLK_F_MQ),
     .judges = CLAUSES(SANE_1, SANE_2, SANE_3))
{
	enum { DEPTH = 4 };
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected;
	struct completion completion;
	unsigned queues, blocks;

	blk_capacity(t, block);
	queues = blk_up_all(t);
	blocks = (unsigned)MINIMUM(blk_last(t) / block + 1, (uint64_t)(queues * DEPTH));
	expected = test_memory(t, "expected", (size_t)blocks * bytes, 16);
	for (unsigned n = 0; n < blocks; n++)
		blk_read(t, (uint64_t)n * block, block, expected + (size_t)n * bytes);
	for (unsigned n = 0; n < queues * DEPTH; n++) {
		struct virtqueue *queue = t->device->queues[n % queues];

		add_request(
			t, queue,
			blk_request(t, VIRTIO_BLK_T_IN, (uint64_t)(n % blocks) * block, 0, bytes));
	}
	for (unsigned n = 0; n < queues; n++) {
		virtqueue_publish(t->device->queues[n]);
		virtqueue_kick(t->device->queues[n]);
	}
	for (unsigned n = 0; n < queues * DEPTH; n++) {
		INSIST(t, SANE_1, await_announced(t, t->device->queues[n % queues], &completion),
		       "queue %u: read %u of %u is not completed in time", n % queues,
		       n / queues + 1, DEPTH);
		blk_excuse(t, completion.token);
		INSIST(t, SANE_2, blk_status(completion.token) == VIRTIO_BLK_S_OK,
		       "queue %u: a read ends with %s", n % queues,
		       blk_status_name(blk_status(completion.token)));
		judge_read(t, n % queues, completion.token, expected);
	}
}

TEST(blk, first_queue_serves_without_the_feature,
     .about = "with the multi-queue feature declined, the first queue alone serves",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_MQ), .judges = CLAUSES(VQ_TXT_10))
{
	struct features features = features_for(t);
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	struct request *request;
	struct blk_answer answer;

	blk_capacity(t, block);
	blk_up_all(t);
	blk_read(t, 0, block, test_memory(t, "data", bytes, 16));
	start_over(t);
	features_remove(&features, VIRTIO_BLK_F_MQ);
	set_up(t, features, 1);
	go_live(t);
	request = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
	answer = blk_send(t, t->device->queues[0], request);
	CHECK(t, VQ_TXT_10, answer.status == VIRTIO_BLK_S_OK,
	      "with one of %u queues enabled, a read ends with %s", offered_queues(t->device),
	      blk_status_name(answer.status));
}
