/* SPDX-License-Identifier: BSD-2-Clause */
/* The MAC address and the table of those that are let in besides (virtio 1.4, 5.1.6.5.2). */
#include "lib/string.h"
#include "tests/device/net/peer.h"

#define TABLE_FEATURES NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)

/* One address of each kind, for the table; and whether the device keeps out what is not in it. */
struct table {
	struct network *network;
	uint8_t unicast[1][NET_MAC_BYTES];
	uint8_t multicast[1][NET_MAC_BYTES];
	bool strict_unicast, strict_multicast;
};

static void be_unpromiscuous(struct network *network)
{
	uint8_t ack = link_receive_mode(network->link, VIRTIO_NET_CTRL_RX_PROMISC, false);

	if (ack != VIRTIO_NET_OK)
		skip_test(network->t, "PROMISC off is answered %u", ack);
}

static void list(struct table *table, unsigned entries)
{
	uint8_t ack = link_set_mac_table(
		table->network->link, (const uint8_t(*)[NET_MAC_BYTES])table->unicast, entries,
		(const uint8_t(*)[NET_MAC_BYTES])table->multicast, entries);

	INSIST(table->network->t, SANE_2, ack == VIRTIO_NET_OK,
	       "a MAC table of %u unicast and %u multicast addresses is answered %u", entries,
	       entries, ack);
}

static void start(struct test_run *t, struct table *table)
{
	const uint8_t *own;

	table->network = network_start(t, NEEDS_SENDER,
				       &(struct link_settings){.features = TABLE_FEATURES}, NULL);
	own = table->network->link->mac;
	mac_unicast(9, table->unicast[0]);
	mac_multicast(9, table->multicast[0]);
	CAN_JUDGE(t, link_has(table->network->link, VIRTIO_NET_F_CTRL_RX),
		  "VIRTIO_NET_F_CTRL_RX is offered and not negotiated");
	if (!network_brings(table->network, table->unicast[0]) ||
	    !network_brings(table->network, table->multicast[0]))
		skip_test(t, "the network brings no frames for strange addresses here");
	be_unpromiscuous(table->network);
	table->strict_unicast = !network_lets_through(table->network, table->unicast[0], own);
	table->strict_multicast = !network_lets_through(table->network, table->multicast[0], own);
}

TEST(net, strange_addresses_are_kept_out,
     .about = "frames for neither the MAC address nor a listed one do not come in",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX),
     .judges = CLAUSES(NET_CTRL_MAC_4, SANE_11))
{
	struct table table;

	start(t, &table);
	CHECK(t, NET_CTRL_MAC_4, table.strict_unicast,
	      "a frame for a strange unicast address comes in");
	CHECK(t, NET_CTRL_MAC_4, table.strict_multicast,
	      "a frame for a strange multicast address comes in");
}

TEST(net, mac_table_counts_once_used,
     .about = "a MAC table is in force when its command is used, and so is an empty one",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX),
     .judges = CLAUSES(NET_CTRL_MAC_2, SANE_11))
{
	struct table table;
	const uint8_t *own;

	start(t, &table);
	own = table.network->link->mac;
	list(&table, 1);
	CHECK(t, NET_CTRL_MAC_2, network_receives(table.network, table.unicast[0]),
	      "a frame for a listed unicast address does not come in");
	CHECK(t, NET_CTRL_MAC_2, network_receives(table.network, table.multicast[0]),
	      "a frame for a listed multicast address does not come in");
	list(&table, 0);
	if (table.strict_unicast)
		CHECK(t, NET_CTRL_MAC_2,
		      !network_lets_through(table.network, table.unicast[0], own),
		      "a frame for a unicast address that is listed no more comes in");
	if (table.strict_multicast)
		CHECK(t, NET_CTRL_MAC_2,
		      !network_lets_through(table.network, table.multicast[0], own),
		      "a frame for a multicast address that is listed no more comes in");
}

TEST(net, reset_empties_the_mac_table,
     .about = "addresses listed before a reset are strange ones after it", .type = VIRTIO_TYPE_NET,
     WITH_FEATURE(VIRTIO_NET_F_CTRL_RX), .judges = CLAUSES(NET_CTRL_MAC_1, SANE_11))
{
	struct table table;

	start(t, &table);
	if (!table.strict_unicast)
		skip_test(t, "the device lets in what is not listed, too");
	list(&table, 1);
	INSIST(t, SANE_11, network_receives(table.network, table.unicast[0]),
	       "a frame for a listed address does not come in");
	network_restart(table.network, &(struct link_settings){.features = TABLE_FEATURES});
	be_unpromiscuous(table.network);
	CHECK(t, NET_CTRL_MAC_1,
	      !network_lets_through(table.network, table.unicast[0], table.network->link->mac),
	      "a frame for an address listed before the reset comes in");
}

static uint8_t set_address(struct link *link, const uint8_t mac[NET_MAC_BYTES])
{
	return link_command(link, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, mac,
			    NET_MAC_BYTES);
}

TEST(net, mac_address_can_be_set,
     .about = "mac shows the new address when the command is used, and frames for it come in",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_CTRL_MAC_ADDR),
     .judges = CLAUSES(NET_CTRL_MAC_3, SANE_11, SANE_2))
{
	struct network *network = network_start(
		t, NEEDS_NOBODY,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ,
								 VIRTIO_NET_F_CTRL_RX,
								 VIRTIO_NET_F_CTRL_MAC_ADDR)},
		NULL);
	uint8_t before[NET_MAC_BYTES], wanted[NET_MAC_BYTES], after[NET_MAC_BYTES];
	bool heard; /* the network brings frames for the new address here */

	if (!link_has(network->link, VIRTIO_NET_F_MAC))
		skip_test(t, "not offered: VIRTIO_NET_F_MAC");
	net_mac(t->device, before);
	mac_unicast(11, wanted);
	heard = network->twin && link_has(network->link, VIRTIO_NET_F_CTRL_RX) &&
		network_brings(network, wanted);
	if (set_address(network->link, wanted) != VIRTIO_NET_OK)
		skip_test(t, "the device refuses a new address");
	net_mac(t->device, after);
	CHECK(t, NET_CTRL_MAC_3, memcmp(after, wanted, NET_MAC_BYTES) == 0,
	      "the command is used, and mac is %02x:%02x:%02x:%02x:%02x:%02x", after[0], after[1],
	      after[2], after[3], after[4], after[5]);
	if (heard) {
		be_unpromiscuous(network);
		INSIST(t, SANE_11, network_receives(network, wanted),
		       "a frame for the new address does not come in");
	}
	INSIST(t, SANE_2, set_address(network->link, before) == VIRTIO_NET_OK,
	       "the old address is refused");
}
