/* SPDX-License-Identifier: BSD-2-Clause */
/* The split ring as a device leaves it (virtio 1.4, 2.7). */
#include "arch/io.h"
#include "tests/ring/traffic.h"

#define AXES (AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE)

/* Enough for several laps of small rings and for one of the usual large ones. */
#define REQUESTS 200

TEST(ring, split_ring_is_kept,
     .about = "used elements stand where they must, and nothing else of the ring is written",
     .needs = NEEDS_WORK, .axes = AXES)
{
	struct traffic *traffic;

	t->device->rings.room = 2 * offered_size(t->device);
	bring_up(t);
	traffic = traffic_start(t, 32);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);

	CHECK_FLAW(traffic, VQ_TXT_1, FLAW_SILENT);
	CHECK_FLAW(traffic, VQ_TXT_2, FLAW_AGAIN);
	CHECK_FLAW(traffic, SPLIT_TXT_11, FLAW_ID);
	CHECK_FLAW(traffic, SPLIT_TXT_13, FLAW_STEP);
	CHECK_FLAW(traffic, SPLIT_TXT_15, FLAW_SLOT);
	CHECK_FLAW(traffic, FEAT_TXT_4, FLAW_SLOT);
	CHECK_FLAW(traffic, SPLIT_TXT_17, FLAW_BACK);
	CHECK_FLAW(traffic, SPLIT_TXT_9, FLAW_DRIVER_AREA);
	CHECK_FLAW(traffic, SPLIT_TXT_10, FLAW_BEYOND);
	CHECK_FLAW(traffic, SPLIT_DESC_1, FLAW_READABLE);
	CHECK_FLAW(traffic, SPLIT_DESC_3, FLAW_DESCRIPTOR);
	if (t->variant.indirect)
		CHECK_FLAW(traffic, SPLIT_DESC_3, FLAW_TABLE);
	if (traffic->queue->event_idx) {
		CHECK_FLAW(traffic, SPLIT_KICK_3, FLAW_FLAGS);
		CHECK_FLAW(traffic, EVIDX_TXT_5, FLAW_BEYOND);
	} else {
		CHECK_FLAW(traffic, SPLIT_KICK_1, FLAW_FLAGS);
		CHECK_FLAW(traffic, EVIDX_TXT_7, FLAW_AVAIL_EVENT);
	}
	judge_flaw(traffic, FLAW_CONTENT);
}

TEST(ring, split_used_length_is_true,
     .about = "the used length counts what was written, from the first writable byte on",
     .needs = NEEDS_WORK, .axes = AXIS_INDIRECT | AXIS_IN_ORDER)
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 8);
	traffic_run(traffic, REQUESTS / 3);
	if (traffic->loads->request->in_length) {
		CHECK_FLAW(traffic, SPLIT_USED_2, FLAW_UNWRITTEN);
		CHECK_FLAW(traffic, VQ_TXT_4, FLAW_SHORT);
		CHECK_FLAW(traffic, VQ_TXT_5, FLAW_EXCESS);
	} else {
		CHECK_FLAW(traffic, VQ_TXT_6, FLAW_NOT_ZERO);
	}
	judge_flaw(traffic, FLAW_SILENT);
	judge_flaw(traffic, FLAW_ID);
}
