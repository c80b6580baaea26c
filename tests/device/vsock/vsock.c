/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/vsock/vsock.h"

#include "arch/memory.h"
#include "lib/format.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"

#define HEADER        sizeof(struct virtio_vsock_hdr)
#define BUFFER        (HEADER + VSOCK_DATA_BYTES)
#define EVENT_BUFFERS 4
#define PORT          0x41000000u /* of this end, counted up */
#define FAR_PORT      0x51000000u
#define ANSWER_BYTES  128
#define QUIETS        10 /* of talk without an end */

static void post(struct test_run *t, unsigned queue, void *bytes, uint32_t length)
{
	struct segment segment = {physical(bytes), length, true};

	memset(bytes, 0xff, length);
	add_segments(t, t->device->queues[queue], &segment, 1, bytes);
}

void vsock_post(struct vsock *vsock, unsigned buffers)
{
	struct virtqueue *queue = vsock->t->device->queues[VSOCK_RX_QUEUE];

	for (unsigned n = 0; n < MINIMUM(buffers, queue->size / 2u); n++)
		post(vsock->t, VSOCK_RX_QUEUE, test_memory(vsock->t, "packet buffer", BUFFER, 16),
		     BUFFER);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

struct vsock *vsock_start(struct test_run *t, uint64_t features, unsigned buffers)
{
	struct vsock *vsock = test_memory(t, "vsock", sizeof(*vsock), 16);
	struct features wanted = features_for(t);

	*vsock = (struct vsock){.t = t, .type = VIRTIO_VSOCK_TYPE_STREAM};
	for (unsigned bit = 0; bit <= VIRTIO_VSOCK_F_NO_IMPLIED_STREAM; bit++) {
		if (!(features & BIT(bit)))
			features_remove(&wanted, bit);
	}
	set_up(t, wanted, VSOCK_QUEUES);
	go_live(t);
	vsock->cid = config_read(t->device, struct virtio_vsock_config, guest_cid);
	vsock->packet = test_memory(t, "packet", BUFFER, 16);
	for (unsigned n = 0; n < EVENT_BUFFERS; n++)
		post(t, VSOCK_EVENT_QUEUE, test_memory(t, "event buffer", 16, 16), 16);
	virtqueue_publish(t->device->queues[VSOCK_EVENT_QUEUE]);
	virtqueue_kick(t->device->queues[VSOCK_EVENT_QUEUE]);
	if (buffers)
		vsock_post(vsock, buffers);
	return vsock;
}

void vsock_send(struct vsock *vsock, const struct vsock_out *out)
{
	struct test_run *t = vsock->t;
	struct virtqueue *queue = t->device->queues[VSOCK_TX_QUEUE];
	struct virtio_vsock_hdr header = {
		.src_cid = to_le64(vsock->cid),
		.dst_cid = to_le64(VSOCK_HOST_CID),
		.src_port = to_le32(out->src_port),
		.dst_port = to_le32(out->dst_port),
		.len = to_le32(out->length),
		.type = to_le16(out->type ? out->type : vsock->type),
		.op = to_le16(out->op),
		.flags = to_le32(out->flags),
		.buf_alloc = to_le32(out->buf_alloc),
		.fwd_cnt = to_le32(out->fwd_cnt),
	};
	uint32_t payload = out->length + out->surplus;
	struct segment segments[2] = {
		{physical(vsock->packet), HEADER, false},
		{physical(vsock->packet) + HEADER, payload, false},
	};
	struct completion completion;

	memcpy(vsock->packet, &header, HEADER);
	memset(vsock->packet + HEADER, 0xee, payload);
	if (out->data)
		memcpy(vsock->packet + HEADER, out->data, out->length);
	add_segments(t, queue, segments, payload ? 2 : 1, vsock->packet);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	INSIST(t, SANE_1, await_announced(t, queue, &completion),
	       "a packet of operation %u and type %u is not used in time", out->op,
	       from_le16(header.type));
}

static void judge_packet(struct vsock *vsock, uint32_t used)
{
	const struct vsock_packet *packet = &vsock->last;
	struct test_run *t = vsock->t;

	INSIST(t, VSOCK_OP_2, used >= HEADER && packet->length <= used - HEADER,
	       "a buffer is used with length %u, for a packet whose len is %u", used,
	       packet->length);
	CHECK(t, VSOCK_OP_1, packet->src_cid >> 32 == 0 && packet->dst_cid >> 32 == 0,
	      "a packet of operation %u goes from cid %#lx to %#lx", packet->op, packet->src_cid,
	      packet->dst_cid);
	CHECK(t, VSOCK_ADDR_1, (uint32_t)packet->dst_cid == (uint32_t)vsock->cid,
	      "a packet of operation %u is for cid %#lx, guest_cid is %#lx", packet->op,
	      packet->dst_cid, vsock->cid);
}

/* Takes the next packet, whatever its operation. */
static bool take_packet(struct vsock *vsock, uint64_t deadline)
{
	struct test_run *t = vsock->t;
	struct virtqueue *queue = t->device->queues[VSOCK_RX_QUEUE];
	struct virtio_vsock_hdr header;
	struct completion completion;

	if (vsock->heard) {
		post(t, VSOCK_RX_QUEUE, vsock->heard, BUFFER);
		virtqueue_publish(queue);
		virtqueue_kick(queue);
		vsock->heard = NULL;
	}
	if (!await_use(queue, deadline) || !virtqueue_take(queue, &completion))
		return false;
	insist_on_chain(t, queue, &completion, NULL);
	vsock->heard = completion.token;
	memcpy(&header, vsock->heard, HEADER);
	vsock->last = (struct vsock_packet){
		.src_cid = from_le64(header.src_cid),
		.dst_cid = from_le64(header.dst_cid),
		.src_port = from_le32(header.src_port),
		.dst_port = from_le32(header.dst_port),
		.length = from_le32(header.len),
		.flags = from_le32(header.flags),
		.buf_alloc = from_le32(header.buf_alloc),
		.fwd_cnt = from_le32(header.fwd_cnt),
		.type = from_le16(header.type),
		.op = from_le16(header.op),
		.data = vsock->heard + HEADER,
	};
	if (vsock->last.op != VIRTIO_VSOCK_OP_INVALID)
		judge_packet(vsock, completion.length);
	return true;
}

const struct vsock_packet *vsock_hear(struct vsock *vsock, uint64_t nanoseconds)
{
	uint64_t deadline = clock_deadline(nanoseconds);

	while (take_packet(vsock, deadline)) {
		if (vsock->last.op != VIRTIO_VSOCK_OP_INVALID)
			return &vsock->last;
	}
	return NULL;
}

const struct vsock_packet *vsock_await(struct vsock *vsock, uint32_t port, uint32_t far_port,
				       uint16_t op)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	const struct vsock_packet *packet = &vsock->last;

	while (take_packet(vsock, deadline)) {
		if (packet->op == op && packet->dst_port == port && packet->src_port == far_port)
			return packet;
	}
	return NULL;
}

