/* SPDX-License-Identifier: BSD-2-Clause */
/* The legacy interface that an owner lends its members: accesses to registers (virtio 1.4, 2.12.1.1). */
#include "lib/string.h"
#include "tests/transport/pci/admin/lent.h"
#include "virtio/device/net.h"
#include "virtio/transport/pci/legacy_registers.h"

TEST(transport, admin_legacy_commands_come_together,
     .about = "commands for a legacy interface come together", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_1, ADMIN_LEG_22))
{
	const uint64_t all = ADMIN_LEGACY_CONFIGURATION;
	struct admin_list list;
	struct owner owner;

	start_owner(t, &owner);
	enable_members(t, &owner);
	CAN_JUDGE(t, query_list(t, &owner, ADMIN_GROUP_SRIOV, &list) == ADMIN_STATUS_OK,
		  "the SR-IOV group is not supported");
	disable_members(&owner);
	CHECK(t, ADMIN_LEG_1, !(list.words[0] & all) || (list.words[0] & all) == all,
	      "of the commands %#lx it supports %#lx", all, list.words[0] & all);
	if (list.words[0] & BIT64(ADMIN_LEGACY_NOTIFY_INFO))
		CHECK(t, ADMIN_LEG_22, (list.words[0] & all) == all,
		      "with LEGACY_NOTIFY_INFO: %#lx are supported as %#lx", all,
		      list.words[0] & all);
}

/* An access that refers to no single field, or to nothing. */
struct stray {
	uint8_t offset, length;
	enum clause_id clause;
};

/* What a command that failed has left undone, as its status says. */
static enum clause_id clause_of_trace(uint16_t status)
{
	switch (status) {
	case ADMIN_STATUS_EINVAL:
		return CLAUSE_ADMIN_CMD_9;
	case ADMIN_STATUS_EAGAIN:
		return CLAUSE_ADMIN_VQ_14;
	case ADMIN_STATUS_ENOMEM:
		return CLAUSE_ADMIN_VQ_15;
	default:
		return CLAUSE_ADMIN_CMD_11;
	}
}

TEST(transport, admin_legacy_writes_hit_one_field,
     .about = "a write across fields, or outside of them, fails and does nothing", OF_OWNERS,
     .judges = CLAUSES(ADMIN_CMD_9, ADMIN_CMD_11, ADMIN_LEG_4, ADMIN_LEG_5, ADMIN_VQ_14,
		       ADMIN_VQ_15))
{
	/* The common configuration ends at 20, or at 24 with MSI-X enabled. */
	static const struct stray strays[] = {
		{LEGACY_DRIVER_FEATURES, 8, CLAUSE_ADMIN_LEG_4},
		{LEGACY_DEVICE_STATUS, 2, CLAUSE_ADMIN_LEG_4},
		{LEGACY_END_WITH_VECTORS, 1, CLAUSE_ADMIN_LEG_5},
		{LEGACY_QUEUE_VECTOR, 4, CLAUSE_ADMIN_LEG_5},
		{UINT8_MAX, 1, CLAUSE_ADMIN_LEG_5},
	};
	struct lent_member member;
	struct owner owner;
	uint32_t kept;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	meet_device(&member.pci.device);
	legacy_write(&member.pci.device, LEGACY_DRIVER_FEATURES, member_features(t, &member));
	kept = legacy_read(&member.pci.device, LEGACY_DRIVER_FEATURES);
	for (unsigned n = 0; n < ARRAY_LENGTH(strays); n++) {
		const struct stray *stray = &strays[n];
		uint64_t deadline = clock_deadline(PATIENCE_NS);
		uint16_t status;

		do {
			const struct {
				struct admin_legacy_access access;
				uint8_t zeros[8];
			} data = {.access.offset = stray->offset};
			const struct admin_call call = {.opcode = ADMIN_LEGACY_COMMON_CFG_WRITE,
							.group = ADMIN_GROUP_SRIOV,
							.member = 1,
							.data = &data,
							.length = sizeof(data.access) +
								  stray->length};
			uint32_t now;

			insist_on_answer(t, &owner.admin,
					 admin_execute(&owner.admin,
						       admin_fill(owner.admin.command, &call),
						       sizeof(struct admin_answer)));
			status = owner.admin.status;
			now = legacy_read(&member.pci.device, LEGACY_DRIVER_FEATURES);
			if (kept && status != ADMIN_STATUS_OK)
				JUDGE(t, clause_of_trace(status), now == kept,
				      "%u bytes written at %u fail with status %u: "
				      "driver_features reads %#x, not %#x",
				      stray->length, stray->offset, status, now, kept);
		} while (status == ADMIN_STATUS_EAGAIN && !clock_passed(deadline));
		JUDGE(t, stray->clause, status != ADMIN_STATUS_OK,
		      "command %#x with %u bytes at %u succeeds", ADMIN_LEGACY_COMMON_CFG_WRITE,
		      stray->length, stray->offset);
	}
	virtio_reset(&member.pci.device);
	disable_members(&owner);
}

