/* SPDX-License-Identifier: BSD-2-Clause */
/* Segmentation left to the other side, on the way out and in (virtio 1.4, 5.1.6.2, 5.1.6.4). */
#include "lib/string.h"
#include "tests/device/net/peer.h"

#define SEGMENT  1000u
#define SEGMENTS 4u
#define PAYLOAD  (SEGMENT * (SEGMENTS - 1) + 137u)
#define SEQUENCE 0x10203040u

struct gso {
	const char *name;
	uint8_t type;
	uint8_t host, guest, guest_too; /* the features; guest_too: a second one that allows it */
	bool ipv6, udp;
	uint8_t flags; /* TCP */
};

static const struct gso kinds[] = {
	{"TCP over IPv4", VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_GUEST_TSO4,
	 VIRTIO_NET_F_GUEST_TSO4, false, false, TCP_ACK},
	{"TCP over IPv6", VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_GUEST_TSO6,
	 VIRTIO_NET_F_GUEST_TSO6, true, false, TCP_ACK},
	{"UDP over IPv4", VIRTIO_NET_HDR_GSO_UDP_L4, VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_USO4,
	 VIRTIO_NET_F_GUEST_USO6, false, true, 0},
	{"UDP over IPv6", VIRTIO_NET_HDR_GSO_UDP_L4, VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_GUEST_USO6,
	 VIRTIO_NET_F_GUEST_USO4, true, true, 0},
};

#define HOST_OFFLOADS                                                                              \
	VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_ECN,  \
		VIRTIO_NET_F_HOST_USO
#define GUEST_OFFLOADS                                                                             \
	VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6,                 \
		VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_USO4,           \
		VIRTIO_NET_F_GUEST_USO6

/* One large packet of a flow, cut by whoever is asked to, and what has come of it. */
struct train {
	const struct gso *gso;
	struct frame large;
	struct virtio_net_hdr header;
	uint32_t headers; /* bytes before the payload */
	uint32_t received;
	uint32_t longest; /* payload of one packet */
	bool seen[PAYLOAD];
	const char *wrong; /* what was wrong with a packet, or NULL */
	struct virtio_net_hdr largest_header;
	uint32_t largest;      /* bytes of the largest packet, whose header that is */
	uint8_t types, flags;  /* of all packets */
	uint8_t flags_missing; /* what a GSO packet lacked */
	uint8_t congested;     /* gso_type of a packet with CWR set that is still to be segmented */
	bool unmarked;         /* such a packet came without the ECN bit in gso_type */
};

static void make(struct train *train, const struct gso *gso, const struct link *from,
		 const struct link *to, uint16_t n)
{
	struct flow flow = flow_of(from->mac, to->mac, gso->ipv6, n);
	struct parsed parsed;

	memset(train, 0, sizeof(*train));
	train->gso = gso;
	if (gso->udp)
		frame_udp(&train->large, &flow, PAYLOAD);
	else
		frame_tcp(&train->large, &flow, gso->flags, SEQUENCE, PAYLOAD);
	frame_offload_checksum(&train->large, &train->header);
	frame_parse(train->large.bytes, train->large.length, &parsed);
	train->headers = parsed.payload;
	train->header.gso_type = gso->type;
	train->header.gso_size = to_le16(SEGMENT);
	train->header.hdr_len = to_le16((uint16_t)train->headers);
}

/* Where in the stream a packet's payload belongs: TCP counts, UDP is told by the pattern. */
static uint32_t position_of(const struct train *train, const struct packet *packet,
			    const struct parsed *got)
{
	uint32_t length = got->end - got->payload;

	if (got->tcp)
		return from_be32(got->tcp->sequence) - SEQUENCE;
	for (uint32_t at = 0; at + length <= PAYLOAD; at++) {
		if (memcmp(packet->bytes + got->payload, train->large.bytes + train->headers + at,
			   length) == 0)
			return at;
	}
	return PAYLOAD;
}

static bool is_of_train(const struct train *train, const struct packet *packet,
			const struct parsed *got)
{
	struct parsed sent;

	frame_parse(train->large.bytes, train->large.length, &sent);
	if (got->transport != sent.transport || got->protocol != sent.protocol)
		return false;
	return memcmp(packet->bytes + got->transport, train->large.bytes + sent.transport, 4) == 0;
}

