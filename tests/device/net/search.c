/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/net/search.h"

#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/subject/helper.h"
#include "virtio/onlooker.h"

#define PEERS_MOST    16
#define ARP_TRIES     3
#define PROBE_TRIES   3
#define PROBE_WAIT_NS 150000000
#define PROBE_COOKIE  0x70726f62

bool try_to_send(struct link *link, const struct frame *frame)
{
	struct virtqueue *queue = link->device->queues[NET_TRANSMIT_QUEUE];
	struct request *request = test_memory(link->t, "request", sizeof(*request), 8);
	struct completion completion;

	if (!net_prepare_transmit(link->device, link->t->arena, frame->length, request))
		return false;
	memcpy(request->out + link->header, frame->bytes, frame->length);
	if (!request_add(queue, request))
		return false;
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	return await_use(queue, clock_deadline(PROBE_WAIT_NS)) &&
	       virtqueue_take(queue, &completion);
}

static bool hears(struct link *from, struct link *to, struct frame *frame, uint32_t length)
{
	struct flow flow = flow_of(from->mac, mac_broadcast, false, 0);

	frame_probe(frame, &flow, PROBE_COOKIE, length);
	for (unsigned n = 0; n < PROBE_TRIES; n++) {
		if (!try_to_send(from, frame))
			return false;
		if (link_await_probe(to, PROBE_COOKIE, PROBE_WAIT_NS))
			return true;
	}
	return false;
}

bool is_reply_to(const struct packet *packet, const void *ip)
{
	struct parsed parsed;

	return frame_parse(packet->bytes, packet->length, &parsed) && parsed.arp &&
	       from_be16(parsed.arp->operation) == ARP_REPLY &&
	       memcmp(parsed.arp->target_ip, ip, sizeof(parsed.arp->target_ip)) == 0;
}

void make_arp(struct frame *frame, const struct peer *peer, const uint8_t mac[NET_MAC_BYTES],
	      uint8_t host)
{
	struct flow flow = flow_of(mac, mac_broadcast, false, 0);

	memcpy(flow.from_ip, peer->own_ip, sizeof(peer->own_ip));
	flow.from_ip[3] = host;
	memcpy(flow.to_ip, peer->gateway_ip, sizeof(peer->gateway_ip));
	frame_arp(frame, &flow, ARP_REQUEST);
}

static void look_for_gateway(struct link *link, struct peer *peer, struct frame *frame)
{
	struct packet *packet;
	struct parsed parsed;

	memcpy(peer->gateway_ip, options.gateway, sizeof(peer->gateway_ip));
	memcpy(peer->own_ip, peer->gateway_ip, sizeof(peer->own_ip));
	peer->own_ip[3] = OWN_HOST;
	for (unsigned n = 0; n < ARP_TRIES && !peer->gateway; n++) {
		make_arp(frame, peer, link->mac, OWN_HOST);
		if (!try_to_send(link, frame))
			return;
		packet = link_await(link, is_reply_to, peer->own_ip, ARP_WAIT_NS);
		if (!packet || !frame_parse(packet->bytes, packet->length, &parsed))
			continue;
		memcpy(peer->gateway_mac, parsed.arp->sender_mac, NET_MAC_BYTES);
		peer->gateway = true;
	}
}

/* What a device says of the longest frame, at most NET_FRAME_MOST. */
static uint32_t longest_said(struct virtio_device *device)
{
	uint32_t header = sizeof(struct ethernet_header);

	if (!features_have(&device->offered, VIRTIO_NET_F_MTU))
		return NET_FRAME_MOST;
	return MINIMUM(header + net_config(device, mtu), NET_FRAME_MOST);
}

/* The longest frame that goes both ways, of those that networks are made for: MTU 1500, 1400, 1280, 576. */
static uint32_t longest_carried(struct link *one, struct link *other, struct frame *frame)
{
	static const uint32_t lengths[] = {1514, 1414, 1294, 590};
	uint32_t most = MINIMUM(longest_said(one->device), longest_said(other->device));

	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		uint32_t length = MINIMUM(lengths[n], most);

		if (hears(one, other, frame, length) && hears(other, one, frame, length))
			return length;
	}
	return NET_FRAME_LEAST;
}

static void look_for_twin(struct link *link, struct peer *peer, struct frame *frame)
{
	struct test_run *t = link->t;
	struct virtio_device *candidate;

	for (unsigned n = 0; (candidate = other_device(t, VIRTIO_TYPE_NET, n)); n++) {
		struct link *other;

		if (!take_helper(t, candidate))
			continue;
		other = link_start(t, candidate, &(struct link_settings){.pairs = 1});
		/* Two stations of one address are no network (IEEE 802). */
		if (memcmp(other->mac, link->mac, NET_MAC_BYTES) != 0 &&
		    hears(link, other, frame, NET_FRAME_LEAST)) {
			peer->twin = candidate;
			peer->frame_most = longest_carried(link, other, frame);
			return;
		}
		release_helper(t, candidate);
	}
}

bool ask_for_frame(const struct virtio_device *device, const struct frame *frame)
{
	struct ask ask = ask_for("frame", device);
	char text[FINDING_WORDS / 2];

	ask_bytes(&ask, "bytes", frame->bytes, frame->length);
	return !ask.cut && ask_host(&ask, text, sizeof(text)) == TOLD_OK;
}

static void look_for_host(struct link *link, struct peer *peer, struct frame *frame)
{
	struct flow flow = flow_of(link->mac, link->mac, false, 0);

	mac_unicast(HOST_NUMBER, flow.from_mac);
	frame_probe(frame, &flow, PROBE_COOKIE, NET_FRAME_LEAST);
	peer->host = ask_for_frame(link->device, frame) &&
		     link_await_probe(link, PROBE_COOKIE, PROBE_WAIT_NS);
}

/* A plain start, without whatever a saboteur has put in between; the device is as fresh afterwards. */
static void search(struct test_run *t, struct peer *peer)
{
	struct frame *frame = test_memory(t, "frame", sizeof(*frame), 16);
	struct link *link;

	onlookers_rest(t->device, true);
	link = link_start(t, t->device,
			  &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_MAC)});
	peer->frame_most = longest_said(t->device);
	look_for_twin(link, peer, frame);
	look_for_gateway(link, peer, frame);
	if (options.host && !peer->twin && !peer->gateway)
		look_for_host(link, peer, frame);
	INSIST(t, RESET_1, virtio_reset(t->device), "%s", t->device->problem);
	virtio_give_back_queues(t->device);
	onlookers_rest(t->device, false);
	t->up = false;
}

const struct peer *peer_of(struct test_run *t)
{
	static struct {
		const struct virtio_device *device;
		struct peer peer;
	} known[PEERS_MOST];
	static unsigned count;
	struct peer peer = {NULL};

	for (unsigned n = 0; n < MINIMUM(count, (unsigned)PEERS_MOST); n++) {
		if (known[n].device == t->device)
			return &known[n].peer;
	}
	search(t, &peer);
	known[count % PEERS_MOST].device = t->device;
	known[count % PEERS_MOST].peer = peer;
	return &known[count++ % PEERS_MOST].peer;
}
