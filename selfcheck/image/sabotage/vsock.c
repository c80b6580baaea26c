/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket devices that break one rule. */
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/vsock.h"
#include "virtio/transport/pci/registers.h"

/* The packet in a used buffer, or NULL for other queues. */
static struct virtio_vsock_hdr *packet_of(struct virtqueue *queue,
					  const struct used_element *element)
{
	if (queue->index != VSOCK_RX_QUEUE || element->id >= queue->size)
		return NULL;
	return queue->chains[element->id].token;
}

static bool is_op(const struct virtio_vsock_hdr *packet, uint16_t op)
{
	return packet && from_le16(packet->op) == op;
}

static uint64_t be_the_host(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	return access->offset == 0 ? VSOCK_HOST_CID : 0;
}

SABOTEUR(vsock_is_the_host, .about = "guest_cid is 2", BREAKS(CLAUSE_VSOCK_RXTX_1),
	 .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.guest_has*", .onlooker.read = be_the_host);

static uint64_t be_odd(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == 4 ? 1 : value;
}

SABOTEUR(vsock_has_a_large_cid, .about = "the upper half of guest_cid is not 0",
	 BREAKS(CLAUSE_VSOCK_CFG_1), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.guest_has*",
	 .onlooker.read = be_odd);

static uint64_t lose_event_queue(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	return is_common(access, queue_size) &&
			       own_read(self, access->device, queue_select) == VSOCK_EVENT_QUEUE
		       ? 0
		       : value;
}

SABOTEUR(vsock_lacks_event_queue, .about = "queue 2 has no size", BREAKS(CLAUSE_VSOCK_VQ_1),
	 .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.has_three*", .onlooker.read = lose_event_queue);

static void tell_event(struct onlooker *self, struct virtqueue *queue)
{
	static const struct virtio_vsock_event event;

	if (queue->index == VSOCK_EVENT_QUEUE)
		use_falsely(queue, &event, sizeof(event));
}

SABOTEUR(vsock_tells_events, .about = "a transport reset is told, and there was none",
	 BREAKS(CLAUSE_VSOCK_EV_1), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.no_event*",
	 .onlooker.publish = tell_event);

static bool has_room;

static void begin_without_room(struct virtio_device *device)
{
	has_room = false;
}

static void note_room(struct onlooker *self, struct virtqueue *queue)
{
	has_room |= queue->index == VSOCK_RX_QUEUE;
}

static bool wait_for_room(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || *value != VSOCK_TX_QUEUE || has_room;
}

SABOTEUR(vsock_waits_for_room, .about = "packets are not taken before there are receive buffers",
	 BREAKS(CLAUSE_VSOCK_FLOW_1), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.packets_leave*",
	 .start = begin_without_room, .onlooker.publish = note_room,
	 .onlooker.write = wait_for_room);

static void readdress(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (is_op(packet, VIRTIO_VSOCK_OP_REQUEST))
		packet->src_cid = to_le64(1ull << 32 | 3);
}

SABOTEUR(vsock_comes_from_elsewhere, .about = "requests have another source, of more than 32 bits",
	 BREAKS(CLAUSE_VSOCK_ADDR_1, CLAUSE_VSOCK_OP_1), .type = VIRTIO_TYPE_VSOCK,
	 .tests = "vsock.host_connects", .used_element = readdress);

static void overstate(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (is_op(packet, VIRTIO_VSOCK_OP_RESPONSE))
		packet->len = to_le32(1);
}

SABOTEUR(vsock_overstates_len, .about = "len of RESPONSE is 1, behind which there is nothing",
	 BREAKS(CLAUSE_VSOCK_OP_2), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.nothing_neg*",
	 .used_element = overstate);

static void flip(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (is_op(packet, VIRTIO_VSOCK_OP_RW))
		((uint8_t *)(packet + 1))[from_le32(packet->len) - 1] ^= 1;
}

SABOTEUR(vsock_flips_a_bit, .about = "a bit of what comes is another",
	 BREAKS(CLAUSE_VSOCK_STREAM_4), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.host_ends*",
	 .used_element = flip);

static void miscount(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (!packet)
		return;
	packet->buf_alloc = to_le32(0);
	packet->fwd_cnt = to_le32(from_le32(packet->fwd_cnt) + 1000000);
}

SABOTEUR(vsock_miscounts, .about = "buf_alloc is 0, fwd_cnt more than was sent",
	 BREAKS(CLAUSE_VSOCK_CREDIT_2, CLAUSE_VSOCK_CREDIT_3), .type = VIRTIO_TYPE_VSOCK,
	 .tests = "vsock.nothing_neg*", .used_element = miscount);

/* What a driver is about to send, shown to who changes it. */
static struct virtio_vsock_hdr *header_of(struct virtqueue *queue, const struct chain_view *chain)
{
	return queue->index == VSOCK_TX_QUEUE && from_le32(*chain->links[0].len) == 44
		       ? (void *)(uintptr_t)from_le64(*chain->links[0].addr)
		       : NULL;
}

static void grow_buffer(struct virtqueue *queue, struct chain_view *chain)
{
	struct virtio_vsock_hdr *header = header_of(queue, chain);

	if (header)
		header->buf_alloc = to_le32(from_le32(header->buf_alloc) + 4096);
}

static void grow_buffers(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, grow_buffer);
}

SABOTEUR(vsock_overruns, .about = "4096 bytes more come than the guest has room for",
	 BREAKS(CLAUSE_VSOCK_CREDIT_1), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.small*",
	 .start = forget_chains, .onlooker.publish = grow_buffers);

static void take_all(struct virtqueue *queue, struct chain_view *chain)
{
	struct virtio_vsock_hdr *header = header_of(queue, chain);

	if (header && is_op(header, VIRTIO_VSOCK_OP_RW) && chain->count > 1)
		header->len = *chain->links[1].len;
}

static void take_all_of_it(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, take_all);
}