/* Where one field of the configuration ends and another begins; false: that is not known. Single bytes may be parts of one. */
static bool find_seam(struct lent_member *member, uint8_t *offset)
{
	const struct virtio_config_field *last = NULL;

	for_each_config_field(field, &member->pci.device)
	{
		if (last && last->offset + last->width == field->offset &&
		    (last->width > 1 || field->width > 1) && field->offset <= UINT8_MAX) {
			*offset = (uint8_t)(field->offset - 1);
			return true;
		}
		last = field;
	}
	return false;
}

/* Judges accesses that must fail; what is written is 0. */
static void judge_strays(struct test_run *t, struct lent_member *member, enum admin_opcode opcode,
			 const struct stray *strays, unsigned count)
{
	const uint8_t zeros[2] = {0};

	for (unsigned n = 0; n < count; n++) {
		access_member(t, member, opcode, strays[n].offset,
			      opcode == ADMIN_LEGACY_DEV_CFG_WRITE ? zeros : NULL,
			      strays[n].length);
		JUDGE(t, strays[n].clause, member->admin->status != ADMIN_STATUS_OK,
		      "command %#x with %u bytes at %u succeeds", opcode, strays[n].length,
		      strays[n].offset);
	}
}

/* Where what it may have ends, by its own word and as far as its type is known; 0: beyond what a command can say. */
static uint8_t end_of_configuration(const struct virtio_device *modern)
{
	const struct virtio_type *type = virtio_type_by_id(modern->type);
	uint32_t end = MAXIMUM(modern->config_length, type ? type->config_size : 0);

	return end <= UINT8_MAX ? (uint8_t)end : 0;
}

TEST(transport, admin_legacy_accesses_hit_one_field,
     .about = "accesses across fields, or outside of them, fail", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_6, ADMIN_LEG_7, ADMIN_LEG_8, ADMIN_LEG_9, ADMIN_LEG_10,
		       ADMIN_LEG_11))
{
	static const struct stray common[] = {
		{LEGACY_DEVICE_FEATURES + 2, 4, CLAUSE_ADMIN_LEG_6},
		{LEGACY_QUEUE_SIZE, 4, CLAUSE_ADMIN_LEG_6},
		{LEGACY_DEVICE_FEATURES, 8, CLAUSE_ADMIN_LEG_6},
		{LEGACY_END_WITH_VECTORS, 1, CLAUSE_ADMIN_LEG_7},
		{LEGACY_QUEUE_VECTOR, 4, CLAUSE_ADMIN_LEG_7},
		{UINT8_MAX, 1, CLAUSE_ADMIN_LEG_7},
	};
	const struct virtio_device *modern;
	struct lent_member member;
	struct owner owner;
	struct stray strays[3];
	uint8_t seam;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	judge_strays(t, &member, ADMIN_LEGACY_COMMON_CFG_READ, common, ARRAY_LENGTH(common));
	member.pci.device.offered = virtio_read_offer(&member.pci.device);
	for (unsigned writes = 0; writes < 2; writes++) {
		enum clause_id across = writes ? CLAUSE_ADMIN_LEG_8 : CLAUSE_ADMIN_LEG_10;
		enum clause_id outside = writes ? CLAUSE_ADMIN_LEG_9 : CLAUSE_ADMIN_LEG_11;
		unsigned count = 0;

		if (find_seam(&member, &seam))
			strays[count++] = (struct stray){seam, 2, across};
		modern = member_configuration(&member);
		if (modern && end_of_configuration(modern)) {
			uint8_t end = end_of_configuration(modern);

			strays[count++] = (struct stray){end, 1, outside};
			strays[count++] = (struct stray){UINT8_MAX, 1, outside};
		}
		judge_strays(t, &member,
			     writes ? ADMIN_LEGACY_DEV_CFG_WRITE : ADMIN_LEGACY_DEV_CFG_READ,
			     strays, count);
	}
	disable_members(&owner);
}

