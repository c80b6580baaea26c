/* SPDX-License-Identifier: BSD-2-Clause */
/* Receive modes (virtio 1.4, 5.1.6.5.1): what each lets through, and which of them wins. */
#include "tests/device/net/peer.h"

#define MODE_FEATURES                                                                              \
	NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_RX_EXTRA)

static bool accepts(struct link *link, uint8_t command)
{
	return link_receive_mode(link, command, true) == VIRTIO_NET_OK &&
	       link_receive_mode(link, command, false) == VIRTIO_NET_OK;
}

TEST(net, receive_mode_commands_are_accepted,
     .about = "every receive mode command of the negotiated features is answered OK, on and off",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_VQ),
     .judges = CLAUSES(NET_CTRL_RX_1, NET_CTRL_RX_12, NET_CTRL_RX_15, NET_CTRL_RX_4, NET_CTRL_RX_6,
		       NET_CTRL_RX_8))
{
	struct link *link =
		link_start(t, t->device, &(struct link_settings){.features = MODE_FEATURES});

	if (link_has(link, VIRTIO_NET_F_CTRL_RX)) {
		CHECK(t, NET_CTRL_RX_1, accepts(link, VIRTIO_NET_CTRL_RX_PROMISC),
		      "PROMISC is refused");
		CHECK(t, NET_CTRL_RX_4, accepts(link, VIRTIO_NET_CTRL_RX_ALLMULTI),
		      "ALLMULTI is refused");
	}
	if (link_has(link, VIRTIO_NET_F_CTRL_RX_EXTRA)) {
		CHECK(t, NET_CTRL_RX_6, accepts(link, VIRTIO_NET_CTRL_RX_ALLUNI),
		      "ALLUNI is refused");
		CHECK(t, NET_CTRL_RX_8, accepts(link, VIRTIO_NET_CTRL_RX_NOMULTI),
		      "NOMULTI is refused");
		CHECK(t, NET_CTRL_RX_12, accepts(link, VIRTIO_NET_CTRL_RX_NOUNI),
		      "NOUNI is refused");
		CHECK(t, NET_CTRL_RX_15, accepts(link, VIRTIO_NET_CTRL_RX_NOBCAST),
		      "NOBCAST is refused");
	}
}

/* A device with its modes at hand, and the addresses that are tried. */
struct modes {
	struct network *network;
	uint8_t stranger[NET_MAC_BYTES];
	uint8_t group[NET_MAC_BYTES];
	const uint8_t *own;
};

static void set(struct modes *modes, uint8_t command, bool on)
{
	uint8_t ack = link_receive_mode(modes->network->link, command, on);

	if (ack != VIRTIO_NET_OK)
		skip_test(modes->network->t, "receive mode command %u is answered %u", command,
			  ack);
}

