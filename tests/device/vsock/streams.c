/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections with programs of the host (virtio 1.4, 5.10.6.3 to 5.10.6.5). */
#include "tests/device/vsock/vsock.h"
#include "tests/harness/drive/ask.h"

#define ROOM    65536u
#define BUFFERS 32
#define MANY    1048576u /* bytes each way */
#define STREAM  BIT(VIRTIO_VSOCK_F_STREAM)

static bool has_credit(const struct connection *connection)
{
	return connection_credit(connection) >= VSOCK_DATA_BYTES || connection->reset;
}

static bool is_credited(const struct connection *connection)
{
	return connection->credited || connection->reset;
}

static bool never(const struct connection *connection)
{
	return false;
}

static bool is_over(const struct connection *connection)
{
	return connection->shut || connection->reset;
}

static bool is_reset(const struct connection *connection)
{
	return connection->reset;
}

/* Asks for the credit of the other end, and waits for the answer. */
static bool ask_credit(struct connection *connection)
{
	connection->credited = false;
	connection_tell(connection, VIRTIO_VSOCK_OP_CREDIT_REQUEST, 0);
	return connection_take(connection, is_credited, PATIENCE_NS) && connection->credited;
}

/* The hash of so many bytes of the pattern. */
static uint64_t pattern_hash(uint32_t bytes)
{
	uint64_t hash = HASH_START;

	for (uint32_t n = 0; n < bytes; n++) {
		uint8_t byte = vsock_pattern(n);

		hash = hash_add(hash, &byte, 1);
	}
	return hash;
}

/* The host takes all that was sent, and it is what was sent. */
static void judge_arrival(struct connection *connection)
{
	struct test_run *t = connection->vsock->t;
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	struct drained drained = connection_drain(connection);

	while (drained.received < connection->sent && !drained.closed && !clock_passed(deadline)) {
		connection_take(connection, is_reset, VSOCK_QUIET_NS);
		drained = connection_drain(connection);
	}
	CHECK(t, VSOCK_STREAM_4,
	      drained.received == connection->sent &&
		      drained.hash == pattern_hash(connection->sent),
	      "of %u bytes sent %lu are what the host gets%s", connection->sent, drained.received,
	      drained.received == connection->sent ? ", and they are others" : "");
}

/* Sends until so many bytes went, as credit allows; the host takes what comes. */
static void send_many(struct connection *connection, uint32_t bytes)
{
	struct test_run *t = connection->vsock->t;
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	while (connection->sent < bytes) {
		uint32_t room = MINIMUM(connection_credit(connection), bytes - connection->sent);

		if (room) {
			connection_write(connection, MINIMUM(room, VSOCK_DATA_BYTES), 0);
			deadline = clock_deadline(PATIENCE_NS);
			continue;
		}
		connection_drain(connection);
		INSIST(t, VSOCK_CREDIT_4, ask_credit(connection),
		       "CREDIT_REQUEST is answered by %s", connection->reset ? "RST" : "nothing");
		INSIST(t, VSOCK_STREAM_4, connection_credit(connection) || !clock_passed(deadline),
		       "there is no credit again after %u bytes, which the host has taken",
		       connection->sent);
	}
}

TEST(vsock, guest_sends_what_the_host_gets,
     .about = "1 MiB to a listener on the host arrives byte for byte, within credit",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST, .timeout_ms = 120000,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_CREDIT_4, VSOCK_STREAM_4))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), ROOM);

	send_many(connection, MANY);
	judge_arrival(connection);
	vsock_leave(connection);
}

