/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers used in the order in which they were exposed (virtio 1.4, 2.7.9, 2.8.9). */
#include "lib/string.h"
#include "tests/harness/subject/subject.h"
#include "tests/ring/traffic.h"
#include "virtio/device/blk.h"

#define AXES     (AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE)
#define REQUESTS 200

static struct traffic *serve_in_order(struct test_run *t)
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 32);
	/* What becomes of a ring that is full is for the test below. */
	traffic->spare = 1;
	CAN_JUDGE(t, traffic->queue->size > 3, "the ring of %u entries is full at once",
		  traffic->queue->size);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);
	return traffic;
}

#define FULL_RING 16u

TEST(ring, full_ring_is_used_in_order,
     .about = "with IN_ORDER a list that fills the ring is used, and what comes behind it",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX, .always = AXIS_IN_ORDER,
     WITH_FEATURE(VIRTIO_F_IN_ORDER),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_1, VQ_TXT_2, VQ_TXT_5),
     .assumes = STATE_RESET | STATE_FEATURES | STATE_INDICES | STATE_VECTORS | STATE_FRAMING |
		STATE_CHAINS)
{
	struct traffic *traffic;

	t->variant.size = MINIMUM(FULL_RING, offered_size(t->device));
	t->variant.in_order = false;
	require_plain_service(t);
	t->variant.in_order = true;
	bring_up(t);
	traffic = traffic_start(t, 2);
	traffic->cut_anywhere = true;
	traffic->out_parts = traffic->in_parts = FULL_RING;
	for (unsigned n = 0; n < 4 && traffic_round(traffic, 1); n++)
		;
	check_service(traffic, CLAUSE_VQ_TXT_1, "the queue stops when a list fills the ring");
}

TEST(ring, split_buffers_are_used_in_order,
     .about = "with IN_ORDER used elements follow the available ring, alone or for a batch",
     .needs = NEEDS_WORK, .axes = AXES, .always = AXIS_IN_ORDER, WITH_FEATURE(VIRTIO_F_IN_ORDER),
     .judges = CLAUSES(INORD_TXT_2, INORD_TXT_3, INORD_TXT_4, INORD_TXT_6, PACKED_DESC_1, RESV_6,
		       SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic = serve_in_order(t);

	check_flaw(traffic, CLAUSE_RESV_6, FLAW_ORDER);
	check_flaw(traffic, CLAUSE_INORD_TXT_2, FLAW_BATCH_ID);
	check_flaw(traffic, CLAUSE_INORD_TXT_3, FLAW_STEP);
	check_flaw(traffic, CLAUSE_INORD_TXT_4, FLAW_BATCH_PLACE);
	if (traffic->skipped)
		check_flaw(traffic, CLAUSE_INORD_TXT_6, FLAW_SKIPPED);
	judge_service(traffic);
}

TEST(ring, packed_buffers_are_used_in_order,
     .about = "with IN_ORDER used descriptors follow the order of the ring, alone or for a batch",
     .needs = NEEDS_WORK, .axes = AXES, .always = AXIS_RING | AXIS_IN_ORDER,
     WITH_FEATURE(VIRTIO_F_IN_ORDER),
     .judges = CLAUSES(INORD_TXT_6, INORD_TXT_7, INORD_TXT_8, INORD_TXT_9, PACKED_DESC_1, RESV_6,
		       SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	if (!t->variant.packed)
		skip_test(t, "VIRTIO_F_RING_PACKED is not offered");
	t->variant.in_order = false;
	require_plain_service(t);
	t->variant.in_order = true;
	traffic = serve_in_order(t);
	check_flaw(traffic, CLAUSE_RESV_6, FLAW_ORDER);
	if (traffic->skipped)
		check_flaw(traffic, CLAUSE_INORD_TXT_6, FLAW_SKIPPED);
	check_flaw(traffic, CLAUSE_INORD_TXT_7, FLAW_BATCH_ID);
	check_flaw(traffic, CLAUSE_INORD_TXT_8, FLAW_SLOT);
	check_service(traffic, CLAUSE_INORD_TXT_9, "batches of lists");
	judge_service(traffic);
}

#define WRITES 8u

/* Writes a sector each, reusing a buffer as soon as it comes back; then what is on the disk is read. */
TEST(ring, used_buffers_were_read_completely,
     .about = "with IN_ORDER a buffer that was used, or skipped, can be reused without harm",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_WORK | NEEDS_SCRATCH, .axes = AXIS_RING,
     .always = AXIS_IN_ORDER, WITH_FEATURE(VIRTIO_F_IN_ORDER),
     .judges = CLAUSES(INORD_TXT_5, SANE_1))
{
	struct request *writes = test_memory(t, "writes", WRITES * sizeof(*writes), 8), read;
	struct completion completion;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < WRITES; n++) {
		if (!blk_prepare(t->arena, VIRTIO_BLK_T_OUT, n, VIRTIO_BLK_SECTOR, 0, &writes[n]))
			error_in_test(t, "the DMA arena has no room for a request");
		memset(writes[n].out + sizeof(struct virtio_blk_req), 0x40 + (int)n,
		       VIRTIO_BLK_SECTOR);
		keep_to_one(t, queue);
		if (!request_add(queue, &writes[n]))
			skip_test(t, "the queue has no room for %u requests", WRITES);
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	for (unsigned n = 0; n < WRITES; n++) {
		struct request *write;

		INSIST(t, SANE_1, await_completion(t, queue, &completion),
		       "a write is not completed");
		write = completion.token;
		if (blk_status(write) != VIRTIO_BLK_S_OK)
			skip_test(t, "the disk does not take writes of a sector");
		memset(write->out + sizeof(struct virtio_blk_req), 0xee, VIRTIO_BLK_SECTOR);
	}
	for (unsigned n = 0; n < WRITES; n++) {
		if (!blk_prepare(t->arena, VIRTIO_BLK_T_IN, n, 0, VIRTIO_BLK_SECTOR, &read))
			error_in_test(t, "the DMA arena has no room for a request");
		submit(t, queue, &read);
		INSIST(t, SANE_1, await_completion(t, queue, &completion),
		       "a read is not completed");
		if (blk_status(&read) != VIRTIO_BLK_S_OK ||
		    all_bytes_are(read.in, 0, VIRTIO_BLK_SECTOR))
			skip_test(t, "the disk keeps nothing");
		if (!CHECK(t, INORD_TXT_5,
			   all_bytes_are(read.in, (uint8_t)(0x40 + n), VIRTIO_BLK_SECTOR),
			   "sector %u holds %#x, was written with %#x; the buffer was filled with 0xee "
			   "once it had been used",
			   n, read.in[0], 0x40 + n))
			return;
	}
}
