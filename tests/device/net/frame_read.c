/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading frames, and the Internet checksum (RFC 1071). */
#include "lib/string.h"
#include "tests/device/net/frame.h"

/* IPv6 extension headers that may stand before the transport header (RFC 8200, 4). */
enum { NEXT_HOP_BY_HOP = 0, NEXT_ROUTING = 43, NEXT_DESTINATION = 60 };

uint16_t checksum_add(uint16_t sum, const void *bytes, uint32_t length)
{
	const uint8_t *byte = bytes;
	uint64_t total = sum;

	for (uint32_t n = 0; n + 1 < length; n += 2)
		total += (uint32_t)(byte[n] << 8 | byte[n + 1]);
	if (length & 1)
		total += (uint32_t)byte[length - 1] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

uint16_t checksum_pseudo(const struct parsed *parsed)
{
	uint32_t length = parsed->end - parsed->transport;
	be32 tail[2] = {to_be32(length), to_be32(parsed->protocol)};
	uint16_t sum = checksum_add(0, tail, sizeof(tail));

	if (parsed->ipv4)
		return checksum_add(sum, parsed->ipv4->from, 2 * sizeof(parsed->ipv4->from));
	return checksum_add(sum, parsed->ipv6->from, 2 * sizeof(parsed->ipv6->from));
}

static bool parse_transport(const uint8_t *bytes, struct parsed *parsed)
{
	const uint8_t *place = bytes + parsed->transport;
	uint32_t room = parsed->end - parsed->transport, size;

	switch (parsed->protocol) {
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		size = sizeof(struct icmp_echo);
		parsed->echo = (const struct icmp_echo *)place;
		break;
	case PROTOCOL_UDP:
		size = sizeof(struct udp_header);
		parsed->udp = (const struct udp_header *)place;
		break;
	case PROTOCOL_TCP:
		if (room < sizeof(struct tcp_header))
			return false;
		parsed->tcp = (const struct tcp_header *)place;
		size = 4u * (parsed->tcp->offset >> 4);
		if (size < sizeof(struct tcp_header))
			return false;
		break;
	default:
		size = 0;
	}
	parsed->payload = parsed->transport + size;
	return room >= size;
}

static bool parse_ipv4(const uint8_t *bytes, uint32_t length, struct parsed *parsed)
{
	const struct ipv4_header *ip = (const struct ipv4_header *)(bytes + parsed->network);
	uint32_t header, total;

	if (length < parsed->network + sizeof(*ip))
		return false;
	header = 4u * (ip->version_length & 0xf);
	total = from_be16(ip->length);
	if (ip->version_length >> 4 != 4 || header < sizeof(*ip) || total < header ||
	    total > length - parsed->network)
		return false;
	parsed->ipv4 = ip;
	parsed->protocol = ip->protocol;
	parsed->transport = parsed->network + header;
	parsed->end = parsed->network + total;
	return parse_transport(bytes, parsed);
}

static bool is_extension(uint8_t next)
{
	return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_DESTINATION;
}

static bool parse_ipv6(const uint8_t *bytes, uint32_t length, struct parsed *parsed)
{
	const struct ipv6_header *ip = (const struct ipv6_header *)(bytes + parsed->network);

	if (length < parsed->network + sizeof(*ip) || from_be32(ip->version_flow) >> 28 != 6)
		return false;
	parsed->ipv6 = ip;
	parsed->transport = parsed->network + sizeof(*ip);
	parsed->end = parsed->transport + from_be16(ip->length);
	parsed->protocol = ip->next;
	if (parsed->end > length)
		return false;
	while (is_extension(parsed->protocol)) {
		uint32_t place = parsed->transport, size;

		if (parsed->end < place + 8)
			return false;
		size = 8u * (bytes[place + 1] + 1u);
		if (parsed->end < place + size)
			return false;
		parsed->extended = true;
		parsed->protocol = bytes[place];
		parsed->transport = place + size;
	}
	return parse_transport(bytes, parsed);
}

bool frame_parse(const uint8_t *bytes, uint32_t length, struct parsed *parsed)
{
	const struct ethernet_header *ethernet = (const struct ethernet_header *)bytes;

	*parsed = (struct parsed){.network = sizeof(*ethernet), .end = length};
	if (length < sizeof(*ethernet))
		return false;
	parsed->type = from_be16(ethernet->type);
	if (parsed->type == ETHERTYPE_VLAN) {
		const struct vlan_tag *tag = (const struct vlan_tag *)(bytes + parsed->network);

		parsed->network += sizeof(*tag);
		if (length < parsed->network)
			return false;
		parsed->tagged = true;
		parsed->vlan = from_be16(tag->control) & 0xfff;
		parsed->type = from_be16(tag->type);
	}
	switch (parsed->type) {
	case ETHERTYPE_ARP:
		parsed->arp = (const struct arp_packet *)(bytes + parsed->network);
		return length >= parsed->network + sizeof(*parsed->arp);
	case ETHERTYPE_IPV4:
		return parse_ipv4(bytes, length, parsed);
	case ETHERTYPE_IPV6:
		return parse_ipv6(bytes, length, parsed);
	default:
		return true;
	}
}

bool frame_checksums_right(const uint8_t *bytes, uint32_t length, const char **which)
{
	struct parsed parsed;
	uint16_t sum = 0;

	if (!frame_parse(bytes, length, &parsed)) {
		*which = "headers";
		return false;
	}
	if (parsed.ipv4 &&
	    checksum_add(0, parsed.ipv4, parsed.transport - parsed.network) != 0xffff) {
		*which = "IPv4";
		return false;
	}
	if (!parsed.tcp && !parsed.udp && !parsed.echo)
		return true;
	if (parsed.udp && parsed.ipv4 && from_be16(parsed.udp->checksum) == 0)
		return true; /* RFC 768: none was made */
	if (parsed.protocol != PROTOCOL_ICMP)
		sum = checksum_pseudo(&parsed);
	*which = parsed.tcp ? "TCP" : parsed.udp ? "UDP" : "ICMP";
	return checksum_add(sum, bytes + parsed.transport, parsed.end - parsed.transport) == 0xffff;
}

bool checksum_complete(uint8_t *bytes, uint32_t length, uint16_t start, uint16_t offset)
{
	be16 sum;

	if ((uint32_t)start + offset + sizeof(sum) > length)
		return false;
	sum = to_be16((uint16_t)~checksum_add(0, bytes + start, length - start));
	memcpy(bytes + start + offset, &sum, sizeof(sum));
	return true;
}
