/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices that break what their type says of the legacy interface alone (virtio 1.4, 5.1). */
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/net_control.h"

/* What a request of a queue brought; NULL: another queue's, or nothing. */
static void *answer_of(struct virtqueue *queue, const struct used_element *element, unsigned index)
{
	struct request *request = queue->index == index ? used_request(queue, element) : NULL;

	return request ? request->in : NULL;
}

static uint64_t swap_status(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset == offsetof(struct virtio_net_config, status)
		       ? __builtin_bswap16((uint16_t)value)
		       : value;
}
SABOTEUR(pci_legacy_net_status_is_swapped, .about = "status is big-endian",
	 BREAKS(CLAUSE_NET_LEG_CFG_1), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .onlooker.read = swap_status);

static void refuse_entries(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct virtio_net_ctrl_hdr *command = request ? (void *)request->out : NULL;

	if (command && request->out_length > sizeof(*command) + 2 * sizeof(le32) &&
	    command->class == VIRTIO_NET_CTRL_MAC &&
	    command->command == VIRTIO_NET_CTRL_MAC_TABLE_SET)
		request->in[0] = VIRTIO_NET_ERR;
}
SABOTEUR(pci_legacy_net_table_is_swapped, .about = "entries of MAC tables are taken for big-endian",
	 BREAKS(CLAUSE_NET_LEG_MAC_1), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .used_element = refuse_entries);

static void swap_count(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = answer_of(queue, element, net_receive_queue(0));

	if (header)
		header->num_buffers.raw = __builtin_bswap16(header->num_buffers.raw);
}
SABOTEUR(pci_legacy_net_count_is_swapped, .about = "num_buffers is big-endian",
	 BREAKS(CLAUSE_NET_LEG_OP_1), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .used_element = swap_count);

/* Two bytes more than a header without num_buffers has. */
static void lengthen_header(struct virtqueue *queue, struct used_element *element)
{
	const uint32_t header = offsetof(struct virtio_net_hdr, num_buffers);
	uint8_t *packet = answer_of(queue, element, net_receive_queue(0));

	if (!packet || net_header_length(queue->device) != header || element->length <= header)
		return;
	for (uint32_t n = element->length; n > header; n--)
		packet[n + 1] = packet[n - 1];
	element->length += 2;
}
SABOTEUR(pci_legacy_net_header_is_long,
	 .about = "headers have 12 bytes, as by the modern interface",
	 BREAKS(CLAUSE_FEAT_LEG_1, CLAUSE_PCI_LEG_4), .type = VIRTIO_TYPE_NET,
	 .tests = "net.legacy*", .used_element = lengthen_header);

/* Numbers whose bytes are swapped are too large, where they are not 0. */
static void refuse_number(struct virtqueue *queue, struct used_element *element, uint8_t class)
{
	struct request *request = used_request(queue, element);
	const struct virtio_net_ctrl_hdr *command = request ? (void *)request->out : NULL;

	if (command && request->in_length == 1 && command->class == class)
		request->in[0] = VIRTIO_NET_ERR;
}

static uint64_t swap_pairs(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset ==
				       offsetof(struct virtio_net_config, max_virtqueue_pairs)
		       ? __builtin_bswap16((uint16_t)value)
		       : value;
}
SABOTEUR(pci_legacy_net_pairs_are_swapped, .about = "max_virtqueue_pairs is big-endian",
	 BREAKS(CLAUSE_NET_LEG_CFG_2), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .onlooker.read = swap_pairs);

static void refuse_pairs(struct virtqueue *queue, struct used_element *element)
{
	refuse_number(queue, element, VIRTIO_NET_CTRL_MQ);
}
SABOTEUR(pci_legacy_net_pairs_are_refused, .about = "virtqueue_pairs is taken for big-endian",
	 BREAKS(CLAUSE_NET_LEG_MQ_1), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .used_element = refuse_pairs);

