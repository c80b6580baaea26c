/* SPDX-License-Identifier: BSD-2-Clause */
/* Receive-side scaling and hash reports (virtio 1.4, 5.1.6.4.1, 5.1.6.5.6.4, 5.1.6.5.7). */
#include "lib/string.h"
#include "tests/device/net/peer.h"
#include "tests/device/net/toeplitz.h"

#define PAIRS       4u
#define TABLE_MOST  128u
#define PAYLOAD     64u
#define FLOWS       8u
#define FLOWS_TRIED 128u /* to find so many whose hash leads to one queue */
#define LOST_NS     100000000ull

/* A device that steers by hash, and the parameters that it was given. */
struct steered {
	struct network *network;
	uint32_t types;
	uint16_t mask, unclassified;
	uint16_t table[TABLE_MOST];
	char why[160]; /* what was wrong with the last packet */
};

#define RSS_FEATURES                                                                               \
	NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT,             \
		     VIRTIO_F_RING_RESET)

static uint8_t *put(uint8_t *place, const void *bytes, size_t length)
{
	memcpy(place, bytes, length);
	return place + length;
}

/* Gives these parameters to the device; the command's acknowledgement. */
static uint8_t configure(struct link *link, const struct steered *steered)
{
	struct virtio_net_rss_config_head head = {to_le32(steered->types), to_le16(steered->mask),
						  to_le16(steered->unclassified)};
	le16 transmit = to_le16((uint16_t)link->pairs);
	uint8_t data[sizeof(head) + 2 * TABLE_MOST + sizeof(transmit) + 1 + TOEPLITZ_KEY_BYTES];
	uint8_t *end = put(data, &head, sizeof(head)), key_length = TOEPLITZ_KEY_BYTES;

	end = put(end, steered->table, (steered->mask + 1u) * sizeof(steered->table[0]));
	end = put(end, &transmit, sizeof(transmit));
	end = put(end, &key_length, sizeof(key_length));
	end = put(end, toeplitz_key, sizeof(toeplitz_key));
	return link_command(link, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG, data,
			    (uint32_t)(end - data));
}

/* The table sends to all pairs but the last, where what has no hash goes. */
static void steer(struct steered *steered, uint32_t types, unsigned entries)
{
	struct link *link = steered->network->link;
	uint8_t ack;

	steered->types = types & net_config(link->device, supported_hash_types);
	steered->mask = (uint16_t)(entries - 1);
	steered->unclassified = (uint16_t)(link->pairs - 1);
	for (unsigned n = 0; n < entries; n++)
		steered->table[n] = (uint16_t)((n * 7 + n / 5) % MAXIMUM(link->pairs - 1, 1u));
	if (steered->types != types)
		skip_test(link->t, "supported_hash_types lacks %#x", types & ~steered->types);
	ack = configure(link, steered);
	INSIST(link->t, SANE_2, ack == VIRTIO_NET_OK,
	       "hash types %#x, %u entries: the command is answered %u", types, entries, ack);
}

static struct steered *start(struct test_run *t)
{
	struct steered *steered = test_memory(t, "RSS parameters", sizeof(*steered), 16);

	steered->network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){.features = RSS_FEATURES, .pairs = PAIRS, .idle = true},
		NULL);
	if (steered->network->link->pairs < 2)
		skip_test(t, "max_virtqueue_pairs is 1: steering does not show");
	return steered;
}

enum kind { KIND_TCP4, KIND_TCP6, KIND_UDP4, KIND_UDP6, KIND_ECHO4, KIND_ECHO6 };

static void make(struct network *network, enum kind kind, uint16_t n)
{
	bool ipv6 = kind == KIND_TCP6 || kind == KIND_UDP6 || kind == KIND_ECHO6;
	struct flow flow = flow_of(network->twin->mac, network->link->mac, ipv6, n);

	switch (kind) {
	case KIND_TCP4:
	case KIND_TCP6:
		frame_tcp(network->frame, &flow, TCP_ACK, n, PAYLOAD);
		break;
	case KIND_UDP4:
	case KIND_UDP6:
		frame_udp(network->frame, &flow, PAYLOAD);
		break;
	case KIND_ECHO4:
	case KIND_ECHO6:
		frame_echo(network->frame, &flow, n, n, PAYLOAD);
		break;
	}
}

