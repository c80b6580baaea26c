/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that are shorter and longer than described (virtio 1.4, 2.13.1). */
#include "lib/string.h"
#include "tests/transport/pci/admin/admin.h"

#define HEADER  ((uint32_t)sizeof(struct admin_command))
#define HEAD    ((uint32_t)sizeof(struct admin_answer))
#define PLENTY  64u
#define PATTERN 0xa5

/* LIST_QUERY of a group that is supported, with what it answers. */
struct question {
	struct owner owner;
	struct admin_call call;
	struct admin_list list;
};

/* The SR-IOV group exists while VFs are enabled: without it is as good. */
static void start_question(struct test_run *t, struct question *question)
{
	struct owner *owner = &question->owner;
	unsigned group = ADMIN_GROUP_SELF;

	start_owner(t, owner);
	if (query_list(t, owner, group, &question->list) != ADMIN_STATUS_OK) {
		group = ADMIN_GROUP_SRIOV;
		enable_members(t, owner);
		CAN_JUDGE(t, query_list(t, owner, group, &question->list) == ADMIN_STATUS_OK,
			  "it supports no group");
	}
	question->call = (struct admin_call){.opcode = ADMIN_LIST_QUERY, .group = (uint16_t)group};
}

/* Sends it with so many bytes, junk behind its own; again while the device says EAGAIN. */
static void put(struct test_run *t, struct question *question, uint32_t out, uint32_t in)
{
	struct admin_queue *admin = &question->owner.admin;
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	uint32_t length = admin_fill(admin->command, &question->call);

	memset(admin->command + length, 0xff, ADMIN_BYTES - length);
	do {
		insist_on_answer(t, admin, admin_execute(admin, out, in));
	} while (admin->status == ADMIN_STATUS_EAGAIN && !clock_passed(deadline));
}

/* The same; its status. */
static uint16_t ask(struct test_run *t, struct question *question, uint32_t out, uint32_t in)
{
	put(t, question, out, in);
	heed_status(t, &question->owner.admin);
	return question->owner.admin.status;
}

/* Whether the answer has the list that a plain question got. */
static bool has_list(const struct question *question)
{
	const struct admin_queue *admin = &question->owner.admin;
	struct admin_list list = {0};

	if (admin->used > HEAD)
		memcpy(&list, admin_result(admin),
		       MINIMUM(admin->used - HEAD, (uint32_t)sizeof(list)));
	return list.words[0] == question->list.words[0];
}

/* How many bytes at the beginning of what lies from `from` to `end` differ from the pattern: the last that does, plus one. */
static uint32_t changed(const uint8_t *bytes, uint32_t from, uint32_t end, uint8_t pattern)
{
	while (end > from && bytes[end - 1] == pattern)
		end--;
	return end;
}

/* Judges LIST_QUERY of other lengths than described: its status, its list. */
static void judge_length(struct test_run *t, struct question *question, uint32_t out, uint32_t in,
			 enum clause_id of_status, enum clause_id of_list)
{
	uint16_t status = ask(t, question, out, in);

	if (JUDGE(t, of_status, status == ADMIN_STATUS_OK,
		  "LIST_QUERY of %u bytes, %u to answer, ends with status %u", out, in, status) &&
	    in >= HEAD + 32)
		JUDGE(t, of_list, has_list(question),
		      "LIST_QUERY of %u bytes has another list than one of %u", out, HEADER);
}

TEST(transport, admin_buffers_may_have_other_lengths,
     .about = "buffers may have other lengths than described", OF_OWNERS,
     .judges = CLAUSES(ADMIN_VQ_1, ADMIN_VQ_2, ADMIN_VQ_3, ADMIN_VQ_7, ADMIN_VQ_8, ADMIN_VQ_9))
{
	struct question question;
	struct admin_queue *admin = &question.owner.admin;

	start_question(t, &question);
	for (uint32_t out = 8; out < HEADER; out += 8)
		judge_length(t, &question, out, HEAD + 32, CLAUSE_ADMIN_VQ_7, CLAUSE_ADMIN_VQ_1);
	judge_length(t, &question, HEADER + PLENTY, HEAD + 32, CLAUSE_ADMIN_VQ_8,
		     CLAUSE_ADMIN_VQ_3);
	for (uint32_t in = HEAD; in <= HEAD + 16; in += 8) {
		judge_length(t, &question, HEADER, in, CLAUSE_ADMIN_VQ_7, CLAUSE_ADMIN_VQ_1);
		CHECK(t, ADMIN_VQ_2, changed(admin->answer, in, ADMIN_BYTES, admin->pattern) == in,
		      "an answer of %u bytes is written beyond", in);
		CHECK(t, ADMIN_VQ_9, admin->used % 8 == 0,
		      "with %u bytes to answer LIST_QUERY has written %u", in, admin->used);
	}
	disable_members(&question.owner);
}

