/* SPDX-License-Identifier: BSD-2-Clause */
/* Queue pairs and automatic receive steering (virtio 1.4, 5.1.6.5.6). */
#include "lib/string.h"
#include "tests/device/net/peer.h"

#define PAIRS       4u
#define FLOWS       24u
#define ROUNDS      3u
#define PAYLOAD     64u
#define NOWHERE     0xffu

#define MQ_FEATURES NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ, VIRTIO_F_RING_RESET)

/* With PAIRS pairs set up and filled, of which the first alone is in use yet. */
static struct network *start(struct test_run *t, const struct link_settings *settings)
{
	struct network *network;

	if (net_config(t->device, max_virtqueue_pairs) < 2)
		skip_test(t, "max_virtqueue_pairs is %u",
			  net_config(t->device, max_virtqueue_pairs));
	network = network_start(t, NEEDS_TWIN, settings, NULL);
	CAN_JUDGE(t, network->link->pairs >= 2, "MQ is offered and not negotiated");
	return network;
}

static const struct link_settings *idle(void)
{
	static struct link_settings settings;

	settings = (struct link_settings){.features = MQ_FEATURES, .pairs = PAIRS, .idle = true};
	return &settings;
}

static void use_pairs(struct network *network, unsigned pairs)
{
	uint8_t ack = link_set_pairs(network->link, (uint16_t)pairs);

	INSIST(network->t, SANE_2, ack == VIRTIO_NET_OK,
	       "the command for %u queue pairs is answered %u", pairs, ack);
}

/* Numbers for flows that no other test has used. */
static uint16_t first_flow(struct network *network)
{
	return (uint16_t)(network_cookie(network) & 0x7fff);
}

/* Sends a packet of a flow from the twin: of a protocol that goes both ways. */
static void send_in(struct network *network, uint16_t n)
{
	struct flow flow = flow_of(network->twin->mac, network->link->mac, false, n);

	frame_tcp(network->frame, &flow, TCP_ACK, n, PAYLOAD);
	link_send(network->twin, network->frame);
}

/* The packet, where it comes in, or NULL. */
static struct packet *fetch(struct network *network, uint16_t n, uint64_t nanoseconds)
{
	send_in(network, n);
	return link_await(network->link, packet_is_datagram, network->frame, nanoseconds);
}

static unsigned pair_of(struct network *network, uint16_t n)
{
	struct packet *packet = NULL;

	for (unsigned attempt = 0; attempt < ROUNDS && !packet; attempt++)
		packet = fetch(network, n, PATIENCE_NS / ROUNDS);
	INSIST(network->t, SANE_11, packet, "a packet of flow %u does not come in in time", n);
	return packet->pair;
}

/* The highest of the queue pairs on which the packets of several flows arrive. */
static unsigned highest_pair(struct network *network, uint16_t first)
{
	unsigned highest = 0;

	for (unsigned n = 0; n < FLOWS; n++)
		highest = MAXIMUM(highest, pair_of(network, (uint16_t)(first + n)));
	return highest;
}

static void check_first_only(struct test_run *t, struct network *network, const char *when)
{
	unsigned highest = highest_pair(network, first_flow(network));

	CHECK(t, NET_CTRL_MQ_1, highest == 0, "%s: a packet arrives on receiveq%u", when,
	      highest + 1);
}

TEST(net, one_pair_is_used_at_first,
     .about = "after initialization and after a reset packets arrive on receiveq1 alone",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_MQ), .judges = CLAUSES(NET_CTRL_MQ_1, SANE_11))
{
	struct network *network = start(t, idle());

	check_first_only(t, network, "after initialization");
	use_pairs(network, network->link->pairs);
	network_restart(network, idle());
	check_first_only(t, network, "after a reset");
}

TEST(net, disabled_pairs_fall_silent,
     .about = "once the command for fewer pairs is used, no packet arrives on those above",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_MQ), .judges = CLAUSES(NET_CTRL_MQ_2, SANE_11))
{
	struct network *network = start(t, idle());
	uint16_t first = first_flow(network);
	unsigned highest;

	use_pairs(network, network->link->pairs);
	highest_pair(network, first);
	for (unsigned pairs = network->link->pairs / 2; pairs >= 1; pairs /= 2) {
		use_pairs(network, pairs);
		link_drain(network->link);
		highest = highest_pair(network, first);
		if (!CHECK(t, NET_CTRL_MQ_2, highest < pairs,
			   "with %u pairs a packet arrives on receiveq%u", pairs, highest + 1))
			return;
	}
}

/* The device says something in a flow first, on one of its transmit queues. */
static void speak(struct network *network, uint16_t n, unsigned pair)
{
	struct flow flow = flow_of(network->link->mac, network->twin->mac, false, n);
	struct flow there = flow_of(network->twin->mac, network->link->mac, false, n);
	bool arrived = false;

	memcpy(flow.from_ip, there.to_ip, sizeof(flow.from_ip));
	memcpy(flow.to_ip, there.from_ip, sizeof(flow.to_ip));
	flow.from_port = there.to_port;
	flow.to_port = there.from_port;
	frame_tcp(network->frame, &flow, TCP_ACK, n, PAYLOAD);
	for (unsigned attempt = 0; attempt < NETWORK_TRIES && !arrived; attempt++) {
		link_send_in_parts(network->link, pair, NULL, network->frame, 1);
		arrived = link_await(network->twin, packet_is_datagram, network->frame,
				     PATIENCE_NS / NETWORK_TRIES);
	}
	INSIST(network->t, SANE_11, arrived, "a packet sent on transmitq%u does not arrive in time",
	       pair + 1);
}

