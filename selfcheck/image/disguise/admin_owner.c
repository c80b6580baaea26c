/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/admin_owner.h"

#include "arch/wait.h"
#include "lib/string.h"
#include "pci/capability.h"
#include "pci/sriov.h"
#include "virtio/onlooker.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport.h"

/* Where the capability lies, and the functions that it makes: one, the next function of the device. */
#define SRIOV_AT      0x100u
#define EXPRESS_AT    0xc4 /* of the capability that goes before it */
#define VF_OFFSET     1
#define VF_CAPABILITY 0x40
#define VF_BAR        2 /* and 3: it has 64 bits */
#define VF_BAR_BYTES  0x1000u
#define VF_CONFIG_AT  0x400u
#define VF_NOTIFY_AT  0x800u
#define LIST_BYTES    8u
#define EVERYTHING    0x7full
#define SELF_GROUP    0x383ull
#define QUEUE_SIZE    64

struct admin_owner admin_owner;
static const struct admin_twist *twist;
static struct pci_function *function;

/* The queue of its own. */
static struct {
	uint16_t selected, size;
	uint64_t areas[3];
	bool enabled;
	uint16_t seen;
} own;

static uint16_t get16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static void put(uint8_t *bytes, uint32_t value, unsigned width)
{
	memcpy(bytes, &value, width);
}

static bool vfs_enabled(void)
{
	return get16(&admin_owner.sriov[PCI_SRIOV_CONTROL]) & PCI_SRIOV_VF_ENABLE;
}

/* ---- commands ---- */

static bool refuse(struct admin_exchange *exchange, uint16_t qualifier)
{
	exchange->status = ADMIN_STATUS_EINVAL;
	exchange->qualifier = qualifier;
	return false;
}

static bool is_group(unsigned group)
{
	return group < ARRAY_LENGTH(admin_owner.supported) && admin_owner.supported[group] &&
	       (group != ADMIN_GROUP_SRIOV || vfs_enabled());
}

/* LIST_QUERY and LIST_USE are legal from the start, and until a list leaves them out. */
static bool is_legal(const struct admin_exchange *exchange)
{
	return exchange->opcode < 64 &&
	       (admin_owner.used[exchange->group] & BIT64(exchange->opcode));
}

static bool uses_member(const struct admin_exchange *exchange)
{
	return BIT64(exchange->opcode) &
	       (ADMIN_LEGACY_CONFIGURATION | BIT64(ADMIN_LEGACY_NOTIFY_INFO));
}

static bool validate(struct admin_exchange *exchange)
{
	if (!is_group(exchange->group))
		return refuse(exchange, ADMIN_Q_INVALID_GROUP);
	if (!is_legal(exchange))
		return refuse(exchange, ADMIN_Q_INVALID_OPCODE);
	if (uses_member(exchange) &&
	    (!exchange->member || exchange->member > get16(&admin_owner.sriov[PCI_SRIOV_NUM_VFS])))
		return refuse(exchange, ADMIN_Q_INVALID_MEMBER);
	return true;
}

static void access_member(struct admin_exchange *exchange)
{
	bool config = exchange->opcode >= ADMIN_LEGACY_DEV_CFG_WRITE;
	const uint32_t head = sizeof(struct admin_legacy_access);
	bool good;

	if (exchange->opcode == ADMIN_LEGACY_COMMON_CFG_READ ||
	    exchange->opcode == ADMIN_LEGACY_DEV_CFG_READ) {
		exchange->result_length =
			MINIMUM(exchange->room - MINIMUM(exchange->room, 8u), 32u);
		good = lent_device_read(config, *exchange->data, exchange->result,
					exchange->result_length, admin_owner.common_length);
		if (!good)
			exchange->result_length = 0;
	} else {
		good = lent_device_write(config, *exchange->data, exchange->data + head,
					 exchange->length > head ? exchange->length - head : 0,
					 admin_owner.common_length);
	}
	if (!good)
		refuse(exchange, ADMIN_Q_INVALID_FIELD);
}

static void carry_out(struct admin_exchange *exchange)
{
	uint64_t list;

	if (!validate(exchange))
		return;
	switch (exchange->opcode) {
	case ADMIN_LIST_QUERY:
		memcpy(exchange->result, &admin_owner.supported[exchange->group], LIST_BYTES);
		exchange->result_length = admin_owner.list_bytes;
		break;
	case ADMIN_LIST_USE:
		memcpy(&list, exchange->data, sizeof(list));
		if (list & ~admin_owner.supported[exchange->group])
			refuse(exchange, ADMIN_Q_INVALID_FIELD);
		else
			admin_owner.used[exchange->group] = list;
		break;
	case ADMIN_LEGACY_NOTIFY_INFO:
		exchange->result_length = sizeof(admin_owner.entries);
		memcpy(exchange->result, admin_owner.entries, sizeof(admin_owner.entries));
		break;
	case ADMIN_CAP_ID_LIST_QUERY:
		exchange->result_length = LIST_BYTES; /* it has none */
		break;
	case ADMIN_DEVICE_CAP_GET:
	case ADMIN_DRIVER_CAP_SET:
		exchange->status = ADMIN_STATUS_ENXIO;
		break;
	default:
		access_member(exchange);
	}
}

