/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/transport/pci/admin/admin.h"

#include "lib/string.h"

/* Features, queues and status; the memory of commands is there already. */
static void bring_owner_up(struct test_run *t, struct owner *owner)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;
	struct features features = features_for(t);
	unsigned used = t->workload ? t->workload->queues : 0, index, count;

	features_add(&features, VIRTIO_F_ADMIN_VQ);
	/* Without it a driver must not enable VFs (6.1). */
	if (owner->has_sriov && features_have(&device->offered, VIRTIO_F_SR_IOV))
		features_add(&features, VIRTIO_F_SR_IOV);
	accept_features(t, device, features);
	/* As it is now: a disguise may have been taken off. */
	CAN_JUDGE(t, features_have(&device->offered, VIRTIO_F_ADMIN_VQ),
		  "VIRTIO_F_ADMIN_VQ is not offered");
	CAN_JUDGE(t, common_has(device, admin_queue_num), "there is no admin_queue_num");
	index = common_read(device, admin_queue_index);
	count = common_read(device, admin_queue_num);
	CAN_JUDGE(t,
		  count && index < VIRTIO_QUEUES_MOST &&
			  index >= device->transport->queue_count(device),
		  "of %u queues from %u on none can be driven here", count, index);
	CAN_JUDGE(t, queue_is_there(device, index), "administration queue %u has no size", index);
	for (unsigned n = 0; n <= index; n++)
		requests[n] = (struct virtqueue_request){.skip = n != index && n >= used};
	find_queues(t, device, index + 1, requests, least_interrupts(t, device));
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	t->up = true;
	owner->admin.queue = device->queues[index];
}

void start_owner(struct test_run *t, struct owner *owner)
{
	*owner = (struct owner){.admin = {.patience = PATIENCE_NS, .pattern = 0xa5}};
	owner->has_sriov = pci_sriov_find(virtio_pci(t->device)->function, &owner->sriov);
	CAN_JUDGE(t, !owner->has_sriov || !pci_sriov_in_use(&owner->sriov),
		  "its VFs are devices in use");
	owner->admin.command = test_memory(t, "command", ADMIN_BYTES, 8);
	owner->admin.answer = test_memory(t, "answer", ADMIN_BYTES, 8);
	bring_owner_up(t, owner);
}

void restart_owner(struct test_run *t, struct owner *owner)
{
	start_over(t);
	bring_owner_up(t, owner);
}

void insist_on_answer(struct test_run *t, const struct admin_queue *admin, bool used)
{
	INSIST(t, SANE_1, used, "queue %u: a command is not used in time", admin->queue->index);
}

void heed_status(struct test_run *t, const struct admin_queue *admin)
{
	unsigned left = admin->pattern * 0x101u;

	CAN_JUDGE(t,
		  admin->status != left &&
			  (admin->status == ADMIN_STATUS_OK || admin->qualifier != left),
		  "a command has no status of its own");
}

uint16_t send_command(struct test_run *t, struct owner *owner, const struct admin_call *call)
{
	insist_on_answer(t, &owner->admin, admin_send(&owner->admin, call));
	heed_status(t, &owner->admin);
	return owner->admin.status;
}

uint16_t query_list(struct test_run *t, struct owner *owner, unsigned group,
		    struct admin_list *list)
{
	uint16_t status = send_command(t, owner,
				       &(struct admin_call){.opcode = ADMIN_LIST_QUERY,
							    .group = (uint16_t)group,
							    .room = sizeof(*list)});

	memcpy(list, admin_result(&owner->admin), sizeof(*list));
	return status;
}

uint16_t use_list(struct test_run *t, struct owner *owner, unsigned group,
		  const struct admin_list *list)
{
	return send_command(t, owner,
			    &(struct admin_call){.opcode = ADMIN_LIST_USE,
						 .group = (uint16_t)group,
						 .data = list,
						 .length = sizeof(*list)});
}

