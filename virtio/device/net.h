/* SPDX-License-Identifier: BSD-2-Clause */
/* Network device (virtio 1.4, 5.1). */
#ifndef VIRTIO_DEVICE_NET_H
#define VIRTIO_DEVICE_NET_H

#include "virtio/workload.h"

enum {
	VIRTIO_NET_F_CSUM = 0,
	VIRTIO_NET_F_GUEST_CSUM = 1,
	VIRTIO_NET_F_CTRL_GUEST_OFFLOADS = 2,
	VIRTIO_NET_F_MTU = 3,
	VIRTIO_NET_F_MAC = 5,
	VIRTIO_NET_F_GUEST_TSO4 = 7,
	VIRTIO_NET_F_GUEST_TSO6 = 8,
	VIRTIO_NET_F_GUEST_ECN = 9,
	VIRTIO_NET_F_GUEST_UFO = 10,
	VIRTIO_NET_F_HOST_TSO4 = 11,
	VIRTIO_NET_F_HOST_TSO6 = 12,
	VIRTIO_NET_F_HOST_ECN = 13,
	VIRTIO_NET_F_HOST_UFO = 14,
	VIRTIO_NET_F_MRG_RXBUF = 15,
	VIRTIO_NET_F_STATUS = 16,
	VIRTIO_NET_F_CTRL_VQ = 17,
	VIRTIO_NET_F_CTRL_RX = 18,
	VIRTIO_NET_F_CTRL_VLAN = 19,
	VIRTIO_NET_F_CTRL_RX_EXTRA = 20,
	VIRTIO_NET_F_GUEST_ANNOUNCE = 21,
	VIRTIO_NET_F_MQ = 22,
	VIRTIO_NET_F_CTRL_MAC_ADDR = 23,
};

struct virtio_net_config {
	uint8_t mac[6];
	le16 status;
	le16 max_virtqueue_pairs;
	le16 mtu;
	le32 speed;
	uint8_t duplex;
	uint8_t rss_max_key_size;
	le16 rss_max_indirection_table_length;
	le32 supported_hash_types;
	le32 supported_tunnel_types;
};
static_assert(offsetof(struct virtio_net_config, status) == 6, "5.1.4");
static_assert(offsetof(struct virtio_net_config, max_virtqueue_pairs) == 8, "5.1.4");
static_assert(offsetof(struct virtio_net_config, mtu) == 10, "5.1.4");
static_assert(offsetof(struct virtio_net_config, speed) == 12, "5.1.4");
static_assert(offsetof(struct virtio_net_config, duplex) == 16, "5.1.4");
static_assert(offsetof(struct virtio_net_config, rss_max_key_size) == 17, "5.1.4");
static_assert(offsetof(struct virtio_net_config, supported_hash_types) == 20, "5.1.4");
static_assert(sizeof(struct virtio_net_config) == 28, "5.1.4");

/* The packet header of a VERSION_1 device without hash report (5.1.6). */
struct virtio_net_hdr {
	uint8_t flags;
	uint8_t gso_type;
	le16 hdr_len;
	le16 gso_size;
	le16 csum_start;
	le16 csum_offset;
	le16 num_buffers;
};
static_assert(sizeof(struct virtio_net_hdr) == 12, "5.1.6");

#define NET_FRAME_LEAST 60u
#define NET_FRAME_MOST  1514u

/* The first queue pair. */
enum { NET_RECEIVE_QUEUE = 0, NET_TRANSMIT_QUEUE = 1 };

/*
 * A transmit request: a zero header and `length` bytes of frame, which begin at
 * request->out + sizeof(struct virtio_net_hdr). False when the arena is full.
 */
bool net_prepare_transmit(struct arena *arena, uint32_t length, struct request *request);

#endif
