/* SPDX-License-Identifier: BSD-2-Clause */
/* Members that are driven by the legacy interface they are lent, and the addresses of their notifications (virtio 1.4, 2.12.1.1). */
#include "lib/string.h"
#include "pci/bar.h"
#include "tests/transport/pci/admin/lent.h"

/* The addresses of notifications; none where the command fails. */
static void read_entries(struct test_run *t, struct owner *owner, struct admin_notify_info *entries)
{
	uint32_t size = ADMIN_NOTIFY_ENTRIES * sizeof(*entries);

	memset(entries, 0, size);
	send_command(t, owner,
		     &(struct admin_call){.opcode = ADMIN_LEGACY_NOTIFY_INFO,
					  .group = ADMIN_GROUP_SRIOV,
					  .member = 1,
					  .room = size});
	if (owner->admin.status == ADMIN_STATUS_OK &&
	    owner->admin.used > sizeof(struct admin_answer))
		memcpy(entries, admin_result(&owner->admin),
		       MINIMUM(owner->admin.used - (uint32_t)sizeof(struct admin_answer), size));
}

/* Starts an owner whose group has LEGACY_NOTIFY_INFO in use. */
static void start_with_addresses(struct test_run *t, struct owner *owner,
				 struct lent_member *member)
{
	start_owner(t, owner);
	borrow_member(t, owner, member);
	use_commands(t, owner, ADMIN_GROUP_SRIOV,
		     ADMIN_LEGACY_CONFIGURATION | BIT64(ADMIN_LEGACY_NOTIFY_INFO));
}

/* What follows the first that is not valid counts no more; neither does one with reserved flags. */
static bool is_valid(const struct admin_notify_info *entry)
{
	return entry->flags == ADMIN_NOTIFY_OWNER || entry->flags == ADMIN_NOTIFY_MEMBER;
}

#define for_each_entry(entry, entries)                                                             \
	for (const struct admin_notify_info *entry = (entries);                                    \
	     entry < (entries) + ADMIN_NOTIFY_ENTRIES && entry->flags != ADMIN_NOTIFY_END;         \
	     entry++)

static const struct pci_bar *bar_of(const struct owner *owner,
				    const struct admin_notify_info *entry)
{
	const struct pci_bar *bars = entry->flags == ADMIN_NOTIFY_OWNER
					     ? owner->sriov.function->bars
					     : owner->sriov.bars;

	return entry->bar < PCI_BARS && bars[entry->bar].present ? &bars[entry->bar] : NULL;
}

TEST(transport, admin_notification_addresses_are_sound,
     .about = "notification addresses are aligned, in BARs that are there, and end", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_23, ADMIN_LEG_24, ADMIN_LEG_25, ADMIN_LEG_26, ADMIN_LEG_27))
{
	struct admin_notify_info entries[ADMIN_NOTIFY_ENTRIES];
	struct lent_member member;
	struct owner owner;

	start_with_addresses(t, &owner, &member);
	CHECK(t, ADMIN_LEG_27, !owner.sriov.writable[0],
	      "VF BAR0 reads %#x after all ones were written", owner.sriov.writable[0]);
	read_entries(t, &owner, entries);
	disable_members(&owner);
	CAN_JUDGE(t, owner.admin.status == ADMIN_STATUS_OK,
		  "LEGACY_NOTIFY_INFO ends with status %u", owner.admin.status);
	CHECK(t, ADMIN_LEG_23, entries[ADMIN_NOTIFY_ENTRIES - 1].flags == ADMIN_NOTIFY_END,
	      "the last of %u entries has flags %u", ADMIN_NOTIFY_ENTRIES,
	      entries[ADMIN_NOTIFY_ENTRIES - 1].flags);
	for_each_entry(entry, entries)
	{
		CHECK(t, ADMIN_LEG_26, is_valid(entry),
		      "an entry has flags %u, and is of neither owner nor member", entry->flags);
		if (!is_valid(entry))
			continue;
		CHECK(t, ADMIN_LEG_24, bar_of(&owner, entry), "an entry names BAR %u of the %s",
		      entry->bar, entry->flags == ADMIN_NOTIFY_OWNER ? "owner" : "member");
		CHECK(t, ADMIN_LEG_25, from_le64(entry->offset) % 2 == 0,
		      "an entry has the offset %#lx", from_le64(entry->offset));
	}
}

