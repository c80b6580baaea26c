/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration structure of a network device (virtio 1.4, 5.1.4). */
#include "tests/device/net/peer.h"

#define READS 8 /* of a field that should not change */

static bool offers(const struct test_run *t, unsigned feature)
{
	return features_have(&t->device->offered, feature);
}

TEST(net, offers_what_its_features_rest_on,
     .about = "features of the control queue are not offered without it, nor IPsec without offsets",
     .type = VIRTIO_TYPE_NET, .judges = CLAUSES(NET_CFG_17, NET_CFG_18, NET_PROSE_1))
{
	bool control = offers(t, VIRTIO_NET_F_CTRL_VQ);

	if (offers(t, VIRTIO_NET_F_HASH_REPORT))
		CHECK(t, NET_CFG_17, control, "HASH_REPORT is offered without CTRL_VQ");
	if (offers(t, VIRTIO_NET_F_CTRL_RX_EXTRA))
		CHECK(t, NET_CFG_18, control, "CTRL_RX_EXTRA is offered without CTRL_VQ");
	if (offers(t, VIRTIO_NET_F_IPSEC))
		CHECK(t, NET_PROSE_1, offers(t, VIRTIO_NET_F_OUT_NET_HEADER),
		      "IPSEC is offered without OUT_NET_HEADER");
}

TEST(net, max_pairs_is_in_range, .about = "max_virtqueue_pairs is 1 to 0x8000",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_MQ),
     .judges = CLAUSES(NET_CFG_1, SANE_4))
{
	uint32_t before = net_config(t->device, max_virtqueue_pairs), after;

	CHECK(t, NET_CFG_1, before >= 1 && before <= VIRTIO_NET_PAIRS_MOST,
	      "before negotiation max_virtqueue_pairs reads %u", before);
	INSIST(t, SANE_4, negotiate(t, features_for(t)), "FEATURES_OK reads back clear");
	after = net_config(t->device, max_virtqueue_pairs);
	CHECK(t, NET_CFG_1, after >= 1 && after <= VIRTIO_NET_PAIRS_MOST,
	      "after negotiation max_virtqueue_pairs reads %u", after);
}

TEST(net, mtu_is_in_range, .about = "mtu is 68 or more, should be 1280 or more, and stays",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_MTU),
     .judges = CLAUSES(NET_CFG_2, NET_CFG_3, NET_CFG_4))
{
	uint32_t first = net_config(t->device, mtu), now;
	struct network *network;

	CHECK(t, NET_CFG_2, first >= VIRTIO_NET_MTU_LEAST, "mtu reads %u", first);
	CHECK(t, NET_CFG_3, first >= 1280, "mtu reads %u", first);
	network = network_start(t, NEEDS_NOBODY,
				&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_MTU)},
				NULL);
	now = net_config(t->device, mtu);
	CHECK(t, NET_CFG_4, now == first, "mtu read %u, and %u once DRIVER_OK is set", first, now);
	network_restart(network, &(struct link_settings){.pairs = 1});
	now = net_config(t->device, mtu);
	CHECK(t, NET_CFG_4, now == first, "mtu read %u, and %u after a reset", first, now);
}

TEST(net, rss_limits_are_large_enough,
     .about = "rss_max_key_size is 40 or more, the indirection table holds 128 entries or more",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, .judges = CLAUSES(NET_CFG_8, NET_CFG_9))
{
	uint32_t key, table;

	if (!offers(t, VIRTIO_NET_F_RSS) && !offers(t, VIRTIO_NET_F_HASH_REPORT))
		skip_test(t, "not offered: VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT");
	key = net_config(t->device, rss_max_key_size);
	CHECK(t, NET_CFG_8, key >= VIRTIO_NET_RSS_KEY_LEAST, "rss_max_key_size reads %u", key);
	if (!offers(t, VIRTIO_NET_F_RSS))
		return;
	table = net_config(t->device, rss_max_indirection_table_length);
	CHECK(t, NET_CFG_9, table >= VIRTIO_NET_RSS_TABLE_LEAST,
	      "rss_max_indirection_table_length reads %u", table);
}