static void understand(struct admin_exchange *exchange, const struct served_buffer *buffer)
{
	struct admin_command header = {0};
	const uint32_t head = sizeof(header);

	memcpy(&header, buffer->out, MINIMUM(buffer->out_length, head));
	if (buffer->out_length > head) {
		exchange->length =
			MINIMUM(buffer->out_length - head, (uint32_t)sizeof(exchange->data));
		memcpy(exchange->data, buffer->out + head, exchange->length);
	}
	exchange->opcode = from_le16(header.opcode);
	exchange->group = from_le16(header.group_type);
	exchange->member = from_le64(header.group_member_id);
}

static uint32_t answer(const struct served_buffer *buffer)
{
	struct admin_exchange exchange = {
		.out = buffer->out_length, .room = buffer->in_length, .in = buffer->in};
	struct {
		struct admin_answer head;
		uint8_t result[sizeof(exchange.result)];
	} written = {0};

	memcpy(&exchange.before, buffer->in,
	       MINIMUM(buffer->in_length, (uint32_t)sizeof(exchange.before)));
	understand(&exchange, buffer);
	if (twist->command)
		twist->command(&exchange);
	carry_out(&exchange);
	if (twist->answer)
		twist->answer(&exchange);
	written.head.status = to_le16(exchange.status);
	written.head.status_qualifier = to_le16(exchange.qualifier);
	memcpy(written.result, exchange.result, exchange.result_length);
	exchange.used =
		MINIMUM(buffer->in_length, (uint32_t)sizeof(written.head) + exchange.result_length);
	memcpy(buffer->in, &written, exchange.used);
	if (twist->used)
		twist->used(&exchange);
	return exchange.used;
}

static void serve_commands(void)
{
	struct served_ring ring = {
		.desc = (struct virtq_desc *)(uintptr_t)own.areas[0],
		.avail = (struct virtq_avail *)(uintptr_t)own.areas[1],
		.used = (struct virtq_used *)(uintptr_t)own.areas[2],
		.size = own.size,
		.seen = own.seen,
	};

	if (!own.enabled)
		return;
	serve_ring(&ring, answer, twist->order);
	own.seen = ring.seen;
}

/* ---- registers ---- */

static void reset(void)
{
	own = (typeof(own)){.size = QUEUE_SIZE};
	admin_owner.used[0] = admin_owner.used[1] = BIT64(ADMIN_LIST_QUERY) | BIT64(ADMIN_LIST_USE);
	admin_owner.status_unwell = false;
	admin_owner.resets++;
}

static bool is_own_queue(void)
{
	return own.selected >= admin_owner.index &&
	       own.selected < admin_owner.index + admin_owner.count;
}

static uint64_t half(uint64_t value, uint32_t offset)
{
	return (uint32_t)(value >> (offset % 8 ? 32 : 0));
}

static uint64_t read_own(const struct register_access *access, uint64_t value)
{
	uint32_t area = (access->offset - COMMON_OFFSET(queue_desc)) / 8;

	switch (access->offset) {
	case COMMON_OFFSET(queue_select):
		return own.selected;
	case COMMON_OFFSET(queue_size):
		return own.size;
	case COMMON_OFFSET(queue_enable):
		return own.enabled;
	case COMMON_OFFSET(queue_notify_off):
	case COMMON_OFFSET(queue_reset):
		return 0;
	default:
		return area < ARRAY_LENGTH(own.areas) && access->offset >= COMMON_OFFSET(queue_desc)
			       ? half(own.areas[area], access->offset)
			       : value;
	}
}

static bool write_own(const struct register_access *access, uint64_t value)
{
	uint32_t area = (access->offset - COMMON_OFFSET(queue_desc)) / 8;

	switch (access->offset) {
	case COMMON_OFFSET(queue_size):
		own.size = (uint16_t)value;
		return false;
	case COMMON_OFFSET(queue_enable):
		own.enabled = value;
		return false;
	case COMMON_OFFSET(queue_msix_vector):
		return false;
	default:
		if (access->offset < COMMON_OFFSET(queue_desc) || area >= ARRAY_LENGTH(own.areas))
			return true;
		put((uint8_t *)&own.areas[area] + access->offset % 8, (uint32_t)value, 4);
		return false;
	}
}

