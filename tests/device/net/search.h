/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds out who is on the network of a device, and how long the frames are that it carries. Boot CPU. */
#ifndef TESTS_DEVICE_NET_SEARCH_H
#define TESTS_DEVICE_NET_SEARCH_H

#include "tests/device/net/link.h"

#define OWN_HOST    15        /* our address: the gateway's network with this last byte */
#define ARP_WAIT_NS 150000000 /* a busy host takes its time */
#define HOST_NUMBER 20        /* of the address that frames from the host have */

/* Who is there for one device. */
struct peer {
	struct virtio_device *twin; /* NULL: none */
	bool gateway;
	bool host; /* only where there is neither of the others */
	/*
	 * The longest frame up to NET_FRAME_MOST that the network is known to carry: as the devices say by
	 * their MTU, and between twins as was tried out.
	 */
	uint32_t frame_most;
	uint8_t gateway_mac[NET_MAC_BYTES];
	uint8_t gateway_ip[4], own_ip[4];
};

/*
 * Who is there for the device of the test, searched for once in a run: who is on a network is the host's doing.
 * Leaves the device as fresh as it was.
 */
const struct peer *peer_of(struct test_run *t);

/* Sends without insisting: on a network where nobody listens a frame may stay in the queue. False then. */
bool try_to_send(struct link *link, const struct frame *frame);

/* An ARP request from any sender address, whose IP address ends in `host`, for the gateway. */
void make_arp(struct frame *frame, const struct peer *peer, const uint8_t mac[NET_MAC_BYTES],
	      uint8_t host);

/* Matches the gateway's ARP reply to the IP address that is the context. */
bool is_reply_to(const struct packet *packet, const void *ip);

/* Has the host let a frame come in for a device; false when it does not. */
bool ask_for_frame(const struct virtio_device *device, const struct frame *frame);

#endif
