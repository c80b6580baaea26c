/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/net/peer.h"

#include "lib/string.h"
#include "tests/harness/subject/helper.h"

#define FORGED_HOST    100 /* and the first of those that provoked ARP replies go to */
#define FORGED_HOSTS   100
#define PROVOKE_LENGTH 80
#define ECHO_ID        0x7670
#define FENCE_PAYLOAD  32
#define KNOWN_BYTES    22 /* of a probe: the Ethernet header, the cookie, the length */
#define ECHO_BYTES     42 /* of the headers of an echo frame */

static void insist(struct test_run *t, enum network_need need, const struct peer *peer)
{
	if (need == NEEDS_TWIN && !peer->twin)
		skip_test(t, "no second network device of this machine hears its broadcasts");
	if (need == NEEDS_GATEWAY && !peer->gateway)
		skip_test(t, "nothing answers ARP at %u.%u.%u.%u (vp.gateway)", peer->gateway_ip[0],
			  peer->gateway_ip[1], peer->gateway_ip[2], peer->gateway_ip[3]);
	if (need == NEEDS_SOMEONE && !peer->twin && !peer->gateway)
		skip_test(t, "neither a second network device nor a gateway (vp.gateway) hears it");
	if (need == NEEDS_SENDER && !peer->twin && !peer->gateway && !peer->host)
		skip_test(t, "neither a second network device, a gateway (vp.gateway) nor the host "
			     "sends anything to it");
	if (need == NEEDS_BUILDER && !peer->twin && !peer->host)
		skip_test(t,
			  "neither a second network device nor the host sends frames of any kind");
}

/*
 * Tells the gateway our address again: it may have forgotten it over the strange senders of earlier
 * tests, and would ask, which nobody answers.
 */
static void introduce(struct network *network)
{
	make_arp(network->frame, network->peer, network->link->mac, OWN_HOST);
	if (try_to_send(network->link, network->frame))
		link_await(network->link, is_reply_to, network->peer->own_ip, ARP_WAIT_NS);
}

struct network *network_start(struct test_run *t, enum network_need need,
			      const struct link_settings *settings,
			      const struct link_settings *twin)
{
	struct network *network = test_memory(t, "network", sizeof(*network), 16);

	network->t = t;
	network->cookie = (uint32_t)clock_now(); /* none that an earlier test has used */
	network->frame = test_memory(t, "frame", sizeof(*network->frame), 16);
	network->fence = test_memory(t, "frame", sizeof(*network->fence), 16);
	network->peer = peer_of(t);
	insist(t, need, network->peer);
	if (network->peer->twin) {
		if (!take_helper(t, network->peer->twin))
			skip_test(t, "the second network device does not come back from reset");
		network->twin = link_start(t, network->peer->twin,
					   twin ? twin : &(struct link_settings){.pairs = 1});
	}
	network->link = link_start(t, t->device, settings);
	if (network->peer->gateway && !network->twin)
		introduce(network);
	return network;
}

void network_restart(struct network *network, const struct link_settings *settings)
{
	struct virtio_device *device = network->t->device;

	INSIST(network->t, RESET_1, virtio_reset(device), "%s", device->problem);
	virtio_give_back_queues(device);
	network->link = link_start(network->t, device, settings);
	if (network->peer->gateway && !network->twin)
		introduce(network);
}

uint32_t network_cookie(struct network *network)
{
	return ++network->cookie;
}

/* Whether what comes in are the test's own frames, and not answers of a gateway. */
static bool brings_in(const struct network *network)
{
	return network->twin || network->peer->host;
}

void network_sender(const struct network *network, uint8_t mac[NET_MAC_BYTES])
{
	if (network->twin)
		memcpy(mac, network->twin->mac, NET_MAC_BYTES);
	else
		mac_unicast(HOST_NUMBER, mac);
}

void network_bring_in(struct network *network, const struct frame *frame)
{
	if (network->twin)
		link_send(network->twin, frame);
	else if (!ask_for_frame(network->link->device, frame))
		skip_test(network->t, "the host does not let a frame of %u bytes come in",
			  frame->length);
}

static void bring_in_probe(struct network *network, const uint8_t to[NET_MAC_BYTES],
			   uint32_t cookie, uint32_t length)
{
	uint8_t from[NET_MAC_BYTES];
	struct flow flow;

	network_sender(network, from);
	flow = flow_of(from, to, false, 0);
	frame_probe(network->frame, &flow, cookie, length);
	network_bring_in(network, network->frame);
}