SABOTEUR(vsock_ignores_len, .about = "whole buffers are taken for payload",
	 BREAKS(CLAUSE_VSOCK_OP_3), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.bytes_behind*",
	 .start = forget_chains, .onlooker.publish = take_all_of_it);

/* What ends connections, or answers, is never said. */
static void say_nothing(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (is_op(packet, VIRTIO_VSOCK_OP_RST) || is_op(packet, VIRTIO_VSOCK_OP_SHUTDOWN) ||
	    is_op(packet, VIRTIO_VSOCK_OP_CREDIT_UPDATE))
		packet->op = to_le16(VIRTIO_VSOCK_OP_INVALID);
}

SABOTEUR(vsock_says_nothing, .about = "neither RST nor SHUTDOWN nor CREDIT_UPDATE comes",
	 BREAKS(CLAUSE_VSOCK_STREAM_3, CLAUSE_VSOCK_STREAM_6, CLAUSE_VSOCK_CREDIT_4),
	 .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.shutdown*,vsock.host_ends*,vsock.counters*",
	 .used_element = say_nothing);

static void refuse(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (is_op(packet, VIRTIO_VSOCK_OP_RESPONSE))
		packet->op = to_le16(VIRTIO_VSOCK_OP_RST);
}

SABOTEUR(vsock_refuses, .about = "a listening socket is answered for by RST",
	 BREAKS(CLAUSE_VSOCK_STREAM_1, CLAUSE_VSOCK_FEAT_2), .type = VIRTIO_TYPE_VSOCK,
	 .tests = "vsock.nothing_neg*,vsock.host_ends*", .used_element = refuse);

static void keep_open(struct virtqueue *queue, struct chain_view *chain)
{
	struct virtio_vsock_hdr *header = header_of(queue, chain);

	if (is_op(header, VIRTIO_VSOCK_OP_RST))
		header->op = to_le16(VIRTIO_VSOCK_OP_CREDIT_UPDATE);
}

static void keep_all_open(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, keep_open);
}

SABOTEUR(vsock_ignores_resets, .about = "connections outlive a RST of the driver",
	 BREAKS(CLAUSE_VSOCK_STREAM_5), .type = VIRTIO_TYPE_VSOCK, .tests = "vsock.reset_disc*",
	 .start = forget_chains, .onlooker.publish = keep_all_open);
