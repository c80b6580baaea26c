/* SPDX-License-Identifier: BSD-2-Clause */
/* Transmission (virtio 1.4, 5.1.6.2): what is sent arrives, whatever the unused fields say. */
#include "tests/device/net/peer.h"

#define PAYLOAD 200
#define HEADERS 42 /* of an echo request: Ethernet, IPv4, ICMP */

TEST(net, frames_are_carried,
     .about = "frames of all sizes, in one descriptor or several, reach the network unchanged",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .axes = AXES_OF_RING,
     .judges = CLAUSES(SANE_11))
{
	static const uint32_t payloads[] = {1, 18, 19, 255, 256, 1000, 1471, 1472};
	struct network *network =
		network_start(t, NEEDS_SOMEONE, &(struct link_settings){.pairs = 1}, NULL);

	for (unsigned n = 0; n < ARRAY_LENGTH(payloads); n++) {
		if (HEADERS + payloads[n] > network->peer->frame_most)
			continue;
		INSIST(t, SANE_11, network_carries(network, NULL, payloads[n], 1),
		       "an echo request of %u bytes is lost or changed", payloads[n]);
	}
	for (unsigned parts = 2; parts <= 16; parts += 7) {
		INSIST(t, SANE_11, network_carries(network, NULL, PAYLOAD, parts),
		       "an echo request in %u descriptors is lost or changed", parts);
	}
}

/* A header that matters as little as a zero one: the frame must be carried. */
static bool carried_with(struct network *network, const struct virtio_net_hdr *header)
{
	return network_carries(network, header, PAYLOAD, 1);
}

TEST(net, unknown_flags_are_ignored, .about = "header flags that no version defines change nothing",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, WITH_FEATURE(VIRTIO_NET_F_CSUM),
     .judges = CLAUSES(NET_TX_1, SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_SOMEONE,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)}, NULL);

	INSIST(t, SANE_11, carried_with(network, NULL),
	       "a frame with a zero header is lost or changed");
	CHECK(t, NET_TX_1, carried_with(network, &(struct virtio_net_hdr){.flags = 0x80}),
	      "a frame with flags 0x80 is lost or changed");
}

TEST(net, checksum_fields_need_their_flag,
     .about = "csum_start and csum_offset change nothing where flags is 0", .type = VIRTIO_TYPE_NET,
     .timeout_ms = MANY_FRAMES_MS, .judges = CLAUSES(NET_TX_2, NET_TX_3, SANE_11))
{
	static const uint16_t places[] = {42, 100, 1000, 0xffff};
	struct network *network = network_start(
		t, NEEDS_SOMEONE,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)}, NULL);

	INSIST(t, SANE_11, carried_with(network, NULL),
	       "a frame with a zero header is lost or changed");
	for (unsigned n = 0; n < ARRAY_LENGTH(places); n++) {
		struct virtio_net_hdr start = {.csum_start = to_le16(places[n])};
		struct virtio_net_hdr offset = {.csum_offset = to_le16(places[n])};

		CHECK(t, NET_TX_2, carried_with(network, &start),
		      "a frame with csum_start %u is lost or changed", places[n]);
		CHECK(t, NET_TX_3, carried_with(network, &offset),
		      "a frame with csum_offset %u is lost or changed", places[n]);
	}
}

static bool segments(const struct link *link)
{
	return link_has(link, VIRTIO_NET_F_HOST_TSO4) || link_has(link, VIRTIO_NET_F_HOST_TSO6) ||
	       link_has(link, VIRTIO_NET_F_HOST_UFO) || link_has(link, VIRTIO_NET_F_HOST_USO);
}

#define HOST_OFFLOADS                                                                              \
	VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_HOST_UFO,  \
		VIRTIO_NET_F_HOST_USO

/* A driver should make it no less than the headers' length: these are no less, and too large. */
TEST(net, header_length_is_a_hint,
     .about = "a packet without segmentation goes out, however large hdr_len is",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .judges = CLAUSES(NET_TX_7, SANE_11))
{
	static const uint16_t lengths[] = {PAYLOAD, 0x8000, 0xffff};
	struct network *network = network_start(
		t, NEEDS_SOMEONE, &(struct link_settings){.features = NET_FEATURES(HOST_OFFLOADS)},
		NULL);

	if (!segments(network->link))
		skip_test(t, "not offered: VIRTIO_NET_F_HOST_TSO4, TSO6, UFO, USO");
	INSIST(t, SANE_11, carried_with(network, NULL),
	       "a frame with a zero header is lost or changed");
	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		if (!CHECK(t, NET_TX_7,
			   carried_with(network,
					&(struct virtio_net_hdr){.hdr_len = to_le16(lengths[n])}),
			   "a frame with hdr_len %u is lost or changed", lengths[n]))
			break;
	}
}