/* What two answers over different patterns, from one of which whatever is written differs, have come to. */
struct extents {
	uint32_t wrote;      /* by either: how far at least */
	uint32_t used;       /* the shorter used length */
	uint32_t beyond_use; /* bytes behind its own used length that one of them has written */
};

static struct extents ask_over_patterns(struct test_run *t, struct question *question, uint32_t in)
{
	struct admin_queue *admin = &question->owner.admin;
	struct extents extents = {.used = UINT32_MAX};

	for (unsigned n = 0; n < 2; n++) {
		uint32_t wrote;

		admin->pattern = n ? (uint8_t)~PATTERN : PATTERN;
		ask(t, question, HEADER + question->call.length, in);
		wrote = changed(admin->answer, 0, in, admin->pattern);
		extents.used = MINIMUM(extents.used, admin->used);
		extents.wrote = MAXIMUM(extents.wrote, wrote);
		if (wrote > admin->used)
			extents.beyond_use = wrote - admin->used;
	}
	return extents;
}

/* Judges that the used length is what was written. */
static void judge_used_length(struct test_run *t, const char *what, struct extents extents)
{
	CHECK(t, ADMIN_VQ_5, !extents.beyond_use && extents.used <= extents.wrote,
	      "%s has written %u bytes, and its used length is %u", what, extents.wrote,
	      extents.used);
}

TEST(transport, admin_long_answers_end_where_they_should,
     .about = "an answer ends where its used length says", OF_OWNERS,
     .judges = CLAUSES(ADMIN_VQ_4, ADMIN_VQ_5, ADMIN_VQ_6, ADMIN_VQ_8))
{
	const struct admin_list least = list_of(ADMIN_LIST_LEAST);
	struct question question;
	struct admin_call query;
	struct extents extents;

	start_question(t, &question);
	query = question.call;
	/* LIST_USE has no result at all; refused or not. */
	question.call.opcode = ADMIN_LIST_USE;
	question.call.data = &least;
	question.call.length = 8;
	extents = ask_over_patterns(t, &question, HEAD + PLENTY);
	INSIST(t, ADMIN_VQ_4, extents.wrote <= HEAD,
	       "LIST_USE, which has no result, has written %u bytes of %u", extents.wrote,
	       HEAD + PLENTY);
	judge_used_length(t, "LIST_USE", extents);
	question.call = query;
	extents = ask_over_patterns(t, &question, HEAD + PLENTY);
	CHECK(t, ADMIN_VQ_8, question.owner.admin.status == ADMIN_STATUS_OK,
	      "LIST_QUERY with %u bytes to answer ends with status %u", HEAD + PLENTY,
	      question.owner.admin.status);
	judge_used_length(t, "LIST_QUERY", extents);
	CHECK(t, ADMIN_VQ_6, extents.wrote >= HEAD + 8, "LIST_QUERY has written %u bytes, not %u",
	      extents.wrote, HEAD + 8);
	disable_members(&question.owner);
}

TEST(transport, admin_status_is_always_written, .about = "status and qualifier are always written",
     OF_OWNERS, .judges = CLAUSES(ADMIN_VQ_10, ADMIN_VQ_11))
{
	struct question question;
	struct admin_queue *admin = &question.owner.admin;

	/* Of a group that it need not support: then both fail. */
	question.call = (struct admin_call){.opcode = ADMIN_LIST_QUERY};
	start_owner(t, &question.owner);
	for (unsigned fails = 0; fails < 2; fails++) {
		bool status = false, qualifier = false;

		if (fails)
			question.call.opcode = UINT16_MAX;
		for (unsigned n = 0; n < 2; n++) {
			admin->pattern = n ? (uint8_t)~PATTERN : PATTERN;
			put(t, &question, HEADER, HEAD + 8);
			status = status || admin->status != admin->pattern * 0x101u;
			qualifier = qualifier || admin->qualifier != admin->pattern * 0x101u;
		}
		CHECK(t, ADMIN_VQ_10, status, "status holds what the driver left there");
		CHECK(t, ADMIN_VQ_11, qualifier,
		      "status_qualifier holds what the driver left there");
	}
}
