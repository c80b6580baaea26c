/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The liberties that a driver has in laying out rings, chains and tables: none may make a difference
 * (virtio 1.4, 2.7.4, 2.7.5, 2.8.6, 2.8.7).
 */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/ring/traffic.h"

#define REQUESTS 60
#define PIECES   8u /* of a direction: a device may have a reasonable limit for a chain (2.7.4.1) */

/* Traffic with the liberties that t->shape has. */
static struct traffic *serve(struct test_run *t)
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 8);
	traffic_run(traffic, REQUESTS);
	return traffic;
}

static struct traffic *serve_with(struct test_run *t, uint32_t liberties)
{
	require_plain_service(t);
	t->shape.liberties = liberties;
	return serve(t);
}

TEST(ring, messages_may_be_cut_anywhere,
     .about = "how a request is cut into descriptors makes no difference", .needs = NEEDS_WORK,
     .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_FRAME_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;
	const struct request *request;
	char what[48];

	require_plain_service(t);
	bring_up(t);
	traffic = traffic_start(t, 4);
	request = traffic->loads->request;
	for (uint32_t at = 1; at < MAXIMUM(request->out_length, request->in_length); at++) {
		traffic->out_at = at;
		traffic->in_at = at;
		if (!traffic_round(traffic, 1) || *traffic_service_flaw(traffic))
			break;
	}
	format_text(what, sizeof(what), "both directions cut before byte %u", traffic->out_at);
	check_layout(traffic, CLAUSE_SPLIT_FRAME_1, what);
	traffic->out_at = traffic->in_at = 0;
	traffic->cut_anywhere = true;
	traffic->out_parts = traffic->in_parts = PIECES;
	traffic_run(traffic, 8);
	check_layout(traffic, CLAUSE_SPLIT_FRAME_1, "cut into 8 pieces");
}

TEST(ring, split_parts_may_lie_apart,
     .about = "table, available and used ring may lie in any order and far from each other",
     .needs = NEEDS_WORK, .axes = AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_TXT_1, VQ_TXT_2, VQ_TXT_5))
{
	require_plain_service(t);
	for (uint8_t placement = 1; placement < RING_PLACEMENTS; placement++) {
		struct traffic *traffic;

		t->shape.placement = placement;
		traffic = serve(t);
		if (!check_layout(traffic, CLAUSE_SPLIT_TXT_1, "parts in another order"))
			break;
		start_over(t);
	}
}

TEST(ring, split_parts_need_no_better_alignment,
     .about = "alignment to 16, 2 and 4 bytes is enough for the three parts", .needs = NEEDS_WORK,
     .axes = AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_TXT_2, VQ_TXT_2, VQ_TXT_5))
{
	check_layout(serve_with(t, LIBERTY_BARE_ALIGNMENT), CLAUSE_SPLIT_TXT_2,
		     "parts aligned to 16, 2 and 4 bytes");
}

TEST(ring, split_chains_may_be_scattered,
     .about = "chains go through descriptors in any order, and heads stand in any order",
     .needs = NEEDS_WORK, .axes = AXIS_EVENT_IDX | AXIS_SIZE,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_TXT_3, SPLIT_TXT_5, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic = serve_with(t, LIBERTY_SCATTERED);

	check_layout(traffic, CLAUSE_SPLIT_TXT_3, "descriptors of a chain in scattered slots");
	check_layout(traffic, CLAUSE_SPLIT_TXT_5, "heads in scattered slots");
}

TEST(ring, split_next_counts_with_its_flag_alone,
     .about = "next is ignored where the NEXT flag is clear", .needs = NEEDS_WORK,
     .axes = AXIS_INDIRECT,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_TXT_4, VQ_TXT_2, VQ_TXT_5))
{
	check_layout(serve_with(t, LIBERTY_STRAY_NEXT), CLAUSE_SPLIT_TXT_4,
		     "next 0xfffe in descriptors without NEXT");
}

TEST(ring, split_descriptors_are_read_afresh,
     .about = "a descriptor that is used again counts as it stands then", .needs = NEEDS_WORK,
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_TXT_8, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, 4);
	/* One at a time takes the same slots each time, for other buffers in other pieces. */
	for (unsigned n = 0; n < REQUESTS; n++) {
		traffic->kick_always = n % 2;
		if (!traffic_round(traffic, 1))
			break;
	}
	check_layout(traffic, CLAUSE_SPLIT_TXT_8, "the same descriptors for another buffer");
}

TEST(ring, split_table_reference_ignores_write,
     .about = "WRITE on a descriptor that refers to a table is ignored", .needs = NEEDS_WORK,
     .always = AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_IND_1, VQ_TXT_2, VQ_TXT_5))
{
	check_layout(serve_with(t, LIBERTY_TABLE_WRITABLE), CLAUSE_SPLIT_IND_1,
		     "WRITE set in the descriptor of a table");
}

TEST(ring, split_table_may_follow_direct_descriptors,
     .about = "a chain may end in an indirect table after direct descriptors", .needs = NEEDS_WORK,
     .always = AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_IND_2, VQ_TXT_2, VQ_TXT_5))
{
	require_plain_service(t);
	for (uint8_t direct = 1; direct <= 3; direct++) {
		struct traffic *traffic;
		char what[64];

		t->shape.direct = direct;
		bring_up(t);
		traffic = traffic_start(t, 4);
		traffic->out_parts = 4;
		traffic->in_parts = 4;
		traffic_run(traffic, 12);
		format_text(what, sizeof(what), "up to %u direct descriptors before a table",
			    direct);
		if (!check_layout(traffic, CLAUSE_SPLIT_IND_2, what))
			break;
		start_over(t);
	}
}

