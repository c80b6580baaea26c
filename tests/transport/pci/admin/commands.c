/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device validates of group administration commands, and which of them are legal (virtio 1.4, 2.12.1.5). */
#include "tests/transport/pci/admin/admin.h"

/* No group type or opcode that is defined. */
#define NO_GROUP   0xffff
#define NO_OPCODE  0x7fff
#define FAR_OPCODE 0x8000

#define GROUPS     2u

/* Walks the group types that are defined. */
#define for_each_group(group) for (unsigned group = 0; group < GROUPS; group++)

/* The first group that the device supports; leaves the test where there is none. */
static unsigned some_group(struct test_run *t, struct owner *owner, struct admin_list *list)
{
	for_each_group(group)
	{
		if (query_list(t, owner, group, list) == ADMIN_STATUS_OK)
			return group;
	}
	skip_test(t, "it supports no group");
}

/* What has been refused has left no trace: the same commands are supported, and the device is well. */
static void judge_health(struct test_run *t, struct owner *owner, unsigned group,
			 const struct admin_list *before)
{
	uint8_t status = t->device->transport->get_status(t->device);
	struct admin_list after;

	INSIST(t, ADMIN_CMD_10, !(status & VIRTIO_STATUS_NEEDS_RESET),
	       "device_status reads %#x after a refusal", status);
	CHECK(t, ADMIN_CMD_10, query_list(t, owner, group, &after) == ADMIN_STATUS_OK,
	      "LIST_QUERY ends with status %u after a refusal", owner->admin.status);
	if (owner->admin.status == ADMIN_STATUS_OK)
		CHECK(t, ADMIN_CMD_9, !(before->words[0] & ~after.words[0]),
		      "the list is %#lx after a refusal, and was %#lx", after.words[0],
		      before->words[0]);
}

TEST(transport, admin_commands_are_validated,
     .about = "unknown group types and opcodes end with EINVAL and leave no trace", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_1, ADMIN_CMD_2, ADMIN_CMD_4, ADMIN_CMD_5, ADMIN_CMD_8, ADMIN_CMD_9,
		       ADMIN_CMD_10))
{
	static const uint16_t opcodes[] = {ADMIN_LIST_QUERY, NO_OPCODE, FAR_OPCODE, UINT16_MAX};
	struct admin_call call = {.member = UINT64_MAX, .room = 8};
	struct admin_list list;
	struct owner owner;
	unsigned group;

	start_owner(t, &owner);
	group = some_group(t, &owner, &list);
	for (unsigned n = 0; n < ARRAY_LENGTH(opcodes); n++) {
		call.opcode = opcodes[n];
		call.group = NO_GROUP;
		send_command(t, &owner, &call);
		judge_refusal(t, &owner, CLAUSE_ADMIN_CMD_1, CLAUSE_ADMIN_CMD_4,
			      ADMIN_Q_INVALID_GROUP, "a command for group type 0xffff");
		if (opcodes[n] == ADMIN_LIST_QUERY)
			continue;
		call.group = (uint16_t)group;
		send_command(t, &owner, &call);
		judge_refusal(t, &owner, CLAUSE_ADMIN_CMD_2, CLAUSE_ADMIN_CMD_5,
			      ADMIN_Q_INVALID_OPCODE, "a command that does not exist");
	}
	judge_health(t, &owner, group, &list);
}

/* What fails has no result, and a qualifier that tells why. */
static void judge_answer(struct test_run *t, const struct owner *owner,
			 const struct admin_list *list)
{
	if ((list->words[0] & ADMIN_LIST_LEAST) == ADMIN_LIST_LEAST &&
	    owner->admin.qualifier == ADMIN_Q_OK)
		CHECK(t, ADMIN_CMD_7, owner->admin.status == ADMIN_STATUS_OK,
		      "LIST_QUERY gives the list %#lx with status %u and qualifier 0",
		      list->words[0], owner->admin.status);
}

TEST(transport, admin_supported_list_never_shrinks,
     .about = "a list has status OK, and never becomes shorter", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_7, ADMIN_CMD_20))
{
	struct admin_list first[GROUPS] = {0}, now;
	struct owner owner;

	start_with_members(t, &owner);
	for_each_group(group)
	{
		query_list(t, &owner, group, &now);
		judge_answer(t, &owner, &now);
		if (owner.admin.status == ADMIN_STATUS_OK)
			first[group] = now;
	}
	for (unsigned round = 0; round < 2; round++) {
		for_each_group(group)
		{
			if (!first[group].words[0])
				continue;
			use_known(t, &owner, group);
			if (query_list(t, &owner, group, &now) != ADMIN_STATUS_OK)
				continue;
			for (unsigned n = 0; n < ADMIN_LIST_WORDS; n++)
				CHECK(t, ADMIN_CMD_20, !(first[group].words[n] & ~now.words[n]),
				      "opcodes from %u on were supported as %#lx, and are as %#lx",
				      64 * n, first[group].words[n], now.words[n]);
		}
		restart_owner(t, &owner);
	}
	disable_members(&owner);
}

/* A group with a probe; leaves the test where there is none. */
static unsigned probed_group(struct test_run *t, struct owner *owner, struct admin_list *list,
			     struct admin_call *probe)
{
	for (unsigned group = GROUPS; group-- > 0;) {
		if (query_list(t, owner, group, list) == ADMIN_STATUS_OK &&
		    find_probe(group, list, probe))
			return group;
	}
	skip_test(t, "no command can tell");
}