struct admin_list list_of(uint64_t opcodes)
{
	return (struct admin_list){{opcodes}};
}

uint64_t use_known(struct test_run *t, struct owner *owner, unsigned group)
{
	struct admin_list supported, known;

	if (query_list(t, owner, group, &supported) != ADMIN_STATUS_OK)
		return 0;
	known = list_of(supported.words[0] & ADMIN_LIST_KNOWN);
	if (use_list(t, owner, group, &known) == ADMIN_STATUS_OK)
		return known.words[0];
	CAN_JUDGE(t, use_list(t, owner, group, &supported) == ADMIN_STATUS_OK,
		  "group %u: LIST_USE ends with status %u, %u", group, owner->admin.status,
		  owner->admin.qualifier);
	return supported.words[0];
}

void use_commands(struct test_run *t, struct owner *owner, unsigned group, uint64_t opcodes)
{
	uint64_t used = use_known(t, owner, group);

	CAN_JUDGE(t, (used & opcodes) == opcodes,
		  "group %u: of the commands %#lx it supports %#lx alone", group, opcodes,
		  used & opcodes);
}

void enable_members(struct test_run *t, struct owner *owner)
{
	CAN_JUDGE(t, owner->has_sriov, "it shows no SR-IOV capability");
	CAN_JUDGE(t, features_have(&t->device->negotiated, VIRTIO_F_SR_IOV),
		  "VIRTIO_F_SR_IOV is not offered");
	CAN_JUDGE(t, pci_read16(owner->sriov.function, owner->sriov.at + PCI_SRIOV_TOTAL_VFS) != 0,
		  "it has no virtual functions");
	pci_sriov_enable(&owner->sriov, 1);
	owner->members = 1;
}

void start_with_members(struct test_run *t, struct owner *owner)
{
	start_owner(t, owner);
	if (owner->has_sriov && features_have(&t->device->negotiated, VIRTIO_F_SR_IOV))
		enable_members(t, owner);
}

void disable_members(struct owner *owner)
{
	pci_sriov_disable(&owner->sriov);
	owner->members = 0;
}

void borrow_member(struct test_run *t, struct owner *owner, struct lent_member *member)
{
	struct pci_function function;

	enable_members(t, owner);
	use_commands(t, owner, ADMIN_GROUP_SRIOV, ADMIN_LEGACY_CONFIGURATION);
	pci_virtual_function(&owner->sriov, 1, &function);
	lend_member(member, &owner->admin, &function, 1, t->device->type);
}

bool find_probe(unsigned group, const struct admin_list *list, struct admin_call *probe)
{
	static const struct admin_legacy_access at_features;
	bool legacy = group == ADMIN_GROUP_SRIOV;

	*probe = (struct admin_call){
		.opcode = legacy ? ADMIN_LEGACY_COMMON_CFG_READ : ADMIN_CAP_ID_LIST_QUERY,
		.group = (uint16_t)group,
		.member = legacy,
		.data = legacy ? &at_features : NULL,
		.length = legacy ? sizeof(at_features) : 0,
		.room = legacy ? 4 : 64,
	};
	return list->words[0] & BIT64(probe->opcode);
}

void judge_refusal(struct test_run *t, const struct owner *owner, enum clause_id of_status,
		   enum clause_id of_qualifier, uint16_t qualifier, const char *what)
{
	const struct admin_queue *admin = &owner->admin;

	if (!CHECK(t, ADMIN_CMD_8, admin->status != ADMIN_STATUS_OK,
		   "%s has to fail and ends with status OK", what))
		return;
	if (JUDGE(t, of_status, admin->status == ADMIN_STATUS_EINVAL,
		  "%s ends with status %u, not EINVAL", what, admin->status))
		JUDGE(t, of_qualifier, admin->qualifier == qualifier,
		      "%s ends with EINVAL and qualifier %u, not %u", what, admin->qualifier,
		      qualifier);
}
