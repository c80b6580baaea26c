/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums left to the other side, on the way out and in (virtio 1.4, 5.1.6.2, 5.1.6.4). */
#include "lib/string.h"
#include "tests/device/net/peer.h"

#define PAYLOAD      300
#define STRAGGLER_NS 5000000
#define VXLAN_PORT   4789
#define CLOSED       9 /* a port that nobody listens on */

enum kind { KIND_TCP4, KIND_TCP6, KIND_UDP4, KIND_UDP6, KINDS };
static const char *const kind_names[] = {"TCP over IPv4", "TCP over IPv6", "UDP over IPv4",
					 "UDP over IPv6"};

static void make(struct frame *frame, const struct link *from, const struct link *to,
		 enum kind kind, uint16_t n)
{
	struct flow flow = flow_of(from->mac, to->mac, kind == KIND_TCP6 || kind == KIND_UDP6, n);

	if (kind == KIND_TCP4 || kind == KIND_TCP6)
		frame_tcp(frame, &flow, TCP_ACK, n, PAYLOAD);
	else
		frame_udp(frame, &flow, PAYLOAD);
}

/* Spoils the TCP or UDP checksum. */
static void corrupt(struct frame *frame)
{
	struct parsed parsed;

	if (frame_parse(frame->bytes, frame->length, &parsed))
		frame->bytes[parsed.transport +
			     (parsed.tcp ? offsetof(struct tcp_header, checksum)
					 : offsetof(struct udp_header, checksum))] ^= 0x5a;
}

/*
 * Sends a frame, whose checksum is left to the sender's device where that can do it, and waits for it at
 * the other end. Tried a few times.
 */
static struct packet *pass(struct network *network, struct link *from, struct link *to,
			   enum kind kind)
{
	struct virtio_net_hdr header = {0};
	struct packet *packet = NULL;

	for (unsigned n = 0; n < NETWORK_TRIES && !packet; n++) {
		make(network->frame, from, to, kind, (uint16_t)network_cookie(network));
		if (link_has(from, VIRTIO_NET_F_CSUM))
			frame_offload_checksum(network->frame, &header);
		link_send_in_parts(from, 0, &header, network->frame, 1);
		packet = link_await(to, packet_is_datagram, network->frame,
				    PATIENCE_NS / NETWORK_TRIES);
	}
	return packet;
}

TEST(net, partial_checksums_are_completed,
     .about = "a frame sent with its checksum left to the device arrives with it right, or marked",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CSUM), .judges = CLAUSES(SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_TWIN, &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)},
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM)});

	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct packet *packet = pass(network, network->link, network->twin, kind);
		const char *which = "";

		INSIST(t, SANE_11, packet, "a partially checksummed frame (%s) is lost",
		       kind_names[kind]);
		if (packet->header.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
			checksum_complete(packet->bytes, packet->length,
					  from_le16(packet->header.hdr.csum_start),
					  from_le16(packet->header.hdr.csum_offset));
		INSIST(t, SANE_11, frame_checksums_right(packet->bytes, packet->length, &which),
		       "a partially checksummed frame (%s) arrives with a wrong %s checksum",
		       kind_names[kind], which);
	}
}

TEST(net, unasked_offloads_stay_away,
     .about = "without guest checksum offload flags is 0, gso_type NONE and checksums are complete",
     .type = VIRTIO_TYPE_NET, .judges = CLAUSES(NET_RX_29, NET_RX_35, NET_RX_5, NET_RX_6, SANE_11))
{
	struct network *network =
		network_start(t, NEEDS_SENDER, &(struct link_settings){.pairs = 1},
			      &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)});

	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct packet *packet = network->twin
						? pass(network, network->twin, network->link, kind)
						: network_fetch(network, NET_FRAME_LEAST + kind);
		const char *what = network->twin ? kind_names[kind] : "an echo reply";
		const char *which = "";

		INSIST(t, SANE_11, packet, "a frame from the twin (%s) is lost", kind_names[kind]);
		CHECK(t, NET_RX_5, packet->header.hdr.flags == 0, "%s comes in with flags %#x",
		      what, packet->header.hdr.flags);
		/* Whether a gateway computes its checksums right is not for the device to say. */
		if (network->twin)
			CHECK(t, NET_RX_6,
			      frame_checksums_right(packet->bytes, packet->length, &which),
			      "%s comes in with a wrong %s checksum", what, which);
		CHECK(t, NET_RX_29, packet->header.hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE,
		      "%s comes in with gso_type %#x", what, packet->header.hdr.gso_type);
		CHECK(t, NET_RX_35, !(packet->header.hdr.flags & VIRTIO_NET_HDR_F_RSC_INFO),
		      "%s comes in with flags %#x", what, packet->header.hdr.flags);
	}
}

