/* SPDX-License-Identifier: BSD-2-Clause */
/* Network device (virtio 1.4, 5.1). Any CPU. */
#ifndef VIRTIO_DEVICE_NET_H
#define VIRTIO_DEVICE_NET_H

#include "virtio/device/workload.h"

/* Feature bits (5.1.3). */
enum {
	VIRTIO_NET_F_CSUM = 0,
	VIRTIO_NET_F_GUEST_CSUM = 1,
	VIRTIO_NET_F_CTRL_GUEST_OFFLOADS = 2,
	VIRTIO_NET_F_MTU = 3,
	VIRTIO_NET_F_MAC = 5,
	VIRTIO_NET_F_GSO = 6, /* legacy */
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
	VIRTIO_NET_F_DEVICE_STATS = 50,
	VIRTIO_NET_F_HASH_TUNNEL = 51,
	VIRTIO_NET_F_VQ_NOTF_COAL = 52,
	VIRTIO_NET_F_NOTF_COAL = 53,
	VIRTIO_NET_F_GUEST_USO4 = 54,
	VIRTIO_NET_F_GUEST_USO6 = 55,
	VIRTIO_NET_F_HOST_USO = 56,
	VIRTIO_NET_F_HASH_REPORT = 57,
	VIRTIO_NET_F_GUEST_HDRLEN = 59,
	VIRTIO_NET_F_RSS = 60,
	VIRTIO_NET_F_RSC_EXT = 61,
	VIRTIO_NET_F_STANDBY = 62,
	VIRTIO_NET_F_SPEED_DUPLEX = 63,
	VIRTIO_NET_F_RSS_CONTEXT = 64,
	VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO = 65,
	VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM = 66,
	VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO = 67,
	VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM = 68,
	VIRTIO_NET_F_OUT_NET_HEADER = 69,
	VIRTIO_NET_F_IPSEC = 70,
};

#define NET_MAC_BYTES 6

/* The device-specific configuration (5.1.4). */
struct virtio_net_config {
	uint8_t mac[NET_MAC_BYTES];
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
static_assert(offsetof(struct virtio_net_config, rss_max_indirection_table_length) == 18, "5.1.4");
static_assert(offsetof(struct virtio_net_config, supported_hash_types) == 20, "5.1.4");
static_assert(offsetof(struct virtio_net_config, supported_tunnel_types) == 24, "5.1.4");
static_assert(sizeof(struct virtio_net_config) == 28, "5.1.4");

#define VIRTIO_NET_S_LINK_UP       BIT(0)
#define VIRTIO_NET_S_ANNOUNCE      BIT(1)

#define VIRTIO_NET_SPEED_MOST      0x7fffffffu
#define VIRTIO_NET_SPEED_UNKNOWN   0xffffffffu
#define VIRTIO_NET_DUPLEX_MOST     1 /* full and half: the texts disagree which is which */
#define VIRTIO_NET_DUPLEX_UNKNOWN  0xff
#define VIRTIO_NET_MTU_LEAST       68u
#define VIRTIO_NET_PAIRS_MOST      0x8000u
#define VIRTIO_NET_RSS_KEY_LEAST   40u
#define VIRTIO_NET_RSS_TABLE_LEAST 128u

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

/* With VIRTIO_NET_F_HASH_REPORT. */
struct virtio_net_hdr_hash {
	struct virtio_net_hdr hdr;
	le32 hash_value;
	le16 hash_report;
	le16 padding_reserved;
};
static_assert(sizeof(struct virtio_net_hdr_hash) == 20, "5.1.6");

#define NET_HEADER_MOST 32u

/* flags of the packet header. */
enum {
	VIRTIO_NET_HDR_F_NEEDS_CSUM = 1,
	VIRTIO_NET_HDR_F_DATA_VALID = 2,
	VIRTIO_NET_HDR_F_RSC_INFO = 4,
	VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM = 8,
	VIRTIO_NET_HDR_F_SECURITY = 16,
};

/* gso_type. */
enum {
	VIRTIO_NET_HDR_GSO_NONE = 0,
	VIRTIO_NET_HDR_GSO_TCPV4 = 1,
	VIRTIO_NET_HDR_GSO_UDP = 3,
	VIRTIO_NET_HDR_GSO_TCPV6 = 4,
	VIRTIO_NET_HDR_GSO_UDP_L4 = 5,
	VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 = 0x20,
	VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6 = 0x40,
	VIRTIO_NET_HDR_GSO_ECN = 0x80,
};

#define NET_FRAME_LEAST 60u
#define NET_FRAME_MOST  1514u
#define NET_GSO_MOST    65589u /* 5.1.6.3: Ethernet and IPv6 headers and 65535 bytes behind them */

/* The first queue pair. */
enum { NET_RECEIVE_QUEUE = 0, NET_TRANSMIT_QUEUE = 1 };

/* Queue indices (5.1.2); pairs count from 0. */
static inline unsigned net_receive_queue(unsigned pair)
{
	return 2 * pair;
}

/* The queue that sends. */
static inline unsigned net_transmit_queue(unsigned pair)
{
	return 2 * pair + 1;
}

/*
 * How many queue pairs exist with device->negotiated: max_virtqueue_pairs with MQ or RSS, else 1
 * (5.1.2). The control queue stands behind them.
 */
unsigned net_pairs(struct virtio_device *device);

/* The control queue, where device->negotiated has CTRL_VQ. */
unsigned net_control_queue(struct virtio_device *device);

/* The length of the packet header with device->negotiated (5.1.6.3). */
uint32_t net_header_length(const struct virtio_device *device);

/* One field of the configuration, as a number. */
#define net_config(device, field)                                                                  \
	net_config_at((device), offsetof(struct virtio_net_config, field),                         \
		      sizeof(((struct virtio_net_config *)0)->field))

/* What net_config() calls: `length` bytes, 1, 2 or 4, of the configuration from `offset` on. */
uint32_t net_config_at(struct virtio_device *device, uint32_t offset, uint32_t length);

/* Reads the device's address, one byte at a time (5.1.4.2). */
void net_mac(struct virtio_device *device, uint8_t mac[NET_MAC_BYTES]);

/*
 * A transmit request: a zero header and `length` bytes of frame, which begin at
 * request->out + net_header_length(). False when the arena is full.
 */
bool net_prepare_transmit(struct virtio_device *device, struct arena *arena, uint32_t length,
			  struct request *request);

#endif
