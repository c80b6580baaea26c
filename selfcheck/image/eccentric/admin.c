/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of groups with ways of their own (virtio 1.4, 2.12, 2.13). */
#include "lib/string.h"
#include "selfcheck/image/disguise/admin_owner.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/legacy_registers.h"

/* The members of a struct admin_twist; WAY() has the rest. */
#define ADMIN_ECCENTRIC(symbol, ...)                                                               \
	static const struct admin_twist symbol##_twist = {__VA_ARGS__};                            \
	static void symbol##_start(struct virtio_device *device)                                   \
	{                                                                                          \
		admin_owner_start(device, &symbol##_twist);                                        \
	}

/* What is odd about it, and what allows that. */
#define WAY(symbol, words, ...)                                                                    \
	ECCENTRIC(symbol, .about = words, __VA_ARGS__, .devices = "net",                           \
		  .tests = "transport.admin*", .variants = "split*", .offers = ADMIN_OWNER_OFFERS, \
		  .start = symbol##_start, .stop = admin_owner_stop)

static void be_there(struct admin_exchange *exchange)
{
	acts();
}
ADMIN_ECCENTRIC(ok_admin_owner, .answer = be_there)
WAY(ok_admin_owner, "a device owns a group, and lends its member a legacy interface",
    ALLOWED("2.12.1.1",
	    "a group owner device can provide the legacy interface functionality for the "
	    "group member devices"));

/* ---- commands ---- */

ADMIN_ECCENTRIC(ok_admin_uses_backwards, .order = SERVE_IN_ORDER_USE_BACKWARDS, .answer = be_there)
WAY(ok_admin_uses_backwards, "commands are processed in their order, and used the other way round",
    ALLOWED("2.7.9",
	    "Some devices always use descriptors in the same order in which they have been made "
	    "available."));

static unsigned commands;

static void count_from_0(void)
{
	commands = 0;
}
static void try_again(struct admin_exchange *exchange)
{
	if (commands++ % 2)
		return;
	acts();
	/* Nothing is done: an opcode that nobody has. */
	exchange->opcode = UINT16_MAX;
}
static void say_again(struct admin_exchange *exchange)
{
	if (commands % 2 == 0)
		return;
	exchange->status = ADMIN_STATUS_EAGAIN;
	exchange->qualifier = 7;
	exchange->result_length = 0;
}
ADMIN_ECCENTRIC(ok_admin_tries_again, .begin = count_from_0, .command = try_again,
		.answer = say_again)
WAY(ok_admin_tries_again, "each command has to be sent twice",
    ALLOWED("2.13.2", "The driver SHOULD retry a command that completed with status "
		      "VIRTIO_ADMIN_STATUS_EAGAIN."));

static void fail_otherwise(struct admin_exchange *exchange)
{
	if (exchange->qualifier != ADMIN_Q_INVALID_FIELD)
		return;
	acts();
	exchange->status = 5;
	exchange->qualifier = ADMIN_Q_INVALID_COMMAND;
}
ADMIN_ECCENTRIC(ok_admin_fails_otherwise, .answer = fail_otherwise)
WAY(ok_admin_fails_otherwise, "what strays from a field ends with another status than EINVAL",
    ALLOWED("2.12.1.5", "If a command fails, the device MUST set status to a value different from "
			"VIRTIO_ADMIN_STATUS_OK."));

static void take_all_or_nothing(struct admin_exchange *exchange)
{
	uint64_t list;

	memcpy(&list, exchange->data, sizeof(list));
	if (exchange->opcode != ADMIN_LIST_USE ||
	    exchange->group >= ARRAY_LENGTH(admin_owner.supported) ||
	    list == admin_owner.supported[exchange->group])
		return;
	acts();
	/* It becomes a list that nobody supports. */
	exchange->data[7] = 0xff;
}
ADMIN_ECCENTRIC(ok_admin_takes_all_or_nothing, .command = take_all_or_nothing)
WAY(ok_admin_takes_all_or_nothing, "no list is taken but that of all commands",
    ALLOWED("2.12.1.5",
	    "The device MAY enforce additional restrictions and dependencies on opcodes "
	    "used by the driver"));

static void have_more(void)
{
	/* An opcode that nobody knows. */
	admin_owner.supported[ADMIN_GROUP_SRIOV] |= BIT64(40);
	admin_owner.list_bytes = 24;
}
static void grow(struct admin_exchange *exchange)
{
	if (exchange->opcode != ADMIN_LIST_USE)
		return;
	acts();
	admin_owner.supported[ADMIN_GROUP_SELF] |= BIT64(41);
	admin_owner.supported[ADMIN_GROUP_SRIOV] |= BIT64(41);
}
ADMIN_ECCENTRIC(ok_admin_list_grows, .begin = have_more, .answer = grow)
WAY(ok_admin_list_grows, "lists end with zeros, have opcodes that nobody knows, and grow",
    ALLOWED("2.12.1.5",
	    "The list of supported commands reported by the device MUST NOT shrink (but MAY expand)"));

static void use_less(struct admin_exchange *exchange)
{
	if (exchange->status == ADMIN_STATUS_OK || exchange->used <= sizeof(struct admin_answer))
		return;
	acts();
}
static void answer_failures_in_full(struct admin_exchange *exchange)
{
	if (exchange->status == ADMIN_STATUS_OK || exchange->opcode == ADMIN_LIST_USE)
		return;
	memset(exchange->result, 0, sizeof(exchange->result));
	exchange->result_length = 8;
}
ADMIN_ECCENTRIC(ok_admin_answers_failures_in_full, .answer = answer_failures_in_full,
		.used = use_less)
WAY(ok_admin_answers_failures_in_full, "a command that fails has a result of zeros",
    ALLOWED("2.12.1",
	    "Any unused device-writeable fields are set to zero by the device and ignored "
	    "by the driver."));

/* ---- groups and members ---- */

static void have_two_queues(void)
{
	acts();
	admin_owner.index += 9;
	admin_owner.count = 2;
}
ADMIN_ECCENTRIC(ok_admin_two_queues, .begin = have_two_queues)
WAY(ok_admin_two_queues, "two administration virtqueues lie far beyond the others",
    ALLOWED("2.13", "An owner device can have more than one administration virtqueue."));

static void have_no_vfs(void)
{
	acts();
	memset(admin_owner.sriov, 0, sizeof(admin_owner.sriov));
	admin_owner.supported[ADMIN_GROUP_SRIOV] = 0;
}
ADMIN_ECCENTRIC(ok_admin_no_sriov_group, .begin = have_no_vfs)
ECCENTRIC(ok_admin_no_sriov_group, .about = "the device has the self group alone",
	  ALLOWED("2.12",
		  "This device group includes the owner device itself and no other devices."),
	  .devices = "net", .tests = "transport.admin*", .variants = "split*",
	  .offers = BIT64(VIRTIO_F_ADMIN_VQ), .start = ok_admin_no_sriov_group_start,
	  .stop = admin_owner_stop);

static void have_no_self_group(void)
{
	acts();
	admin_owner.supported[ADMIN_GROUP_SELF] = 0;
}
ADMIN_ECCENTRIC(ok_admin_no_self_group, .begin = have_no_self_group)
WAY(ok_admin_no_self_group, "the device has the SR-IOV group alone",
    ALLOWED("2.12.1.6", "The driver MAY discover whether device supports a specific group type by "
			"issuing VIRTIO_ADMIN_CMD_LIST_QUERY with the matching group_type."));

static void have_no_capabilities(void)
{
	acts();
	admin_owner.supported[ADMIN_GROUP_SELF] = 0x3;
}
ADMIN_ECCENTRIC(ok_admin_no_capabilities, .begin = have_no_capabilities)
WAY(ok_admin_no_capabilities, "the device has no capabilities",
    ALLOWED("2.12.1.2.4", "If the device supports capabilities, it MUST support the commands"));

static void have_objects(void)
{
	acts();
	admin_owner.supported[ADMIN_GROUP_SELF] |= 0xfull << ADMIN_RESOURCE_OBJ_CREATE;
}
ADMIN_ECCENTRIC(ok_admin_has_objects, .begin = have_objects)
WAY(ok_admin_has_objects, "there are resource objects, and no device parts",
    ALLOWED("2.12.1.4.5", "where resource commands apply to the resource object "
			  "VIRTIO_RESOURCE_OBJ_DEV_PARTS."));

/* ---- what is lent ---- */

static void lend_nothing(void)
{
	acts();
	admin_owner.supported[ADMIN_GROUP_SRIOV] = 0x3;
}
ADMIN_ECCENTRIC(ok_admin_lends_nothing, .begin = lend_nothing)
WAY(ok_admin_lends_nothing, "members are lent no legacy interface",
    ALLOWED("2.12.1.1.6", "A device MUST either support all of, or none of"));

/* Then the rules for identities do not apply, and VF BAR0 may be there. */
static void give_no_addresses(void)
{
	acts();
	admin_owner.supported[ADMIN_GROUP_SRIOV] &= ~BIT64(ADMIN_LEGACY_NOTIFY_INFO);
	admin_owner.vf_bar_0 = true;
	admin_owner.device_id = VIRTIO_PCI_DEVICE_FIRST;
	admin_owner.revision = admin_owner.subsystem = 0;
	admin_owner.virtual_function[PCI_REVISION_ID] = 0;
	admin_owner.virtual_function[PCI_SUBSYSTEM_ID] = 1;
}
ADMIN_ECCENTRIC(ok_admin_gives_no_addresses, .begin = give_no_addresses)
WAY(ok_admin_gives_no_addresses,
    "notifications are commands alone, and ids those of transitional devices",
    ALLOWED("2.12.1.1.5", "For the SR-IOV group type, the optional command "
			  "VIRTIO_ADMIN_CMD_LEGACY_NOTIFY_INFO addresses this need"));

/* The owner's BAR is a real one, and stores there reach the device behind: it knows no queue 1 that is live. */
static void give_several_addresses(void)
{
	acts();
	admin_owner.entries[1] = admin_owner.entries[0];
	admin_owner.entries[1].offset = to_le64(from_le64(admin_owner.entries[0].offset) + 2);
	/* Reserved flags, which a driver ignores, with what would be wrong of others. */
	admin_owner.entries[2] = (struct admin_notify_info){.flags = 3, .bar = 0};
}
ADMIN_ECCENTRIC(ok_admin_gives_several_addresses, .begin = give_several_addresses)
WAY(ok_admin_gives_several_addresses, "there are several addresses for notifications",
    ALLOWED("2.12.1.1.5",
	    "The device can supply up to 4 entries each with a different notification "
	    "address."));

static void give_owners_address(void)
{
	const struct virtio_pci_device *pci = virtio_pci(admin_owner.device);
	struct admin_notify_info own = {
		.flags = ADMIN_NOTIFY_OWNER,
		.bar = pci->regions[STRUCTURE_NOTIFY].bar,
		.offset = to_le64(pci->regions[STRUCTURE_NOTIFY].offset + 8),
	};

	acts();
	admin_owner.entries[1] = admin_owner.entries[0];
	admin_owner.entries[0] = own;
}
ADMIN_ECCENTRIC(ok_admin_gives_owners_address, .begin = give_owners_address)
WAY(ok_admin_gives_owners_address, "of the addresses for notifications one is the owner's",
    ALLOWED("2.12.1.1.6",
	    "the device MAY support VIRTIO_ADMIN_CMD_LEGACY_NOTIFY_INFO with entries of "
	    "the owner device or the member device or both of them."));

/* An end comes first, and what follows counts no more. */
static void give_nothing_valid(void)
{
	acts();
	admin_owner.entries[1] = (struct admin_notify_info){ADMIN_NOTIFY_MEMBER, 5, .offset = {1}};
	admin_owner.entries[0].flags = ADMIN_NOTIFY_END;
}
ADMIN_ECCENTRIC(ok_admin_gives_an_end_alone, .begin = give_nothing_valid)
WAY(ok_admin_gives_an_end_alone, "the first entry for notifications ends their list",
    ALLOWED("2.12.1.1.5",
	    "the value of 0x0 indicates that all the entries starting from that entry are "
	    "invalid entries in entries"));

static void have_vectors(void)
{
	acts();
	admin_owner.common_length = LEGACY_END_WITH_VECTORS;
}
ADMIN_ECCENTRIC(ok_admin_lends_vectors, .begin = have_vectors)
WAY(ok_admin_lends_vectors, "the common configuration that is lent has vectors, and 24 bytes",
    ALLOWED("4.1.4.10",
	    "If MSI-X is enabled for the device, two additional fields immediately follow "
	    "this header"));

/* Whose address a member has may be settled by its host: then the command fails. */
static void keep_address(struct admin_exchange *exchange)
{
	if (exchange->opcode != ADMIN_LEGACY_DEV_CFG_WRITE)
		return;
	acts();
	exchange->group = UINT16_MAX;
}
static void refuse_address(struct admin_exchange *exchange)
{
	if (exchange->opcode != ADMIN_LEGACY_DEV_CFG_WRITE)
		return;
	exchange->status = 1;
	exchange->qualifier = ADMIN_Q_INVALID_COMMAND;
}
ADMIN_ECCENTRIC(ok_admin_member_keeps_its_address, .command = keep_address,
		.answer = refuse_address)
WAY(ok_admin_member_keeps_its_address, "writes to the configuration of a member fail",
    ALLOWED("2.12.1", "group administration command error"));

/* What it says of its link is true: nothing leaves it. */
static void have_no_link(void)
{
	acts();
	lent_device.config.status = to_le16(0);
	lent_device.is_deaf = true;
}
ADMIN_ECCENTRIC(ok_admin_member_has_no_link, .begin = have_no_link)
WAY(ok_admin_member_has_no_link, "the link of a member is down, and what it is to send waits",
    ALLOWED("5.1.5",
	    "If the VIRTIO_NET_F_STATUS feature bit is negotiated, the link status comes from the "
	    "bottom bit of status."));

static void take_time(void)
{
	acts();
	lent_device.delay = 40;
}
ADMIN_ECCENTRIC(ok_admin_member_takes_its_time, .begin = take_time)
WAY(ok_admin_member_takes_its_time, "a member hears of its queues late",
    ALLOWED("2.6",
	    "Device executes the requests and - when complete - adds a used buffer to the queue"));