static bool is_frame(const struct packet *packet, const void *context)
{
	const struct frame *frame = context;

	return packet->length == frame->length &&
	       memcmp(packet->bytes, frame->bytes, frame->length) == 0;
}

/* The report type of a hash type: its bit's number plus 1. */
static uint16_t report_of(uint32_t type)
{
	uint16_t report = VIRTIO_NET_HASH_REPORT_NONE;

	for (; type; type >>= 1)
		report++;
	return report;
}

/* Sends network->frame to the device. True when it arrives as its hash wants; else says why not. */
static bool arrives_right(struct steered *steered)
{
	struct network *network = steered->network;
	struct frame *frame = network->frame;
	uint32_t hash = 0, type = 0, value;
	bool hashed = rss_hash(frame->bytes, frame->length, steered->types, &hash, &type);
	unsigned wanted = hashed ? steered->table[hash & steered->mask] : steered->unclassified;
	struct packet *packet = NULL;
	uint16_t report;

	for (unsigned n = 0; n < 3 && !packet; n++) {
		link_send(network->twin, frame);
		packet = link_await(network->link, is_frame, frame, PATIENCE_NS / 3);
	}
	if (!packet) {
		format_text(steered->why, sizeof(steered->why), "it arrives on no queue");
		return false;
	}
	format_text(steered->why, sizeof(steered->why),
		    "hash %#x, expected on receiveq%u, arrives on receiveq%u", hash, wanted + 1,
		    packet->pair + 1);
	if (packet->pair != wanted)
		return false;
	if (!link_has(network->link, VIRTIO_NET_F_HASH_REPORT) || !hashed)
		return true;
	value = from_le32(packet->header.hash_value);
	report = from_le16(packet->header.hash_report);
	format_text(steered->why, sizeof(steered->why),
		    "the hash is %#x by type %u, reported are %#x by type %u", hash,
		    report_of(type), value, report);
	return value == hash && report == report_of(type);
}

/* The same for several flows of a kind. */
static bool kind_arrives_right(struct steered *steered, enum kind kind)
{
	uint16_t first = (uint16_t)(network_cookie(steered->network) & 0x7fff);

	for (unsigned n = 0; n < FLOWS; n++) {
		make(steered->network, kind, (uint16_t)(first + n));
		if (!arrives_right(steered))
			return false;
	}
	return true;
}

#define ALL_V4 (VIRTIO_NET_HASH_TYPE_IPv4 | VIRTIO_NET_HASH_TYPE_TCPv4 | VIRTIO_NET_HASH_TYPE_UDPv4)

TEST(net, rss_hashes_ipv4,
     .about = "IPv4 packets are steered by the hash of addresses, and of ports where enabled",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_RSS),
     .judges = CLAUSES(NET_CTRL_RSS_1, NET_CTRL_RSS_2, NET_CTRL_RSS_3))
{
	struct steered *steered = start(t);

	steer(steered, VIRTIO_NET_HASH_TYPE_TCPv4, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_1, kind_arrives_right(steered, KIND_TCP4), "TCP: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_UDPv4, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_2, kind_arrives_right(steered, KIND_UDP4), "UDP: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_IPv4, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_3, kind_arrives_right(steered, KIND_TCP4),
	      "TCP by its addresses alone: %s", steered->why);
	steer(steered, ALL_V4, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_1, kind_arrives_right(steered, KIND_TCP4),
	      "TCP with all types enabled: %s", steered->why);
	CHECK(t, NET_CTRL_RSS_2, kind_arrives_right(steered, KIND_UDP4),
	      "UDP with all types enabled: %s", steered->why);
	CHECK(t, NET_CTRL_RSS_3, kind_arrives_right(steered, KIND_ECHO4), "ICMP: %s", steered->why);
}

TEST(net, rss_hashes_ipv6,
     .about = "IPv6 packets are steered by the hash of addresses, and of ports where enabled",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_RSS),
     .judges = CLAUSES(NET_CTRL_RSS_4, NET_CTRL_RSS_5, NET_CTRL_RSS_6))
{
	struct steered *steered = start(t);

	steer(steered, VIRTIO_NET_HASH_TYPE_TCPv6, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_4, kind_arrives_right(steered, KIND_TCP6), "TCP: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_UDPv6, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_5, kind_arrives_right(steered, KIND_UDP6), "UDP: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_IPv6, TABLE_MOST);
	CHECK(t, NET_CTRL_RSS_6, kind_arrives_right(steered, KIND_ECHO6), "ICMPv6: %s",
	      steered->why);
	CHECK(t, NET_CTRL_RSS_6, kind_arrives_right(steered, KIND_TCP6),
	      "TCP by its addresses alone: %s", steered->why);
}