uint32_t network_provoke(struct network *network, const uint8_t to[NET_MAC_BYTES])
{
	uint32_t cookie = network_cookie(network);

	if (brings_in(network)) {
		bring_in_probe(network, to, cookie, PROVOKE_LENGTH);
	} else {
		make_arp(network->frame, network->peer, to,
			 (uint8_t)(FORGED_HOST + cookie % FORGED_HOSTS));
		link_send(network->link, network->frame);
	}
	return cookie;
}

struct provoked {
	const struct network *network;
	uint32_t cookies[2];
	uint8_t ips[2][4];
};

static struct provoked provoked_of(const struct network *network, uint32_t first, uint32_t second)
{
	struct provoked provoked = {network, {first, second}, {{0}}};

	for (unsigned n = 0; n < 2; n++) {
		memcpy(provoked.ips[n], network->peer->own_ip, sizeof(provoked.ips[n]));
		provoked.ips[n][3] = (uint8_t)(FORGED_HOST + provoked.cookies[n] % FORGED_HOSTS);
	}
	return provoked;
}

static bool is_provoked(const struct packet *packet, const struct provoked *provoked, unsigned n)
{
	if (brings_in(provoked->network))
		return frame_is_probe(packet->bytes, packet->length, provoked->cookies[n]);
	return is_reply_to(packet, provoked->ips[n]);
}

static bool is_first(const struct packet *packet, const void *context)
{
	return is_provoked(packet, context, 0);
}

static bool is_either(const struct packet *packet, const void *context)
{
	return is_provoked(packet, context, 0) || is_provoked(packet, context, 1);
}

struct packet *network_took(struct network *network, uint32_t provoked, uint64_t nanoseconds)
{
	struct provoked context = provoked_of(network, provoked, provoked);

	return link_await(network->link, is_first, &context, nanoseconds);
}

bool network_receives(struct network *network, const uint8_t to[NET_MAC_BYTES])
{
	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		uint32_t provoked = network_provoke(network, to);

		if (network_took(network, provoked, PATIENCE_NS / NETWORK_TRIES))
			return true;
	}
	return false;
}

/* Whether a frame for the address comes in where it is in the MAC table, which is empty again then. */
static bool receives_when_listed(struct network *network, const uint8_t to[NET_MAC_BYTES])
{
	uint8_t listed[1][NET_MAC_BYTES];
	const uint8_t(*table)[NET_MAC_BYTES] = (const uint8_t(*)[NET_MAC_BYTES])listed;
	bool group = to[0] & 1, comes_in;

	memcpy(listed[0], to, NET_MAC_BYTES);
	link_set_mac_table(network->link, table, !group, table, group);
	comes_in = network_receives(network, to);
	link_set_mac_table(network->link, table, 0, table, 0);
	return comes_in;
}

bool network_brings(struct network *network, const uint8_t to[NET_MAC_BYTES])
{
	uint8_t ack = link_receive_mode(network->link, VIRTIO_NET_CTRL_RX_PROMISC, true);

	if (ack != VIRTIO_NET_OK)
		skip_test(network->t, "PROMISC on is answered %u", ack);
	/* One of the two ways may be what is wrong with the device. */
	return network_receives(network, to) || receives_when_listed(network, to);
}

void network_insist_on(const struct network *network, uint32_t length)
{
	if (length > network->peer->frame_most)
		skip_test(network->t,
			  "frames of %u bytes are not known to be carried here, of %u bytes are",
			  length, network->peer->frame_most);
}

/*
 * Whether the first of the two comes in: before the second, or right behind it. *fenced: whether any of them
 * does.
 */
static bool first_comes_in(struct network *network, const struct provoked *context, bool *fenced)
{
	struct packet *packet = link_await(network->link, is_either, context, PATIENCE_NS);

	*fenced = packet;
	if (packet && !is_first(packet, context))
		packet = link_await(network->link, is_first, context, NETWORK_LATE_NS);
	return packet;
}

bool network_lets_through(struct network *network, const uint8_t to[NET_MAC_BYTES],
			  const uint8_t fence[NET_MAC_BYTES])
{
	bool fenced = false;

	for (unsigned n = 0; n < NETWORK_TRIES && !fenced; n++) {
		uint32_t first = network_provoke(network, to);
		struct provoked context =
			provoked_of(network, first, network_provoke(network, fence));

		if (first_comes_in(network, &context, &fenced))
			return true;
	}
	INSIST(network->t, SANE_11, fenced,
	       "neither a frame to %02x:%02x:%02x:%02x:%02x:%02x nor the one behind it, which no "
	       "filter is against, came in in time, in %u attempts",
	       to[0], to[1], to[2], to[3], to[4], to[5], NETWORK_TRIES);
	return false;
}