/* Two bytes of a register, as they come. */
static unsigned read_pair(struct test_run *t, struct lent_member *member, uint8_t offset)
{
	le16 value;

	access_member(t, member, ADMIN_LEGACY_COMMON_CFG_READ, offset, NULL, sizeof(value));
	memcpy(&value, admin_result(member->admin), sizeof(value));
	return from_le16(value);
}

/* Selects a queue by a number in this byte order; whether it has a size then. */
static bool select_has_size(struct test_run *t, struct lent_member *member, uint8_t low,
			    uint8_t high)
{
	const uint8_t bytes[] = {low, high};

	access_member(t, member, ADMIN_LEGACY_COMMON_CFG_WRITE, LEGACY_QUEUE_SELECT, bytes, 2);
	return member->admin->status == ADMIN_STATUS_OK &&
	       read_pair(t, member, LEGACY_QUEUE_SIZE) != 0;
}

/* A queue is selected, and read as selected, by a little-endian number. */
static void judge_selection(struct test_run *t, struct lent_member *member)
{
	bool little = select_has_size(t, member, 1, 0);
	unsigned reads = read_pair(t, member, LEGACY_QUEUE_SELECT);

	if (little || select_has_size(t, member, 0, 1))
		CHECK(t, ADMIN_LEG_2, little,
		      "queue 1 is selected by the bytes 0, 1, and not by 1, 0");
	if (little && (reads == 1 || reads == 0x100))
		CHECK(t, ADMIN_LEG_3, reads == 1,
		      "queue_select is read as the bytes 0, 1 behind 1, 0");
}

/* A read without data is one at offset 0. */
static void judge_missing_offset(struct test_run *t, struct owner *owner, uint32_t features)
{
	le32 cut;

	if (!CHECK(t, ADMIN_VQ_7,
		   send_command(t, owner,
				&(struct admin_call){.opcode = ADMIN_LEGACY_COMMON_CFG_READ,
						     .group = ADMIN_GROUP_SRIOV,
						     .member = 1,
						     .room = 4}) == ADMIN_STATUS_OK,
		   "a read without an offset ends with status %u", owner->admin.status))
		return;
	memcpy(&cut, admin_result(&owner->admin), sizeof(cut));
	CHECK(t, ADMIN_VQ_1, from_le32(cut) == features,
	      "a read without an offset gives %#x, at offset 0 %#x", from_le32(cut), features);
}

TEST(transport, admin_legacy_registers_read_as_any,
     .about = "lent registers are as any legacy ones, and little-endian", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_2, ADMIN_LEG_3, ADMIN_LEG_12, ADMIN_LEG_13, ADMIN_VQ_1,
		       ADMIN_VQ_7))
{
	const uint8_t driven = STATUS_DRIVEN;
	struct virtio_device *device;
	struct lent_member member;
	struct owner owner;
	uint32_t whole, bytes;
	uint8_t status;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	device = &member.pci.device;
	whole = legacy_read(device, LEGACY_DEVICE_FEATURES);
	judge_missing_offset(t, &owner, whole);
	bytes = read_bytewise(t, &member, LEGACY_DEVICE_FEATURES);
	if (CHECK(t, ADMIN_LEG_3, whole == bytes || whole != __builtin_bswap32(bytes),
		  "device_features reads %#x, and %#x byte by byte", whole, bytes))
		CHECK(t, ADMIN_LEG_13, whole == bytes,
		      "device_features reads %#x, and %#x byte by byte", whole, bytes);
	virtio_reset(device);
	access_member(t, &member, ADMIN_LEGACY_COMMON_CFG_WRITE, LEGACY_DEVICE_STATUS, &driven, 1);
	status = (uint8_t)legacy_read(device, LEGACY_DEVICE_STATUS);
	if (owner.admin.status == ADMIN_STATUS_OK &&
	    CHECK(t, ADMIN_LEG_12, status, "device_status reads 0 after %#x was written", driven))
		CHECK(t, ADMIN_LEG_13, status == driven,
		      "device_status reads %#x after %#x was written", status, driven);
	if (t->workload && t->workload->queues > 1)
		judge_selection(t, &member);
	virtio_reset(device);
	disable_members(&owner);
}