/* UDP with a home address option and a type 2 routing header in front (RFC 6275, 6.3, 6.4). */
static void make_extended(struct network *network, uint16_t n)
{
	static const uint8_t options[] = {43, 2, 1, 2, 0, 0, 0xc9, 16};
	static const uint8_t routing[] = {PROTOCOL_UDP, 2, 2, 1, 0, 0, 0, 0};
	struct flow flow = flow_of(network->twin->mac, network->link->mac, true, n);
	struct frame *frame = network->frame;
	struct ipv6_header *ip = (struct ipv6_header *)(frame->bytes + 14);
	uint32_t udp = 14 + sizeof(*ip), added = 2 * 24;
	uint8_t *place;

	frame_udp(frame, &flow, PAYLOAD);
	memmove(frame->bytes + udp + added, frame->bytes + udp, frame->length - udp);
	place = put(frame->bytes + udp, options, sizeof(options));
	for (unsigned byte = 0; byte < 16; byte++)
		*place++ = (uint8_t)(0xfd - byte);
	place = put(place, routing, sizeof(routing));
	for (unsigned byte = 0; byte < 16; byte++)
		*place++ = (uint8_t)(0x20 + byte);
	ip->next = 60;
	ip->length = to_be16((uint16_t)(from_be16(ip->length) + added));
	frame->length += added;
}

TEST(net, rss_minds_extension_headers,
     .about = "home address and routing header count with an extension type enabled, else not",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_RSS), .judges = CLAUSES(NET_CTRL_RSS_7, NET_CTRL_RSS_8))
{
	struct steered *steered = start(t);
	uint16_t first = (uint16_t)(network_cookie(steered->network) & 0x7fff);

	steer(steered, VIRTIO_NET_HASH_TYPE_UDP_EX, TABLE_MOST);
	make_extended(steered->network, first);
	CHECK(t, NET_CTRL_RSS_7, arrives_right(steered), "UDP with UDP_EX: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_IP_EX, TABLE_MOST);
	make_extended(steered->network, (uint16_t)(first + 1));
	CHECK(t, NET_CTRL_RSS_7, arrives_right(steered), "UDP with IP_EX: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_UDPv6, TABLE_MOST);
	make_extended(steered->network, (uint16_t)(first + 2));
	CHECK(t, NET_CTRL_RSS_8, arrives_right(steered), "UDP with UDPv6: %s", steered->why);
	steer(steered, VIRTIO_NET_HASH_TYPE_IPv6, TABLE_MOST);
	make_extended(steered->network, (uint16_t)(first + 3));
	CHECK(t, NET_CTRL_RSS_8, arrives_right(steered), "UDP with IPv6: %s", steered->why);
}

TEST(net, rss_puts_the_unhashed_aside,
     .about = "packets without a hash go to the queue for unclassified ones",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_RSS), .judges = CLAUSES(NET_CTRL_RSS_9))
{
	struct steered *steered = start(t);
	struct network *network = steered->network;
	struct flow flow = flow_of(network->twin->mac, network->link->mac, false, 0);

	steer(steered, VIRTIO_NET_HASH_TYPE_TCPv4, TABLE_MOST);
	frame_probe(network->frame, &flow, network_cookie(network), NET_FRAME_LEAST);
	CHECK(t, NET_CTRL_RSS_9, arrives_right(steered), "a frame that is not IP: %s",
	      steered->why);
	CHECK(t, NET_CTRL_RSS_9, kind_arrives_right(steered, KIND_UDP4),
	      "UDP where only TCP is enabled: %s", steered->why);
	CHECK(t, NET_CTRL_RSS_9, kind_arrives_right(steered, KIND_TCP6),
	      "TCP over IPv6 where only IPv4 is enabled: %s", steered->why);
}

TEST(net, rss_table_is_indexed_by_the_mask,
     .about =
	     "the queue is that of the table entry that hash and mask give, for tables of any size",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_RSS), .judges = CLAUSES(NET_CTRL_RSS_10))
{
	struct steered *steered = start(t);

	for (unsigned entries = 1; entries <= TABLE_MOST; entries *= 2) {
		steer(steered, ALL_V4, entries);
		CHECK(t, NET_CTRL_RSS_10, kind_arrives_right(steered, KIND_UDP4),
		      "a table of %u entries: %s", entries, steered->why);
	}
}

