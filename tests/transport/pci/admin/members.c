/* SPDX-License-Identifier: BSD-2-Clause */
/* The SR-IOV group: when it exists, and who is a member (virtio 1.4, 2.12, 2.12.1.5). */
#include "tests/transport/pci/admin/admin.h"

TEST(transport, admin_sriov_group_needs_enabled_vfs,
     .about = "without VFs there is no SR-IOV group", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_8, ADMIN_CMD_26, ADMIN_CMD_27))
{
	static const uint16_t opcodes[] = {ADMIN_LIST_QUERY, ADMIN_LIST_USE,
					   ADMIN_LEGACY_COMMON_CFG_READ};
	struct owner owner;

	start_owner(t, &owner);
	CAN_JUDGE(t,
		  owner.has_sriov ||
			  pci_config_size(virtio_pci(t->device)->function) > PCI_CONFIG_SIZE,
		  "extended configuration space is out of reach");
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned n = 0; n < ARRAY_LENGTH(opcodes); n++) {
			send_command(t, &owner,
				     &(struct admin_call){.opcode = opcodes[n],
							  .group = ADMIN_GROUP_SRIOV,
							  .member = n == 2,
							  .room = 8});
			judge_refusal(t, &owner, CLAUSE_ADMIN_CMD_26, CLAUSE_ADMIN_CMD_27,
				      ADMIN_Q_INVALID_GROUP, "a command without VFs");
		}
		if (!features_have(&t->device->negotiated, VIRTIO_F_SR_IOV))
			break;
		/* They come, and go again. */
		enable_members(t, &owner);
		disable_members(&owner);
	}
}

/* A command to a member that there is not; of which reads, and so changes nothing. */
static void ask_stranger(struct test_run *t, struct owner *owner, uint64_t number)
{
	static const struct admin_legacy_access at_features;

	send_command(t, owner,
		     &(struct admin_call){.opcode = ADMIN_LEGACY_COMMON_CFG_READ,
					  .group = ADMIN_GROUP_SRIOV,
					  .member = number,
					  .data = &at_features,
					  .length = sizeof(at_features),
					  .room = 4});
}

TEST(transport, admin_member_is_validated, .about = "who is no member is told by INVALID_MEMBER",
     OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_3, ADMIN_CMD_6, ADMIN_CMD_8, ADMIN_CMD_28, ADMIN_CMD_29))
{
	/* There is one. */
	static const uint64_t strangers[] = {0, 2, UINT64_MAX, BIT64(32) + 1};
	static const char *const names[] = {"member 0", "member NumVFs + 1", "member 2^64 - 1",
					    "member 2^32 + 1"};
	struct lent_member member;
	struct owner owner;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	for (unsigned n = 0; n < ARRAY_LENGTH(strangers); n++) {
		ask_stranger(t, &owner, strangers[n]);
		judge_refusal(t, &owner, n < 2 ? CLAUSE_ADMIN_CMD_28 : CLAUSE_ADMIN_CMD_3,
			      n < 2 ? CLAUSE_ADMIN_CMD_29 : CLAUSE_ADMIN_CMD_6,
			      ADMIN_Q_INVALID_MEMBER, names[n]);
	}
	disable_members(&owner);
}
