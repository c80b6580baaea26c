/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/transport/pci/admin.h"

#include "arch/clock.h"
#include "arch/io.h"
#include "arch/wait.h"
#include "lib/string.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/transport.h"

uint32_t admin_fill(uint8_t *command, const struct admin_call *call)
{
	struct admin_command header = {
		.opcode = to_le16(call->opcode),
		.group_type = to_le16(call->group),
		.group_member_id = to_le64(call->member),
	};

	memcpy(command, &header, sizeof(header));
	if (call->length)
		memcpy(command + sizeof(header), call->data, call->length);
	return (uint32_t)sizeof(header) + call->length;
}

static bool is_used(void *queue)
{
	return virtqueue_used_pending(queue);
}

bool admin_execute(struct admin_queue *admin, uint32_t out, uint32_t in)
{
	const struct segment segments[] = {
		{(uintptr_t)admin->command, out, false},
		{(uintptr_t)admin->answer, in, true},
	};
	struct admin_answer answer = {0};
	struct completion completion;

	memset(admin->answer, admin->pattern, ADMIN_BYTES);
	if (!virtqueue_add(admin->queue, segments, ARRAY_LENGTH(segments), admin))
		return false;
	virtqueue_publish(admin->queue);
	virtqueue_kick(admin->queue);
	if (!wait_until(is_used, admin->queue, clock_deadline(admin->patience)) ||
	    !virtqueue_take(admin->queue, &completion))
		return false;
	admin->used = completion.length;
	memcpy(&answer, admin->answer, MINIMUM(in, (uint32_t)sizeof(answer)));
	admin->status = from_le16(answer.status);
	admin->qualifier = from_le16(answer.status_qualifier);
	return true;
}

bool admin_send(struct admin_queue *admin, const struct admin_call *call)
{
	uint32_t out = admin_fill(admin->command, call), unused;
	uint64_t deadline = clock_deadline(admin->patience);

	do {
		if (!admin_execute(admin, out, (uint32_t)sizeof(struct admin_answer) + call->room))
			return false;
	} while (admin->status == ADMIN_STATUS_EAGAIN && !clock_passed(deadline));
	unused = MAXIMUM(admin->used, (uint32_t)sizeof(struct admin_answer));
	if (unused < ADMIN_BYTES)
		memset(admin->answer + unused, 0, ADMIN_BYTES - unused);
	return true;
}

bool lent_access(struct lent_member *member, enum admin_opcode opcode, uint8_t offset,
		 const void *data, uint32_t length)
{
	struct {
		/* In the text a read has one byte of it, and a command is a multiple of 8: the rest is reserved and 0. */
		struct admin_legacy_access access;
		uint8_t data[8];
	} bytes = {.access.offset = offset};
	uint32_t written = data ? MINIMUM(length, (uint32_t)sizeof(bytes.data)) : 0;

	if (data)
		memcpy(bytes.data, data, written);
	return admin_send(member->admin,
			  &(struct admin_call){.opcode = (uint16_t)opcode,
					       .group = ADMIN_GROUP_SRIOV,
					       .member = member->number,
					       .data = &bytes,
					       .length = sizeof(bytes.access) + written,
					       .room = data ? 0 : length});
}

static struct lent_member *lent(const struct virtio_device *device)
{
	return CONTAINER_OF(virtio_pci(device), struct lent_member, pci);
}

/* Where a register stands among those of the legacy header. */
static uint8_t place_of(const struct register_access *access)
{
	switch (access->structure) {
	case STRUCTURE_NOTIFY:
		return LEGACY_QUEUE_NOTIFY;
	case STRUCTURE_ISR:
		return LEGACY_ISR_STATUS;
	default:
		return (uint8_t)access->offset;
	}
}

static void note(struct lent_member *member, bool used)
{
	if (!member->failed)
		member->failed = used ? member->admin->status : UINT16_MAX;
}

static uint64_t read_lent(const struct register_access *access)
{
	struct lent_member *member = lent(access->device);
	bool config = access->structure == STRUCTURE_DEVICE;
	uint64_t value = 0;

	note(member,
	     lent_access(member, config ? ADMIN_LEGACY_DEV_CFG_READ : ADMIN_LEGACY_COMMON_CFG_READ,
			 place_of(access), NULL, access->width));
	memcpy(&value, admin_result(member->admin), access->width);
	return value;
}

static void write_lent(const struct register_access *access, uint64_t value)
{
	struct lent_member *member = lent(access->device);
	bool config = access->structure == STRUCTURE_DEVICE;
	volatile void *address = member->pci.regions[STRUCTURE_NOTIFY].mapping;

	if (access->structure == STRUCTURE_NOTIFY && address)
		write16(address, (uint16_t)value);
	else
		note(member, lent_access(member,
					 config ? ADMIN_LEGACY_DEV_CFG_WRITE
						: ADMIN_LEGACY_COMMON_CFG_WRITE,
					 place_of(access), &value, access->width));
}

static const struct register_road lent_road = {.read = read_lent, .write = write_lent};

void lend_member(struct lent_member *member, struct admin_queue *admin,
		 const struct pci_function *function, uint64_t number, uint32_t type)
{
	*member = (struct lent_member){
		.pci.device = {.transport = &virtio_pci_legacy_transport,
			       .road = &lent_road,
			       .type = type,
			       .traits = DEVICE_OVER_PCI | DEVICE_LEGACY,
			       .ring_alignment = LEGACY_PAGE},
		.function = *function,
		.admin = admin,
		.number = number,
	};
	member->pci.function = &member->function;
	pci_address_text(function->address, member->pci.device.name);
	member->pci.device.body = &member->function;
}

void lent_notify_at(struct lent_member *member, volatile void *address)
{
	member->pci.regions[STRUCTURE_NOTIFY].mapping = address;
}
