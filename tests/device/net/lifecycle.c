/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers that wait for frames outlive what the host does to the whole machine. */
#include "tests/device/net/peer.h"
#include "tests/harness/drive/lifecycle.h"

#define FRAME 600u
#define TIMES 8u

/* A network that the machine was moved to need not know who is on it: a gateway is told, as a guest would. */
static void be_known(struct network *network)
{
	const struct peer *peer = network->peer;

	for (unsigned n = 0; peer->gateway && n < NETWORK_TRIES; n++) {
		make_arp(network->frame, peer, network->link->mac, OWN_HOST);
		link_send(network->link, network->frame);
		if (link_await(network->link, is_reply_to, peer->own_ip, ARP_WAIT_NS))
			return;
	}
}

static void receive_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct network *network;

	need_lifecycle(t, event);
	network = network_start(t, NEEDS_SENDER, &(struct link_settings){.pairs = 1}, NULL);
	network_fetch(network, FRAME);
	live_through(t, event);
	be_known(network);
	for (unsigned n = 0; n < TIMES; n++)
		CHECK(t, SANE_11, network_fetched_whole(network, network_fetch(network, FRAME + n)),
		      "%s, and a frame of %u bytes came in otherwise than it was sent",
		      event->words, FRAME + n);
}

TEST(lifecycle, frames_come_in_across_a_pause,
     .about = "frames come in whole by buffers that waited across a pause", .type = VIRTIO_TYPE_NET,
     .needs = NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_11), .timeout_ms = 60000)
{
	receive_across(t, &machine_paused);
}

TEST(lifecycle, frames_come_in_across_a_restore,
     .about = "frames come in whole by buffers that waited in the machine that was saved",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_11),
     .timeout_ms = 60000)
{
	receive_across(t, &machine_restored);
}

TEST(lifecycle, frames_come_in_across_a_migration,
     .about = "frames come in whole by buffers that waited across a migration",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_11),
     .timeout_ms = 60000)
{
	receive_across(t, &machine_migrated);
}