TEST(ring, split_tables_may_be_scattered,
     .about = "table entries are followed by next, in any order, from entry 0", .needs = NEEDS_WORK,
     .always = AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_IND_TXT_1, VQ_TXT_2, VQ_TXT_5))
{
	check_layout(serve_with(t, LIBERTY_SCATTERED), CLAUSE_SPLIT_IND_TXT_1,
		     "table entries linked backwards");
}

TEST(ring, split_table_ends_without_next,
     .about = "table entries behind the one without NEXT do not belong to the buffer",
     .needs = NEEDS_WORK, .always = AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_IND_TXT_2, VQ_TXT_2, VQ_TXT_5))
{
	uint8_t *trap = test_memory(t, "trap", 64, 16);
	struct segment tail = {.address = physical(trap), .length = 64, .writable = true};
	struct traffic *traffic;

	require_plain_service(t);
	memset(trap, 0x3c, 64);
	t->shape.tail = &tail;
	traffic = serve(t);
	check_layout(traffic, CLAUSE_SPLIT_IND_TXT_2, "an unlinked entry at the end of each table");
	CHECK(t, SPLIT_IND_TXT_2, all_bytes_are(trap, 0x3c, 64),
	      "the buffer of an unlinked table entry was written");
	traffic->queue->shape.tail = NULL;
}

TEST(ring, tables_may_lie_anywhere,
     .about = "indirect tables need no alignment, and their buffers are known by the ring's id",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_SIZE, .always = AXIS_INDIRECT,
     WITH_FEATURE(VIRTIO_F_INDIRECT_DESC),
     .judges = CLAUSES(PACKED_DESC_1, SPLIT_DESC_1, SPLIT_IND_TXT_3, SPLIT_IND_TXT_4, VQ_TXT_2,
		       VQ_TXT_5))
{
	struct traffic *traffic = serve(t);

	if (!ring_is_packed(traffic->queue))
		check_flaw(traffic, CLAUSE_SPLIT_IND_TXT_4, FLAW_ID);
	if (!judge_service(traffic))
		leave_test(t);
	start_over(t);
	t->shape.liberties = LIBERTY_UNALIGNED_TABLES;
	check_layout(serve(t), CLAUSE_SPLIT_IND_TXT_3, "tables at odd addresses");
}

TEST(ring, packed_list_is_known_by_its_last_id,
     .about = "the id of a list is that of its last descriptor", .needs = NEEDS_WORK,
     .always = AXIS_RING, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_TXT_8, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	check_layout(serve_with(t, LIBERTY_STRAY_IDS), CLAUSE_PACKED_TXT_8,
		     "other ids in all descriptors of a list but the last");
}

TEST(ring, packed_lists_are_used_in_element_order,
     .about = "the elements of a list are used in their order, also across the ring's end",
     .needs = NEEDS_WORK, .axes = AXIS_SIZE, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_SG_1, PACKED_TXT_3, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	require_plain_service(t);
	bring_up(t);
	traffic = traffic_start(t, 4);
	traffic->out_parts = 5;
	traffic->in_parts = 3;
	traffic->cut_anywhere = true;
	traffic_run(traffic, REQUESTS);
	check_flaw(traffic, CLAUSE_PACKED_TXT_3, FLAW_WRAP);
	if (*traffic->flaws[FLAW_CONTENT])
		skip_test(t, "requests in several pieces are not served: see SPLIT-FRAME-1");
	check_flaw(traffic, CLAUSE_PACKED_SG_1, FLAW_REPLY);
}

TEST(ring, packed_tables_are_taken_entry_by_entry,
     .about = "a table of a packed ring is as long as its length says, and only WRITE counts in it",
     .needs = NEEDS_WORK, .always = AXIS_RING | AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_TXT_17, PACKED_TXT_18, PACKED_TXT_19, PACKED_TXT_20,
		       SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5),
     .breaks = RULES(DRIVER_PACKED_3))
{
	struct traffic *traffic;

	if (!t->variant.indirect)
		skip_test(t, "VIRTIO_F_INDIRECT_DESC is not offered");
	traffic = serve(t);
	check_layout(traffic, CLAUSE_PACKED_TXT_17, "tables without NEXT flags");
	start_over(t);
	t->shape.liberties = LIBERTY_STRAY_FLAGS;
	check_layout(serve(t), CLAUSE_PACKED_TXT_18, "NEXT, AVAIL and USED set in table entries");
	start_over(t);
	t->shape.liberties = LIBERTY_STRAY_IDS;
	check_layout(serve(t), CLAUSE_PACKED_TXT_19, "ids in table entries");
	start_over(t);
	t->shape.liberties = LIBERTY_TABLE_WRITABLE;
	check_layout(serve(t), CLAUSE_PACKED_TXT_20, "WRITE set in the descriptor of a table");
}

TEST(ring, packed_ring_may_mix_lists_and_tables,
     .about = "direct lists and indirect tables may stand in one packed ring", .needs = NEEDS_WORK,
     .axes = AXIS_SIZE, .always = AXIS_RING | AXIS_INDIRECT, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_TXT_22, PACKED_TXT_6, SPLIT_DESC_1, VQ_TXT_2,
		       VQ_TXT_5))
{
	struct traffic *traffic;

	if (!t->variant.indirect)
		skip_test(t, "VIRTIO_F_INDIRECT_DESC is not offered");
	require_plain_service(t);
	bring_up(t);
	traffic = traffic_start(t, 4);
	for (unsigned n = 0; n < REQUESTS; n++) {
		traffic->queue->shape.indirect = random_below(&t->random, 2);
		if (!traffic_round(traffic, 1 + n % 3))
			break;
	}
	check_layout(traffic, CLAUSE_PACKED_TXT_22, "lists and tables by turns");
	check_flaw(traffic, CLAUSE_PACKED_TXT_6, FLAW_SLOT);
}
