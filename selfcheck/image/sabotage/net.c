/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices that break one rule. */
#include "selfcheck/image/sabotage/net.h"

#include "lib/string.h"
#include "virtio/ring/split.h"

static void count_one_less(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);
	uint16_t buffers = header ? from_le16(header->num_buffers) : 0;

	/* More can only be the middle of a packet, taken for a header. */
	if (buffers > 1 && buffers <= LINK_BUFFERS_MOST && header->flags == 0)
		header->num_buffers = to_le16((uint16_t)(buffers - 1));
}

SABOTEUR(net_counts_one_buffer_less, .about = "num_buffers of a packet in several is one too few",
	 BREAKS(CLAUSE_NET_RXBUF_1, CLAUSE_NET_RX_2), .type = VIRTIO_TYPE_NET,
	 .tests = "net.packets_are_spread*", .used_element = count_one_less);

static void leave_a_gap(struct virtqueue *queue, struct used_element *element)
{
	struct receive_buffer *buffer =
		received(queue, element) ? queue->chains[element->id].token : NULL;

	if (buffer && element->length == buffer->size)
		element->length--;
}

SABOTEUR(net_leaves_a_gap, .about = "a full buffer of a packet is used to its last byte but one",
	 BREAKS(CLAUSE_NET_RX_3), .type = VIRTIO_TYPE_NET, .tests = "net.packets_are_spread*",
	 .used_element = leave_a_gap);

static struct {
	const struct virtqueue *queue;
	uint16_t shown;
} trickle;

static void forget_trickle(struct virtio_device *device)
{
	memset(&trickle, 0, sizeof(trickle));
}

/* Of what the device has used since the last look, one element only. */
static void show_one_by_one(struct onlooker *self, struct virtqueue *queue)
{
	le16 *index;

	if (queue->index != NET_RECEIVE_QUEUE || ring_is_packed(queue))
		return;
	if (trickle.queue != queue) {
		forget_trickle(queue->device);
		trickle.queue = queue;
	}
	index = &split_of(queue)->used->idx;
	if (from_le16(*index) != trickle.shown)
		*index = to_le16(++trickle.shown);
}

SABOTEUR(net_trickles, .about = "the buffers of one packet become used one after the other",
	 BREAKS(CLAUSE_NET_RX_4), .type = VIRTIO_TYPE_NET, .tests = "net.packets_are_spread*",
	 .start = forget_trickle, .onlooker.used = show_one_by_one);

static void mark_partial(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header)
		header->flags |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
}

SABOTEUR(net_leaves_checksums, .about = "packets are flagged as needing a checksum, unasked",
	 BREAKS(CLAUSE_NET_RX_5), .type = VIRTIO_TYPE_NET, .tests = "net.unasked*",
	 .used_element = mark_partial);

static void mark_large(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header)
		header->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
}

SABOTEUR(net_leaves_segmentation, .about = "packets are marked as still to be segmented, unasked",
	 BREAKS(CLAUSE_NET_RX_29), .type = VIRTIO_TYPE_NET, .tests = "net.unasked*",
	 .used_element = mark_large);

static void spoil_checksums(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);
	uint8_t *frame = (uint8_t *)(header + 1);
	struct parsed parsed;

	if (header && frame_parse(frame, element->length - sizeof(*header), &parsed) && parsed.ipv4)
		frame[parsed.network + offsetof(struct ipv4_header, checksum)] ^= 1;
}

SABOTEUR(net_spoils_checksums, .about = "the IPv4 checksum of received packets is wrong",
	 BREAKS(CLAUSE_NET_RX_6), .type = VIRTIO_TYPE_NET, .tests = "net.unasked*",
	 .used_element = spoil_checksums);

/* Changes the byte that csum_start or csum_offset points at, though no flag asks for it. */
static void use_checksum_fields(struct request *request)
{
	struct virtio_net_hdr *header = (struct virtio_net_hdr *)request->out;
	uint32_t start = from_le16(header->csum_start), offset = from_le16(header->csum_offset);
	uint32_t place = sizeof(*header) + start + offset;

	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && start + offset &&
	    place < request->out_length)
		request->out[place] ^= 1;
}

static void publish_checksummed(struct onlooker *self, struct virtqueue *queue)
{
	change_frames(queue, use_checksum_fields);
}

SABOTEUR(net_always_checksums, .about = "csum_start and csum_offset are used without their flag",
	 BREAKS(CLAUSE_NET_TX_2, CLAUSE_NET_TX_3), .type = VIRTIO_TYPE_NET, .tests = "net.*",
	 .onlooker.publish = publish_checksummed);

/* A command by its class and code, so that the device acknowledges it and does something else. */
static void turn_suppression_off(struct request *request)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_RX && header->command >= VIRTIO_NET_CTRL_RX_NOMULTI)
		request->out[sizeof(*header)] = 0;
}

static void publish_without_suppression(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, turn_suppression_off);
}

