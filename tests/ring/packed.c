/* SPDX-License-Identifier: BSD-2-Clause */
/* The packed ring as a device leaves it (virtio 1.4, 2.8). */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/subject/subject.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"

#define AXES     (AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE)
#define REQUESTS 200

TEST(ring, packed_ring_is_kept,
     .about = "used descriptors stand where they must, and nothing else of the ring is written",
     .needs = NEEDS_WORK, .axes = AXES, .always = AXIS_RING, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_DESC_4, PACKED_EV_TXT_8, PACKED_EV_TXT_9,
		       PACKED_TXT_14, PACKED_TXT_16, PACKED_TXT_2, PACKED_TXT_21, PACKED_TXT_5,
		       PACKED_TXT_6, PACKED_TXT_7, SANE_2, SPLIT_DESC_1, VQ_TXT_1, VQ_TXT_2,
		       VQ_TXT_5))
{
	struct traffic *traffic;

	t->shape.room = 2 * offered_size(t->device);
	bring_up(t);
	traffic = traffic_start(t, 32);
	traffic_run(traffic, REQUESTS);
	traffic_end(traffic);

	check_flaw(traffic, CLAUSE_VQ_TXT_1, FLAW_SILENT);
	check_flaw(traffic, CLAUSE_VQ_TXT_2, FLAW_AGAIN);
	check_flaw(traffic, CLAUSE_PACKED_TXT_7, FLAW_ID);
	check_flaw(traffic, CLAUSE_PACKED_TXT_2, FLAW_WRAP);
	check_flaw(traffic, CLAUSE_PACKED_TXT_6, FLAW_SLOT);
	if (!t->variant.indirect)
		check_flaw(traffic, CLAUSE_PACKED_TXT_5, FLAW_SLOT);
	else
		check_flaw(traffic, CLAUSE_PACKED_TXT_21, FLAW_TABLE);
	check_flaw(traffic, CLAUSE_PACKED_TXT_16, FLAW_BEYOND);
	check_flaw(traffic, CLAUSE_PACKED_TXT_16, FLAW_DRIVER_AREA);
	check_flaw(traffic, CLAUSE_PACKED_DESC_1, FLAW_READABLE);
	check_flaw(traffic, CLAUSE_PACKED_DESC_4, FLAW_CHANGED_LATER);
	check_flaw(traffic, CLAUSE_PACKED_EV_TXT_8, FLAW_FLAGS);
	CHECK(t, PACKED_EV_TXT_9, read16(&packed_of(traffic->queue)->device->flags) < 4,
	      "the flags word of the device's event structure is %#x",
	      read16(&packed_of(traffic->queue)->device->flags));
	/* A ring of a size that is no power of two has gone round several times. */
	if (!IS_POWER_OF_TWO(traffic->queue->size))
		check_service(traffic, CLAUSE_PACKED_TXT_14, "a ring of odd size");
	check_flaw(traffic, CLAUSE_SANE_2, FLAW_CONTENT);
}

TEST(ring, packed_used_descriptor_is_true,
     .about = "the WRITE flag and the length of a used descriptor tell what was written",
     .needs = NEEDS_WORK, .axes = AXIS_INDIRECT, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_TXT_10, PACKED_TXT_11, PACKED_TXT_2, PACKED_TXT_7, PACKED_TXT_9,
		       SANE_1, VQ_TXT_4, VQ_TXT_5))
{
	struct traffic *traffic;

	/* The flag on a descriptor that refers to a table says nothing of the buffer. */
	t->shape.liberties = LIBERTY_TABLE_WRITABLE;
	bring_up(t);
	traffic = traffic_start(t, 8);
	traffic_run(traffic, REQUESTS / 3);
	if (traffic->loads->request->in_length) {
		check_flaw(traffic, CLAUSE_PACKED_TXT_10, FLAW_FLAG_MISSING);
		check_flaw(traffic, CLAUSE_PACKED_TXT_9, FLAW_UNWRITTEN);
		check_flaw(traffic, CLAUSE_VQ_TXT_4, FLAW_SHORT);
		check_flaw(traffic, CLAUSE_VQ_TXT_5, FLAW_EXCESS);
	} else {
		check_flaw(traffic, CLAUSE_PACKED_TXT_11, FLAW_FLAG_STRAY);
	}
	check_flaw(traffic, CLAUSE_SANE_1, FLAW_SILENT);
	check_flaw(traffic, CLAUSE_PACKED_TXT_7, FLAW_ID);
	check_flaw(traffic, CLAUSE_PACKED_TXT_2, FLAW_WRAP);
}