void vsock_check_events(struct vsock *vsock)
{
	struct test_run *t = vsock->t;
	struct virtqueue *queue = t->device->queues[VSOCK_EVENT_QUEUE];
	struct completion completion;

	while (virtqueue_take(queue, &completion)) {
		struct virtio_vsock_event event;

		insist_on_chain(t, queue, &completion, NULL);
		memcpy(&event, completion.token, sizeof(event));
		CHECK(t, VSOCK_EV_1,
		      completion.length == sizeof(event) &&
			      from_le32(event.id) == VIRTIO_VSOCK_EVENT_TRANSPORT_RESET,
		      "event %#x is told, in %u bytes", from_le32(event.id), completion.length);
	}
}

static struct connection *new_connection(struct vsock *vsock, uint32_t buf_alloc)
{
	static uint32_t count;
	struct connection *connection = test_memory(vsock->t, "connection", sizeof(*connection), 8);

	count = (count + 1) & 0xffffff;
	*connection = (struct connection){
		.vsock = vsock,
		.port = PORT + count,
		.far_port = FAR_PORT + count,
		.buf_alloc = buf_alloc,
	};
	return connection;
}

static void ask_listen(const struct connection *connection, bool on)
{
	struct test_run *t = connection->vsock->t;
	struct ask ask = ask_for("socket-listen", t->device);

	ask_text(&ask, "end", connection->end);
	ask_number(&ask, "on", on);
	ask_or_skip(t, &ask);
}

