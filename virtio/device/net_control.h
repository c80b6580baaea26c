/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of the network device's control queue (virtio 1.4, 5.1.6.5). Any CPU. */
#ifndef VIRTIO_DEVICE_NET_CONTROL_H
#define VIRTIO_DEVICE_NET_CONTROL_H

#include "virtio/device/net.h"

/* Acknowledgements. */
enum { VIRTIO_NET_OK = 0, VIRTIO_NET_ERR = 1 };

/* Classes of commands. */
enum virtio_net_ctrl_class {
	VIRTIO_NET_CTRL_RX = 0,
	VIRTIO_NET_CTRL_MAC = 1,
	VIRTIO_NET_CTRL_VLAN = 2,
	VIRTIO_NET_CTRL_ANNOUNCE = 3,
	VIRTIO_NET_CTRL_MQ = 4,
	VIRTIO_NET_CTRL_GUEST_OFFLOADS = 5,
	VIRTIO_NET_CTRL_NOTF_COAL = 6,
	VIRTIO_NET_CTRL_HASH_TUNNEL = 7,
	VIRTIO_NET_CTRL_STATS = 8,
	VIRTNET_RSS_CTX_CTRL = 9,
};

/* Commands of class RX. */
enum {
	VIRTIO_NET_CTRL_RX_PROMISC = 0,
	VIRTIO_NET_CTRL_RX_ALLMULTI = 1,
	VIRTIO_NET_CTRL_RX_ALLUNI = 2,
	VIRTIO_NET_CTRL_RX_NOMULTI = 3,
	VIRTIO_NET_CTRL_RX_NOUNI = 4,
	VIRTIO_NET_CTRL_RX_NOBCAST = 5,
};

/* Of class MAC. */
enum { VIRTIO_NET_CTRL_MAC_TABLE_SET = 0, VIRTIO_NET_CTRL_MAC_ADDR_SET = 1 };

/* Of class VLAN. */
enum { VIRTIO_NET_CTRL_VLAN_ADD = 0, VIRTIO_NET_CTRL_VLAN_DEL = 1 };

/* Of class ANNOUNCE. */
enum { VIRTIO_NET_CTRL_ANNOUNCE_ACK = 0 };

/* Of class MQ. */
enum {
	VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET = 0,
	VIRTIO_NET_CTRL_MQ_RSS_CONFIG = 1,
	VIRTIO_NET_CTRL_MQ_HASH_CONFIG = 2,
};

/* Of class GUEST_OFFLOADS. */
enum { VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET = 0 };

/* What every command begins with. */
struct virtio_net_ctrl_hdr {
	uint8_t class;
	uint8_t command;
};
static_assert(sizeof(struct virtio_net_ctrl_hdr) == 2, "5.1.6.5");

/* What a hash may be made over. */
enum virtio_net_hash_type {
	VIRTIO_NET_HASH_TYPE_IPv4 = BIT(0),
	VIRTIO_NET_HASH_TYPE_TCPv4 = BIT(1),
	VIRTIO_NET_HASH_TYPE_UDPv4 = BIT(2),
	VIRTIO_NET_HASH_TYPE_IPv6 = BIT(3),
	VIRTIO_NET_HASH_TYPE_TCPv6 = BIT(4),
	VIRTIO_NET_HASH_TYPE_UDPv6 = BIT(5),
	VIRTIO_NET_HASH_TYPE_IP_EX = BIT(6),
	VIRTIO_NET_HASH_TYPE_TCP_EX = BIT(7),
	VIRTIO_NET_HASH_TYPE_UDP_EX = BIT(8),
};

#define VIRTIO_NET_HASH_REPORT_NONE 0

/* The fixed head of struct virtio_net_rss_config; the table, max_tx_vq and the key follow. */
struct virtio_net_rss_config_head {
	le32 hash_types;
	le16 indirection_table_mask;
	le16 unclassified_queue; /* struct rss_rq_id: the number of the receive queue, from 0 */
};
static_assert(sizeof(struct virtio_net_rss_config_head) == 8, "5.1.6.5");

/* The fixed head of struct virtio_net_hash_config; the key follows. */
struct virtio_net_hash_config_head {
	le32 hash_types;
	le16 reserved[4];
	uint8_t hash_key_length;
} PACKED;
static_assert(sizeof(struct virtio_net_hash_config_head) == 13, "5.1.6.5");

/*
 * A command with its data; the acknowledgement is preset to 0xff and `result_length` bytes for the
 * device's answer follow it. False when the arena is full.
 */
bool net_prepare_command(struct arena *arena, uint8_t class, uint8_t command, const void *data,
			 uint32_t length, uint32_t result_length, struct request *request);

/* The acknowledgement that stands in a command now. */
uint8_t net_command_ack(const struct request *request);

#endif
