/* SPDX-License-Identifier: BSD-2-Clause */
/* The VLAN filter (virtio 1.4, 5.1.6.5.3). A gateway sends no tagged frames. */
#include "tests/device/net/peer.h"

/* Neighbours among them, whatever a table is made of; the second is deleted. */
static const uint16_t ids[] = {1, 100, 101, 4094};

#define NEVER_ADDED 102
#define FRAME       100u

static uint32_t send_tagged(struct network *network, uint16_t id)
{
	uint32_t cookie = network_cookie(network);
	uint8_t from[NET_MAC_BYTES];
	struct flow flow;

	network_sender(network, from);
	flow = flow_of(from, network->link->mac, false, 0);
	flow.vlan = id;
	frame_probe(network->frame, &flow, cookie, FRAME);
	network_bring_in(network, network->frame);
	return cookie;
}

static bool receives(struct network *network, uint16_t id)
{
	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		if (link_await_probe(network->link, send_tagged(network, id),
				     PATIENCE_NS / NETWORK_TRIES))
			return true;
	}
	return false;
}

/* Whether the network between the two carries tags at all: the twin shows it, which filters none. */
static bool tags_are_carried(struct network *network, uint16_t id)
{
	struct flow flow = flow_of(network->link->mac, network->twin->mac, false, 0);

	flow.vlan = id;
	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		uint32_t cookie = network_cookie(network);

		frame_probe(network->frame, &flow, cookie, FRAME);
		link_send(network->link, network->frame);
		if (link_await_probe(network->twin, cookie, PATIENCE_NS / NETWORK_TRIES))
			return true;
	}
	return false;
}

/* A frame of a VLAN that must come in; leaves the test where the network is to blame. */
static bool comes_in(struct network *network, uint16_t id)
{
	if (receives(network, id))
		return true;
	if (!tags_are_carried(network, id))
		skip_test(network->t, "the network carries no tagged frames");
	return false;
}

struct two {
	uint32_t first, second;
};

static bool is_either(const struct packet *packet, const void *context)
{
	const struct two *two = context;

	return frame_is_probe(packet->bytes, packet->length, two->first) ||
	       frame_is_probe(packet->bytes, packet->length, two->second);
}

/* Whether a tagged frame comes in, with an untagged one sent behind it. */
static bool lets_through(struct network *network, uint16_t id)
{
	struct packet *packet = NULL;
	struct two two;

	for (unsigned n = 0; n < NETWORK_TRIES && !packet; n++) {
		two.first = send_tagged(network, id);
		two.second = network_provoke(network, network->link->mac);
		packet = link_await(network->link, is_either, &two, PATIENCE_NS);
	}
	INSIST(network->t, SANE_11, packet, "an untagged frame does not come in in time");
	return frame_is_probe(packet->bytes, packet->length, two.first) ||
	       link_await_probe(network->link, two.first, NETWORK_LATE_NS);
}

static uint8_t command(struct network *network, uint8_t code, uint16_t id)
{
	le16 data = to_le16(id);

	return link_command(network->link, VIRTIO_NET_CTRL_VLAN, code, &data, sizeof(data));
}

/* Promiscuous mode would let everything in. */
static void be_unpromiscuous(struct network *network)
{
	if (link_has(network->link, VIRTIO_NET_F_CTRL_RX))
		link_receive_mode(network->link, VIRTIO_NET_CTRL_RX_PROMISC, false);
}

TEST(net, unfiltered_tags_come_in,
     .about = "without VLAN filtering frames of any VLAN come in with their tag",
     .type = VIRTIO_TYPE_NET, .judges = CLAUSES(NET_CTRL_VLAN_1))
{
	struct network *network = network_start(
		t, NEEDS_BUILDER,
		&(struct link_settings){
			.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)},
		NULL);

	be_unpromiscuous(network);
	for (unsigned n = 0; n < ARRAY_LENGTH(ids); n++)
		CHECK(t, NET_CTRL_VLAN_1, comes_in(network, ids[n]),
		      "a frame tagged %u does not come in", ids[n]);
}

TEST(net, listed_tags_come_in,
     .about = "frames of VLANs in the table come in, others and those deleted from it do not",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_VLAN),
     .judges = CLAUSES(NET_CTRL_VLAN_2, NET_CTRL_VLAN_3, NET_LEG_VLAN_1, SANE_11, SANE_2))
{
	struct network *network = network_start(
		t, NEEDS_BUILDER,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ,
								 VIRTIO_NET_F_CTRL_RX,
								 VIRTIO_NET_F_CTRL_VLAN)},
		NULL);

	CAN_JUDGE(t, link_has(network->link, VIRTIO_NET_F_CTRL_VLAN),
		  "VIRTIO_NET_F_CTRL_VLAN is offered and not negotiated");
	be_unpromiscuous(network);
	CHECK(t, NET_CTRL_VLAN_3, !lets_through(network, NEVER_ADDED),
	      "with an empty table a frame tagged %u comes in", NEVER_ADDED);
	for (unsigned n = 0; n < ARRAY_LENGTH(ids); n++) {
		bool in;

		INSIST(t, SANE_2,
		       command(network, VIRTIO_NET_CTRL_VLAN_ADD, ids[n]) == VIRTIO_NET_OK,
		       "adding VLAN %u is refused", ids[n]);
		in = comes_in(network, ids[n]);
		CHECK(t, NET_LEG_VLAN_1,
		      in || !receives(network, __builtin_bswap16(ids[n]) & 0xfff),
		      "a frame tagged %#x, which is in the table, does not come in, and one tagged "
		      "%#x does",
		      ids[n], __builtin_bswap16(ids[n]));
		CHECK(t, NET_CTRL_VLAN_2, in,
		      "a frame tagged %u, which is in the table, does not come in", ids[n]);
	}
	CHECK(t, NET_CTRL_VLAN_3, !lets_through(network, NEVER_ADDED),
	      "a frame tagged %u, which was never added, comes in", NEVER_ADDED);
	INSIST(t, SANE_2, command(network, VIRTIO_NET_CTRL_VLAN_DEL, ids[1]) == VIRTIO_NET_OK,
	       "deleting VLAN %u is refused", ids[1]);
	CHECK(t, NET_CTRL_VLAN_3, !lets_through(network, ids[1]),
	      "a frame tagged %u, which was deleted, comes in", ids[1]);
	for (unsigned n = 0; n < ARRAY_LENGTH(ids); n++)
		CHECK(t, NET_CTRL_VLAN_2, n == 1 || receives(network, ids[n]),
		      "once %u is deleted, a frame tagged %u does not come in", ids[1], ids[n]);
}