static void ask_connect(const struct connection *connection, bool on)
{
	struct test_run *t = connection->vsock->t;
	struct ask ask = ask_for("socket-connect", t->device);

	ask_number(&ask, "port", connection->port);
	ask_number(&ask, "on", on);
	ask_or_skip(t, &ask);
}

static bool is_settled(const struct connection *connection)
{
	return connection->connected || connection->reset;
}

struct connection *vsock_request(struct vsock *vsock, uint32_t buf_alloc)
{
	struct connection *connection = new_connection(vsock, buf_alloc);

	format_text(connection->end, sizeof(connection->end), "_%u", connection->far_port);
	ask_listen(connection, true);
	connection_tell(connection, VIRTIO_VSOCK_OP_REQUEST, 0);
	connection_take(connection, is_settled, PATIENCE_NS);
	return connection;
}

struct connection *vsock_connect(struct vsock *vsock, uint32_t buf_alloc)
{
	struct connection *connection = vsock_request(vsock, buf_alloc);

	INSIST(vsock->t, VSOCK_STREAM_1, connection->connected,
	       "the host listens at port %u, and REQUEST is answered by %s", connection->far_port,
	       connection->reset ? "RST" : "nothing");
	return connection;
}

struct connection *vsock_accept(struct vsock *vsock, uint32_t buf_alloc, uint16_t answer)
{
	struct connection *connection = new_connection(vsock, buf_alloc);
	const struct vsock_packet *packet;
	struct test_run *t = vsock->t;

	ask_connect(connection, true);
	do
		packet = vsock_hear(vsock, PATIENCE_NS);
	while (packet && packet->op != VIRTIO_VSOCK_OP_REQUEST);
	INSIST(t, SANE_11, packet, "a program of the host connects to port %u, no REQUEST comes",
	       connection->port);
	CHECK(t, VSOCK_ADDR_1,
	      packet->dst_port == connection->port && packet->src_cid == VSOCK_HOST_CID &&
		      packet->type == VIRTIO_VSOCK_TYPE_STREAM,
	      "REQUEST for port %u, not %u, comes from cid %lu, with type %u", packet->dst_port,
	      connection->port, packet->src_cid, packet->type);
	connection->far_port = packet->src_port;
	connection->far_buf_alloc = packet->buf_alloc;
	connection->far_fwd_cnt = packet->fwd_cnt;
	connection->connected = answer == VIRTIO_VSOCK_OP_RESPONSE;
	connection_tell(connection, answer, 0);
	return connection;
}

void vsock_leave(struct connection *connection)
{
	if (*connection->end)
		ask_listen(connection, false);
	else
		ask_connect(connection, false);
}

static void send(struct connection *connection, struct vsock_out *out)
{
	out->src_port = connection->port;
	out->dst_port = connection->far_port;
	out->buf_alloc = connection->buf_alloc;
	out->fwd_cnt = connection->fwd_cnt;
	vsock_send(connection->vsock, out);
}

void connection_tell(struct connection *connection, uint16_t op, uint32_t flags)
{
	send(connection, &(struct vsock_out){.op = op, .flags = flags});
}

void connection_write(struct connection *connection, uint32_t length, uint32_t surplus)
{
	static uint8_t data[VSOCK_DATA_BYTES];

	for (uint32_t n = 0; n < length; n++)
		data[n] = vsock_pattern(connection->sent + n);
	send(connection,
	     &(struct vsock_out){
		     .op = VIRTIO_VSOCK_OP_RW, .length = length, .surplus = surplus, .data = data});
	connection->sent += length;
}

uint32_t connection_credit(const struct connection *connection)
{
	return connection->far_buf_alloc - (connection->sent - connection->far_fwd_cnt);
}

