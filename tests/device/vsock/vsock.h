/* SPDX-License-Identifier: BSD-2-Clause */
/* A live socket device: packets to and from it, and one connection with its credit (virtio 1.4, 5.10.6). */
#ifndef TESTS_DEVICE_VSOCK_VSOCK_H
#define TESTS_DEVICE_VSOCK_VSOCK_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/vsock.h"

#define VSOCK_DATA_BYTES 4096u       /* of a receive buffer, behind the header */
#define VSOCK_QUIET_NS   20000000ull /* nothing for so long: nothing is to come */

/* A packet that came, in the machine's byte order. */
struct vsock_packet {
	uint64_t src_cid, dst_cid;
	uint32_t src_port, dst_port, length, flags, buf_alloc, fwd_cnt;
	uint16_t type, op;
	const uint8_t *data; /* good until the next one is heard */
};

struct vsock {
	struct test_run *t;
	uint64_t cid;
	uint16_t type;            /* of sockets, for packets that are sent */
	struct vsock_packet last; /* what vsock_hear() showed */
	uint8_t *heard;           /* the buffer of it, to be posted again; NULL: none */
	uint8_t *packet;          /* room for one packet to send */
};

/*
 * Brings the device up in the test's variant, event buffers posted, `buffers` for packets (at most half of
 * the queue). `features` of the type are taken where they are offered.
 */
struct vsock *vsock_start(struct test_run *t, uint64_t features, unsigned buffers);

/* Posts more buffers for packets. */
void vsock_post(struct vsock *vsock, unsigned buffers);

/*
 * What a packet of the driver says beside its source cid, type and destination cid, which vsock_send() sets where they are 0.
 * The payload lies at data.
 */
struct vsock_out {
	uint32_t src_port, dst_port, length, flags, buf_alloc, fwd_cnt;
	uint16_t type, op;
	const void *data;
	uint32_t surplus; /* bytes of the buffer behind the payload */
};

/* Sends a packet and waits until it is used. */
void vsock_send(struct vsock *vsock, const struct vsock_out *out);

/*
 * The next packet of the device, or NULL when none comes within `nanoseconds`. What every packet owes is judged.
 * Packets with the operation INVALID, which say nothing, are passed over.
 */
const struct vsock_packet *vsock_hear(struct vsock *vsock, uint64_t nanoseconds);

/* The same of packets to and from these ports, and of this operation; others are passed over. */
const struct vsock_packet *vsock_await(struct vsock *vsock, uint32_t port, uint32_t far_port,
				       uint16_t op);

/* Whether any event was told; ids that nobody knows are judged. */
void vsock_check_events(struct vsock *vsock);

/* A connection, seen from the guest. */
struct connection {
	struct vsock *vsock;
	char end[16]; /* how the host names its end */
	uint32_t port, far_port;
	uint32_t buf_alloc, fwd_cnt; /* what is told of this end: in packets that are sent */
	uint32_t received, sent;     /* bytes of payload */
	uint32_t far_buf_alloc, far_fwd_cnt;   /* what the other end told last */
	bool differs;                          /* what came is not what the host sent */
	bool holds;                            /* keeps what was received: fwd_cnt stays */
	bool connected, shut, reset, credited; /* RESPONSE, SHUTDOWN, RST, CREDIT_UPDATE came */
};

/*
 * Asks for a connection to a port that the host listens at from now on, with so much room at this end, and waits for
 * an answer. Skips the test where the host cannot.
 */
struct connection *vsock_request(struct vsock *vsock, uint32_t buf_alloc);

/* The same; leaves the test when there is no RESPONSE. */
struct connection *vsock_connect(struct vsock *vsock, uint32_t buf_alloc);

/* One that a program of the host makes; this end answers its REQUEST by `answer`: RESPONSE or RST. */
struct connection *vsock_accept(struct vsock *vsock, uint32_t buf_alloc, uint16_t answer);

/* The host no longer listens, or its program is gone. */
void vsock_leave(struct connection *connection);

/* Sends a packet of the connection that has no payload. */
void connection_tell(struct connection *connection, uint16_t op, uint32_t flags);

/* Sends `length` bytes of the pattern, from where it stands: at most VSOCK_DATA_BYTES, and within the credit. */
void connection_write(struct connection *connection, uint32_t length, uint32_t surplus);

/* How many bytes the other end has room for, as it told. */
uint32_t connection_credit(const struct connection *connection);

/*
 * Takes packets of the connection until none comes for `nanoseconds`, talk goes on for ten times that, or `until`
 * is true. Judges credit, gives some, and compares data with the pattern. Returns `until(connection)`.
 */
bool connection_take(struct connection *connection, bool (*until)(const struct connection *),
		     uint64_t nanoseconds);

/* What the host's end has got; skips the test where the host cannot tell. */
struct drained {
	uint64_t received, hash;
	bool closed;
};
struct drained connection_drain(struct connection *connection);

/* Has the host's end send the pattern from `offset` on; returns how many of these bytes it got rid of. */
uint32_t connection_fill(struct connection *connection, uint32_t offset, uint32_t bytes);

/* What stands at this place of either stream (docs/ask.md, socket-fill). */
static inline uint8_t vsock_pattern(uint32_t place)
{
	return (uint8_t)(place * 2654435761u >> 24);
}

#endif