/* A field by a command, as a number. */
static uint64_t read_field(struct test_run *t, struct lent_member *member,
			   const struct virtio_config_field *field)
{
	le64 value = {0};

	access_member(t, member, ADMIN_LEGACY_DEV_CFG_READ, (uint8_t)field->offset, NULL,
		      field->width);
	memcpy(&value, admin_result(member->admin), field->width);
	return from_le64(value);
}

TEST(transport, admin_legacy_configuration_is_the_members,
     .about = "fields read by commands are the member's", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_3, ADMIN_LEG_15))
{
	struct virtio_device *modern;
	struct lent_member member;
	struct owner owner;
	unsigned judged = 0;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	member.pci.device.offered = virtio_read_offer(&member.pci.device);
	modern = member_configuration(&member);
	CAN_JUDGE(t, modern, "the member shows no configuration");
	for_each_config_field(field, &member.pci.device)
	{
		uint32_t end = (uint32_t)field->offset + field->width;
		uint64_t got, wanted, swapped;

		if (field->flags & ~(CONFIG_DRIVER | CONFIG_ANY_TIME) || end > UINT8_MAX ||
		    end > modern->config_length)
			continue;
		wanted = config_read_at(modern, field->offset, field->width);
		got = read_field(t, &member, field);
		if (owner.admin.status != ADMIN_STATUS_OK)
			continue;
		judged++;
		swapped = __builtin_bswap64(wanted) >> (64 - 8 * field->width);
		if (CHECK(t, ADMIN_LEG_3, got == wanted || got != swapped,
			  "%s reads %#lx by a command, %#lx of the member: swapped", field->name,
			  got, wanted))
			CHECK(t, ADMIN_LEG_15, got == wanted,
			      "%s reads %#lx by a command, and %#lx of the member", field->name,
			      got, wanted);
	}
	disable_members(&owner);
	CAN_JUDGE(t, judged, "the suite knows no field that stays as it is");
}

/* The address by a command. */
static void read_address(struct test_run *t, struct lent_member *member, uint8_t *mac)
{
	access_member(t, member, ADMIN_LEGACY_DEV_CFG_READ, 0, NULL, NET_MAC_BYTES);
	memcpy(mac, admin_result(member->admin), NET_MAC_BYTES);
}