/* A gateway need not answer requests from such senders, a bridge need not flood: it shows. */
static void be_sure_of(struct modes *modes, const uint8_t mac[NET_MAC_BYTES])
{
	if (!network_brings(modes->network, mac))
		skip_test(modes->network->t,
			  "the network brings no frame for %02x:%02x:%02x:%02x:%02x:%02x here",
			  mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* Promiscuous mode off, an empty MAC table, and whoever sends is known to send to all three. */
static void start(struct test_run *t, struct modes *modes)
{
	modes->network = network_start(t, NEEDS_SENDER,
				       &(struct link_settings){.features = MODE_FEATURES}, NULL);
	modes->own = modes->network->link->mac;
	mac_unicast(7, modes->stranger);
	mac_multicast(7, modes->group);
	if (!link_has(modes->network->link, VIRTIO_NET_F_CTRL_RX))
		skip_test(t, "not offered: VIRTIO_NET_F_CTRL_RX");
	be_sure_of(modes, modes->stranger);
	be_sure_of(modes, modes->group);
	be_sure_of(modes, mac_broadcast);
	set(modes, VIRTIO_NET_CTRL_RX_PROMISC, false);
}

TEST(net, promiscuous_mode_receives_all,
     .about = "in promiscuous mode everything comes in, whatever the other modes say",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX),
     .judges = CLAUSES(NET_CTRL_RX_2, NET_CTRL_RX_3))
{
	struct modes modes;

	start(t, &modes);
	set(&modes, VIRTIO_NET_CTRL_RX_PROMISC, true);
	CHECK(t, NET_CTRL_RX_2, network_receives(modes.network, modes.stranger),
	      "a frame for a strange unicast address does not come in");
	CHECK(t, NET_CTRL_RX_2, network_receives(modes.network, modes.group),
	      "a frame for a strange multicast address does not come in");
	if (!link_has(modes.network->link, VIRTIO_NET_F_CTRL_RX_EXTRA))
		return;
	set(&modes, VIRTIO_NET_CTRL_RX_NOUNI, true);
	set(&modes, VIRTIO_NET_CTRL_RX_NOMULTI, true);
	set(&modes, VIRTIO_NET_CTRL_RX_NOBCAST, true);
	CHECK(t, NET_CTRL_RX_3, network_receives(modes.network, modes.own),
	      "with NOUNI on as well, a unicast frame does not come in");
	CHECK(t, NET_CTRL_RX_3, network_receives(modes.network, modes.group),
	      "with NOMULTI on as well, a multicast frame does not come in");
	CHECK(t, NET_CTRL_RX_3, network_receives(modes.network, mac_broadcast),
	      "with NOBCAST on as well, a broadcast frame does not come in");
}

TEST(net, all_multicast_mode_receives_groups,
     .about = "with ALLMULTI on every multicast frame comes in", .type = VIRTIO_TYPE_NET,
     WITH_FEATURE(VIRTIO_NET_F_CTRL_RX), .judges = CLAUSES(NET_CTRL_RX_5))
{
	struct modes modes;

	start(t, &modes);
	set(&modes, VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	CHECK(t, NET_CTRL_RX_5, network_receives(modes.network, modes.group),
	      "a frame for a multicast address that is not listed does not come in");
}

TEST(net, all_unicast_mode_receives_strangers,
     .about = "with ALLUNI on every unicast frame comes in", .type = VIRTIO_TYPE_NET,
     WITH_FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA), .judges = CLAUSES(NET_CTRL_RX_7))
{
	struct modes modes;

	start(t, &modes);
	set(&modes, VIRTIO_NET_CTRL_RX_ALLUNI, true);
	CHECK(t, NET_CTRL_RX_7, network_receives(modes.network, modes.stranger),
	      "a frame for a unicast address that is not listed does not come in");
}

TEST(net, multicast_can_be_suppressed,
     .about = "NOMULTI keeps multicast out, listed or ALLMULTI, and lets broadcast in",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA),
     .judges = CLAUSES(NET_CTRL_RX_10, NET_CTRL_RX_11, NET_CTRL_RX_9, SANE_11))
{
	struct modes modes;
	uint8_t listed[1][NET_MAC_BYTES];

	start(t, &modes);
	mac_multicast(7, listed[0]);
	link_set_mac_table(modes.network->link, NULL, 0, (const uint8_t(*)[NET_MAC_BYTES])listed,
			   1);
	set(&modes, VIRTIO_NET_CTRL_RX_NOMULTI, true);
	CHECK(t, NET_CTRL_RX_9, !network_lets_through(modes.network, modes.group, modes.own),
	      "a frame for a listed multicast address comes in");
	CHECK(t, NET_CTRL_RX_11, network_receives(modes.network, mac_broadcast),
	      "a broadcast frame does not come in");
	set(&modes, VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	CHECK(t, NET_CTRL_RX_10, !network_lets_through(modes.network, modes.group, modes.own),
	      "with ALLMULTI on as well, a multicast frame comes in");
}

TEST(net, unicast_can_be_suppressed,
     .about = "NOUNI keeps unicast out, for the device itself and with ALLUNI",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA),
     .judges = CLAUSES(NET_CTRL_RX_13, NET_CTRL_RX_14, SANE_11))
{
	struct modes modes;

	start(t, &modes);
	set(&modes, VIRTIO_NET_CTRL_RX_NOUNI, true);
	CHECK(t, NET_CTRL_RX_13, !network_lets_through(modes.network, modes.own, mac_broadcast),
	      "a frame for the device's own address comes in");
	set(&modes, VIRTIO_NET_CTRL_RX_ALLUNI, true);
	CHECK(t, NET_CTRL_RX_14,
	      !network_lets_through(modes.network, modes.stranger, mac_broadcast),
	      "with ALLUNI on as well, a unicast frame comes in");
}

TEST(net, broadcast_can_be_suppressed, .about = "NOBCAST keeps broadcast out, also with ALLMULTI",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA),
     .judges = CLAUSES(NET_CTRL_RX_16, NET_CTRL_RX_17, SANE_11))
{
	struct modes modes;

	start(t, &modes);
	set(&modes, VIRTIO_NET_CTRL_RX_NOBCAST, true);
	CHECK(t, NET_CTRL_RX_16, !network_lets_through(modes.network, mac_broadcast, modes.own),
	      "a broadcast frame comes in");
	set(&modes, VIRTIO_NET_CTRL_RX_ALLMULTI, true);
	CHECK(t, NET_CTRL_RX_17, !network_lets_through(modes.network, mac_broadcast, modes.own),
	      "with ALLMULTI on as well, a broadcast frame comes in");
}

TEST(net, reset_ends_suppression,
     .about = "frames that NOUNI kept out come in after a reset, as they did before",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA),
     .judges = CLAUSES(PCI_COMMON_8, SANE_11))
{
	const struct link_settings settings = {.features = MODE_FEATURES};
	struct modes modes;

	start(t, &modes);
	network_restart(modes.network, &settings);
	CAN_JUDGE(t, network_receives(modes.network, modes.own),
		  "without any command no frame for the device's own address comes in");
	set(&modes, VIRTIO_NET_CTRL_RX_PROMISC, false);
	set(&modes, VIRTIO_NET_CTRL_RX_NOUNI, true);
	CAN_JUDGE(t, !network_lets_through(modes.network, modes.own, mac_broadcast),
		  "NOUNI keeps nothing out");
	network_restart(modes.network, &settings);
	CHECK(t, PCI_COMMON_8, network_receives(modes.network, modes.own),
	      "NOUNI was set before a reset, and behind it a frame for the device's own address still does "
	      "not come in");
}