TEST(net, speed_and_duplex_are_defined_values,
     .about = "speed and duplex hold values that are defined, the same as long as the link is up",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_SPEED_DUPLEX),
     .judges = CLAUSES(NET_CFG_11, NET_CFG_13, NET_CFG_15, NET_CFG_16))
{
	uint32_t speed, duplex;

	link_start(t, t->device,
		   &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_SPEED_DUPLEX,
								    VIRTIO_NET_F_STATUS)});
	speed = net_config(t->device, speed);
	duplex = net_config(t->device, duplex);
	CHECK(t, NET_CFG_11, speed <= VIRTIO_NET_SPEED_MOST || speed == VIRTIO_NET_SPEED_UNKNOWN,
	      "speed reads %#x", speed);
	CHECK(t, NET_CFG_13,
	      duplex <= VIRTIO_NET_DUPLEX_MOST || duplex == VIRTIO_NET_DUPLEX_UNKNOWN,
	      "duplex reads %#x", duplex);
	for (unsigned n = 0; n < READS && offers(t, VIRTIO_NET_F_STATUS); n++) {
		uint32_t speed_now = net_config(t->device, speed);
		uint32_t duplex_now = net_config(t->device, duplex);

		if (!(net_config(t->device, status) & VIRTIO_NET_S_LINK_UP))
			break;
		CHECK(t, NET_CFG_15, speed_now == speed, "speed read %u, and then %u", speed,
		      speed_now);
		CHECK(t, NET_CFG_16, duplex_now == duplex, "duplex read %u, and then %u", duplex,
		      duplex_now);
	}
}

#define ABOVE_MTU   100u
#define GATEWAY_MTU 1500u /* what any gateway takes */

/* Whether the twin says itself that packets of this size may come to it. */
static bool twin_takes(const struct network *network, uint32_t mtu)
{
	struct virtio_device *twin = network->twin ? network->twin->device : NULL;

	return twin && features_have(&twin->offered, VIRTIO_NET_F_MTU) &&
	       net_config(twin, mtu) >= mtu;
}

TEST(net, frames_of_the_mtu_are_forwarded, .about = "a packet of exactly mtu bytes goes out whole",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_MTU),
     .judges = CLAUSES(NET_CFG_6, NET_CFG_7))
{
	uint32_t mtu = net_config(t->device, mtu), frame = sizeof(struct ethernet_header) + mtu,
		 payload;
	struct link_settings large = {.features = NET_FEATURES(VIRTIO_NET_F_MTU),
				      .buffer_size = NET_HEADER_MOST + frame,
				      .buffers = 4};
	struct network *network;
	bool carried;

	if (frame > FRAME_MOST)
		skip_test(t, "mtu is %u: more than the largest frame that this suite makes", mtu);
	network = network_start(t, NEEDS_SOMEONE, &large, &large);
	network_insist_on(network, MINIMUM(frame, NET_FRAME_MOST));
	if (mtu > GATEWAY_MTU && !twin_takes(network, mtu))
		skip_test(t, "mtu is %u: the network may not take more than %u", mtu, GATEWAY_MTU);
	payload = mtu - sizeof(struct ipv4_header) - sizeof(struct icmp_echo);
	carried = network_carries(network, NULL, payload, 1);
	CHECK(t, NET_CFG_6, carried, "an echo request of %u bytes is lost or changed", mtu);
	if (network->twin)
		CHECK(t, NET_CFG_7, carried, "a packet of %u bytes does not arrive in one piece",
		      mtu);
}

TEST(net, frames_above_the_mtu_stay_out,
     .about = "a frame longer than mtu and the Ethernet header is not delivered",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_MTU),
     .judges = CLAUSES(NET_CFG_5, SANE_11))
{
	uint32_t mtu = net_config(t->device, mtu), most = sizeof(struct ethernet_header) + mtu;
	struct link_settings large = {.features = NET_FEATURES(VIRTIO_NET_F_MTU),
				      .buffer_size = NET_HEADER_MOST + most + ABOVE_MTU};
	struct network *network;

	if (most + ABOVE_MTU > FRAME_MOST)
		skip_test(t, "mtu is %u: more than the largest frame that this suite makes", mtu);
	network = network_start(t, NEEDS_BUILDER, &large, NULL);
	network_insist_on(network, MINIMUM(most, NET_FRAME_MOST));
	INSIST(t, SANE_11, network_fetched_whole(network, network_fetch(network, most)),
	       "a frame of exactly mtu and header, %u bytes, does not come in whole", most);
	CHECK(t, NET_CFG_5, !network_delivers(network, most + 1),
	      "with an mtu of %u a frame of %u bytes comes in", mtu, most + 1);
	CHECK(t, NET_CFG_5, !network_delivers(network, most + ABOVE_MTU),
	      "with an mtu of %u a frame of %u bytes comes in", mtu, most + ABOVE_MTU);
}
