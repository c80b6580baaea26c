/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of capabilities and of device parts, as far as a device has none of either (virtio 1.4, 2.12.1.2, 2.12.1.4). */
#include "lib/string.h"
#include "tests/transport/pci/admin/admin.h"

#define CAPABILITY_COMMANDS                                                                        \
	(BIT64(ADMIN_CAP_ID_LIST_QUERY) | BIT64(ADMIN_DEVICE_CAP_GET) | BIT64(ADMIN_DRIVER_CAP_SET))

/* Those of parts, and those of resource objects, which other objects have, too. */
#define PARTS_COMMANDS  (0xfull << ADMIN_DEV_PARTS_METADATA_GET)
#define OBJECT_COMMANDS (0xfull << ADMIN_RESOURCE_OBJ_CREATE)

TEST(transport, admin_capability_commands_come_together,
     .about = "commands for capabilities, and for device parts, come together", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CAP_1, ADMIN_CAP_2, ADMIN_CAP_3, ADMIN_PARTS_1))
{
	static const struct {
		uint16_t opcode;
		uint16_t clause;
	} needed[] = {
		{ADMIN_CAP_ID_LIST_QUERY, CLAUSE_ADMIN_CAP_1},
		{ADMIN_DRIVER_CAP_SET, CLAUSE_ADMIN_CAP_2},
		{ADMIN_DEVICE_CAP_GET, CLAUSE_ADMIN_CAP_3},
	};
	struct admin_list list;
	struct owner owner;

	start_with_members(t, &owner);
	for (unsigned group = ADMIN_GROUP_SELF; group <= ADMIN_GROUP_SRIOV; group++) {
		if (query_list(t, &owner, group, &list) != ADMIN_STATUS_OK)
			continue;
		for (unsigned n = 0; group == ADMIN_GROUP_SELF && n < ARRAY_LENGTH(needed); n++) {
			if (list.words[0] & CAPABILITY_COMMANDS)
				JUDGE(t, needed[n].clause, list.words[0] & BIT64(needed[n].opcode),
				      "command %#x is not supported, but the list is %#lx",
				      needed[n].opcode, list.words[0]);
		}
		if (list.words[0] & PARTS_COMMANDS)
			CHECK(t, ADMIN_PARTS_1,
			      !(~list.words[0] & (PARTS_COMMANDS | OBJECT_COMMANDS)),
			      "commands for device parts are missing: the list is %#lx",
			      list.words[0]);
	}
	disable_members(&owner);
}

/* The data of a command about a capability, which is all 0 behind its id. */
struct capability_data {
	le16 id;
	uint8_t reserved[6];
};

static uint16_t ask_of_capability(struct test_run *t, struct owner *owner, uint16_t opcode,
				  unsigned group, uint16_t id)
{
	const struct capability_data data = {.id = to_le16(id)};

	return send_command(t, owner,
			    &(struct admin_call){.opcode = opcode,
						 .group = (uint16_t)group,
						 .member = group == ADMIN_GROUP_SRIOV,
						 .data = &data,
						 .length = sizeof(data),
						 .room = 8});
}

TEST(transport, admin_capabilities_are_of_the_self_group,
     .about = "members have no capabilities of their own", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CAP_7, ADMIN_CAP_8, ADMIN_CAP_9))
{
	static const uint16_t clauses_of[] = {CLAUSE_ADMIN_CAP_7, CLAUSE_ADMIN_CAP_8,
					      CLAUSE_ADMIN_CAP_9};
	struct owner owner;

	start_owner(t, &owner);
	enable_members(t, &owner);
	CAN_JUDGE(t,
		  (use_known(t, &owner, ADMIN_GROUP_SELF) & CAPABILITY_COMMANDS) &&
			  use_known(t, &owner, ADMIN_GROUP_SRIOV),
		  "it has no capabilities, or no members");
	for (uint16_t n = 0; n < ARRAY_LENGTH(clauses_of); n++) {
		uint16_t opcode = ADMIN_CAP_ID_LIST_QUERY + n;
		uint16_t status = ask_of_capability(t, &owner, opcode, ADMIN_GROUP_SRIOV, 0);

		JUDGE(t, clauses_of[n], status == ADMIN_STATUS_EINVAL,
		      "command %#x of a member ends with status %u, not EINVAL", opcode, status);
	}
	disable_members(&owner);
}

TEST(transport, admin_unknown_capability_is_told, .about = "unknown capabilities are told by ENXIO",
     OF_OWNERS, .judges = CLAUSES(ADMIN_CAP_12, ADMIN_CAP_13))
{
	const uint16_t id = 63; /* no capability has it, nor will many */
	struct owner owner;
	uint16_t status;

	start_owner(t, &owner);
	use_commands(t, &owner, ADMIN_GROUP_SELF, CAPABILITY_COMMANDS);
	status = send_command(t, &owner,
			      &(struct admin_call){.opcode = ADMIN_CAP_ID_LIST_QUERY, .room = 8});
	CAN_JUDGE(t,
		  status == ADMIN_STATUS_OK && !(admin_result(&owner.admin)[id / 8] & BIT(id % 8)),
		  "it reports capability %u", id);
	status = ask_of_capability(t, &owner, ADMIN_DEVICE_CAP_GET, ADMIN_GROUP_SELF, id);
	CHECK(t, ADMIN_CAP_12, status == ADMIN_STATUS_ENXIO,
	      "DEVICE_CAP_GET of unknown capability %u ends with status %u", id, status);
	status = ask_of_capability(t, &owner, ADMIN_DRIVER_CAP_SET, ADMIN_GROUP_SELF, id);
	CHECK(t, ADMIN_CAP_13, status == ADMIN_STATUS_ENXIO,
	      "DRIVER_CAP_SET of unknown capability %u ends with status %u", id, status);
}
