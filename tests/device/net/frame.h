/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ethernet frames made and read byte by byte: ARP (RFC 826), IPv4 (RFC 791), IPv6 (RFC 8200),
 * ICMP (RFC 792, RFC 4443), TCP (RFC 9293), UDP (RFC 768), 802.1Q tags.
 */
#ifndef TESTS_DEVICE_NET_FRAME_H
#define TESTS_DEVICE_NET_FRAME_H

#include "virtio/device/net.h"

/* 16 bits as networks send them: the high byte first. */
typedef struct {
	uint8_t high, low;
} be16;

/* 32 bits so. */
typedef struct {
	be16 high, low;
} be32;

/* A number as two bytes of a frame. */
static inline be16 to_be16(uint16_t value)
{
	return (be16){(uint8_t)(value >> 8), (uint8_t)value};
}

/* The number in two bytes of a frame. */
static inline uint16_t from_be16(be16 field)
{
	return (uint16_t)(field.high << 8 | field.low);
}

/* A number as four bytes. */
static inline be32 to_be32(uint32_t value)
{
	return (be32){to_be16((uint16_t)(value >> 16)), to_be16((uint16_t)value)};
}

/* The number in four bytes. */
static inline uint32_t from_be32(be32 field)
{
	return (uint32_t)from_be16(field.high) << 16 | from_be16(field.low);
}

/* What an Ethernet frame carries. */
enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_LOCAL = 0x88b5, /* local experiments (IEEE 802) */
};

/* What an IP packet carries. */
enum protocol { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

/* What every frame begins with. */
struct ethernet_header {
	uint8_t to[NET_MAC_BYTES];
	uint8_t from[NET_MAC_BYTES];
	be16 type;
};
static_assert(sizeof(struct ethernet_header) == 14, "IEEE 802.3");

/* An 802.1Q tag, behind ETHERTYPE_VLAN. */
struct vlan_tag {
	be16 control; /* the id is its low 12 bits */
	be16 type;    /* of what follows */
};

/* ARP for IPv4 over Ethernet. */
struct arp_packet {
	be16 hardware, protocol;
	uint8_t hardware_length, protocol_length;
	be16 operation;
	uint8_t sender_mac[NET_MAC_BYTES], sender_ip[4];
	uint8_t target_mac[NET_MAC_BYTES], target_ip[4];
};
static_assert(sizeof(struct arp_packet) == 28, "RFC 826");

/* operation of an ARP packet. */
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

/* Without options. */
struct ipv4_header {
	uint8_t version_length, service;
	be16 length, id, fragment;
	uint8_t hops, protocol;
	be16 checksum;
	uint8_t from[4], to[4];
};
static_assert(sizeof(struct ipv4_header) == 20, "RFC 791");

#define IPV4_DONT_FRAGMENT 0x4000

/* Without extension headers. */
struct ipv6_header {
	be32 version_flow;
	be16 length;
	uint8_t next, hops;
	uint8_t from[16], to[16];
};
static_assert(sizeof(struct ipv6_header) == 40, "RFC 8200");

/* An echo request or reply, of ICMPv6, too; data follow. */
struct icmp_echo {
	uint8_t type, code;
	be16 checksum, id, sequence;
};
static_assert(sizeof(struct icmp_echo) == 8, "RFC 792");

/* Without options. */
struct tcp_header {
	be16 from, to;
	be32 sequence, acknowledgement;
	uint8_t offset, flags;
	be16 window, checksum, urgent;
};
static_assert(sizeof(struct tcp_header) == 20, "RFC 9293");

/* flags of a TCP header. */
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_CWR = 128 };

/* Data follow. */
struct udp_header {
	be16 from, to, length, checksum;
};
static_assert(sizeof(struct udp_header) == 8, "RFC 768");

#define FRAME_MOST 16384u

/* A frame that is being made, from its destination address on. */
struct frame {
	uint32_t length;
	uint8_t bytes[FRAME_MOST];
};

/* Six times 0xff. */
extern const uint8_t mac_broadcast[NET_MAC_BYTES];