/* The pairs on which packets of flows came in last. */
struct arrivals {
	uint16_t port;  /* that the first flow comes from */
	unsigned count; /* of flows of which one has come */
	uint8_t pairs[FLOWS];
};

/* True when a packet of each flow has come. */
static bool note_arrival(const struct packet *packet, const void *context)
{
	struct arrivals *arrivals = (struct arrivals *)context;
	struct parsed parsed;
	uint16_t n = FLOWS;

	if (frame_parse(packet->bytes, packet->length, &parsed) && parsed.tcp)
		n = (uint16_t)(from_be16(parsed.tcp->from) - arrivals->port);
	if (n < FLOWS) {
		arrivals->count += arrivals->pairs[n] == NOWHERE;
		arrivals->pairs[n] = (uint8_t)packet->pair;
	}
	return arrivals->count == FLOWS;
}

/* A packet of each flow, all sent before it is looked where any of them is. What is lost has come in nowhere. */
static struct arrivals fetch_all(struct network *network, uint16_t first)
{
	struct arrivals arrivals = {
		.port = flow_of(network->twin->mac, network->link->mac, false, first).from_port};

	memset(arrivals.pairs, NOWHERE, sizeof(arrivals.pairs));
	for (unsigned n = 0; n < FLOWS; n++)
		send_in(network, (uint16_t)(first + n));
	link_await(network->link, note_arrival, &arrivals, PATIENCE_NS);
	return arrivals;
}

/* How packets of flows were spread. */
struct steering {
	unsigned highest; /* of the pairs on which they came in */
	unsigned compared,
		moved; /* with the one before of its flow, and on another pair than that */
};

static struct steering watch_steering(struct network *network, uint16_t first)
{
	struct arrivals before = fetch_all(network, first);
	struct steering steering = {0};

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct arrivals now = fetch_all(network, first);

		for (unsigned n = 0; n < FLOWS; n++) {
			if (now.pairs[n] == NOWHERE || before.pairs[n] == NOWHERE)
				continue;
			steering.highest = MAXIMUM(steering.highest, (unsigned)now.pairs[n]);
			steering.compared++;
			steering.moved += now.pairs[n] != before.pairs[n];
		}
		before = now;
	}
	return steering;
}

/*
 * Where nothing was sent in a flow yet, each of its packets may go to a random queue: so something is. A device may
 * think of a better queue for a flow, or forget it, now and then. One queue that all of them stay on shows no
 * steering, and none that is wrong.
 */
TEST(net, flows_stay_on_their_queue,
     .about =
	     "packets of a flow in which the driver has sent come in on one queue, others between them",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_MQ), .judges = CLAUSES(NET_PROSE_5, SANE_11))
{
	struct network *network = start(t, idle());
	uint16_t first = first_flow(network);
	struct steering steering;

	use_pairs(network, network->link->pairs);
	for (unsigned n = 0; n < FLOWS; n++)
		speak(network, (uint16_t)(first + n), n % network->link->pairs);
	steering = watch_steering(network, first);
	CAN_JUDGE(t, steering.compared >= FLOWS, "of %u packets of %u flows %u come in",
		  ROUNDS * FLOWS, FLOWS, steering.compared);
	CAN_JUDGE(t, steering.highest > 0, "with %u pairs every flow comes in on receiveq1",
		  network->link->pairs);
	CHECK(t, NET_PROSE_5, steering.moved * 4 <= steering.compared,
	      "%u of %u packets come in on another queue than the one before in their flow",
	      steering.moved, steering.compared);
}

TEST(net, flows_follow_their_transmit_queue,
     .about = "packets of a flow come in on the pair on whose queue the driver sent last",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_MQ), .judges = CLAUSES(NET_PROSE_6, SANE_11))
{
	struct network *network = start(t, idle());
	uint16_t first = first_flow(network);

	use_pairs(network, network->link->pairs);
	for (unsigned n = 0; n < FLOWS; n++) {
		unsigned wanted = n % network->link->pairs, pair = NOWHERE;

		speak(network, (uint16_t)(first + n), wanted);
		/* What the device knows of a flow it may come to know a little later. */
		for (unsigned attempt = 0; attempt < ROUNDS && pair != wanted; attempt++)
			pair = pair_of(network, (uint16_t)(first + n));
		CHECK(t, NET_PROSE_6, pair == wanted,
		      "flow %u was sent on transmitq%u and arrives on receiveq%u", n, wanted + 1,
		      pair + 1);
	}
}

TEST(net, reset_queues_are_steered_around,
     .about = "packets for a receive queue under reset come in on another", .type = VIRTIO_TYPE_NET,
     .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_MQ),
     .judges = CLAUSES(NET_CTRL_MQ_3, PCI_COMMON_15, SANE_11))
{
	struct network *network = start(t, idle());
	struct virtio_device *device = t->device;
	uint16_t first = first_flow(network), flow = first;
	struct packet *packet = NULL;
	unsigned pair;

	if (!link_has(network->link, VIRTIO_F_RING_RESET))
		skip_test(t, "not offered: VIRTIO_F_RING_RESET");
	use_pairs(network, network->link->pairs);
	pair = pair_of(network, flow);
	INSIST(t, PCI_COMMON_15, virtio_reset_queue(device->queues[net_receive_queue(pair)]), "%s",
	       device->problem);
	for (unsigned n = 0; n < ROUNDS && !packet; n++)
		packet = fetch(network, flow, PATIENCE_NS / ROUNDS);
	CHECK(t, NET_CTRL_MQ_3, packet && packet->pair != pair,
	      "receiveq%u is reset: a packet of its flow %s", pair + 1,
	      packet ? "still arrives there" : "arrives on no queue");
}
