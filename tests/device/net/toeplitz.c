/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/net/toeplitz.h"

#include "lib/string.h"

enum { NEXT_ROUTING = 43, NEXT_DESTINATION = 60 };
enum { OPTION_PAD1 = 0, OPTION_HOME_ADDRESS = 0xc9, ROUTING_TYPE_2 = 2 };

const uint8_t toeplitz_key[TOEPLITZ_KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

uint32_t toeplitz(const uint8_t *bytes, uint32_t length)
{
	uint32_t window = from_be32(*(const be32 *)toeplitz_key), hash = 0;

	for (uint32_t n = 0; n < length; n++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t next = toeplitz_key[n + sizeof(window)];

			if (bytes[n] & (0x80 >> bit))
				hash ^= window;
			window = window << 1 | (next >> (7 - bit) & 1);
		}
	}
	return hash;
}

/* What is hashed: two addresses and two ports, in this order. */
struct input {
	uint8_t bytes[36];
	uint32_t length;
};

static void add(struct input *input, const void *bytes, uint32_t length)
{
	memcpy(input->bytes + input->length, bytes, length);
	input->length += length;
}

/* The home address in a destination options header, or NULL (RFC 6275, 6.3). */
static const uint8_t *home_address(const uint8_t *header, uint32_t size)
{
	for (uint32_t at = 2; at + 1 < size;) {
		if (header[at] == OPTION_PAD1) {
			at++;
			continue;
		}
		if (header[at] == OPTION_HOME_ADDRESS && at + 18 <= size)
			return header + at + 2;
		at += 2u + header[at + 1];
	}
	return NULL;
}

/* The addresses that extension headers put in the place of those of the IPv6 header. */
static void look_through_extensions(const uint8_t *bytes, const struct parsed *parsed,
				    const uint8_t **from, const uint8_t **to)
{
	uint32_t at = parsed->network + sizeof(*parsed->ipv6);
	uint8_t next = parsed->ipv6->next;

	while (at < parsed->transport) {
		const uint8_t *header = bytes + at;
		uint32_t size = 8u * (header[1] + 1u);
		const uint8_t *home = next == NEXT_DESTINATION ? home_address(header, size) : NULL;

		if (home)
			*from = home;
		if (next == NEXT_ROUTING && header[2] == ROUTING_TYPE_2 && size >= 24)
			*to = header + 8;
		next = header[0];
		at += size;
	}
}

/* Which enabled type applies: ports first, addresses else; 0: none. */
static uint32_t choose(const struct parsed *parsed, uint32_t types, uint32_t tcp, uint32_t udp,
		       uint32_t addresses)
{
	if (parsed->tcp && (types & tcp))
		return tcp;
	if (parsed->udp && (types & udp))
		return udp;
	return types & addresses;
}

bool rss_hash(const uint8_t *bytes, uint32_t length, uint32_t types, uint32_t *hash, uint32_t *type)
{
	struct input input = {.length = 0};
	const uint8_t *from, *to;
	struct parsed parsed;

	if (!frame_parse(bytes, length, &parsed) || (!parsed.ipv4 && !parsed.ipv6))
		return false;
	*type = 0;
	if (parsed.ipv4) {
		*type = choose(&parsed, types, VIRTIO_NET_HASH_TYPE_TCPv4,
			       VIRTIO_NET_HASH_TYPE_UDPv4, VIRTIO_NET_HASH_TYPE_IPv4);
		add(&input, parsed.ipv4->from, 2 * sizeof(parsed.ipv4->from));
	} else {
		from = parsed.ipv6->from;
		to = parsed.ipv6->to;
		if (parsed.extended) {
			*type = choose(&parsed, types, VIRTIO_NET_HASH_TYPE_TCP_EX,
				       VIRTIO_NET_HASH_TYPE_UDP_EX, VIRTIO_NET_HASH_TYPE_IP_EX);
			if (*type)
				look_through_extensions(bytes, &parsed, &from, &to);
		}
		if (!*type)
			*type = choose(&parsed, types, VIRTIO_NET_HASH_TYPE_TCPv6,
				       VIRTIO_NET_HASH_TYPE_UDPv6, VIRTIO_NET_HASH_TYPE_IPv6);
		add(&input, from, sizeof(parsed.ipv6->from));
		add(&input, to, sizeof(parsed.ipv6->to));
	}
	if (*type &
	    ~(VIRTIO_NET_HASH_TYPE_IPv4 | VIRTIO_NET_HASH_TYPE_IPv6 | VIRTIO_NET_HASH_TYPE_IP_EX))
		add(&input, bytes + parsed.transport, 4);
	*hash = toeplitz(input.bytes, input.length);
	return *type;
}