SABOTEUR(net_suppresses_nothing, .about = "the commands that suppress kinds of frames do nothing",
	 BREAKS(CLAUSE_NET_CTRL_RX_9, CLAUSE_NET_CTRL_RX_10, CLAUSE_NET_CTRL_RX_13,
		CLAUSE_NET_CTRL_RX_14, CLAUSE_NET_CTRL_RX_16, CLAUSE_NET_CTRL_RX_17),
	 .type = VIRTIO_TYPE_NET, .tests = "net.*suppressed",
	 .onlooker.publish = publish_without_suppression);

static void turn_modes_off(struct request *request)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_RX && header->command < VIRTIO_NET_CTRL_RX_NOMULTI)
		request->out[sizeof(*header)] = 0;
}

static void publish_without_modes(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, turn_modes_off);
}

SABOTEUR(net_is_never_promiscuous, .about = "PROMISC, ALLMULTI and ALLUNI do nothing",
	 BREAKS(CLAUSE_NET_CTRL_RX_2, CLAUSE_NET_CTRL_RX_3, CLAUSE_NET_CTRL_RX_5,
		CLAUSE_NET_CTRL_RX_7),
	 .type = VIRTIO_TYPE_NET, .tests = "net.*mode_receives*",
	 .onlooker.publish = publish_without_modes);

static void stay_promiscuous(struct request *request)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_RX && header->command == VIRTIO_NET_CTRL_RX_PROMISC)
		request->out[sizeof(*header)] = 1;
}

static void publish_promiscuous(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, stay_promiscuous);
}

SABOTEUR(net_filters_nothing, .about = "promiscuous mode cannot be left",
	 BREAKS(CLAUSE_NET_CTRL_MAC_4, CLAUSE_NET_CTRL_VLAN_3), .type = VIRTIO_TYPE_NET,
	 .tests = "net.strange*,net.listed*", .onlooker.publish = publish_promiscuous);

static void refuse_commands(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && queue->index == net_control_queue(queue->device))
		request->in[0] = VIRTIO_NET_ERR;
}

SABOTEUR(net_refuses_commands, .about = "every command is answered ERR",
	 BREAKS(CLAUSE_NET_CTRL_RX_1, CLAUSE_NET_CTRL_RX_4, CLAUSE_NET_CTRL_RX_6,
		CLAUSE_NET_CTRL_RX_8, CLAUSE_NET_CTRL_RX_12, CLAUSE_NET_CTRL_RX_15),
	 .type = VIRTIO_TYPE_NET, .tests = "net.*accepted", .used_element = refuse_commands);

static bool table_set;

static void forget_table(struct virtio_device *device)
{
	table_set = false;
}

/* From the first table with an entry on, none takes another. */
static void keep_table(struct request *request)
{
	struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class != VIRTIO_NET_CTRL_MAC ||
	    header->command != VIRTIO_NET_CTRL_MAC_TABLE_SET)
		return;
	if (table_set)
		*header = (struct virtio_net_ctrl_hdr){VIRTIO_NET_CTRL_RX,
						       VIRTIO_NET_CTRL_RX_ALLMULTI};
	table_set = true;
}

static void publish_with_old_table(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, keep_table);
}

SABOTEUR(net_keeps_its_table, .about = "a second MAC table is acknowledged and not taken",
	 BREAKS(CLAUSE_NET_CTRL_MAC_2), .type = VIRTIO_TYPE_NET, .tests = "net.mac_table*",
	 .start = forget_table, .onlooker.publish = publish_with_old_table);

/* Puts the wanted VLAN one further. */
static void miss_vlan(struct request *request)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_VLAN)
		request->out[sizeof(*header)]++;
}

static void publish_other_vlan(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, miss_vlan);
}

SABOTEUR(net_lists_other_vlans, .about = "VLAN commands mean the next VLAN",
	 BREAKS(CLAUSE_NET_CTRL_VLAN_2), .type = VIRTIO_TYPE_NET, .tests = "net.listed*",
	 .onlooker.publish = publish_other_vlan);

/* Values of configuration fields that no device may show. */
static uint64_t show_nonsense(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	switch (access->offset) {
	case offsetof(struct virtio_net_config, mtu):
		return VIRTIO_NET_MTU_LEAST - 1;
	case offsetof(struct virtio_net_config, speed):
		return VIRTIO_NET_SPEED_MOST + 1u;
	case offsetof(struct virtio_net_config, duplex):
		return 2;
	default:
		return value;
	}
}

SABOTEUR(net_shows_nonsense, .about = "mtu, speed and duplex hold values that are not allowed",
	 BREAKS(CLAUSE_NET_CFG_2, CLAUSE_NET_CFG_3, CLAUSE_NET_CFG_11, CLAUSE_NET_CFG_13),
	 .type = VIRTIO_TYPE_NET, .tests = "net.mtu*,net.speed*", .onlooker.read = show_nonsense);

/* The same address byte for byte, whatever was set. */
static uint64_t show_old_mac(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset < NET_MAC_BYTES
		       ? 0x52 + 2 * access->offset
		       : value;
}

