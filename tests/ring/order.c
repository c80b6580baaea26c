/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers used in the order in which they were exposed (virtio 1.4, 2.7.9, 2.8.9). */
#include "tests/ring/traffic.h"

#define AXES     (AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE)
#define REQUESTS 200

static struct traffic *serve_in_order(struct test_run *t)
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 32);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);
	return traffic;
}

TEST(ring, split_buffers_are_used_in_order,
     .about = "with IN_ORDER used elements follow the available ring, alone or for a batch",
     .needs = NEEDS_WORK, .axes = AXES, .always = AXIS_IN_ORDER, WITH_FEATURE(VIRTIO_F_IN_ORDER))
{
	struct traffic *traffic = serve_in_order(t);

	CHECK_FLAW(traffic, RESV_6, FLAW_ORDER);
	CHECK_FLAW(traffic, INORD_TXT_2, FLAW_BATCH_ID);
	CHECK_FLAW(traffic, INORD_TXT_3, FLAW_STEP);
	CHECK_FLAW(traffic, INORD_TXT_4, FLAW_BATCH_PLACE);
	CHECK_FLAW(traffic, INORD_TXT_6, FLAW_SKIPPED);
	REQUIRE(t, !*traffic_service_flaw(traffic), "%s", traffic_service_flaw(traffic));
}

TEST(ring, packed_buffers_are_used_in_order,
     .about = "with IN_ORDER used descriptors follow the order of the ring, alone or for a batch",
     .needs = NEEDS_WORK, .axes = AXES, .always = AXIS_RING | AXIS_IN_ORDER,
     WITH_FEATURE(VIRTIO_F_IN_ORDER))
{
	struct traffic *traffic;

	if (!t->variant.packed)
		skip_test(t, "VIRTIO_F_RING_PACKED is not offered");
	traffic = serve_in_order(t);
	CHECK_FLAW(traffic, RESV_6, FLAW_ORDER);
	CHECK_FLAW(traffic, INORD_TXT_6, FLAW_SKIPPED);
	CHECK_FLAW(traffic, INORD_TXT_7, FLAW_BATCH_ID);
	CHECK_FLAW(traffic, INORD_TXT_8, FLAW_SLOT);
	CHECK_SERVICE(traffic, INORD_TXT_9, "batches of lists");
	REQUIRE(t, !*traffic_service_flaw(traffic), "%s", traffic_service_flaw(traffic));
}
