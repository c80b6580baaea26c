/* SPDX-License-Identifier: BSD-2-Clause */
/* The split ring as a device leaves it (virtio 1.4, 2.7). */
#include "arch/io.h"
#include "tests/harness/subject/subject.h"
#include "tests/ring/traffic.h"

#define AXES (AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE)

/* Enough for several laps of small rings and for one of the usual large ones. */
#define REQUESTS 200

TEST(ring, split_ring_is_kept,
     .about = "used elements stand where they must, and nothing else of the ring is written",
     .needs = NEEDS_WORK, .axes = AXES,
     .judges = CLAUSES(EVIDX_TXT_7, FEAT_TXT_4, SANE_2, SPLIT_DESC_1, SPLIT_DESC_3, SPLIT_KICK_1,
		       SPLIT_KICK_3, SPLIT_TXT_10, SPLIT_TXT_11, SPLIT_TXT_13, SPLIT_TXT_15,
		       SPLIT_TXT_17, SPLIT_TXT_9, VQ_TXT_1, VQ_TXT_2))
{
	struct traffic *traffic;

	t->shape.room = 2 * offered_size(t->device);
	bring_up(t);
	traffic = traffic_start(t, 32);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);

	check_flaw(traffic, CLAUSE_VQ_TXT_1, FLAW_SILENT);
	check_flaw(traffic, CLAUSE_VQ_TXT_2, FLAW_AGAIN);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_11, FLAW_ID);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_13, FLAW_STEP);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_15, FLAW_SLOT);
	check_flaw(traffic, CLAUSE_FEAT_TXT_4, FLAW_SLOT);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_17, FLAW_BACK);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_9, FLAW_DRIVER_AREA);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_10, FLAW_BEYOND);
	check_flaw(traffic, CLAUSE_SPLIT_DESC_1, FLAW_READABLE);
	check_flaw(traffic, CLAUSE_SPLIT_DESC_3, FLAW_DESCRIPTOR);
	if (t->variant.indirect)
		check_flaw(traffic, CLAUSE_SPLIT_DESC_3, FLAW_TABLE);
	if (traffic->queue->event_idx) {
		check_flaw(traffic, CLAUSE_SPLIT_KICK_3, FLAW_FLAGS);
	} else {
		check_flaw(traffic, CLAUSE_SPLIT_KICK_1, FLAW_FLAGS);
		check_flaw(traffic, CLAUSE_EVIDX_TXT_7, FLAW_AVAIL_EVENT);
	}
	check_flaw(traffic, CLAUSE_SANE_2, FLAW_CONTENT);
}

TEST(ring, split_avail_event_has_its_place,
     .about = "avail_event stands behind the used ring of the size that was programmed",
     .needs = NEEDS_WORK, .always = AXIS_EVENT_IDX, WITH_FEATURE(VIRTIO_F_EVENT_IDX),
     .judges = CLAUSES(EVIDX_TXT_5))
{
	uint16_t most = offered_size(t->device);
	struct traffic *traffic;

	/* At the largest size the right place and the wrong one are the same. */
	CAN_JUDGE(t, most > 1, "the queue has one entry: there is no smaller size");
	CAN_JUDGE(t, !t->device->ring_alignment,
		  "of a legacy ring the size alone says where its parts lie");
	t->shape.room = 2 * most;
	t->variant.size = most / 2;
	bring_up(t);
	traffic = traffic_start(t, 32);
	t->device->transport->select_queue(t->device, traffic->queue->index);
	CAN_JUDGE(t,
		  !t->device->transport->queue_size_is_held ||
			  t->device->transport->queue_size(t->device) == traffic->queue->size,
		  "queue_size does not take %u: see PCI-COMMON-TXT-6", traffic->queue->size);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);
	check_flaw(traffic, CLAUSE_EVIDX_TXT_5, FLAW_BEYOND);
}

TEST(ring, split_used_length_is_true,
     .about = "what the used length counts was written, from the first writable byte on",
     .needs = NEEDS_WORK, .axes = AXIS_INDIRECT | AXIS_IN_ORDER,
     .judges = CLAUSES(SANE_1, SPLIT_TXT_11, SPLIT_USED_2, VQ_TXT_5, VQ_TXT_6))
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 8);
	traffic_run(traffic, REQUESTS / 3);
	if (traffic->loads->request->in_length) {
		check_flaw(traffic, CLAUSE_SPLIT_USED_2, FLAW_UNWRITTEN);
		check_flaw(traffic, CLAUSE_VQ_TXT_5, FLAW_EXCESS);
	} else {
		check_flaw(traffic, CLAUSE_VQ_TXT_6, FLAW_NOT_ZERO);
	}
	check_flaw(traffic, CLAUSE_SANE_1, FLAW_SILENT);
	check_flaw(traffic, CLAUSE_SPLIT_TXT_11, FLAW_ID);
}
