/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket devices with ways of their own (5.10). */
#include "arch/clock.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/vsock.h"

#define HOSTED "vsock.host_*,vsock.reset_*,vsock.shutdown*,vsock.counters*,vsock.guest_sends*"

static struct virtio_vsock_hdr *packet_of(struct virtqueue *queue,
					  const struct used_element *element)
{
	if (queue->index != VSOCK_RX_QUEUE || element->id >= queue->size)
		return NULL;
	return queue->chains[element->id].token;
}

static void have_little_room(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (!packet || !from_le32(packet->buf_alloc))
		return;
	acts();
	packet->buf_alloc = to_le32(from_le32(packet->buf_alloc) / 5 + 1);
}
ECCENTRIC(ok_vsock_little_room, .about = "a socket device has an odd and small buffer",
	  ALLOWED("5.10.6.3",
		  "buf_alloc is the total receive buffer space, in bytes, for this socket."),
	  .devices = "vsock", .tests = HOSTED, .used_element = have_little_room);

static void reset_at_once(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_vsock_hdr *packet = packet_of(queue, element);

	if (!packet || from_le16(packet->op) != VIRTIO_VSOCK_OP_SHUTDOWN)
		return;
	acts();
	packet->op = to_le16(VIRTIO_VSOCK_OP_RST);
}
ECCENTRIC(ok_vsock_resets, .about = "a socket device ends connections by RST alone",
	  ALLOWED("5.10.6.5", "The VIRTIO_VSOCK_OP_RST packet aborts the connection process or "
			      "forcibly disconnects a connected socket."),
	  .devices = "vsock", .tests = HOSTED, .used_element = reset_at_once);

static void take_time(struct virtqueue *queue, struct used_element *element)
{
	acts();
	clock_spin(2000000);
}
ECCENTRIC(ok_vsock_late, .about = "a socket device takes 2 ms for each packet",
	  ALLOWED("2.7.8",
		  "The used ring is where the device returns buffers once it is done with them"),
	  .devices = "vsock", .tests = "vsock.host_*,vsock.reset_*,vsock.shutdown*",
	  .used_element = take_time);