/* Credit, either way, as a packet of the flow shows it. */
static void judge_credit(struct connection *connection, const struct vsock_packet *packet)
{
	struct test_run *t = connection->vsock->t;
	uint32_t in_flight = connection->received - connection->fwd_cnt;

	if (packet->op == VIRTIO_VSOCK_OP_RST)
		return;
	CHECK(t, VSOCK_CREDIT_2, packet->buf_alloc > 0, "a packet of operation %u has buf_alloc 0",
	      packet->op);
	CHECK(t, VSOCK_CREDIT_3,
	      packet->fwd_cnt - connection->far_fwd_cnt <=
		      connection->sent - connection->far_fwd_cnt,
	      "a packet of operation %u has fwd_cnt %u, after %u, when %u bytes were sent",
	      packet->op, packet->fwd_cnt, connection->far_fwd_cnt, connection->sent);
	if (packet->op == VIRTIO_VSOCK_OP_RW)
		CHECK(t, VSOCK_CREDIT_1, in_flight + packet->length <= connection->buf_alloc,
		      "%u bytes come when %u of a buffer of %u are in use", packet->length,
		      in_flight, connection->buf_alloc);
	connection->far_buf_alloc = packet->buf_alloc;
	connection->far_fwd_cnt = packet->fwd_cnt;
}

/* Tells of what was received where it is more than `least` bytes and not held back, and at any rate where that is 0. */
static void forward(struct connection *connection, uint32_t least)
{
	if (!connection->holds && connection->received - connection->fwd_cnt > least)
		connection->fwd_cnt = connection->received;
	else if (least)
		return;
	connection_tell(connection, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0);
}

static void take(struct connection *connection, const struct vsock_packet *packet)
{
	judge_credit(connection, packet);
	switch (packet->op) {
	case VIRTIO_VSOCK_OP_RESPONSE:
		connection->connected = true;
		break;
	case VIRTIO_VSOCK_OP_RST:
		connection->reset = true;
		break;
	case VIRTIO_VSOCK_OP_SHUTDOWN:
		connection->shut = true;
		break;
	case VIRTIO_VSOCK_OP_CREDIT_UPDATE:
		connection->credited = true;
		break;
	case VIRTIO_VSOCK_OP_CREDIT_REQUEST:
		forward(connection, 0);
		break;
	case VIRTIO_VSOCK_OP_RW:
		for (uint32_t n = 0; n < packet->length; n++)
			connection->differs |=
				packet->data[n] != vsock_pattern(connection->received + n);
		connection->received += packet->length;
		forward(connection, connection->buf_alloc / 2);
		break;
	}
}

bool connection_take(struct connection *connection, bool (*until)(const struct connection *),
		     uint64_t nanoseconds)
{
	const struct vsock_packet *packet;
	uint64_t deadline = clock_deadline(QUIETS * nanoseconds);

	while (!until(connection) && !clock_passed(deadline) &&
	       (packet = vsock_hear(connection->vsock, nanoseconds))) {
		if (packet->dst_port == connection->port &&
		    packet->src_port == connection->far_port)
			take(connection, packet);
	}
	return until(connection);
}

/* The number behind a name in what the host answered. */
static uint64_t told_number(const char *text, const char *name, unsigned base)
{
	uint64_t value = 0;

	while (*text && !starts_with(text, name))
		text++;
	for (const char *at = text + (*text ? strlen(name) : 0); *at && *at != ' '; at++)
		value = value * base + (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return value;
}

struct drained connection_drain(struct connection *connection)
{
	struct test_run *t = connection->vsock->t;
	struct ask ask = ask_for("socket-drain", t->device);
	char text[ANSWER_BYTES];

	ask_text(&ask, "end", connection->end);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	return (struct drained){
		.received = told_number(text, "received=", 10),
		.hash = told_number(text, "hash=", 16),
		.closed = told_number(text, "closed=", 10),
	};
}

uint32_t connection_fill(struct connection *connection, uint32_t offset, uint32_t bytes)
{
	struct test_run *t = connection->vsock->t;
	struct ask ask = ask_for("socket-fill", t->device);
	char text[ANSWER_BYTES];

	ask_text(&ask, "end", connection->end);
	ask_number(&ask, "offset", offset);
	ask_number(&ask, "bytes", bytes);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	return (uint32_t)told_number(text, "", 10);
}
