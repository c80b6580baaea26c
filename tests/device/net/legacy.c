/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices by their legacy interface (virtio 1.4, 3.1.2, 5.1.4, 5.1.6). */
#include "lib/string.h"
#include "tests/device/net/search.h"
#include "tests/device/net/peer.h"
#include "tests/harness/subject/subject.h"

#define STATUS_BITS (VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE)

TEST(net, legacy_status_is_native, .about = "status makes sense in the guest's byte order",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_STATUS), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_CFG_1))
{
	uint16_t status;

	negotiate(t, features_for(t));
	status = (uint16_t)net_config(t->device, status);
	CHECK(t, NET_LEG_CFG_1,
	      !(status & ~STATUS_BITS) || (__builtin_bswap16(status) & ~STATUS_BITS),
	      "status reads %#x: its bytes are swapped", status);
}

/* From the first byte to the last, as drivers have always done it. */
static void write_mac(struct virtio_device *device, const uint8_t mac[NET_MAC_BYTES])
{
	for (unsigned n = 0; n < NET_MAC_BYTES; n++)
		config_write_at(device, offsetof(struct virtio_net_config, mac) + n, 1, mac[n]);
}

TEST(net, mac_is_the_legacy_drivers,
     .about = "an address that is written to mac before any feature reads back",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_MAC), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(INIT_LEG_1))
{
	uint8_t found[NET_MAC_BYTES], wanted[NET_MAC_BYTES], got[NET_MAC_BYTES];

	net_mac(t->device, found);
	mac_unicast(5, wanted);
	write_mac(t->device, wanted);
	net_mac(t->device, got);
	CHECK(t, INIT_LEG_1, memcmp(got, wanted, sizeof(got)) == 0,
	      "the last bytes of mac read %02x:%02x after %02x:%02x were written", got[4], got[5],
	      wanted[4], wanted[5]);
	write_mac(t->device, found);
}

/*
 * As drivers without VIRTIO_NET_F_CTRL_MAC_ADDR do it, while frames come in. A device may wait for the last byte with all of it
 * (5.1.6.5.2.3), and then no longer.
 */
TEST(net, legacy_address_counts_when_whole,
     .about = "an address written byte by byte counts with its last byte, and frames come in",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_MAC_2, NET_LEG_MAC_3))
{
	struct network *network = network_start(
		t, NEEDS_SENDER,
		&(struct link_settings){
			.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)},
		NULL);
	uint8_t wanted[NET_MAC_BYTES], got[NET_MAC_BYTES];

	CAN_JUDGE(t, link_has(network->link, VIRTIO_NET_F_MAC), "the device has no address");
	mac_unicast(6, wanted);
	CAN_JUDGE(t, network_brings(network, wanted) && network_brings(network, mac_broadcast),
		  "the network brings no frames for another address, or for all, here");
	CAN_JUDGE(t,
		  link_receive_mode(network->link, VIRTIO_NET_CTRL_RX_PROMISC, false) ==
			  VIRTIO_NET_OK,
		  "PROMISC off is refused");
	for (unsigned n = 0; n < NET_MAC_BYTES; n++) {
		config_write_at(t->device, offsetof(struct virtio_net_config, mac) + n, 1,
				wanted[n]);
		if (n == 0)
			network_took(network, network_provoke(network, mac_broadcast),
				     NETWORK_LATE_NS);
	}
	CHECK(t, NET_LEG_MAC_3, network_receives(network, mac_broadcast),
	      "broadcasts came in before mac was written, and behind its last byte they do not");
	net_mac(t->device, got);
	if (memcmp(got, wanted, sizeof(got)) == 0)
		CHECK(t, NET_LEG_MAC_2, network_receives(network, wanted),
		      "mac reads as it was written, and frames for that address do not come in");
	write_mac(t->device, network->link->mac);
}

