/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket device (virtio 1.4, 5.10): connections between guest and host, as packets over two queues. Any CPU. */
#ifndef VIRTIO_DEVICE_VSOCK_H
#define VIRTIO_DEVICE_VSOCK_H

#include "virtio/device/workload.h"

/* The queues (5.10.2). */
enum { VSOCK_RX_QUEUE = 0, VSOCK_TX_QUEUE = 1, VSOCK_EVENT_QUEUE = 2, VSOCK_QUEUES = 3 };

/* Feature bits (5.10.3). */
enum virtio_vsock_feature {
	VIRTIO_VSOCK_F_STREAM = 0,
	VIRTIO_VSOCK_F_SEQPACKET = 1,
	VIRTIO_VSOCK_F_NO_IMPLIED_STREAM = 2,
};

/* The device-specific configuration (5.10.4). */
struct virtio_vsock_config {
	le64 guest_cid;
};
static_assert(sizeof(struct virtio_vsock_config) == 8, "5.10.4");

#define VSOCK_HOST_CID 2u

/* What a packet begins with (5.10.6). */
struct virtio_vsock_hdr {
	le64 src_cid;
	le64 dst_cid;
	le32 src_port;
	le32 dst_port;
	le32 len;
	le16 type;
	le16 op;
	le32 flags;
	le32 buf_alloc;
	le32 fwd_cnt;
} __attribute__((packed));
static_assert(offsetof(struct virtio_vsock_hdr, type) == 28, "5.10.6");
static_assert(sizeof(struct virtio_vsock_hdr) == 44, "5.10.6");

/* Socket types (5.10.6.2). */
enum { VIRTIO_VSOCK_TYPE_STREAM = 1, VIRTIO_VSOCK_TYPE_SEQPACKET = 2 };

/* Operations (5.10.6). */
enum virtio_vsock_op {
	VIRTIO_VSOCK_OP_INVALID = 0,
	VIRTIO_VSOCK_OP_REQUEST = 1,
	VIRTIO_VSOCK_OP_RESPONSE = 2,
	VIRTIO_VSOCK_OP_RST = 3,
	VIRTIO_VSOCK_OP_SHUTDOWN = 4,
	VIRTIO_VSOCK_OP_RW = 5,
	VIRTIO_VSOCK_OP_CREDIT_UPDATE = 6,
	VIRTIO_VSOCK_OP_CREDIT_REQUEST = 7,
};

/* Flags of a SHUTDOWN (5.10.6.5): the bits that the specification numbers 0 and 1. */
enum { VSOCK_SHUTDOWN_RECEIVE = BIT(0), VSOCK_SHUTDOWN_SEND = BIT(1) };

/* Flags of a RW packet of a seqpacket socket (5.10.6.6.1). */
enum { VIRTIO_VSOCK_SEQ_EOM = BIT(0), VIRTIO_VSOCK_SEQ_EOR = BIT(1) };

/* What a buffer of the event queue gets (5.10.6.7). */
struct virtio_vsock_event {
	le32 id;
};
#define VIRTIO_VSOCK_EVENT_TRANSPORT_RESET 0u

#endif