TEST(transport, admin_commands_wait_for_list_use, .about = "nothing else is legal before LIST_USE",
     OF_OWNERS, .judges = CLAUSES(ADMIN_CMD_16))
{
	struct admin_list list;
	struct admin_call probe;
	struct owner owner;
	unsigned group;

	start_with_members(t, &owner);
	for (unsigned round = 0; round < 2; round++) {
		group = probed_group(t, &owner, &list, &probe);
		CHECK(t, ADMIN_CMD_16, send_command(t, &owner, &probe) != ADMIN_STATUS_OK,
		      "group %u: command %#x succeeds before any list was used", group,
		      probe.opcode);
		/* A used list does not outlive the reset. */
		use_known(t, &owner, group);
		restart_owner(t, &owner);
	}
	query_list(t, &owner, group, &list);
	CHECK(t, ADMIN_CMD_16, owner.admin.qualifier != ADMIN_Q_INVALID_OPCODE,
	      "group %u: LIST_QUERY is illegal after a reset", group);
	disable_members(&owner);
}

/* Judges that a command is legal, or that it is not. */
static void judge_legality(struct test_run *t, struct owner *owner, const struct admin_call *probe,
			   bool legal, bool replaced)
{
	uint16_t status = send_command(t, owner, probe);

	if (legal) {
		CHECK(t, ADMIN_CMD_17,
		      status == ADMIN_STATUS_OK || owner->admin.qualifier != ADMIN_Q_INVALID_OPCODE,
		      "command %#x is in the list used last, and is illegal", probe->opcode);
		return;
	}
	if (replaced) {
		CHECK(t, ADMIN_CMD_17, status != ADMIN_STATUS_OK,
		      "command %#x is not in the list used last, and succeeds", probe->opcode);
	} else {
		CHECK(t, ADMIN_CMD_18, status != ADMIN_STATUS_OK,
		      "command %#x was in no list that was used, and succeeds", probe->opcode);
	}
	if (status == ADMIN_STATUS_OK)
		return;
	if (CHECK(t, ADMIN_CMD_18, status == ADMIN_STATUS_EINVAL,
		  "an illegal command ends with status %u, not EINVAL", status))
		CHECK(t, ADMIN_CMD_19, owner->admin.qualifier == ADMIN_Q_INVALID_OPCODE,
		      "an illegal command ends with qualifier %u, not 2", owner->admin.qualifier);
}

TEST(transport, admin_used_list_is_law,
     .about = "LIST_USE makes legal what it lists, and nothing else", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_17, ADMIN_CMD_18, ADMIN_CMD_19))
{
	struct admin_list list, least = list_of(ADMIN_LIST_LEAST);
	struct admin_call probe;
	struct owner owner;
	unsigned group;

	start_with_members(t, &owner);
	group = probed_group(t, &owner, &list, &probe);
	judge_legality(t, &owner, &probe, false, false);
	/* A device may take nothing less than all. */
	if (use_list(t, &owner, group, &least) == ADMIN_STATUS_OK)
		judge_legality(t, &owner, &probe, false, false);
	if (use_known(t, &owner, group) & BIT64(probe.opcode))
		judge_legality(t, &owner, &probe, true, true);
	if (use_list(t, &owner, group, &least) == ADMIN_STATUS_OK)
		judge_legality(t, &owner, &probe, false, true);
	disable_members(&owner);
}

TEST(transport, admin_used_list_is_taken_again,
     .about = "a list that was used is taken after a reset, too", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_22, ADMIN_CMD_24))
{
	struct admin_list list, least = list_of(ADMIN_LIST_LEAST);
	struct owner owner;
	unsigned group;

	start_with_members(t, &owner);
	group = owner.members ? ADMIN_GROUP_SRIOV : ADMIN_GROUP_SELF;
	if (query_list(t, &owner, group, &list) != ADMIN_STATUS_OK)
		group = some_group(t, &owner, &list);
	list = list_of(use_known(t, &owner, group));
	restart_owner(t, &owner);
	if (CHECK(t, ADMIN_CMD_22, use_list(t, &owner, group, &list) == ADMIN_STATUS_OK,
		  "group %u: the list %#lx of before is refused with status %u, %u", group,
		  list.words[0], owner.admin.status, owner.admin.qualifier)) {
		check_held(t, CLAUSE_ADMIN_CMD_24);
	} else if (use_list(t, &owner, group, &least) == ADMIN_STATUS_OK) {
		CHECK(t, ADMIN_CMD_24, use_list(t, &owner, group, &list) == ADMIN_STATUS_OK,
		      "group %u: a shorter list is taken, the list %#lx is not", group,
		      list.words[0]);
	}
	disable_members(&owner);
}

TEST(transport, admin_groups_are_independent, .about = "each group has a list of its own",
     OF_OWNERS, .judges = CLAUSES(ADMIN_CMD_14))
{
	struct admin_list list[GROUPS], least = list_of(ADMIN_LIST_LEAST);
	struct admin_call probe;
	struct owner owner;
	unsigned judged = 0;

	start_with_members(t, &owner);
	for_each_group(group)
	{
		CAN_JUDGE(t, query_list(t, &owner, group, &list[group]) == ADMIN_STATUS_OK,
			  "group %u is not supported", group);
	}
	for_each_group(group)
	{
		if (!find_probe(group, &list[group], &probe) ||
		    !(use_known(t, &owner, group) & BIT64(probe.opcode)) ||
		    use_list(t, &owner, !group, &least) != ADMIN_STATUS_OK)
			continue;
		judged++;
		send_command(t, &owner, &probe);
		CHECK(t, ADMIN_CMD_14, owner.admin.qualifier != ADMIN_Q_INVALID_OPCODE,
		      "group %u: command %#x became illegal by a list of group %u", group,
		      probe.opcode, !group);
	}
	disable_members(&owner);
	CAN_JUDGE(t, judged, "no command can tell");
}