/* What a driver does with a packet that it is to finish. */
static void check_partial(struct test_run *t, struct packet *packet)
{
	uint16_t start = from_le16(packet->header.hdr.csum_start);
	uint16_t offset = from_le16(packet->header.hdr.csum_offset);
	struct parsed parsed;
	const char *which = "";
	be16 stored;

	if (!CHECK(t, NET_RX_22, start + offset + sizeof(stored) <= packet->length,
		   "csum_start %u and csum_offset %u lie outside a packet of %u bytes", start,
		   offset, packet->length))
		return;
	INSIST(t, SANE_11, frame_parse(packet->bytes, packet->length, &parsed),
	       "the headers are damaged");
	memcpy(&stored, packet->bytes + start + offset, sizeof(stored));
	CHECK(t, NET_RX_21, from_be16(stored) == checksum_pseudo(&parsed),
	      "the checksum field holds %#x, the pseudo header's sum is %#x", from_be16(stored),
	      checksum_pseudo(&parsed));
	checksum_complete(packet->bytes, packet->length, start, offset);
	CHECK(t, NET_RX_22, frame_checksums_right(packet->bytes, packet->length, &which),
	      "completed from csum_start %u at csum_offset %u the %s checksum is wrong", start,
	      offset, which);
}

TEST(net, partial_checksums_can_be_completed,
     .about = "a packet marked as needing its checksum says rightly how to make it",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_GUEST_CSUM),
     .judges = CLAUSES(NET_RX_21, NET_RX_22, SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM)},
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)});
	unsigned marked = 0;

	if (!link_has(network->twin, VIRTIO_NET_F_CSUM))
		skip_test(t, "the twin offers no VIRTIO_NET_F_CSUM, so it sends whole checksums");
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct packet *packet = pass(network, network->twin, network->link, kind);

		INSIST(t, SANE_11, packet, "a partially checksummed frame (%s) is lost",
		       kind_names[kind]);
		if (!(packet->header.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
			continue;
		marked++;
		check_partial(t, packet);
	}
	if (!marked)
		skip_test(t, "the network completes checksums, no packet comes in marked");
}

/* A wrong checksum comes in neither as one to complete nor as valid. */
static void check_not_vouched_for(struct test_run *t, const struct packet *packet,
				  enum clause_id complete, enum clause_id valid, const char *what)
{
	uint8_t flags = packet->header.hdr.flags;

	JUDGE(t, complete, !(flags & VIRTIO_NET_HDR_F_NEEDS_CSUM),
	      "a wrong %s comes in with flags %#x", what, flags);
	JUDGE(t, valid, !(flags & VIRTIO_NET_HDR_F_DATA_VALID),
	      "a wrong %s comes in with flags %#x", what, flags);
}

TEST(net, wrong_checksums_are_not_vouched_for,
     .about = "a packet whose checksum is wrong does not come in as valid, nor as one to complete",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_GUEST_CSUM),
     .judges = CLAUSES(NET_RX_19, NET_RX_39))
{
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM)}, NULL);

	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct packet *packet;
		char what[32];

		make(network->frame, network->twin, network->link, kind,
		     (uint16_t)network_cookie(network));
		corrupt(network->frame);
		link_send(network->twin, network->frame);
		packet = link_await(network->link, packet_is_datagram, network->frame,
				    PATIENCE_NS / 10);
		if (!packet)
			continue; /* dropped: nobody was told that it is right */
		format_text(what, sizeof(what), "checksum (%s)", kind_names[kind]);
		check_not_vouched_for(t, packet, CLAUSE_NET_RX_19, CLAUSE_NET_RX_39, what);
	}
}

/* A VXLAN packet (RFC 7348): an Ethernet frame in UDP, everything inside it right. */
static void make_tunnelled(struct network *network, struct frame *inner)
{
	static const uint8_t vxlan[] = {0x08, 0, 0, 0, 0, 0, 1, 0};
	uint16_t n = (uint16_t)network_cookie(network);
	struct flow flow = flow_of(network->twin->mac, network->link->mac, false, n);
	struct parsed parsed;

	make(inner, network->twin, network->link, KIND_TCP4, n);
	flow.to_port = VXLAN_PORT;
	frame_udp(network->frame, &flow, sizeof(vxlan) + inner->length);
	frame_parse(network->frame->bytes, network->frame->length, &parsed);
	memcpy(network->frame->bytes + parsed.payload, vxlan, sizeof(vxlan));
	memcpy(network->frame->bytes + parsed.payload + sizeof(vxlan), inner->bytes, inner->length);
}