TEST(transport, admin_legacy_address_can_be_written,
     .about = "an address can be written by a command", OF_OWNERS, .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(ADMIN_LEG_14, ADMIN_LEG_15))
{
	uint8_t own[NET_MAC_BYTES], now[NET_MAC_BYTES];
	uint8_t other[NET_MAC_BYTES] = {0x02, 0x76, 0x70, 0x00, 0x00, 0x77};
	uint8_t turned[NET_MAC_BYTES];
	struct lent_member member;
	struct owner owner;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	meet_device(&member.pci.device);
	member.pci.device.offered = virtio_read_offer(&member.pci.device);
	CAN_JUDGE(t, features_have(&member.pci.device.offered, VIRTIO_NET_F_MAC),
		  "the member has no address");
	read_address(t, &member, own);
	access_member(t, &member, ADMIN_LEGACY_DEV_CFG_WRITE, 0, other, sizeof(other));
	/* Whose address it is may be settled by the host. */
	CAN_JUDGE(t, owner.admin.status == ADMIN_STATUS_OK,
		  "the address may not be written: status %u", owner.admin.status);
	read_address(t, &member, now);
	access_member(t, &member, ADMIN_LEGACY_DEV_CFG_WRITE, 0, own, sizeof(own));
	for (unsigned n = 0; n < sizeof(now); n++)
		turned[n] = now[sizeof(now) - 1 - n];
	CAN_JUDGE(t, memcmp(turned, other, sizeof(other)), "data is not little-endian");
	if (CHECK(t, ADMIN_LEG_14, memcmp(now, own, sizeof(now)),
		  "the address is what it was before it was written"))
		CHECK(t, ADMIN_LEG_15, !memcmp(now, other, sizeof(now)),
		      "the address reads neither as it was nor as it was written");
	virtio_reset(&member.pci.device);
	disable_members(&owner);
}

/* A command of several that are under way at once. */
struct queued {
	uint8_t command[sizeof(struct admin_command) + 2 * sizeof(struct admin_legacy_access)];
	uint8_t answer[16];
};

/* Adds an access to driver_features: a write of `value`, or a read. */
static void queue_access(struct test_run *t, struct owner *owner, struct queued *queued,
			 bool writes, uint32_t value)
{
	struct {
		struct admin_legacy_access access;
		le32 value;
	} data = {.access.offset = LEGACY_DRIVER_FEATURES, .value = to_le32(value)};
	uint32_t length = admin_fill(
		queued->command,
		&(struct admin_call){.opcode = writes ? ADMIN_LEGACY_COMMON_CFG_WRITE
						      : ADMIN_LEGACY_COMMON_CFG_READ,
				     .group = ADMIN_GROUP_SRIOV,
				     .member = 1,
				     .data = &data,
				     .length = writes ? sizeof(data) : sizeof(data.access)});
	const struct segment segments[] = {
		{(uintptr_t)queued->command, length, false},
		{(uintptr_t)queued->answer, sizeof(struct admin_answer) + (writes ? 0 : 4), true},
	};

	add_segments(t, owner->admin.queue, segments, ARRAY_LENGTH(segments), queued);
}

TEST(transport, admin_commands_keep_their_order,
     .about = "queued commands are processed in their order", OF_OWNERS, .needs = NEEDS_WORK,
     .judges = CLAUSES(ADMIN_VQ_12))
{
	struct lent_member member;
	struct owner owner;
	struct queued *queued[4];
	struct completion completion;
	uint32_t features, kept, shown[4];
	unsigned failed = 0;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	meet_device(&member.pci.device);
	features = member_features(t, &member);
	/* As it is shown when one command waits for the other. */
	legacy_write(&member.pci.device, LEGACY_DRIVER_FEATURES, features);
	kept = legacy_read(&member.pci.device, LEGACY_DRIVER_FEATURES);
	CAN_JUDGE(t, kept, "no feature can tell");
	for (unsigned n = 0; n < 4; n++) {
		queued[n] = test_memory(t, "command", sizeof(*queued[n]), 8);
		queue_access(t, &owner, queued[n], n % 2 == 0, n < 2 ? features : 0);
	}
	virtqueue_publish(owner.admin.queue);
	virtqueue_kick(owner.admin.queue);
	for (unsigned n = 0; n < 4; n++)
		insist_on_answer(t, &owner.admin,
				 await_completion(t, owner.admin.queue, &completion));
	for (unsigned n = 0; n < 4; n++) {
		memcpy(&shown[n], queued[n]->answer + sizeof(struct admin_answer), 4);
		failed += queued[n]->answer[0] != ADMIN_STATUS_OK;
	}
	CAN_JUDGE(t, !failed, "%u of 4 commands have failed", failed);
	CHECK(t, ADMIN_VQ_12, shown[1] == kept && shown[3] == 0,
	      "driver_features reads %#x and %#x behind writes of %#x and 0", shown[1], shown[3],
	      kept);
	virtio_reset(&member.pci.device);
	disable_members(&owner);
}