static void note_header(struct train *train, const struct packet *packet, const struct parsed *got)
{
	const struct virtio_net_hdr *header = &packet->header.hdr;

	if (header->gso_type && got->tcp && got->tcp->flags & TCP_CWR) {
		train->congested = header->gso_type;
		train->unmarked = train->unmarked || !(header->gso_type & VIRTIO_NET_HDR_GSO_ECN);
	}
	train->types |= header->gso_type;
	train->flags |= header->flags;
	if (header->gso_type && !(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		train->flags_missing |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (packet->length > train->largest) {
		train->largest = packet->length;
		train->largest_header = *header;
	}
}

/* Adds a packet to the account; true when the whole payload has come. */
static bool account(const struct packet *packet, const void *context)
{
	struct train *train = (struct train *)context;
	uint32_t position, length;
	struct parsed got;
	const char *which;

	if (!frame_parse(packet->bytes, packet->length, &got) || !is_of_train(train, packet, &got))
		return false;
	note_header(train, packet, &got);
	length = got.end - got.payload;
	train->longest = MAXIMUM(train->longest, length);
	position = position_of(train, packet, &got);
	if (position + length > PAYLOAD ||
	    memcmp(packet->bytes + got.payload, train->large.bytes + train->headers + position,
		   length) != 0) {
		train->wrong = "its payload is not what was sent";
		return true;
	}
	if (!(packet->header.hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) &&
	    !frame_checksums_right(packet->bytes, packet->length, &which)) {
		train->wrong = "its checksum is wrong";
		return true;
	}
	for (uint32_t n = position; n < position + length; n++) {
		train->received += !train->seen[n];
		train->seen[n] = true;
	}
	return train->received == PAYLOAD;
}

/* Sends the large packet, a few times if need be, until all its payload is at the other end. */
static bool pass(struct train *train, struct link *from, struct link *to)
{
	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		link_send_in_parts(from, 0, &train->header, &train->large, 2);
		if (link_await(to, account, train, PATIENCE_NS / NETWORK_TRIES))
			break;
	}
	return train->received == PAYLOAD && !train->wrong;
}

static void need_twin_with(struct network *network, unsigned feature, const char *name)
{
	if (!link_has(network->twin, feature))
		skip_test(network->t, "the twin does not offer VIRTIO_NET_F_%s", name);
}

TEST(net, large_packets_are_segmented,
     .about = "a packet larger than the MTU arrives as segments that fit and make up the whole",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .judges = CLAUSES(SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_TWIN, &(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)},
		NULL);
	struct train *train = test_memory(t, "train", sizeof(*train), 16);
	unsigned tried = 0;

	for (unsigned n = 0; n < ARRAY_LENGTH(kinds); n++) {
		if (!link_has(network->link, kinds[n].host))
			continue;
		tried++;
		make(train, &kinds[n], network->link, network->twin,
		     (uint16_t)network_cookie(network));
		INSIST(t, SANE_11, pass(train, network->link, network->twin),
		       "of %u bytes of %s only %u arrive right (%s)", PAYLOAD, kinds[n].name,
		       train->received, train->wrong ? train->wrong : "the rest does not come");
		INSIST(t, SANE_11, train->longest <= SEGMENT,
		       "%s with gso_size %u arrives in segments of %u bytes", kinds[n].name,
		       SEGMENT, train->longest);
	}
	if (!tried)
		skip_test(t, "not offered: VIRTIO_NET_F_HOST_TSO4, TSO6, USO");
}

TEST(net, segmentation_ignores_header_length,
     .about = "a wrong hdr_len does not harm the segmentation of a packet", .type = VIRTIO_TYPE_NET,
     .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_HOST_TSO4),
     .judges = CLAUSES(NET_TX_8, SANE_11))
{
	static const uint16_t lengths[] = {0, 20, 40, 100, 2000};
	struct network *network = network_start(
		t, NEEDS_TWIN, &(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)},
		NULL);
	struct train *train = test_memory(t, "train", sizeof(*train), 16);

	make(train, &kinds[0], network->link, network->twin, (uint16_t)network_cookie(network));
	/* What goes wrong with the right length, too, is the twin's fault or another clause's matter. */
	CAN_JUDGE(t, pass(train, network->link, network->twin),
		  "with the right hdr_len %u of %u bytes arrive", train->received, PAYLOAD);
	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		make(train, &kinds[0], network->link, network->twin,
		     (uint16_t)network_cookie(network));
		train->header.hdr_len = to_le16(lengths[n]);
		CHECK(t, NET_TX_8, pass(train, network->link, network->twin),
		      "with hdr_len %u, where the headers have %u bytes, %u of %u bytes arrive",
		      lengths[n], train->headers, train->received, PAYLOAD);
	}
}