TEST(net, legacy_table_is_native, .about = "a MAC table of one address of each kind is taken",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_RX), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_MAC_1))
{
	uint8_t unicast[1][NET_MAC_BYTES], multicast[1][NET_MAC_BYTES];
	const uint8_t(*const one)[NET_MAC_BYTES] = (const uint8_t(*)[NET_MAC_BYTES])unicast;
	const uint8_t(*const all)[NET_MAC_BYTES] = (const uint8_t(*)[NET_MAC_BYTES])multicast;
	struct link *link;
	uint8_t ack;

	link = link_start(t, t->device,
			  &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ,
									   VIRTIO_NET_F_CTRL_RX)});
	mac_unicast(9, unicast[0]);
	mac_multicast(9, multicast[0]);
	ack = link_set_mac_table(link, one, 0, all, 0);
	CAN_JUDGE(t, ack == VIRTIO_NET_OK, "an empty table is answered %u", ack);
	ack = link_set_mac_table(link, one, 1, all, 1);
	CHECK(t, NET_LEG_MAC_1, ack == VIRTIO_NET_OK,
	      "an empty table is taken, and one of one unicast and one multicast address is "
	      "answered %u",
	      ack);
}

TEST(net, legacy_receive_header_is_native,
     .about = "num_buffers of a packet makes sense in the guest's byte order",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_MRG_RXBUF), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_OP_1, SANE_11))
{
	struct network *network = network_start(
		t, NEEDS_SENDER,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_MRG_RXBUF)}, NULL);
	const struct packet *packet = network_fetch(network, NET_FRAME_LEAST);
	uint16_t told = from_le16(packet->header.hdr.num_buffers);

	CHECK(t, NET_LEG_OP_1, told != __builtin_bswap16(1),
	      "num_buffers of a packet of %u bytes reads %#x: its bytes are swapped",
	      packet->length, told);
}

#define ARP_TRIES 5

/* The same device by its modern interface; leaves the test where there is none. */
static struct virtio_device *modern_face(struct test_run *t)
{
	struct virtio_device *device = subject_device(t->subject);

	CAN_JUDGE(t, device && !(device->traits & DEVICE_LEGACY),
		  "there is no modern interface by which VIRTIO_F_VERSION_1 could be accepted");
	return device;
}

/* Who answers, as the modern interface shows it, with VERSION_1 accepted; the device is fresh afterwards. */
static const struct peer *modern_peer(struct test_run *t)
{
	struct virtio_device *legacy = t->device;
	const struct peer *peer;

	drive_device(t, modern_face(t));
	peer = peer_of(t);
	drive_device(t, legacy);
	CAN_JUDGE(t, peer->gateway, "nobody answers on this network");
	return peer;
}

/* Whether the gateway answers ARP by the legacy interface with these features. */
static bool is_answered(struct test_run *t, const struct peer *peer, struct features features)
{
	struct frame *frame = test_memory(t, "frame", sizeof(*frame), 16);
	struct link *link = link_start(t, t->device, &(struct link_settings){.features = features});
	const struct packet *answer = NULL;

	for (unsigned n = 0; n < ARP_TRIES && !answer; n++) {
		make_arp(frame, peer, link->mac, OWN_HOST);
		link_send(link, frame);
		answer = link_await(link, is_reply_to, peer->own_ip, ARP_WAIT_NS);
	}
	return answer;
}

/* With mergeable buffers a header has 12 bytes by either interface: what works so, and not without, has them always. */
TEST(net, legacy_header_is_the_short_one,
     .about = "by the legacy interface headers have 10 bytes, though VERSION_1 was accepted before",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_MRG_RXBUF), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(FEAT_LEG_1, PCI_LEG_4))
{
	const struct peer *peer = modern_peer(t);
	bool answered;

	CAN_JUDGE(t, is_answered(t, peer, NET_FEATURES(VIRTIO_NET_F_MRG_RXBUF)),
		  "the gateway does not answer by the legacy interface, with mergeable buffers");
	start_over(t);
	answered = is_answered(t, peer, NO_FEATURES);
	CHECK(t, FEAT_LEG_1, answered,
	      "the gateway answers ARP with mergeable buffers, and not behind headers of %u bytes",
	      net_header_length(t->device));
	CHECK(t, PCI_LEG_4, answered, "VIRTIO_F_VERSION_1, accepted before the reset, is in force");
}

static bool has_pairs(struct virtio_device *device, unsigned pairs)
{
	return pairs && virtio_select_queue(device, net_transmit_queue(pairs - 1)) &&
	       device->transport->queue_size(device);
}

