/* SPDX-License-Identifier: BSD-2-Clause */
/* Receive buffers (virtio 1.4, 5.1.6.3, 5.1.6.4): how a packet is laid into one or several. */
#include "lib/string.h"
#include "tests/device/net/peer.h"

static const uint32_t lengths[] = {60, 61, 128, 499, 1000, 1499, 1514};

TEST(net, frames_come_in_whole, .about = "frames of all sizes come in unchanged",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .axes = AXES_OF_RING,
     .judges = CLAUSES(SANE_11))
{
	struct network *network =
		network_start(t, NEEDS_SENDER, &(struct link_settings){.pairs = 1}, NULL);

	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		struct packet *packet;

		if (lengths[n] > network->peer->frame_most)
			continue;
		packet = network_fetch(network, lengths[n]);
		INSIST(t, SANE_11, network_fetched_whole(network, packet),
		       "a frame of %u bytes came in as %u bytes that differ from it", lengths[n],
		       packet->length);
	}
}

TEST(net, one_buffer_takes_a_packet,
     .about = "without mergeable buffers a packet takes one buffer and num_buffers is written as 1",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS,
     .judges = CLAUSES(NET_RXBUF_2, NET_RX_1, SANE_11))
{
	struct network *network =
		network_start(t, NEEDS_SENDER, &(struct link_settings){.pairs = 1}, NULL);

	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++) {
		struct packet *packet;
		unsigned buffers;

		if (lengths[n] > network->peer->frame_most)
			continue;
		packet = network_fetch(network, lengths[n]);
		buffers = from_le16(packet->header.hdr.num_buffers);
		CHECK(t, NET_RXBUF_2, network_fetched_whole(network, packet),
		      "one buffer holds %u bytes of a frame of %u, or others", packet->length,
		      lengths[n]);
		if (!CHECK(t, NET_RX_1, buffers == 1,
			   "a packet of %u bytes has num_buffers %#x in a buffer that held 0xff before",
			   lengths[n], buffers))
			break;
	}
}

#define SMALL_BUFFER 200u
#define LARGE_FRAME  1000u
#define SIGNIFICANT  32u /* bytes that cannot be alike by chance */

struct continuation {
	const struct network *network;
	struct frame large;
	uint32_t fence;
	bool seen;
};

/* Whether a buffer begins with something from the middle of the large frame. */
static bool is_middle(const struct continuation *look, const struct packet *packet)
{
	uint8_t start[SIGNIFICANT];
	uint32_t header = look->network->link->header;

	if (packet->length < SIGNIFICANT)
		return false;
	memcpy(start, &packet->header, header);
	memcpy(start + header, packet->bytes, SIGNIFICANT - header);
	for (uint32_t n = SIGNIFICANT; n + SIGNIFICANT <= look->large.length; n++) {
		if (memcmp(look->large.bytes + n, start, SIGNIFICANT) == 0)
			return true;
	}
	return false;
}

static bool note_continuation(const struct packet *packet, const void *context)
{
	struct continuation *look = (struct continuation *)context;

	look->seen = look->seen || is_middle(look, packet);
	return frame_is_probe(packet->bytes, packet->length, look->fence);
}

TEST(net, small_buffers_are_not_chained,
     .about = "without mergeable buffers a packet larger than its buffer never goes on in the next",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .judges = CLAUSES(NET_RXBUF_2))
{
	struct continuation *look = test_memory(t, "continuation", sizeof(*look), 16);
	struct network *network = network_start(
		t, NEEDS_BUILDER, &(struct link_settings){.buffer_size = SMALL_BUFFER}, NULL);
	uint8_t from[NET_MAC_BYTES];
	struct flow flow;

	network_insist_on(network, LARGE_FRAME);
	look->network = network;
	network_sender(network, from);
	flow = flow_of(from, network->link->mac, false, 0);
	frame_probe(&look->large, &flow, network_cookie(network), LARGE_FRAME);
	network_bring_in(network, &look->large);
	look->fence = network_provoke(network, network->link->mac);
	/* Drivers ought to post buffers of 1526 bytes and more (5.1.6.3.1): smaller ones may be no use. */
	if (!link_await(network->link, note_continuation, look, PATIENCE_NS))
		skip_test(t, "no frame comes in any more into buffers of %u bytes", SMALL_BUFFER);
	CHECK(t, NET_RXBUF_2, !look->seen,
	      "a frame of %u bytes goes on in a second buffer behind one of %u bytes", LARGE_FRAME,
	      SMALL_BUFFER);
}

/* Judges what num_buffers says against the used lengths, and each buffer against its size. */
static void check_merged(struct test_run *t, const struct network *network,
			 const struct packet *packet, uint32_t frame)
{
	unsigned told = from_le16(packet->header.hdr.num_buffers);
	uint32_t held = 0;
	unsigned needed = 0;

	while (needed < MINIMUM(packet->buffers, (unsigned)PACKET_BUFFERS_MOST) &&
	       held < network->link->header + frame)
		held += packet->used[needed++];
	if (held < network->link->header + frame)
		needed++; /* one more at least than were told */
	CHECK(t, NET_RXBUF_1, told == needed, "num_buffers of a frame of %u bytes is %u, not %u",
	      frame, told, needed);
	CHECK(t, NET_RX_2, network_fetched_whole(network, packet),
	      "%u buffers hold %u bytes of a frame of %u, or others", packet->buffers,
	      packet->length, frame);
	CHECK(t, NET_RX_4, packet->together,
	      "a frame of %u bytes in %u buffers was shown as used before all of them were", frame,
	      told);
	for (unsigned n = 0; n + 1 < packet->buffers && n < PACKET_BUFFERS_MOST; n++)
		CHECK(t, NET_RX_3, packet->used[n] == packet->capacity[n],
		      "buffer %u of %u is used to %u of its %u bytes", n, packet->buffers,
		      packet->used[n], packet->capacity[n]);
}

TEST(net, packets_are_spread_over_buffers,
     .about = "mergeable buffers are filled to the brim, counted in num_buffers and used together",
     .type = VIRTIO_TYPE_NET, .timeout_ms = MANY_FRAMES_MS, .axes = AXES_OF_RING,
     WITH_FEATURE(VIRTIO_NET_F_MRG_RXBUF),
     .judges = CLAUSES(NET_RXBUF_1, NET_RX_2, NET_RX_3, NET_RX_4, SANE_11))
{
	static const uint32_t sizes[] = {64, 257, 4096};
	struct network *network = NULL;

	for (unsigned n = 0; n < ARRAY_LENGTH(sizes); n++) {
		struct link_settings settings = {.features = NET_FEATURES(VIRTIO_NET_F_MRG_RXBUF),
						 .buffers = LINK_BUFFERS_MOST,
						 .buffer_size = sizes[n],
						 .mixed = n % 2};
		if (n == 0)
			network = network_start(t, NEEDS_SENDER, &settings, NULL);
		else
			network_restart(network, &settings);
		for (unsigned m = 0; m < ARRAY_LENGTH(lengths); m += 2) {
			if (lengths[m] <= network->peer->frame_most)
				check_merged(t, network, network_fetch(network, lengths[m]),
					     lengths[m]);
		}
	}
}