struct flow network_flow(const struct network *network, uint16_t n)
{
	const struct peer *peer = network->peer;
	struct flow flow;

	if (!peer->gateway)
		return flow_of(network->link->mac, network->twin->mac, false, n);
	flow = flow_of(network->link->mac, peer->gateway_mac, false, n);
	memcpy(flow.from_ip, peer->own_ip, sizeof(peer->own_ip));
	memcpy(flow.to_ip, peer->gateway_ip, sizeof(peer->gateway_ip));
	return flow;
}

static void make_echo(struct network *network, struct frame *frame, uint32_t payload)
{
	struct flow flow = network_flow(network, 0);

	if (network->twin)
		memcpy(flow.to_mac, network->twin->mac, NET_MAC_BYTES);
	frame_echo(frame, &flow, ECHO_ID, (uint16_t)network_cookie(network), payload);
}

/* Enough of it to tell that it comes of network->frame: what lies behind may be cut or wrong. */
static bool begins_right(const struct packet *packet, const void *context)
{
	const struct network *network = context;
	const uint8_t *sent = network->frame->bytes;
	uint32_t offset = sizeof(struct ethernet_header);

	if (brings_in(network))
		return packet->length >= KNOWN_BYTES &&
		       memcmp(packet->bytes, sent, KNOWN_BYTES) == 0;
	offset += sizeof(struct ipv4_header) + offsetof(struct icmp_echo, id);
	return packet->length >= ECHO_BYTES &&
	       memcmp(packet->bytes, network->link->mac, NET_MAC_BYTES) == 0 &&
	       memcmp(packet->bytes + offset, sent + offset, ECHO_BYTES - offset) == 0;
}

static void send_for(struct network *network, uint32_t length)
{
	if (brings_in(network)) {
		bring_in_probe(network, network->link->mac, network_cookie(network), length);
	} else {
		make_echo(network, network->frame, length - ECHO_BYTES);
		link_send(network->link, network->frame);
	}
}

struct packet *network_fetch(struct network *network, uint32_t length)
{
	struct packet *packet = NULL;

	for (unsigned n = 0; n < NETWORK_TRIES && !packet; n++) {
		send_for(network, length);
		packet = link_await(network->link, begins_right, network, PATIENCE_NS);
	}
	INSIST(network->t, SANE_11, packet,
	       "a frame of %u bytes for the device does not come in within %u s", length,
	       NETWORK_TRIES);
	return packet;
}

bool network_delivers(struct network *network, uint32_t length)
{
	bool fenced = false, comes_in = false;

	for (unsigned n = 0; n < NETWORK_TRIES && !fenced; n++) {
		struct provoked context;
		uint32_t first;

		send_for(network, length);
		first = network->cookie;
		context = provoked_of(network, first, network_provoke(network, network->link->mac));
		comes_in = first_comes_in(network, &context, &fenced);
	}
	INSIST(network->t, SANE_11, fenced, "behind a frame of %u bytes none comes in in time",
	       length);
	return comes_in;
}

bool network_fetched_whole(const struct network *network, const struct packet *packet)
{
	return brings_in(network)
		       ? frame_is_probe(packet->bytes, network->frame->length, network->cookie) &&
				 packet->length == network->frame->length
		       : packet_is_echo_of(packet, network->frame);
}

static bool has_come(const struct packet *packet, const struct network *network,
		     const struct frame *frame)
{
	return network->twin ? packet_is_same(packet, frame) : packet_is_echo_of(packet, frame);
}

static bool is_frame(const struct packet *packet, const void *context)
{
	const struct network *network = context;

	return has_come(packet, network, network->frame);
}

static bool is_either_frame(const struct packet *packet, const void *context)
{
	const struct network *network = context;

	return is_frame(packet, context) || has_come(packet, network, network->fence);
}

bool network_carries(struct network *network, const struct virtio_net_hdr *header, uint32_t payload,
		     unsigned parts)
{
	struct link *end = network->twin ? network->twin : network->link;

	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		struct packet *packet;

		make_echo(network, network->frame, payload);
		make_echo(network, network->fence, FENCE_PAYLOAD);
		link_send_in_parts(network->link, 0, header, network->frame, parts);
		link_send(network->link, network->fence);
		packet = link_await(end, is_either_frame, network, PATIENCE_NS);
		if (packet && !is_frame(packet, network))
			packet = link_await(end, is_frame, network, NETWORK_LATE_NS);
		if (packet)
			return true;
	}
	return false;
}
