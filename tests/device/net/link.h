/* SPDX-License-Identifier: BSD-2-Clause */
/* A live network device: receive buffers posted, packets sent and taken, commands given. */
#ifndef TESTS_DEVICE_NET_LINK_H
#define TESTS_DEVICE_NET_LINK_H

#include "tests/device/net/frame.h"
#include "tests/harness/drive/drive.h"
#include "virtio/device/net_control.h"

#define LINK_PAIRS_MOST   8
#define LINK_BUFFERS_MOST 64 /* a queue pair */

/* What a link is started with; zero means what is said here. */
struct link_settings {
	struct features features; /* VERSION_1 and MAC are added, requirements closed */
	unsigned pairs;           /* queue pairs to use, 1 */
	unsigned
		buffers; /* receive buffers a pair: as many as are needed for any device to take frames */
	uint32_t buffer_size; /* enough for the largest packet that may come */
	bool mixed;   /* every second buffer is half as large again, every third twice as large */
	bool idle;    /* leave the pairs behind the first as they are after a reset */
	bool vectors; /* interrupts as the test's variant has them, else polled */
};

/* A buffer that the device has for what comes in. */
struct receive_buffer {
	uint8_t *bytes;
	uint32_t size;
	unsigned pair;
};

#define PACKET_BUFFERS_MOST 64

/* A packet that came in. */
struct packet {
	struct virtio_net_hdr_hash header;
	unsigned pair;
	unsigned buffers;                       /* used elements it took */
	uint32_t used[PACKET_BUFFERS_MOST];     /* their used lengths */
	uint32_t capacity[PACKET_BUFFERS_MOST]; /* the sizes of their buffers */
	bool together;                          /* all were used when the first was seen */
	uint32_t length;                        /* of the frame */
	uint8_t *bytes;                         /* the frame */
};

/* A device in use; link_start() makes it in the test's arena. */
struct link {
	struct test_run *t;
	struct virtio_device *device;
	struct features features;
	unsigned pairs;
	uint32_t header; /* bytes of the packet header */
	bool merges;     /* VIRTIO_NET_F_MRG_RXBUF */
	uint8_t mac[NET_MAC_BYTES];
	struct packet packet; /* the last one taken */
	uint32_t room;        /* at packet.bytes */
	struct receive_buffer buffers[LINK_PAIRS_MOST * LINK_BUFFERS_MOST];
};

/* A feature set of the bits named. */
#define NET_FEATURES(...) net_features((const uint8_t[]){__VA_ARGS__, 0xff})

/* The set of `bits`, which end with 0xff. */
struct features net_features(const uint8_t *bits);

/*
 * Brings a device (that of the test, or one that was taken as its helper) to DRIVER_OK with its
 * receive queues filled, and enables as many pairs as were asked for. Features that are not offered are
 * left out: look at link->device->negotiated. Fails the test when the device refuses.
 */
struct link *link_start(struct test_run *t, struct virtio_device *device,
			const struct link_settings *settings);

/* Everything up to, but without, setting DRIVER_OK. */
struct link *link_prepare(struct test_run *t, struct virtio_device *device,
			  const struct link_settings *settings);

/* Sets DRIVER_OK on a prepared link. */
void link_go(struct link *link);

/* True when a feature bit was negotiated. */
bool link_has(const struct link *link, unsigned feature);

/*
 * Sends one frame on a pair's transmit queue with this header (NULL: all zero), in `parts` descriptors,
 * and waits until the buffer is used: fails the test when it is not in time.
 */
void link_send_in_parts(struct link *link, unsigned pair, const struct virtio_net_hdr *header,
			const struct frame *frame, unsigned parts);

/* The same on the first pair, with a zero header, in one piece. */
void link_send(struct link *link, const struct frame *frame);

/*
 * The next packet of any receive queue, or NULL when none comes within `nanoseconds`; its buffers go
 * back to the device at once. It is good until the next call.
 */
struct packet *link_take(struct link *link, uint64_t nanoseconds);

/* Whether a packet is the one that `context` describes. */
typedef bool packet_matcher(const struct packet *packet, const void *context);

/* Takes packets until match() says so; NULL after `nanoseconds`. Others are dropped. */
struct packet *link_await(struct link *link, packet_matcher *match, const void *context,
			  uint64_t nanoseconds);

/* The same for frame_probe() with this cookie. */
struct packet *link_await_probe(struct link *link, uint32_t cookie, uint64_t nanoseconds);

/* Matches the TCP or UDP packet with the ports and payload of the frame that is the context. */
bool packet_is_datagram(const struct packet *packet, const void *frame);

/* Matches the IP packet of the frame that is the context, cut or padded. */
bool packet_is_same(const struct packet *packet, const void *frame);

/* Matches the echo reply to the frame that is the context. */
bool packet_is_echo_of(const struct packet *packet, const void *frame);

/* Takes whatever has come already, and drops it. */
void link_drain(struct link *link);

/*
 * Gives a command on the control queue and returns its acknowledgement; fails the test when the
 * command is not used in time.
 */
uint8_t link_command(struct link *link, uint8_t class, uint8_t command, const void *data,
		     uint32_t length);

/* link_command() with a command of class RX, on or off. */
uint8_t link_receive_mode(struct link *link, uint8_t command, bool on);

/* link_command() with a MAC table of one unicast and one multicast list. */
uint8_t link_set_mac_table(struct link *link, const uint8_t (*unicast)[NET_MAC_BYTES],
			   unsigned unicast_count, const uint8_t (*multicast)[NET_MAC_BYTES],
			   unsigned multicast_count);

/* link_command() with the number of queue pairs to be used. */
uint8_t link_set_pairs(struct link *link, uint16_t pairs);

#endif
