/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device answers without anybody on the host (virtio 1.4, 5.10.6). */
#include "arch/memory.h"
#include "tests/device/vsock/vsock.h"

#define NOBODY  0x53000000u /* a port at which nobody listens */
#define ROOM    65536u
#define BUFFERS 8

static void request(struct vsock *vsock, uint32_t port, uint16_t type)
{
	vsock_send(vsock, &(struct vsock_out){.src_port = port,
					      .dst_port = NOBODY + port,
					      .type = type,
					      .buf_alloc = ROOM,
					      .op = VIRTIO_VSOCK_OP_REQUEST});
}

/* The answer to a packet between these ports; judges its addresses. NULL: there is none. */
static const struct vsock_packet *answer(struct vsock *vsock, uint32_t port)
{
	const struct vsock_packet *packet = vsock_hear(vsock, PATIENCE_NS);
	struct test_run *t = vsock->t;

	if (packet)
		CHECK(t, VSOCK_ADDR_1,
		      packet->src_cid == VSOCK_HOST_CID && packet->dst_port == port &&
			      packet->src_port == NOBODY + port,
		      "a packet from %lu:%u to :%u answers one from :%u to 2:%u", packet->src_cid,
		      packet->src_port, packet->dst_port, port, NOBODY + port);
	return packet;
}

static void expect_rst(struct vsock *vsock, uint32_t port)
{
	const struct vsock_packet *packet = answer(vsock, port);
	struct test_run *t = vsock->t;

	CAN_JUDGE(t, !packet || packet->op != VIRTIO_VSOCK_OP_RESPONSE,
		  "somebody listens at port %u", NOBODY + port);
	INSIST(t, VSOCK_STREAM_2, packet && packet->op == VIRTIO_VSOCK_OP_RST,
	       "REQUEST to port %u, where nobody listens, is answered by %s", NOBODY + port,
	       packet ? "another operation" : "nothing");
}

TEST(vsock, nobody_listens, .about = "RST comes for each REQUEST to a port that nobody listens at",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_INTERRUPT,
     .judges = CLAUSES(VSOCK_STREAM_2, VSOCK_ADDR_1, VSOCK_OP_1, VSOCK_OP_2))
{
	struct vsock *vsock = vsock_start(t, BIT(VIRTIO_VSOCK_F_STREAM), BUFFERS);

	for (uint32_t port = 1; port <= 3 * BUFFERS; port++) {
		request(vsock, port, VIRTIO_VSOCK_TYPE_STREAM);
		expect_rst(vsock, port);
	}
}

TEST(vsock, unknown_types_are_reset,
     .about = "RST comes for packets of a socket type that there is not", .type = VIRTIO_TYPE_VSOCK,
     .needs = NEEDS_WORK, .judges = CLAUSES(VSOCK_RXTX_2, VSOCK_ADDR_1, VSOCK_OP_1, VSOCK_OP_2))
{
	static const uint16_t types[] = {3, 0x100, 0xffff};
	static const uint16_t ops[] = {VIRTIO_VSOCK_OP_REQUEST, VIRTIO_VSOCK_OP_RW};
	struct vsock *vsock = vsock_start(t, BIT(VIRTIO_VSOCK_F_STREAM), BUFFERS);
	uint32_t port = 100;

	/* What nothing defines yet a later version may. */
	for (unsigned n = *options.version ? 0 : ARRAY_LENGTH(types) - 1; n < ARRAY_LENGTH(types);
	     n++) {
		for (unsigned op = 0; op < ARRAY_LENGTH(ops); op++) {
			const struct vsock_packet *packet;

			port++;
			vsock_send(vsock, &(struct vsock_out){.src_port = port,
							      .dst_port = NOBODY + port,
							      .type = types[n],
							      .length = 4 * op,
							      .buf_alloc = ROOM,
							      .op = ops[op]});
			packet = answer(vsock, port);
			INSIST(t, VSOCK_RXTX_2, packet && packet->op == VIRTIO_VSOCK_OP_RST,
			       "operation %u with type %#x is answered by %s", ops[op], types[n],
			       packet ? "another operation" : "nothing");
		}
	}
}

TEST(vsock, packets_leave_while_none_can_come,
     .about = "packets are used without a buffer for answers, which come once there are some",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_WORK,
     .judges = CLAUSES(VSOCK_FLOW_1, VSOCK_STREAM_2, VSOCK_ADDR_1, VSOCK_OP_1, VSOCK_OP_2))
{
	struct vsock *vsock = vsock_start(t, BIT(VIRTIO_VSOCK_F_STREAM), 0);
	struct virtqueue *queue = t->device->queues[VSOCK_TX_QUEUE];
	struct request *plain = new_request(t, 7);
	struct completion completion;

	/* One answer may have to wait; the packet behind it owes none. */
	request(vsock, 1, VIRTIO_VSOCK_TYPE_STREAM);
	submit(t, queue, plain);
	INSIST(t, VSOCK_FLOW_1, await_completion(t, queue, &completion),
	       "a packet that no one answers is not used while the receive queue is empty");
	vsock_post(vsock, BUFFERS);
	expect_rst(vsock, 1);
}

TEST(vsock, unknown_operations_do_no_harm,
     .about = "packets with operations that there are not are used, and then others are served",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_WORK, .judges = CLAUSES(SANE_1))
{
	static const uint16_t ops[] = {VIRTIO_VSOCK_OP_INVALID, 8, 0x8000, 0xffff};
	struct vsock *vsock = vsock_start(t, BIT(VIRTIO_VSOCK_F_STREAM), BUFFERS);

	for (unsigned n = 0; n < ARRAY_LENGTH(ops); n++)
		vsock_send(vsock, &(struct vsock_out){.src_port = 200 + n,
						      .dst_port = NOBODY,
						      .buf_alloc = ROOM,
						      .op = ops[n]});
	work_once(t, 1);
}

static struct segment piece(const uint8_t *bytes, uint32_t from, uint32_t to)
{
	return (struct segment){physical(bytes + from), to - from, false};
}

TEST(vsock, header_may_be_cut,
     .about = "a packet whose header and payload are cut otherwise is used as any",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_WORK, .judges = CLAUSES(SPLIT_FRAME_1))
{
	static const uint32_t cuts[] = {1, 20, 43};
	struct virtqueue *queue;
	struct completion completion;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(cuts); n++) {
		struct request *packet = new_request(t, n);
		struct segment segments[2] = {
			piece(packet->out, 0, cuts[n]),
			piece(packet->out, cuts[n], packet->out_length),
		};

		add_segments(t, queue, segments, 2, packet);
		virtqueue_publish(queue);
		virtqueue_kick(queue);
		INSIST(t, SPLIT_FRAME_1, await_completion(t, queue, &completion),
		       "a header cut behind %u bytes is not used in time", cuts[n]);
	}
}