TEST(vsock, counters_tell_the_truth,
     .about =
	     "credit that is told is room that there is, and fwd_cnt reaches what the host has taken",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_CREDIT_4, VSOCK_STREAM_4))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), ROOM);
	uint64_t deadline;

	CHECK(t, VSOCK_CREDIT_3, connection->far_fwd_cnt == 0,
	      "RESPONSE has fwd_cnt %u before anything was sent", connection->far_fwd_cnt);
	INSIST(t, VSOCK_CREDIT_4, ask_credit(connection),
	       "CREDIT_REQUEST on an idle connection is answered by %s",
	       connection->reset ? "RST" : "nothing");
	/* As much as is allowed, and nobody on the host reads: nothing may get lost. */
	while (has_credit(connection) && !connection->reset && connection->sent < 2 * MANY) {
		connection_write(connection, VSOCK_DATA_BYTES, 0);
		if (connection_credit(connection) < VSOCK_DATA_BYTES && !ask_credit(connection))
			break;
	}
	judge_arrival(connection);
	deadline = clock_deadline(PATIENCE_NS);
	while (connection->far_fwd_cnt != connection->sent && ask_credit(connection) &&
	       !clock_passed(deadline))
		;
	CHECK(t, VSOCK_CREDIT_3, connection->far_fwd_cnt == connection->sent,
	      "fwd_cnt stays at %u when the host has taken %u bytes", connection->far_fwd_cnt,
	      connection->sent);
	vsock_leave(connection);
}

/* Has the host send so many bytes. */
static void receive_many(struct connection *connection, uint32_t bytes)
{
	struct test_run *t = connection->vsock->t;
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	uint32_t filled = 0, before = 0;

	while (connection->received < bytes && !clock_passed(deadline)) {
		if (filled < bytes)
			filled += connection_fill(connection, filled, bytes - filled);
		connection_take(connection, is_over, VSOCK_QUIET_NS);
		if (connection->received != before)
			deadline = clock_deadline(PATIENCE_NS);
		before = connection->received;
	}
	CHECK(t, VSOCK_STREAM_4, connection->received == bytes && !connection->differs,
	      "of %u bytes that the host sent %u come%s", bytes, connection->received,
	      connection->differs ? ", and they are others" : "");
}

TEST(vsock, guest_gets_what_the_host_sends,
     .about = "1 MiB from a listener on the host arrives byte for byte, within the guest's buffer",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST, .timeout_ms = 120000,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_STREAM_4))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), ROOM);

	receive_many(connection, MANY);
	vsock_leave(connection);
}

TEST(vsock, small_buffers_are_respected,
     .about = "what comes never exceeds a guest's buffer of 100 bytes, grown to 5000, nor one of 0",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST, .timeout_ms = 30000,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_STREAM_4))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), 0);
	uint32_t filled = connection_fill(connection, 0, 20000);

	connection->holds = true;
	connection_take(connection, never, 5 * VSOCK_QUIET_NS);
	for (connection->buf_alloc = 100; connection->buf_alloc <= 5000;
	     connection->buf_alloc += 4900) {
		/* Nothing is forwarded: the buffer fills, and stays so. */
		connection_tell(connection, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
		connection_take(connection, never, 5 * VSOCK_QUIET_NS);
	}
	connection->buf_alloc = ROOM;
	connection->holds = false;
	connection_tell(connection, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
	connection_take(connection, is_over, 5 * VSOCK_QUIET_NS);
	CHECK(t, VSOCK_STREAM_4, connection->received == filled && !connection->differs,
	      "of %u bytes that the host sent %u come%s", filled, connection->received,
	      connection->differs ? ", and they are others" : "");
	vsock_leave(connection);
}

TEST(vsock, bytes_behind_the_payload_are_no_data,
     .about = "of packets in buffers longer than len the host gets the payload alone",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_OP_3))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), ROOM);
	uint64_t deadline;
	struct drained drained;

	for (unsigned n = 0; n < 4; n++)
		connection_write(connection, 100, 50);
	deadline = clock_deadline(PATIENCE_NS);
	do
		drained = connection_drain(connection);
	while (drained.received < connection->sent && !drained.closed && !clock_passed(deadline));
	CHECK(t, VSOCK_OP_3,
	      drained.received == connection->sent &&
		      drained.hash == pattern_hash(connection->sent),
	      "of 4 packets with 100 bytes of data, and 50 behind them, the host gets %lu bytes%s",
	      drained.received, drained.received == connection->sent ? ", others" : "");
	vsock_leave(connection);
}