TEST(net, legacy_pairs_are_native,
     .about = "max_virtqueue_pairs and the command for pairs are in the guest's byte order",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_MQ), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_CFG_2, NET_LEG_MQ_1))
{
	struct virtio_device *device = t->device;
	struct link_settings settings = {
		.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ), .idle = true};
	struct link *link;
	uint16_t most;
	uint8_t ack;

	/* Queues that the feature brings may be there with it alone. */
	negotiate(t, settings.features);
	most = (uint16_t)net_config(device, max_virtqueue_pairs);
	CHECK(t, NET_LEG_CFG_2,
	      has_pairs(device, most) || !has_pairs(device, __builtin_bswap16(most)),
	      "max_virtqueue_pairs reads %#x: its bytes are swapped", most);
	start_over(t);
	link = link_start(t, device, &settings);
	ack = link_set_pairs(link, 1);
	CHECK(t, NET_LEG_MQ_1, ack == VIRTIO_NET_OK, "the command for 1 queue pair is answered %u",
	      ack);
}

TEST(net, legacy_offloads_are_native,
     .about = "the offloads that were negotiated can be set, in the guest's byte order",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS),
     .traits = DEVICE_LEGACY, .judges = CLAUSES(NET_LEG_OFFL_1))
{
	const struct features all = NET_FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4,
						 VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN,
						 VIRTIO_NET_F_GUEST_UFO);
	struct link_settings settings = {
		.features = NET_FEATURES(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)};
	struct link *link;
	le64 mask;
	uint8_t ack;

	settings.features = features_or(settings.features, all);
	link = link_start(t, t->device, &settings);
	mask = to_le64(t->device->negotiated.words[0] & all.words[0]);
	CAN_JUDGE(t, from_le64(mask), "there is no offload to set");
	ack = link_command(link, VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET,
			   &mask, sizeof(mask));
	CHECK(t, NET_LEG_OFFL_1, ack == VIRTIO_NET_OK, "offloads %#lx are answered %u",
	      from_le64(mask), ack);
}

#define SUMMED    1024u   /* bytes of a frame of which the sum is wanted */
#define SAME_BOTH 0x0101u /* a number that is the same with its bytes swapped */

/* A frame, as it has to arrive, and where its sum is to be made (5.1.6.2). */
struct summed {
	uint16_t start, offset;
	struct frame *whole;
};

static bool is_whole(const struct packet *packet, const void *context)
{
	const struct frame *whole = context;

	return packet->length == whole->length &&
	       memcmp(packet->bytes, whole->bytes, whole->length) == 0;
}

/* Whether a frame of no known protocol, whose sum is left to the device, arrives with it. */
static bool sum_is_made(struct network *network, const struct summed *summed)
{
	struct flow flow = flow_of(network->link->mac, network->twin->mac, false, 0);
	struct virtio_net_hdr header = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					.csum_start = to_le16(summed->start),
					.csum_offset = to_le16(summed->offset)};

	for (unsigned n = 0; n < NETWORK_TRIES; n++) {
		frame_probe(network->frame, &flow, network_cookie(network), SUMMED);
		summed->whole->length = SUMMED;
		memcpy(summed->whole->bytes, network->frame->bytes, SUMMED);
		checksum_complete(summed->whole->bytes, SUMMED, summed->start, summed->offset);
		link_send_in_parts(network->link, 0, &header, network->frame, 1);
		if (link_await(network->twin, is_whole, summed->whole, PATIENCE_NS / NETWORK_TRIES))
			return true;
	}
	return false;
}

TEST(net, legacy_transmit_header_is_native,
     .about = "csum_start and csum_offset of what is sent are read in the guest's byte order",
     .type = VIRTIO_TYPE_NET, WITH_FEATURE(VIRTIO_NET_F_CSUM), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(NET_LEG_OP_2))
{
	struct network *network = network_start(
		t, NEEDS_TWIN, &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_CSUM)},
		NULL);
	struct summed plain = {.start = 34, .offset = 16};
	struct summed either = {.start = SAME_BOTH, .offset = SAME_BOTH};
	bool made;

	plain.whole = either.whole = test_memory(t, "frame", sizeof(struct frame), 16);
	made = sum_is_made(network, &plain);
	CAN_JUDGE(
		t, made || sum_is_made(network, &either),
		"the network carries no frames of unknown protocols whose sum is left to the device");
	CHECK(t, NET_LEG_OP_2, made,
	      "a sum at csum_start %#x and csum_offset %#x is made, and one at %#x and %#x is not",
	      SAME_BOTH, SAME_BOTH, plain.start, plain.offset);
}