SABOTEUR(net_keeps_its_address, .about = "mac stays what it was when an address is set",
	 BREAKS(CLAUSE_NET_CTRL_MAC_3), .type = VIRTIO_TYPE_NET, .tests = "net.mac_address*",
	 .onlooker.read = show_old_mac);

static uint32_t reads;

static void start_reading(struct virtio_device *device)
{
	reads = 0;
}

static uint64_t show_changing(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	if (access->offset == offsetof(struct virtio_net_config, mtu) ||
	    access->offset == offsetof(struct virtio_net_config, speed))
		return 1300 + reads++;
	if (access->offset == offsetof(struct virtio_net_config, duplex))
		return reads++ / 2 & 1;
	return value;
}

SABOTEUR(net_is_restless, .about = "mtu, speed and duplex change while the link is up",
	 BREAKS(CLAUSE_NET_CFG_4, CLAUSE_NET_CFG_15, CLAUSE_NET_CFG_16), .type = VIRTIO_TYPE_NET,
	 .tests = "net.mtu*,net.speed*", .start = start_reading, .onlooker.read = show_changing);

static struct features offered;

static void show_offered(struct virtio_device *device)
{
	device->offered = offered;
}

/* Features without what they rest on, and with configuration fields that read 0. */
static void offer_too_much(struct virtio_device *device)
{
	offered = device->offered;
	features_remove(&device->offered, VIRTIO_NET_F_CTRL_VQ);
	features_add(&device->offered, VIRTIO_NET_F_CTRL_RX_EXTRA);
	features_add(&device->offered, VIRTIO_NET_F_HASH_REPORT);
	features_add(&device->offered, VIRTIO_NET_F_RSS);
	features_add(&device->offered, VIRTIO_NET_F_IPSEC);
}

static uint64_t show_zeroes(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset >= NET_MAC_BYTES ? 0 : value;
}

SABOTEUR(net_offers_too_much, .about = "features are offered without their fields and each other",
	 BREAKS(CLAUSE_NET_CFG_8, CLAUSE_NET_CFG_9, CLAUSE_NET_CFG_17, CLAUSE_NET_CFG_18,
		CLAUSE_NET_PROSE_1),
	 .type = VIRTIO_TYPE_NET, .tests = "net.offers*,net.rss_limits*", .start = offer_too_much,
	 .stop = show_offered, .onlooker.read = show_zeroes);

#define LONG_FRAME 1400u

static void spoil_end(struct request *request)
{
	if (request->out_length > LONG_FRAME)
		request->out[request->out_length - 1] ^= 1;
}

static void publish_spoilt(struct onlooker *self, struct virtqueue *queue)
{
	change_frames(queue, spoil_end);
}

SABOTEUR(net_spoils_long_frames, .about = "the last byte of long frames is sent wrong",
	 BREAKS(CLAUSE_NET_CFG_6, CLAUSE_NET_CFG_7), .type = VIRTIO_TYPE_NET,
	 .tests = "net.frames_of_the_mtu*", .onlooker.publish = publish_spoilt);

static void spoil_tagged(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);
	uint8_t *frame = (uint8_t *)(header + 1);
	struct parsed parsed;

	if (header && frame_parse(frame, element->length - sizeof(*header), &parsed) &&
	    parsed.tagged)
		frame[parsed.network] ^= 0xff;
}

SABOTEUR(net_spoils_tagged_frames, .about = "frames with a VLAN tag come in spoilt",
	 BREAKS(CLAUSE_NET_CTRL_VLAN_1), .type = VIRTIO_TYPE_NET, .tests = "net.unfiltered*",
	 .used_element = spoil_tagged);

static void suppress_broadcast_instead(struct request *request)
{
	struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_RX && header->command == VIRTIO_NET_CTRL_RX_NOMULTI)
		header->command = VIRTIO_NET_CTRL_RX_NOBCAST;
}

static void publish_no_broadcast(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, suppress_broadcast_instead);
}

SABOTEUR(net_takes_broadcast_for_multicast, .about = "NOMULTI suppresses broadcast frames",
	 BREAKS(CLAUSE_NET_CTRL_RX_11), .type = VIRTIO_TYPE_NET, .tests = "net.multicast*",
	 .onlooker.publish = publish_no_broadcast);

/* Once a table was set, promiscuous mode stays on: after a reset its addresses still get through. */
static void keep_open(struct request *request)
{
	const struct virtio_net_ctrl_hdr *header = (struct virtio_net_ctrl_hdr *)request->out;

	if (header->class == VIRTIO_NET_CTRL_MAC)
		table_set = true;
	if (table_set)
		stay_promiscuous(request);
}

static void publish_kept_open(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, keep_open);
}

SABOTEUR(net_remembers_addresses, .about = "listed addresses are let in after a reset",
	 BREAKS(CLAUSE_NET_CTRL_MAC_1), .type = VIRTIO_TYPE_NET, .tests = "net.reset_empties*",
	 .start = forget_table, .onlooker.publish = publish_kept_open);