/* A locally administered unicast address that nobody else uses; n tells several apart. */
void mac_unicast(uint8_t n, uint8_t mac[NET_MAC_BYTES]);

/* A multicast address that nobody else uses. */
void mac_multicast(uint8_t n, uint8_t mac[NET_MAC_BYTES]);

/* Who talks to whom. */
struct flow {
	uint8_t from_mac[NET_MAC_BYTES], to_mac[NET_MAC_BYTES];
	bool ipv6;
	uint8_t from_ip[16], to_ip[16]; /* the first 4 bytes for IPv4 */
	uint16_t from_port, to_port;
	uint16_t vlan; /* 0: untagged */
};

/* Fills in addresses of a private IPv4 or IPv6 network; `n` tells flows apart. */
struct flow flow_of(const uint8_t from_mac[NET_MAC_BYTES], const uint8_t to_mac[NET_MAC_BYTES],
		    bool ipv6, uint16_t n);

/*
 * A frame of our own EtherType for one flow's addresses that carries a cookie; `length` bytes with the
 * Ethernet header, filled with a pattern that the cookie gives.
 */
void frame_probe(struct frame *frame, const struct flow *flow, uint32_t cookie, uint32_t length);

/* True when these bytes are the probe with this cookie, whole. */
bool frame_is_probe(const uint8_t *bytes, uint32_t length, uint32_t cookie);

/* ARP from flow->from_mac and from_ip for flow->to_ip, sent to to_mac. */
void frame_arp(struct frame *frame, const struct flow *flow, uint16_t operation);

/* ICMP or ICMPv6 echo request with `payload` bytes of the seed's pattern, checksums complete. */
void frame_echo(struct frame *frame, const struct flow *flow, uint16_t id, uint16_t sequence,
		uint32_t payload);

/* A TCP segment with `payload` bytes of the seed's pattern, checksums complete. */
void frame_tcp(struct frame *frame, const struct flow *flow, uint8_t flags, uint32_t sequence,
	       uint32_t payload);

/* The same as a UDP datagram. */
void frame_udp(struct frame *frame, const struct flow *flow, uint32_t payload);

/* The byte that stands at `position` of the payload that the builders above make. */
static inline uint8_t frame_pattern(uint32_t position)
{
	return (uint8_t)(position * 7 + (position >> 8));
}

/* Where the parts of a frame lie. */
struct parsed {
	bool tagged;
	uint16_t vlan;
	uint16_t type; /* EtherType behind the tag */
	const struct arp_packet *arp;
	const struct ipv4_header *ipv4;
	const struct ipv6_header *ipv6;
	bool extended;      /* IPv6 extension headers stand between */
	uint8_t protocol;   /* of IP, behind extension headers */
	uint32_t network;   /* offset of the IP header */
	uint32_t transport; /* offset of the header behind IP, 0: none */
	const struct icmp_echo *echo;
	const struct tcp_header *tcp;
	const struct udp_header *udp;
	uint32_t payload; /* offset of what follows it */
	uint32_t end;     /* where IP says that the packet ends: padding follows */
};

/* False when a header is cut or contradicts the length. */
bool frame_parse(const uint8_t *bytes, uint32_t length, struct parsed *parsed);

/* The ones' complement sum of bytes, folded to 16 bits, added to `sum`. */
uint16_t checksum_add(uint16_t sum, const void *bytes, uint32_t length);

/* The sum of the pseudo header of a parsed TCP or UDP frame. */
uint16_t checksum_pseudo(const struct parsed *parsed);

/* True when every checksum that a frame carries is right; else *which names the first that is not. */
bool frame_checksums_right(const uint8_t *bytes, uint32_t length, const char **which);

/*
 * Leaves the TCP or UDP checksum of a frame to the device: stores the pseudo header's sum in the
 * packet and the places in the header (5.1.6.2).
 */
void frame_offload_checksum(struct frame *frame, struct virtio_net_hdr *header);

/* Stores in its place the checksum that a partially checksummed packet asks for; false when out of range. */
bool checksum_complete(uint8_t *bytes, uint32_t length, uint16_t start, uint16_t offset);

#endif