TEST(net, wrong_outer_checksums_are_not_vouched_for,
     .about = "a tunnelled packet whose outer checksum is wrong does not come in as valid",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_GUEST_CSUM),
     .judges = CLAUSES(NET_RX_20, NET_RX_41))
{
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM)}, NULL);
	struct frame *inner = test_memory(t, "frame", sizeof(*inner), 16);
	struct packet *packet;
	const char *which;

	make_tunnelled(network, inner);
	if (frame_checksums_right(network->frame->bytes, network->frame->length, &which))
		skip_test(t, "the outer checksum is right by chance");
	link_send(network->twin, network->frame);
	packet = link_await(network->link, packet_is_datagram, network->frame, PATIENCE_NS / 10);
	if (!packet)
		skip_test(t, "the packet is dropped: nobody was told that it is right");
	check_not_vouched_for(t, packet, CLAUSE_NET_RX_20, CLAUSE_NET_RX_41, "outer checksum");
}

/* The reset that answers a SYN to a closed port. */
static bool is_reset_for(const struct packet *packet, const void *context)
{
	const struct frame *frame = context;
	struct parsed sent, got;

	return frame_parse(frame->bytes, frame->length, &sent) &&
	       frame_parse(packet->bytes, packet->length, &got) && got.tcp &&
	       (got.tcp->flags & TCP_RST) && from_be16(got.tcp->to) == from_be16(sent.tcp->from) &&
	       from_be16(got.tcp->from) == from_be16(sent.tcp->to);
}

struct syns {
	struct frame wrong, right;
	bool wrong_answered, right_answered;
};

static bool note_reset(const struct packet *packet, const void *context)
{
	struct syns *syns = (struct syns *)context;

	syns->wrong_answered = syns->wrong_answered || is_reset_for(packet, &syns->wrong);
	syns->right_answered = syns->right_answered || is_reset_for(packet, &syns->right);
	return syns->right_answered;
}

/*
 * Whether the gateway answers a SYN whose IPv4 header checksum is wrong, which no network device minds:
 * then it looks at no checksum, and tells nothing of the device.
 */
static bool gateway_minds_nothing(struct network *network, struct frame *frame)
{
	struct flow flow = network_flow(network, (uint16_t)network_cookie(network));
	struct parsed parsed;

	flow.to_port = CLOSED;
	frame_tcp(frame, &flow, TCP_SYN, 1, 0);
	if (frame_parse(frame->bytes, frame->length, &parsed))
		frame->bytes[parsed.network + offsetof(struct ipv4_header, checksum)] ^= 0x5a;
	link_send(network->link, frame);
	return link_await(network->link, is_reset_for, frame, PATIENCE_NS / 10);
}

/* A wrong checksum must reach the gateway as it is: it drops the frame, a right one it answers. */
static void judge_by_gateway(struct test_run *t, struct network *network)
{
	struct flow flow = network_flow(network, (uint16_t)network_cookie(network));
	struct syns *syns = test_memory(t, "SYNs", sizeof(*syns), 16);

	flow.to_port = CLOSED;
	frame_tcp(&syns->wrong, &flow, TCP_SYN, 1, 0);
	corrupt(&syns->wrong);
	link_send(network->link, &syns->wrong);
	flow.from_port++;
	frame_tcp(&syns->right, &flow, TCP_SYN, 1, 0);
	link_send(network->link, &syns->right);
	if (!link_await(network->link, note_reset, syns, PATIENCE_NS))
		skip_test(t, "the gateway does not answer a SYN to its port %u", CLOSED);
	/* The answers may be out of order. */
	if (link_await(network->link, is_reset_for, &syns->wrong, STRAGGLER_NS))
		syns->wrong_answered = true;
	if (syns->wrong_answered && gateway_minds_nothing(network, &syns->right))
		skip_test(t, "the gateway looks at no checksum");
	CHECK(t, NET_TX_16, !syns->wrong_answered,
	      "a SYN with a wrong checksum and flags 0 is answered as if it were right");
}

static void judge_by_twin(struct test_run *t, struct network *network)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct packet *packet;
		uint8_t flags;

		make(network->frame, network->link, network->twin, kind,
		     (uint16_t)network_cookie(network));
		corrupt(network->frame);
		link_send(network->link, network->frame);
		packet = link_await(network->twin, packet_is_datagram, network->frame,
				    PATIENCE_NS / 10);
		flags = packet ? packet->header.hdr.flags : 0;
		CHECK(t, NET_TX_16,
		      !(flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID)),
		      "a wrong checksum (%s) sent with flags 0 arrives with flags %#x",
		      kind_names[kind], flags);
	}
}

TEST(net, checksums_are_not_presumed_right,
     .about = "a wrong checksum sent with flags 0 is not taken for a right one",
     .type = VIRTIO_TYPE_NET, .judges = CLAUSES(NET_TX_16))
{
	struct network *network = network_start(
		t, NEEDS_SOMEONE,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)},
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM)});

	if (network->twin && link_has(network->twin, VIRTIO_NET_F_GUEST_CSUM))
		judge_by_twin(t, network);
	else if (network->peer->gateway)
		judge_by_gateway(t, network);
	else
		skip_test(t,
			  "the twin offers no VIRTIO_NET_F_GUEST_CSUM: it is told of no checksum");
}