static void refuse_offloads(struct virtqueue *queue, struct used_element *element)
{
	refuse_number(queue, element, VIRTIO_NET_CTRL_GUEST_OFFLOADS);
}
SABOTEUR(pci_legacy_net_offloads_are_swapped, .about = "offloads are taken for big-endian",
	 BREAKS(CLAUSE_NET_LEG_OFFL_1), .type = VIRTIO_TYPE_NET, .tests = "net.legacy*",
	 .used_element = refuse_offloads);

static void swap_places(struct virtqueue *queue, struct chain_view *chain)
{
	struct virtio_net_hdr *header = (void *)(uintptr_t)from_le64(*chain->links[0].addr);

	if (queue->index != net_transmit_queue(0))
		return;
	header->csum_start.raw = __builtin_bswap16(header->csum_start.raw);
	header->csum_offset.raw = __builtin_bswap16(header->csum_offset.raw);
}

static void swap_places_of_sums(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, swap_places);
}
SABOTEUR(pci_legacy_net_offsets_are_swapped,
	 .about = "csum_start and csum_offset are taken for big-endian",
	 BREAKS(CLAUSE_NET_LEG_OP_2), .type = VIRTIO_TYPE_NET, .tests = "net.legacy_transmit*",
	 .start = forget_chains, .onlooker.publish = swap_places_of_sums);

/* The id of a VLAN command stands behind its header, in a descriptor of its own or not. */
static void swap_vlan(struct virtqueue *queue, struct chain_view *chain)
{
	const struct virtio_net_ctrl_hdr *command =
		(const void *)(uintptr_t)from_le64(*chain->links[0].addr);
	uint16_t *id;

	if (queue->index != net_control_queue(queue->device) ||
	    command->class != VIRTIO_NET_CTRL_VLAN)
		return;
	id = from_le32(*chain->links[0].len) > sizeof(*command)
		     ? (uint16_t *)(command + 1)
		     : (uint16_t *)(uintptr_t)from_le64(*chain->links[1].addr);
	*id = __builtin_bswap16(*id);
}

static void swap_published_vlan(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, swap_vlan);
}
SABOTEUR(pci_legacy_net_vlan_is_swapped, .about = "VLAN ids are taken for big-endian",
	 BREAKS(CLAUSE_NET_LEG_VLAN_1), .type = VIRTIO_TYPE_NET, .tests = "net.listed_tags*",
	 .start = forget_chains, .onlooker.publish = swap_published_vlan);

/* ---- an address that is written byte by byte ---- */

/* What was written of it. */
static uint8_t address[NET_MAC_BYTES];
static bool is_written;

static void have_no_address(struct virtio_device *device)
{
	is_written = false;
}

static bool keep_address(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset >= NET_MAC_BYTES)
		return true;
	address[access->offset] = (uint8_t)*value;
	is_written = access->offset == NET_MAC_BYTES - 1;
	return false;
}

static uint64_t show_address(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset < NET_MAC_BYTES && is_written
		       ? address[access->offset]
		       : value;
}
SABOTEUR(pci_legacy_net_address_never_counts,
	 .about = "an address that was written is shown, and the old one is let in",
	 BREAKS(CLAUSE_NET_LEG_MAC_2), .type = VIRTIO_TYPE_NET, .tests = "net.legacy_address*",
	 .start = have_no_address, .onlooker.write = keep_address, .onlooker.read = show_address);

static bool note_address(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	is_written = is_written ||
		     (access->structure == STRUCTURE_DEVICE && access->offset < NET_MAC_BYTES);
	return true;
}

/* What comes in has no sender and no type, and is for nobody. */
static void be_deaf(struct virtqueue *queue, struct used_element *element)
{
	uint8_t *packet = answer_of(queue, element, net_receive_queue(0));

	if (packet && is_written)
		memset(packet + net_header_length(queue->device), 0, 2 * NET_MAC_BYTES + 2);
}
SABOTEUR(pci_legacy_net_address_makes_deaf,
	 .about = "no frame comes in once a byte of mac was written", BREAKS(CLAUSE_NET_LEG_MAC_3),
	 .type = VIRTIO_TYPE_NET, .tests = "net.legacy_address*", .start = have_no_address,
	 .onlooker.write = note_address, .used_element = be_deaf);