/* What every packet that is still to be segmented must say. */
static void check_large(struct test_run *t, const struct network *network,
			const struct train *train)
{
	const struct virtio_net_hdr *header = &train->largest_header;
	uint8_t type = header->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	if (type == VIRTIO_NET_HDR_GSO_NONE)
		return;
	CHECK(t, NET_RX_30, !train->flags_missing, "%s: a packet with gso_type %#x has flags %#x",
	      train->gso->name, header->gso_type, header->flags);
	CHECK(t, NET_RX_31, from_le16(header->gso_size) == SEGMENT,
	      "%s: gso_size is %u for segments of %u bytes", train->gso->name,
	      from_le16(header->gso_size), SEGMENT);
	CHECK(t, NET_RX_36, from_le16(header->hdr_len) >= train->headers,
	      "%s: hdr_len of a packet to segment is %u, its headers have %u bytes",
	      train->gso->name, from_le16(header->hdr_len), train->headers);
	INSIST(t, SANE_2,
	       link_has(network->link, train->gso->guest) ||
		       link_has(network->link, train->gso->guest_too),
	       "%s: gso_type is %#x without its feature", train->gso->name, type);
}

/* The types that must not occur with what is negotiated, each by its clause. */
static void check_types(struct test_run *t, const struct link *link, const struct train *train)
{
	uint8_t type = train->largest_header.gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	if (!link_has(link, VIRTIO_NET_F_GUEST_TSO4))
		CHECK(t, NET_RX_7, type != VIRTIO_NET_HDR_GSO_TCPV4, "gso_type is %#x", type);
	if (!link_has(link, VIRTIO_NET_F_GUEST_UFO))
		CHECK(t, NET_RX_8, type != VIRTIO_NET_HDR_GSO_UDP, "gso_type is %#x", type);
	if (!link_has(link, VIRTIO_NET_F_GUEST_TSO6))
		CHECK(t, NET_RX_9, type != VIRTIO_NET_HDR_GSO_TCPV6, "gso_type is %#x", type);
	if (!link_has(link, VIRTIO_NET_F_GUEST_USO4) && !link_has(link, VIRTIO_NET_F_GUEST_USO6))
		CHECK(t, NET_RX_10, type != VIRTIO_NET_HDR_GSO_UDP_L4, "gso_type is %#x", type);
	if (!link_has(link, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO)) {
		CHECK(t, NET_RX_11, !(train->types & VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4),
		      "gso_type is %#x", train->types);
		CHECK(t, NET_RX_12, !(train->types & VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6),
		      "gso_type is %#x", train->types);
	}
	if (!link_has(link, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM))
		CHECK(t, NET_RX_13, !(train->flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM),
		      "flags is %#x", train->flags);
}

/* Each kind that the twin can send, to a device with these features. */
static void receive_all(struct test_run *t, struct features features)
{
	struct network *network = network_start(
		t, NEEDS_TWIN, &(struct link_settings){.features = features, .buffers = 8},
		&(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)});
	struct train *train = test_memory(t, "train", sizeof(*train), 16);
	unsigned tried = 0;

	for (unsigned n = 0; n < ARRAY_LENGTH(kinds); n++) {
		if (!link_has(network->twin, kinds[n].host))
			continue;
		tried++;
		make(train, &kinds[n], network->twin, network->link,
		     (uint16_t)network_cookie(network));
		INSIST(t, SANE_11, pass(train, network->twin, network->link),
		       "of %u bytes of %s only %u come in right (%s)", PAYLOAD, kinds[n].name,
		       train->received, train->wrong ? train->wrong : "the rest does not come");
		check_types(t, network->link, train);
		check_large(t, network, train);
		if (features_empty(features))
			CHECK(t, NET_RX_29, train->types == 0, "%s: gso_type %#x occurs",
			      kinds[n].name, train->types);
	}
	if (!tried)
		skip_test(t, "the twin offers no segmentation to send large packets with");
}

TEST(net, no_large_packets_come_in_unasked,
     .about = "without guest segmentation features every packet comes in with gso_type NONE",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS,
     .judges = CLAUSES(NET_RX_10, NET_RX_11, NET_RX_12, NET_RX_13, NET_RX_29, NET_RX_30, NET_RX_31,
		       NET_RX_36, NET_RX_7, NET_RX_8, NET_RX_9, SANE_11))
{
	receive_all(t, NO_FEATURES);
}

TEST(net, large_packets_come_in_described,
     .about = "packets left to be segmented carry the flag, the segment size and the header length",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_GUEST_TSO4),
     .judges = CLAUSES(NET_RX_10, NET_RX_11, NET_RX_12, NET_RX_13, NET_RX_29, NET_RX_30, NET_RX_31,
		       NET_RX_36, NET_RX_7, NET_RX_8, NET_RX_9, SANE_11))
{
	receive_all(t, NET_FEATURES(GUEST_OFFLOADS));
}

TEST(net, only_negotiated_segmentation_comes_in,
     .about = "packets of a kind whose feature was declined come in segmented",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_GUEST_CSUM),
     .judges = CLAUSES(NET_RX_10, NET_RX_11, NET_RX_12, NET_RX_13, NET_RX_29, NET_RX_30, NET_RX_31,
		       NET_RX_36, NET_RX_7, NET_RX_8, NET_RX_9, SANE_11))
{
	receive_all(t, NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4));
}

