/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/net/frame.h"

#include "lib/string.h"

#define MAC_PREFIX      0x02, 0x76, 0x70 /* locally administered, "vp" */
#define ARP_ETHERNET    1
#define HOPS            64
#define TCP_WINDOW      0xffff
#define UDP_ZERO_IS     0xffff /* how a UDP checksum of 0 is sent (RFC 768) */
#define ECHO_REQUEST    8
#define ECHO_REQUEST_V6 128

const uint8_t mac_broadcast[NET_MAC_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

void mac_unicast(uint8_t n, uint8_t mac[NET_MAC_BYTES])
{
	memcpy(mac, (uint8_t[]){MAC_PREFIX, 0xaa, 0, n}, NET_MAC_BYTES);
}

void mac_multicast(uint8_t n, uint8_t mac[NET_MAC_BYTES])
{
	memcpy(mac, (uint8_t[]){MAC_PREFIX, 0xbb, 0, n}, NET_MAC_BYTES);
	mac[0] |= 1;
}

struct flow flow_of(const uint8_t from_mac[NET_MAC_BYTES], const uint8_t to_mac[NET_MAC_BYTES],
		    bool ipv6, uint16_t n)
{
	static const uint8_t prefix_v6[] = {0xfd, 0x76, 0x70};
	struct flow flow = {.ipv6 = ipv6, .from_port = (uint16_t)(20000 + n), .to_port = 9};
	unsigned last = ipv6 ? 15 : 3;

	memcpy(flow.from_mac, from_mac, NET_MAC_BYTES);
	memcpy(flow.to_mac, to_mac, NET_MAC_BYTES);
	memcpy(flow.from_ip, ipv6 ? prefix_v6 : (const uint8_t[]){10, 118, 112}, 3);
	memcpy(flow.to_ip, flow.from_ip, 3);
	flow.from_ip[last] = (uint8_t)(10 + n % 100);
	flow.to_ip[last] = 200;
	return flow;
}

/* Appends n zero bytes. */
static void *extend(struct frame *frame, uint32_t n)
{
	void *place = frame->bytes + frame->length;

	memset(place, 0, n);
	frame->length += n;
	return place;
}

static void extend_with_pattern(struct frame *frame, uint32_t n, uint32_t from)
{
	uint8_t *place = extend(frame, n);

	for (uint32_t i = 0; i < n; i++)
		place[i] = frame_pattern(from + i);
}

static void start(struct frame *frame, const struct flow *flow, uint16_t type)
{
	struct ethernet_header *ethernet;

	frame->length = 0;
	ethernet = extend(frame, sizeof(*ethernet));
	memcpy(ethernet->to, flow->to_mac, NET_MAC_BYTES);
	memcpy(ethernet->from, flow->from_mac, NET_MAC_BYTES);
	ethernet->type = to_be16(type);
	if (flow->vlan) {
		struct vlan_tag *tag = extend(frame, sizeof(*tag));

		ethernet->type = to_be16(ETHERTYPE_VLAN);
		*tag = (struct vlan_tag){to_be16(flow->vlan), to_be16(type)};
	}
}

static void pad(struct frame *frame)
{
	if (frame->length < NET_FRAME_LEAST)
		extend(frame, NET_FRAME_LEAST - frame->length);
}

struct probe {
	be32 cookie, length;
};

void frame_probe(struct frame *frame, const struct flow *flow, uint32_t cookie, uint32_t length)
{
	struct probe *probe;

	start(frame, flow, ETHERTYPE_LOCAL);
	probe = extend(frame, sizeof(*probe));
	*probe = (struct probe){to_be32(cookie), to_be32(length)};
	if (length > frame->length)
		extend_with_pattern(frame, length - frame->length, cookie);
}

bool frame_is_probe(const uint8_t *bytes, uint32_t length, uint32_t cookie)
{
	struct parsed parsed;
	struct probe probe;
	uint32_t place;

	if (!frame_parse(bytes, length, &parsed) || parsed.type != ETHERTYPE_LOCAL)
		return false;
	place = parsed.network;
	if (length < place + sizeof(probe))
		return false;
	memcpy(&probe, bytes + place, sizeof(probe));
	if (from_be32(probe.cookie) != cookie || from_be32(probe.length) != length)
		return false;
	place += sizeof(probe);
	for (uint32_t n = 0; place + n < length; n++) {
		if (bytes[place + n] != frame_pattern(cookie + n))
			return false;
	}
	return true;
}

void frame_arp(struct frame *frame, const struct flow *flow, uint16_t operation)
{
	struct arp_packet *arp;

	start(frame, flow, ETHERTYPE_ARP);
	arp = extend(frame, sizeof(*arp));
	arp->hardware = to_be16(ARP_ETHERNET);
	arp->protocol = to_be16(ETHERTYPE_IPV4);
	arp->hardware_length = NET_MAC_BYTES;
	arp->protocol_length = 4;
	arp->operation = to_be16(operation);
	memcpy(arp->sender_mac, flow->from_mac, NET_MAC_BYTES);
	memcpy(arp->sender_ip, flow->from_ip, 4);
	memcpy(arp->target_ip, flow->to_ip, 4);
	pad(frame);
}

/* The IP header for `length` bytes of a protocol behind it. */
static void extend_with_ip(struct frame *frame, const struct flow *flow, uint8_t protocol,
			   uint32_t length)
{
	if (flow->ipv6) {
		struct ipv6_header *ip;

		start(frame, flow, ETHERTYPE_IPV6);
		ip = extend(frame, sizeof(*ip));
		ip->version_flow = to_be32(6u << 28);
		ip->length = to_be16((uint16_t)length);
		ip->next = protocol;
		ip->hops = HOPS;
		memcpy(ip->from, flow->from_ip, sizeof(ip->from));
		memcpy(ip->to, flow->to_ip, sizeof(ip->to));
	} else {
		struct ipv4_header *ip;

		start(frame, flow, ETHERTYPE_IPV4);
		ip = extend(frame, sizeof(*ip));
		ip->version_length = 0x45;
		ip->length = to_be16((uint16_t)(sizeof(*ip) + length));
		ip->fragment = to_be16(IPV4_DONT_FRAGMENT);
		ip->hops = HOPS;
		ip->protocol = protocol;
		memcpy(ip->from, flow->from_ip, sizeof(ip->from));
		memcpy(ip->to, flow->to_ip, sizeof(ip->to));
		ip->checksum = to_be16((uint16_t)~checksum_add(0, ip, sizeof(*ip)));
	}
}

/* The sum from the transport header to the end with the pseudo header, where its field holds 0. */
static uint16_t transport_checksum(const struct frame *frame)
{
	struct parsed parsed;
	uint16_t sum = 0;

	if (!frame_parse(frame->bytes, frame->length, &parsed))
		return 0;
	if (parsed.protocol != PROTOCOL_ICMP)
		sum = checksum_pseudo(&parsed);
	return (uint16_t)~checksum_add(sum, frame->bytes + parsed.transport,
				       parsed.end - parsed.transport);
}

void frame_echo(struct frame *frame, const struct flow *flow, uint16_t id, uint16_t sequence,
		uint32_t payload)
{
	struct icmp_echo *echo;

	extend_with_ip(frame, flow, flow->ipv6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP,
		       sizeof(*echo) + payload);
	echo = extend(frame, sizeof(*echo));
	echo->type = flow->ipv6 ? ECHO_REQUEST_V6 : ECHO_REQUEST;
	echo->id = to_be16(id);
	echo->sequence = to_be16(sequence);
	extend_with_pattern(frame, payload, 0);
	echo->checksum = to_be16(transport_checksum(frame));
	pad(frame);
}

void frame_tcp(struct frame *frame, const struct flow *flow, uint8_t flags, uint32_t sequence,
	       uint32_t payload)
{
	struct tcp_header *tcp;

	extend_with_ip(frame, flow, PROTOCOL_TCP, sizeof(*tcp) + payload);
	tcp = extend(frame, sizeof(*tcp));
	tcp->from = to_be16(flow->from_port);
	tcp->to = to_be16(flow->to_port);
	tcp->sequence = to_be32(sequence);
	tcp->offset = sizeof(*tcp) / 4 << 4;
	tcp->flags = flags;
	tcp->window = to_be16(TCP_WINDOW);
	extend_with_pattern(frame, payload, 0);
	tcp->checksum = to_be16(transport_checksum(frame));
	pad(frame);
}

void frame_udp(struct frame *frame, const struct flow *flow, uint32_t payload)
{
	struct udp_header *udp;
	uint16_t sum;

	extend_with_ip(frame, flow, PROTOCOL_UDP, sizeof(*udp) + payload);
	udp = extend(frame, sizeof(*udp));
	udp->from = to_be16(flow->from_port);
	udp->to = to_be16(flow->to_port);
	udp->length = to_be16((uint16_t)(sizeof(*udp) + payload));
	extend_with_pattern(frame, payload, 0);
	sum = transport_checksum(frame);
	udp->checksum = to_be16(sum ? sum : UDP_ZERO_IS);
	pad(frame);
}

void frame_offload_checksum(struct frame *frame, struct virtio_net_hdr *header)
{
	struct parsed parsed;
	uint32_t offset;
	be16 sum;

	if (!frame_parse(frame->bytes, frame->length, &parsed) || (!parsed.tcp && !parsed.udp))
		return;
	offset = parsed.tcp ? offsetof(struct tcp_header, checksum)
			    : offsetof(struct udp_header, checksum);
	sum = to_be16(checksum_pseudo(&parsed));
	memcpy(frame->bytes + parsed.transport + offset, &sum, sizeof(sum));
	header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	header->csum_start = to_le16((uint16_t)parsed.transport);
	header->csum_offset = to_le16((uint16_t)offset);
}