TEST(vsock, shutdown_ends_in_a_reset,
     .about = "SHUTDOWN of both directions, at once or one by one, is answered by RST",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_STREAM_3))
{
	struct vsock *vsock = vsock_start(t, STREAM, BUFFERS);

	for (unsigned steps = 1; steps <= 2; steps++) {
		struct connection *connection = vsock_connect(vsock, ROOM);

		if (steps == 2)
			connection_tell(connection, VIRTIO_VSOCK_OP_SHUTDOWN, VSOCK_SHUTDOWN_SEND);
		/* What was said once is permanent, but saying it again is allowed. */
		connection_tell(connection, VIRTIO_VSOCK_OP_SHUTDOWN,
				VSOCK_SHUTDOWN_RECEIVE | VSOCK_SHUTDOWN_SEND);
		CHECK(t, VSOCK_STREAM_3, connection_take(connection, is_reset, PATIENCE_NS),
		      "SHUTDOWN of both directions, in %u steps, is not answered by RST", steps);
		vsock_leave(connection);
	}
}

TEST(vsock, host_connects, .about = "a program of the host connects, and 64 KiB go each way",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST, .timeout_ms = 30000,
     .judges = CLAUSES(SANE_11, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_CREDIT_4,
		       VSOCK_STREAM_4, VSOCK_ADDR_1, VSOCK_OP_1, VSOCK_OP_2))
{
	struct vsock *vsock = vsock_start(t, STREAM, BUFFERS);
	struct connection *connection = vsock_accept(vsock, ROOM, VIRTIO_VSOCK_OP_RESPONSE);

	receive_many(connection, 65536);
	send_many(connection, 65536);
	judge_arrival(connection);
	vsock_leave(connection);
}

/* Whether the host's end sees the end within the patience. */
static bool host_sees_end(struct connection *connection)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	while (!connection_drain(connection).closed) {
		if (clock_passed(deadline))
			return false;
	}
	return true;
}

TEST(vsock, reset_disconnects,
     .about = "RST refuses a connection of the host, and ends one that stands",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, SANE_11, VSOCK_STREAM_5))
{
	struct vsock *vsock = vsock_start(t, STREAM, BUFFERS);
	struct connection *connection = vsock_accept(vsock, ROOM, VIRTIO_VSOCK_OP_RST);

	CHECK(t, VSOCK_STREAM_5, host_sees_end(connection),
	      "REQUEST of the device was answered by RST, the host's connection stays open");
	vsock_leave(connection);
	connection = vsock_connect(vsock, ROOM);
	connection_write(connection, 10, 0);
	connection_tell(connection, VIRTIO_VSOCK_OP_RST, 0);
	CHECK(t, VSOCK_STREAM_5, host_sees_end(connection),
	      "RST came on a connection, the host's end stays open");
	vsock_leave(connection);
}

TEST(vsock, host_ends_a_connection,
     .about = "what the host has sent comes, and then SHUTDOWN or RST, when it closes its end",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_STREAM_1, VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1,
		       VSOCK_OP_1, VSOCK_OP_2, VSOCK_STREAM_4, VSOCK_STREAM_6))
{
	struct connection *connection = vsock_connect(vsock_start(t, STREAM, BUFFERS), ROOM);
	uint32_t filled = connection_fill(connection, 0, 30000);

	vsock_leave(connection);
	CHECK(t, VSOCK_STREAM_6, connection_take(connection, is_over, PATIENCE_NS),
	      "the host closes its end, neither SHUTDOWN nor RST comes");
	CHECK(t, VSOCK_STREAM_4, connection->received == filled && !connection->differs,
	      "of %u bytes that the host sent before it closed its end %u come", filled,
	      connection->received);
}

TEST(vsock, nothing_negotiated_means_streams,
     .about = "with none of the feature bits accepted a connection of a stream is made",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_HOST,
     .judges = CLAUSES(VSOCK_CREDIT_1, VSOCK_CREDIT_2, VSOCK_CREDIT_3, VSOCK_ADDR_1, VSOCK_OP_1,
		       VSOCK_OP_2, VSOCK_FEAT_2))
{
	struct vsock *vsock = vsock_start(t, 0, BUFFERS);
	struct connection *connection = vsock_request(vsock, ROOM);

	CHECK(t, VSOCK_FEAT_2, connection->connected,
	      "REQUEST to a listening socket is answered by %s",
	      connection->reset ? "RST" : "nothing");
	vsock_leave(connection);
}
