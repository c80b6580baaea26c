/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP segments that the device joins on the way in (VIRTIO_NET_F_RSC_EXT, virtio 1.4, 5.1.6.4). */
#include "tests/device/net/peer.h"

#define SEGMENT  500u
#define SEGMENTS 5u
#define SEQUENCE 0x20304050u

static bool is_of_flow(const struct packet *packet, const void *context)
{
	const struct flow *flow = context;
	struct parsed got;

	return frame_parse(packet->bytes, packet->length, &got) && got.tcp &&
	       from_be16(got.tcp->from) == flow->from_port &&
	       from_be16(got.tcp->to) == flow->to_port;
}

/* Five segments of one flow, one behind the other. */
static void send_segments(struct network *network, const struct flow *flow)
{
	for (uint32_t n = 0; n < SEGMENTS; n++) {
		frame_tcp(network->frame, flow, TCP_ACK, SEQUENCE + n * SEGMENT, SEGMENT);
		link_send(network->twin, network->frame);
	}
}

/* Bytes behind the TCP header. */
static uint32_t payload_of(const struct packet *packet)
{
	struct parsed got;

	return frame_parse(packet->bytes, packet->length, &got) ? got.end - got.payload : 0;
}

static void check_joined(struct test_run *t, const struct virtio_net_hdr *header, uint32_t segments)
{
	CHECK(t, NET_RX_30, header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM,
	      "%u joined segments come in with gso_type %#x and flags %#x", segments,
	      header->gso_type, header->flags);
	CHECK(t, NET_RX_31, from_le16(header->gso_size) == SEGMENT,
	      "gso_size is %u for %u joined segments of %u bytes", from_le16(header->gso_size),
	      segments, SEGMENT);
	if (!CHECK(t, NET_RX_32, header->flags & VIRTIO_NET_HDR_F_RSC_INFO,
		   "%u joined segments come in with flags %#x", segments, header->flags))
		return;
	CHECK(t, NET_RX_33, from_le16(header->csum_start) == segments,
	      "csum_start of %u joined segments is %u", segments, from_le16(header->csum_start));
	CHECK(t, NET_RX_34, from_le16(header->csum_offset) == 0,
	      "csum_offset is %u, and no acknowledgement was sent twice",
	      from_le16(header->csum_offset));
}

TEST(net, joined_segments_are_counted,
     .about = "a packet that the device made of several segments tells how many they were",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_RSC_EXT),
     .judges = CLAUSES(NET_RX_30, NET_RX_31, NET_RX_32, NET_RX_33, NET_RX_34))
{
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){
			.features = NET_FEATURES(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4,
						 VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4,
						 VIRTIO_NET_F_RSC_EXT)},
		NULL);
	struct flow flow = flow_of(network->twin->mac, network->link->mac, false,
				   (uint16_t)network_cookie(network));
	uint32_t received = 0, joined = 0;
	struct packet *packet;

	send_segments(network, &flow);
	while (received < SEGMENTS * SEGMENT &&
	       (packet = link_await(network->link, is_of_flow, &flow, PATIENCE_NS))) {
		uint32_t payload = payload_of(packet);

		received += payload;
		if (packet->header.hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE)
			continue;
		joined++;
		check_joined(t, &packet->header.hdr, payload / SEGMENT);
	}
	if (!joined)
		skip_test(t, "the device joins no segments");
}

TEST(net, segments_are_not_counted_unasked,
     .about = "where the feature is offered and declined no packet tells of joined segments",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_RSC_EXT),
     .judges = CLAUSES(NET_RX_35, SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_TWIN,
		&(struct link_settings){
			.features = NET_FEATURES(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4,
						 VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4)},
		NULL);
	struct flow flow = flow_of(network->twin->mac, network->link->mac, false,
				   (uint16_t)network_cookie(network));
	uint32_t received = 0;
	struct packet *packet;

	send_segments(network, &flow);
	while (received < SEGMENTS * SEGMENT &&
	       (packet = link_await(network->link, is_of_flow, &flow, PATIENCE_NS))) {
		received += payload_of(packet);
		CHECK(t, NET_RX_35, !(packet->header.hdr.flags & VIRTIO_NET_HDR_F_RSC_INFO),
		      "a segment comes in with flags %#x", packet->header.hdr.flags);
	}
	INSIST(t, SANE_11, received > 0, "of %u segments none comes in", SEGMENTS);
}