TEST(net, rss_drops_for_reset_queues,
     .about = "packets whose queue is under reset appear on no other", .type = VIRTIO_TYPE_NET,
     .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_RSS),
     .judges = CLAUSES(NET_CTRL_RSS_11, PCI_COMMON_15))
{
	struct steered *steered = start(t);
	struct network *network = steered->network;
	struct virtio_device *device = t->device;
	uint16_t first = (uint16_t)(network_cookie(network) & 0x7fff);

	if (!link_has(network->link, VIRTIO_F_RING_RESET))
		skip_test(t, "not offered: VIRTIO_F_RING_RESET");
	steer(steered, ALL_V4, TABLE_MOST);
	INSIST(t, PCI_COMMON_15, virtio_reset_queue(device->queues[net_receive_queue(0)]), "%s",
	       device->problem);
	for (unsigned n = 0, sent = 0; sent < FLOWS && n < FLOWS_TRIED; n++) {
		struct packet *packet;
		uint32_t hash, type;

		make(network, KIND_UDP4, (uint16_t)(first + n));
		rss_hash(network->frame->bytes, network->frame->length, ALL_V4, &hash, &type);
		if (steered->table[hash & steered->mask] != 0)
			continue;
		sent++;
		link_send(network->twin, network->frame);
		packet = link_await(network->link, is_frame, network->frame, LOST_NS);
		if (!CHECK(t, NET_CTRL_RSS_11, !packet,
			   "a packet for receiveq1, which is reset, arrives on receiveq%u",
			   packet ? packet->pair + 1 : 0))
			return;
	}
}

TEST(net, hash_reports_can_be_configured,
     .about = "a device that reports hashes takes the command that sets their parameters",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .needs = NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_HASH_REPORT),
     .judges = CLAUSES(NET_PROSE_2, NET_PROSE_3, NET_PROSE_4, NET_PROSE_8))
{
	struct network *network =
		network_start(t, NEEDS_NOBODY,
			      &(struct link_settings){.features = NET_FEATURES(
							      VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ,
							      VIRTIO_NET_F_HASH_REPORT),
						      .pairs = 2},
			      NULL);
	uint32_t types = net_config(t->device, supported_hash_types);
	uint8_t data[sizeof(struct virtio_net_hash_config_head) + TOEPLITZ_KEY_BYTES];
	struct virtio_net_hash_config_head head = {.hash_types = to_le32(types),
						   .hash_key_length = TOEPLITZ_KEY_BYTES};
	struct steered *steered = test_memory(t, "RSS parameters", sizeof(*steered), 16);
	uint8_t ack;

	put(put(data, &head, sizeof(head)), toeplitz_key, sizeof(toeplitz_key));
	ack = link_command(network->link, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_HASH_CONFIG, data,
			   sizeof(data));
	/* With RSS offered and declined it is owed by who steers, which takes several queues (5.1.6.5.6.4). */
	if (network->link->pairs > 1)
		CHECK(t, NET_PROSE_8, ack == VIRTIO_NET_OK,
		      "without RSS, HASH_CONFIG is answered %u", ack);
	if (!features_have(&t->device->offered, VIRTIO_NET_F_RSS)) {
		CHECK(t, NET_PROSE_2, ack == VIRTIO_NET_OK, "HASH_CONFIG is answered %u", ack);
		CHECK(t, NET_PROSE_4, ack == VIRTIO_NET_OK, "HASH_CONFIG is answered %u", ack);
		return;
	}
	network_restart(network, &(struct link_settings){.features = RSS_FEATURES});
	steered->network = network;
	steered->types = types;
	ack = configure(network->link, steered);
	CHECK(t, NET_PROSE_2, ack == VIRTIO_NET_OK, "RSS_CONFIG is answered %u", ack);
	CHECK(t, NET_PROSE_3, ack == VIRTIO_NET_OK, "RSS_CONFIG is answered %u", ack);
}