TEST(net, only_negotiated_segmentation_comes_in_v6,
     .about = "the same with segmentation over IPv6 alone", .type = VIRTIO_TYPE_NET,
     .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_GUEST_CSUM),
     .judges = CLAUSES(NET_RX_10, NET_RX_11, NET_RX_12, NET_RX_13, NET_RX_29, NET_RX_30, NET_RX_31,
		       NET_RX_36, NET_RX_7, NET_RX_8, NET_RX_9, SANE_11))
{
	receive_all(t, NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO6));
}

/* TCP with CWR set, which segmentation must put into the first segment only (RFC 3168, 6.1.2). */
static const struct gso congested = {"TCP with CWR",
				     VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN,
				     VIRTIO_NET_F_HOST_ECN,
				     VIRTIO_NET_F_GUEST_TSO4,
				     VIRTIO_NET_F_GUEST_TSO4,
				     false,
				     false,
				     TCP_ACK | TCP_CWR};

static void receive_congested(struct test_run *t, struct features features, struct train *train,
			      struct network **network)
{
	*network = network_start(t, NEEDS_TWIN,
				 &(struct link_settings){.features = features, .buffers = 8},
				 &(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)});
	need_twin_with(*network, VIRTIO_NET_F_HOST_ECN, "HOST_ECN");
	make(train, &congested, (*network)->twin, (*network)->link,
	     (uint16_t)network_cookie(*network));
	INSIST(t, SANE_11, pass(train, (*network)->twin, (*network)->link),
	       "of %u bytes of TCP with CWR set only %u come in right", PAYLOAD, train->received);
}

TEST(net, congestion_marks_keep_packets_segmented,
     .about = "without guest ECN no packet with CWR set is left to be segmented",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_GUEST_TSO4),
     .judges = CLAUSES(NET_RX_14, SANE_11))
{
	struct train *train = test_memory(t, "train", sizeof(*train), 16);
	struct network *network;

	receive_congested(t, NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4), train,
			  &network);
	CHECK(t, NET_RX_14, !train->congested, "a packet with CWR set comes in with gso_type %#x",
	      train->congested);
}

TEST(net, congestion_marks_are_told,
     .about = "with guest ECN a packet with CWR set has the ECN bit in gso_type",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_GUEST_ECN),
     .judges = CLAUSES(NET_RX_15, SANE_11))
{
	struct train *train = test_memory(t, "train", sizeof(*train), 16);
	struct network *network;

	receive_congested(t,
			  NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4,
				       VIRTIO_NET_F_GUEST_ECN),
			  train, &network);
	if (!train->congested)
		skip_test(t, "the network segments it on the way");
	CHECK(t, NET_RX_15, !train->unmarked,
	      "a packet with CWR set comes in with no ECN bit in gso_type");
}

/* What the command takes: a mask of the feature bits. */
static uint8_t set_offloads(struct link *link, uint64_t features)
{
	le64 mask = to_le64(features);

	return link_command(link, VIRTIO_NET_CTRL_GUEST_OFFLOADS,
			    VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &mask, sizeof(mask));
}

TEST(net, offloads_can_be_turned_off,
     .about = "once guest offloads are turned off packets come in segmented and checksummed",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS,
     WITH_FEATURE(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS), .judges = CLAUSES(SANE_11, SANE_2))
{
	static const uint64_t offloads[] = {0, BIT64(VIRTIO_NET_F_GUEST_CSUM) |
						       BIT64(VIRTIO_NET_F_GUEST_TSO4)};
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ,
								 VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
								 VIRTIO_NET_F_GUEST_CSUM,
								 VIRTIO_NET_F_GUEST_TSO4),
					.buffers = 8},
		&(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)});
	struct train *train = test_memory(t, "train", sizeof(*train), 16);

	need_twin_with(network, VIRTIO_NET_F_HOST_TSO4, "HOST_TSO4");
	for (unsigned n = 0; n < ARRAY_LENGTH(offloads); n++) {
		/* Others must not be asked for (5.1.6.5.6.2). */
		uint64_t mask = offloads[n] & t->device->negotiated.words[0];

		INSIST(t, SANE_2, set_offloads(network->link, mask) == VIRTIO_NET_OK,
		       "the command for offloads %#lx is refused", mask);
		make(train, &kinds[0], network->twin, network->link,
		     (uint16_t)network_cookie(network));
		INSIST(t, SANE_11, pass(train, network->twin, network->link),
		       "with offloads %#lx, of %u bytes of TCP only %u come in right", mask,
		       PAYLOAD, train->received);
		INSIST(t, SANE_2,
		       mask || (!train->types && !(train->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)),
		       "with all offloads turned off gso_type %#x and flags %#x occur",
		       train->types, train->flags);
	}
}