/* Where a driver stores; NULL: an address that it has to ignore, or that cannot be reached from here. */
static volatile uint8_t *place_of(struct owner *owner, struct lent_member *member,
				  const struct admin_notify_info *entry)
{
	bool of_owner = entry->flags == ADMIN_NOTIFY_OWNER;
	struct pci_function *function = of_owner ? owner->sriov.function : &member->function;
	const struct pci_bar *bar = is_valid(entry) ? bar_of(owner, entry) : NULL;
	uint64_t offset = from_le64(entry->offset);
	volatile uint8_t *mapping;

	if (!bar || offset % 2 || offset > bar->size - sizeof(le16))
		return NULL;
	mapping = pci_bar_map(function, entry->bar);
	return mapping ? mapping + offset : NULL;
}

/* Notifies the member at each address that can be reached from here. */
static void judge_addresses(struct test_run *t, struct owner *owner, struct lent_member *member)
{
	struct admin_notify_info entries[ADMIN_NOTIFY_ENTRIES];
	uint8_t isr[2];

	read_entries(t, owner, entries);
	for_each_entry(entry, entries)
	{
		volatile uint8_t *place = place_of(owner, member, entry);

		if (place)
			CHECK(t, ADMIN_LEG_21, serve_member(t, member, place, isr),
			      "%s is not completed when notified at %#lx of BAR %u of the %s",
			      t->workload->about, from_le64(entry->offset), entry->bar,
			      entry->flags == ADMIN_NOTIFY_OWNER ? "owner" : "member");
	}
}

TEST(transport, admin_legacy_member_works,
     .about = "a member driven by commands serves, notified by command and by store", OF_OWNERS,
     .needs = NEEDS_WORK, .judges = CLAUSES(ADMIN_LEG_12, ADMIN_LEG_13, ADMIN_LEG_21))
{
	struct lent_member member;
	struct owner owner;
	uint8_t isr[2];
	bool served;

	start_owner(t, &owner);
	borrow_member(t, &owner, &member);
	need_service(t, &member);
	served = serve_member(t, &member, NULL, isr);
	CAN_JUDGE(t, served || member.failed != ADMIN_STATUS_EAGAIN, "a command ends with EAGAIN");
	CHECK(t, ADMIN_LEG_12, served,
	      "%s is not completed by a member driven by commands (status %u)", t->workload->about,
	      member.failed);
	if (served && (isr[0] & VIRTIO_INTERRUPT_USED))
		CHECK(t, ADMIN_LEG_13, !(isr[1] & VIRTIO_INTERRUPT_USED),
		      "the interrupt status reads %#x, and %#x behind that", isr[0], isr[1]);
	if (served && (use_known(t, &owner, ADMIN_GROUP_SRIOV) & BIT64(ADMIN_LEGACY_NOTIFY_INFO)))
		judge_addresses(t, &owner, &member);
	disable_members(&owner);
}

/* What the rules for devices that are not transitional say of a function (4.1.2.1). */
static void judge_identity(struct test_run *t, const struct pci_function *function,
			   enum clause_id of_revision, enum clause_id of_subsystem,
			   const char *whose)
{
	unsigned revision = pci_read8(function, PCI_REVISION_ID);
	unsigned subsystem = pci_read16(function, PCI_SUBSYSTEM_ID);

	JUDGE(t, of_revision, revision >= 1, "the revision of the %s is %u", whose, revision);
	JUDGE(t, of_subsystem, subsystem >= VIRTIO_PCI_SUBSYSTEM_MODERN,
	      "the subsystem device id of the %s is %#x", whose, subsystem);
}

TEST(transport, admin_lender_and_member_are_not_transitional,
     .about = "lender and member of a legacy interface have ids of modern devices", OF_OWNERS,
     .judges = CLAUSES(ADMIN_LEG_16, ADMIN_LEG_17, ADMIN_LEG_18, ADMIN_LEG_19, ADMIN_LEG_20))
{
	struct lent_member member;
	struct owner owner;
	unsigned id;

	start_with_addresses(t, &owner, &member);
	id = pci_read16(owner.sriov.function, PCI_DEVICE_ID);
	judge_identity(t, owner.sriov.function, CLAUSE_ADMIN_LEG_16, CLAUSE_ADMIN_LEG_18, "owner");
	CHECK(t, ADMIN_LEG_20, id >= VIRTIO_PCI_DEVICE_MODERN && id <= VIRTIO_PCI_DEVICE_LAST,
	      "the device id of the owner is %#x", id);
	judge_identity(t, &member.function, CLAUSE_ADMIN_LEG_17, CLAUSE_ADMIN_LEG_19, "member");
	disable_members(&owner);
}