/* The VF is the next function of the device. */
static bool is_vf(const struct pci_function *one)
{
	return one->address.bus == function->address.bus &&
	       one->address.device == function->address.device &&
	       one->address.function == function->address.function + VF_OFFSET;
}

/* Its own face, and the one that it is lent. */
static bool is_of_vf(const struct virtio_device *device)
{
	return (device->traits & DEVICE_OVER_PCI) && is_vf(virtio_pci(device)->function);
}

static uint64_t read_as_owner(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	struct virtio_device *device = access->device;

	if (device != admin_owner.device) {
		uint64_t config = 0;

		if (!is_of_vf(device) || (device->traits & DEVICE_LEGACY) ||
		    access->structure != STRUCTURE_DEVICE)
			return value;
		memcpy(&config, (uint8_t *)&lent_device.config + access->offset, access->width);
		return config;
	}
	if (access->structure != STRUCTURE_COMMON)
		return value;
	switch (access->offset) {
	case COMMON_OFFSET(admin_queue_index):
		return admin_owner.index;
	case COMMON_OFFSET(admin_queue_num):
		return admin_owner.count;
	case COMMON_OFFSET(device_status):
		return admin_owner.status_unwell ? value | VIRTIO_STATUS_NEEDS_RESET : value;
	default:
		return is_own_queue() ? read_own(access, value) : value;
	}
}

static bool write_as_owner(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	struct virtio_device *device = access->device;

	if (device != admin_owner.device) {
		bool store = is_of_vf(device) && access->structure == STRUCTURE_NOTIFY &&
			     virtio_pci(device)->regions[STRUCTURE_NOTIFY].mapping;

		if (store && !admin_owner.is_deaf)
			lent_device_notify((unsigned)*value);
		return !store;
	}
	if (access->structure == STRUCTURE_NOTIFY) {
		if (*value < admin_owner.index)
			return true;
		serve_commands();
		return false;
	}
	if (access->structure != STRUCTURE_COMMON)
		return true;
	if (access->offset == COMMON_OFFSET(queue_select)) {
		own.selected = (uint16_t)*value;
		return !is_own_queue();
	}
	if (access->offset == COMMON_OFFSET(device_status) && !*value)
		reset();
	return !is_own_queue() || write_own(access, *value);
}

/* ---- configuration space ---- */

static uint32_t number(const uint8_t *bytes, unsigned width)
{
	uint32_t value = 0;

	memcpy(&value, bytes, width);
	return value;
}

static uint32_t read_config(struct onlooker *self, const struct pci_function *one, unsigned offset,
			    unsigned width, uint32_t value)
{
	if (is_vf(one) && offset + width <= sizeof(admin_owner.virtual_function))
		return number(&admin_owner.virtual_function[offset], width);
	if (memcmp(&one->address, &function->address, sizeof(one->address)))
		return value;
	if (offset >= SRIOV_AT && offset - SRIOV_AT + width <= sizeof(admin_owner.sriov))
		return number(&admin_owner.sriov[offset - SRIOV_AT], width);
	if (offset >= EXPRESS_AT && offset + width <= EXPRESS_AT + sizeof(admin_owner.express))
		return number(&admin_owner.express[offset - EXPRESS_AT], width);
	switch (offset) {
	case PCI_CAPABILITIES_POINTER:
		return width == 1 ? EXPRESS_AT : value;
	case PCI_DEVICE_ID:
		return width == 2 ? admin_owner.device_id : value;
	case PCI_REVISION_ID:
		return width == 1 ? admin_owner.revision : value;
	case PCI_SUBSYSTEM_ID:
		return admin_owner.subsystem;
	default:
		return value;
	}
}

/* A VF BAR takes an address. */
static void write_vf_bar(unsigned bar, uint32_t value)
{
	uint32_t mask = bar == VF_BAR ? ~(VF_BAR_BYTES - 1) : bar == VF_BAR + 1 ? UINT32_MAX : 0;

	if (bar == 0 && admin_owner.vf_bar_0)
		mask = ~(VF_BAR_BYTES - 1);
	put(&admin_owner.sriov[PCI_SRIOV_VF_BAR_0 + 4 * bar],
	    (value & mask) | (bar == VF_BAR ? BIT(2) : 0), 4);
}

