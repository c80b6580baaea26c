/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who else is on the network: a twin (another virtio network device of this machine, which we drive
 * ourselves), a gateway (something that answers ARP and ICMP at vp.gateway), or the host program, which
 * lets frames come in. Found out once for each device, by a broadcast probe, an ARP request, a frame.
 */
#ifndef TESTS_DEVICE_NET_PEER_H
#define TESTS_DEVICE_NET_PEER_H

#include "tests/device/net/search.h"

/* The time limit of tests that pass many frames: where ring 0 is emulated each takes milliseconds. */
#define MANY_FRAMES_MS 60000

/* How often a frame is sent that has to arrive: a network may lose one, above all where a port has just come up. */
#define NETWORK_TRIES 3

/* How long a frame is waited for behind one that was sent after it: no network keeps the order of all its frames. */
#define NETWORK_LATE_NS 20000000ull

/* A test's device with its network around it. */
struct network {
	struct test_run *t;
	const struct peer *peer;
	struct link *link;   /* the device that is tested */
	struct link *twin;   /* NULL: none */
	struct frame *frame; /* to build frames in */
	struct frame *fence;
	uint32_t cookie; /* the last one given out */
};

/* Whom a test cannot do without. */
enum network_need {
	NEEDS_NOBODY,  /* goes without */
	NEEDS_SENDER,  /* who lets frames come in: a twin, a gateway or the host */
	NEEDS_SOMEONE, /* a twin or a gateway */
	NEEDS_TWIN,
	NEEDS_GATEWAY,
	NEEDS_BUILDER, /* who lets any frame come in: a twin or the host */
};

/*
 * Finds the peers and starts the device, and before it the twin where there is one (twin may be NULL:
 * no features, one pair). Skips the test, saying why, when nobody is there whom it needs.
 */
struct network *network_start(struct test_run *t, enum network_need need,
			      const struct link_settings *settings,
			      const struct link_settings *twin);

/* The device alone, for tests that do without a peer, or start it again after a reset. */
void network_restart(struct network *network, const struct link_settings *settings);

/* A cookie that no frame of this test had before. */
uint32_t network_cookie(struct network *network);

/* Lets a frame of the test's own making come in. With NEEDS_BUILDER. */
void network_bring_in(struct network *network, const struct frame *frame);

/* The address that it should come from. */
void network_sender(const struct network *network, uint8_t mac[NET_MAC_BYTES]);

/*
 * Makes a frame for this destination come in: a probe of the twin or the host, or the gateway's
 * answer to an ARP request that carries the address as its sender. Returns what network_took() knows it by.
 */
uint32_t network_provoke(struct network *network, const uint8_t to[NET_MAC_BYTES]);

/* The packet that was provoked so, among those that come within `nanoseconds`; or NULL. */
struct packet *network_took(struct network *network, uint32_t provoked, uint64_t nanoseconds);

/*
 * Whether a frame to `to` is let through. Behind it comes one to `fence`, which must be: what was to
 * come has come then, or comes right behind it. Fails the test when in a few attempts no fence arrives in time.
 */
bool network_lets_through(struct network *network, const uint8_t to[NET_MAC_BYTES],
			  const uint8_t fence[NET_MAC_BYTES]);

/*
 * Turns promiscuous mode on and says whether the network brings frames for this address here at all: the device
 * takes them, or takes them when they are in its MAC table, which is empty then. Switches and bridges keep from a port what nobody behind it has asked for.
 */
bool network_brings(struct network *network, const uint8_t to[NET_MAC_BYTES]);

/* Leaves the test as skipped when the network is not known to carry frames of `length` bytes, at most. */
void network_insist_on(const struct network *network, uint32_t length);

/* Whether a frame to `to` comes in in time, in which it is provoked a few times. */
bool network_receives(struct network *network, const uint8_t to[NET_MAC_BYTES]);

/*
 * Makes a frame of `length` bytes (at least 60) come in for the device, from the twin, the host or
 * as the gateway's echo reply, and returns what comes of it: known by its first bytes, the rest may be wrong.
 * Fails the test when nothing does.
 */
struct packet *network_fetch(struct network *network, uint32_t length);

/* Whether all of what network_fetch() returned is right. */
bool network_fetched_whole(const struct network *network, const struct packet *packet);

/* Whether a frame of `length` bytes comes in, with a short one sent behind it. */
bool network_delivers(struct network *network, uint32_t length);

/* A flow from the device to whom it can talk to: the gateway, or else the twin. */
struct flow network_flow(const struct network *network, uint16_t n);

/*
 * Whether an echo request with this header (NULL: zero), cut into `parts` descriptors, reaches the twin
 * unchanged, or else brings its payload back from the gateway, with a plain one that is sent behind
 * it. Tried a few times.
 */
bool network_carries(struct network *network, const struct virtio_net_hdr *header, uint32_t payload,
		     unsigned parts);

#endif