static bool write_config(struct onlooker *self, const struct pci_function *one, unsigned offset,
			 unsigned width, uint32_t *value)
{
	unsigned at = offset - SRIOV_AT;

	if (is_vf(one)) {
		if (offset == PCI_COMMAND)
			put(&admin_owner.virtual_function[PCI_COMMAND], *value, 2);
		return false;
	}
	if (memcmp(&one->address, &function->address, sizeof(one->address)) || offset < SRIOV_AT ||
	    at >= sizeof(admin_owner.sriov))
		return true;
	if (at == PCI_SRIOV_CONTROL || at == PCI_SRIOV_NUM_VFS)
		put(&admin_owner.sriov[at], *value, 2);
	else if (at >= PCI_SRIOV_VF_BAR_0 && at < PCI_SRIOV_VF_BAR_0 + 4 * PCI_BARS)
		write_vf_bar((at - PCI_SRIOV_VF_BAR_0) / 4, *value);
	return false;
}

/* The VF lies where the device has memory of its own: what is stored there passes here, and goes no further. */
static void lay_out(void)
{
	const struct virtio_pci_cap cap = {
		.cap_vndr = 9,
		.cap_len = sizeof(cap),
		.cfg_type = VIRTIO_PCI_CAP_DEVICE_CFG,
		.bar = VF_BAR,
		.offset = to_le32(VF_CONFIG_AT),
		.length = to_le32(offsetof(struct virtio_net_config, speed)),
	};
	uint64_t address =
		function->bars[virtio_pci(admin_owner.device)->regions[STRUCTURE_COMMON].bar]
			.address;
	uint8_t *space = admin_owner.virtual_function, *sriov = admin_owner.sriov;

	put(sriov, PCI_EXTENDED_SR_IOV | 1 << 16, 4);
	put(sriov + PCI_SRIOV_TOTAL_VFS, 1, 2);
	put(sriov + PCI_SRIOV_FIRST_VF_OFFSET, VF_OFFSET, 2);
	put(sriov + PCI_SRIOV_VF_STRIDE, 1, 2);
	put(sriov + PCI_SRIOV_VF_DEVICE_ID, admin_owner.device_id, 2);
	put(sriov + PCI_SRIOV_VF_BAR_0 + 4 * VF_BAR, (uint32_t)address | BIT(2), 4);
	put(sriov + PCI_SRIOV_VF_BAR_0 + 4 * VF_BAR + 4, (uint32_t)(address >> 32), 4);
	put(space + PCI_VENDOR_ID, UINT32_MAX, 4);
	put(space + PCI_STATUS, PCI_STATUS_CAPABILITIES, 2);
	space[PCI_REVISION_ID] = 1;
	space[PCI_SUBSYSTEM_ID] = VIRTIO_PCI_SUBSYSTEM_MODERN;
	space[PCI_CAPABILITIES_POINTER] = VF_CAPABILITY;
	memcpy(space + VF_CAPABILITY, &cap, sizeof(cap));
	/* An endpoint of PCI Express, before whatever else the device has. */
	admin_owner.express[0] = PCI_CAPABILITY_EXPRESS;
	admin_owner.express[1] = (uint8_t)function->config->read(
		function->config, function->address, PCI_CAPABILITIES_POINTER, 1);
	admin_owner.express[2] = 2;
}

static struct onlooker onlooker = {
	.place = ONLOOKER_DISGUISES,
	.read = read_as_owner,
	.write = write_as_owner,
	.config_read = read_config,
	.config_write = write_config,
};

void admin_owner_start(struct virtio_device *device, const struct admin_twist *chosen)
{
	static const struct admin_twist none;

	twist = chosen ? chosen : &none;
	function = virtio_pci(device)->function;
	admin_owner = (struct admin_owner){
		.device = device,
		.supported = {SELF_GROUP, EVERYTHING},
		.index = (uint16_t)(device->transport->queue_count(device) + 1),
		.count = 1,
		.list_bytes = LIST_BYTES,
		.device_id = VIRTIO_PCI_DEVICE_MODERN + VIRTIO_TYPE_NET,
		.revision = 1,
		.subsystem = VIRTIO_PCI_SUBSYSTEM_MODERN,
		.entries = {{.flags = ADMIN_NOTIFY_MEMBER,
			     .bar = VF_BAR,
			     .offset = to_le64(VF_NOTIFY_AT)}},
		.common_length = LEGACY_CONFIG_VECTOR,
	};
	lay_out();
	lent_device_begin();
	reset();
	if (twist->begin)
		twist->begin();
	wait_in_company(lent_device_go_on);
	onlooker_push(&onlooker);
}

void admin_owner_stop(struct virtio_device *device)
{
	wait_in_company(NULL);
	onlooker_pop(&onlooker);
}
