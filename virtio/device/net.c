/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/net.h"

#include "lib/string.h"
#include "virtio/config.h"

static const struct feature_bit features[] = {
	{VIRTIO_NET_F_CSUM, "VIRTIO_NET_F_CSUM"},
	{VIRTIO_NET_F_GUEST_CSUM, "VIRTIO_NET_F_GUEST_CSUM"},
	{VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, "VIRTIO_NET_F_CTRL_GUEST_OFFLOADS"},
	{VIRTIO_NET_F_MTU, "VIRTIO_NET_F_MTU"},
	{VIRTIO_NET_F_MAC, "VIRTIO_NET_F_MAC"},
	{VIRTIO_NET_F_GSO, "VIRTIO_NET_F_GSO"},
	{VIRTIO_NET_F_GUEST_TSO4, "VIRTIO_NET_F_GUEST_TSO4"},
	{VIRTIO_NET_F_GUEST_TSO6, "VIRTIO_NET_F_GUEST_TSO6"},
	{VIRTIO_NET_F_GUEST_ECN, "VIRTIO_NET_F_GUEST_ECN"},
	{VIRTIO_NET_F_GUEST_UFO, "VIRTIO_NET_F_GUEST_UFO"},
	{VIRTIO_NET_F_HOST_TSO4, "VIRTIO_NET_F_HOST_TSO4"},
	{VIRTIO_NET_F_HOST_TSO6, "VIRTIO_NET_F_HOST_TSO6"},
	{VIRTIO_NET_F_HOST_ECN, "VIRTIO_NET_F_HOST_ECN"},
	{VIRTIO_NET_F_HOST_UFO, "VIRTIO_NET_F_HOST_UFO"},
	{VIRTIO_NET_F_MRG_RXBUF, "VIRTIO_NET_F_MRG_RXBUF"},
	{VIRTIO_NET_F_STATUS, "VIRTIO_NET_F_STATUS"},
	{VIRTIO_NET_F_CTRL_VQ, "VIRTIO_NET_F_CTRL_VQ"},
	{VIRTIO_NET_F_CTRL_RX, "VIRTIO_NET_F_CTRL_RX"},
	{VIRTIO_NET_F_CTRL_VLAN, "VIRTIO_NET_F_CTRL_VLAN"},
	{VIRTIO_NET_F_CTRL_RX_EXTRA, "VIRTIO_NET_F_CTRL_RX_EXTRA"},
	{VIRTIO_NET_F_GUEST_ANNOUNCE, "VIRTIO_NET_F_GUEST_ANNOUNCE"},
	{VIRTIO_NET_F_MQ, "VIRTIO_NET_F_MQ"},
	{VIRTIO_NET_F_CTRL_MAC_ADDR, "VIRTIO_NET_F_CTRL_MAC_ADDR"},
	{VIRTIO_NET_F_DEVICE_STATS, "VIRTIO_NET_F_DEVICE_STATS"},
	{VIRTIO_NET_F_HASH_TUNNEL, "VIRTIO_NET_F_HASH_TUNNEL"},
	{VIRTIO_NET_F_VQ_NOTF_COAL, "VIRTIO_NET_F_VQ_NOTF_COAL"},
	{VIRTIO_NET_F_NOTF_COAL, "VIRTIO_NET_F_NOTF_COAL"},
	{VIRTIO_NET_F_GUEST_USO4, "VIRTIO_NET_F_GUEST_USO4"},
	{VIRTIO_NET_F_GUEST_USO6, "VIRTIO_NET_F_GUEST_USO6"},
	{VIRTIO_NET_F_HOST_USO, "VIRTIO_NET_F_HOST_USO"},
	{VIRTIO_NET_F_HASH_REPORT, "VIRTIO_NET_F_HASH_REPORT"},
	{VIRTIO_NET_F_GUEST_HDRLEN, "VIRTIO_NET_F_GUEST_HDRLEN"},
	{VIRTIO_NET_F_RSS, "VIRTIO_NET_F_RSS"},
	{VIRTIO_NET_F_RSC_EXT, "VIRTIO_NET_F_RSC_EXT"},
	{VIRTIO_NET_F_STANDBY, "VIRTIO_NET_F_STANDBY"},
	{VIRTIO_NET_F_SPEED_DUPLEX, "VIRTIO_NET_F_SPEED_DUPLEX"},
	{VIRTIO_NET_F_RSS_CONTEXT, "VIRTIO_NET_F_RSS_CONTEXT"},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, "VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO"},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, "VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM"},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, "VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO"},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, "VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM"},
	{VIRTIO_NET_F_OUT_NET_HEADER, "VIRTIO_NET_F_OUT_NET_HEADER"},
	{VIRTIO_NET_F_IPSEC, "VIRTIO_NET_F_IPSEC"},
	{0, NULL},
};

/* 5.1.3.1; several rows for one bit must all be met. */
static const struct feature_dependency dependencies[] = {
	{VIRTIO_NET_F_GUEST_TSO4, 1, {VIRTIO_NET_F_GUEST_CSUM}},
	{VIRTIO_NET_F_GUEST_TSO6, 1, {VIRTIO_NET_F_GUEST_CSUM}},
	{VIRTIO_NET_F_GUEST_ECN, 2, {VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6}},
	{VIRTIO_NET_F_GUEST_UFO, 1, {VIRTIO_NET_F_GUEST_CSUM}},
	{VIRTIO_NET_F_GUEST_USO4, 1, {VIRTIO_NET_F_GUEST_CSUM}},
	{VIRTIO_NET_F_GUEST_USO6, 1, {VIRTIO_NET_F_GUEST_CSUM}},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_GUEST_TSO4}},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_GUEST_TSO6}},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_GUEST_USO4}},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_GUEST_USO6}},
	{VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO_CSUM, 1, {VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO}},
	{VIRTIO_NET_F_HOST_TSO4, 1, {VIRTIO_NET_F_CSUM}},
	{VIRTIO_NET_F_HOST_TSO6, 1, {VIRTIO_NET_F_CSUM}},
	{VIRTIO_NET_F_HOST_ECN, 2, {VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6}},
	{VIRTIO_NET_F_HOST_UFO, 1, {VIRTIO_NET_F_CSUM}},
	{VIRTIO_NET_F_HOST_USO, 1, {VIRTIO_NET_F_CSUM}},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_HOST_TSO4}},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_HOST_TSO6}},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO, 1, {VIRTIO_NET_F_HOST_USO}},
	{VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO_CSUM, 1, {VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO}},
	{VIRTIO_NET_F_CTRL_RX, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_CTRL_VLAN, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_GUEST_ANNOUNCE, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_MQ, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_CTRL_MAC_ADDR, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_NOTF_COAL, 1, {VIRTIO_NET_F_CTRL_VQ}},
	/* 5.1.3.1 names the HOST bits, 5.1.6.4 the GUEST bits that the feature is about. */
	{VIRTIO_NET_F_RSC_EXT,
	 4,
	 {VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_GUEST_TSO4,
	  VIRTIO_NET_F_GUEST_TSO6}},
	{VIRTIO_NET_F_RSS, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_VQ_NOTF_COAL, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_HASH_TUNNEL, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_HASH_TUNNEL, 2, {VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT}},
	{VIRTIO_NET_F_RSS_CONTEXT, 1, {VIRTIO_NET_F_CTRL_VQ}},
	{VIRTIO_NET_F_RSS_CONTEXT, 1, {VIRTIO_NET_F_RSS}},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_net_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(mac[0], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(mac[1], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(mac[2], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(mac[3], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(mac[4], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(mac[5], CONFIG_OF(VIRTIO_NET_F_MAC)),
	FIELD(status, .flags = CONFIG_CHANGES, CONFIG_OF(VIRTIO_NET_F_STATUS)),
	FIELD(max_virtqueue_pairs, CONFIG_OF(VIRTIO_NET_F_MQ, VIRTIO_NET_F_RSS)),
	FIELD(mtu, CONFIG_OF(VIRTIO_NET_F_MTU)),
	FIELD(speed, .flags = CONFIG_CHANGES, CONFIG_OF(VIRTIO_NET_F_SPEED_DUPLEX)),
	FIELD(duplex, .flags = CONFIG_CHANGES, CONFIG_OF(VIRTIO_NET_F_SPEED_DUPLEX)),
	FIELD(rss_max_key_size, CONFIG_OF(VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT)),
	FIELD(rss_max_indirection_table_length, CONFIG_OF(VIRTIO_NET_F_RSS)),
	FIELD(supported_hash_types, CONFIG_OF(VIRTIO_NET_F_RSS, VIRTIO_NET_F_HASH_REPORT)),
	FIELD(supported_tunnel_types, CONFIG_OF(VIRTIO_NET_F_HASH_TUNNEL)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type net_type = {
	.id = VIRTIO_TYPE_NET,
	.name = "net",
	.area = "NET",
	.features = features,
	.additions = BIT64(VIRTIO_NET_F_CSUM) | BIT64(VIRTIO_NET_F_MAC) |
		     BIT64(VIRTIO_NET_F_HOST_TSO4) | BIT64(VIRTIO_NET_F_HOST_TSO6) |
		     BIT64(VIRTIO_NET_F_HOST_ECN) | BIT64(VIRTIO_NET_F_HOST_UFO) |
		     BIT64(VIRTIO_NET_F_HOST_USO) | BIT64(VIRTIO_NET_F_STATUS) |
		     BIT64(VIRTIO_NET_F_CTRL_VQ) | BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR) |
		     BIT64(VIRTIO_NET_F_SPEED_DUPLEX),
	.queue_bits = BIT64(VIRTIO_NET_F_CTRL_VQ) | BIT64(VIRTIO_NET_F_MQ),
	.dependencies = dependencies,
	.dependency_count = ARRAY_LENGTH(dependencies),
	.config_size = sizeof(struct virtio_net_config),
	.fields = fields,
};
VIRTIO_TYPE(net_type);

uint32_t net_config_at(struct virtio_device *device, uint32_t offset, uint32_t length)
{
	uint32_t value = 0;

	config_get(device, offset, &value, length);
	return value;
}

void net_mac(struct virtio_device *device, uint8_t mac[NET_MAC_BYTES])
{
	for (uint32_t n = 0; n < NET_MAC_BYTES; n++)
		config_get(device, offsetof(struct virtio_net_config, mac) + n, &mac[n], 1);
}

unsigned net_pairs(struct virtio_device *device)
{
	if (!features_have(&device->negotiated, VIRTIO_NET_F_MQ) &&
	    !features_have(&device->negotiated, VIRTIO_NET_F_RSS))
		return 1;
	return net_config(device, max_virtqueue_pairs);
}

unsigned net_control_queue(struct virtio_device *device)
{
	return 2 * net_pairs(device);
}

uint32_t net_header_length(const struct virtio_device *device)
{
	const struct features *negotiated = &device->negotiated;

	if (features_have(negotiated, VIRTIO_NET_F_OUT_NET_HEADER) ||
	    features_have(negotiated, VIRTIO_NET_F_IPSEC))
		return 32;
	if (features_have(negotiated, VIRTIO_NET_F_HOST_UDP_TUNNEL_GSO) ||
	    features_have(negotiated, VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO))
		return 24;
	if (features_have(negotiated, VIRTIO_NET_F_HASH_REPORT))
		return sizeof(struct virtio_net_hdr_hash);
	/* Legacy: num_buffers is there with mergeable buffers alone (5.1.6.1). */
	if ((device->traits & DEVICE_LEGACY) && !features_have(negotiated, VIRTIO_NET_F_MRG_RXBUF))
		return offsetof(struct virtio_net_hdr, num_buffers);
	return sizeof(struct virtio_net_hdr);
}

bool net_prepare_transmit(struct virtio_device *device, struct arena *arena, uint32_t length,
			  struct request *request)
{
	*request = (struct request){
		.out_length = net_header_length(device) + length,
	};
	request->out = arena_allocate(arena, "net frame", request->out_length, 16);
	return request->out;
}

/* A frame for nobody: locally administered addresses, the local experimental EtherType (IEEE 802). */
static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	static const uint8_t addresses[] = {0x02, 0x76, 0x70, 0xff, 0xff, 0xfe, /* to */
					    0x02, 0x76, 0x70, 0x00, 0x00, 0x01, /* from */
					    0x88, 0xb5};
	uint8_t *frame;

	if (!net_prepare_transmit(device, arena, NET_FRAME_LEAST, request))
		return false;
	frame = request->out + net_header_length(device);
	memcpy(frame, addresses, sizeof(addresses));
	memcpy(frame + sizeof(addresses), &seed, sizeof(seed));
	return true;
}

static const struct workload net_workload = {
	.type = VIRTIO_TYPE_NET,
	.about = "the transmission of a 60-byte frame",
	.queue = NET_TRANSMIT_QUEUE,
	.queues = 2,
	.features = BIT64(VIRTIO_NET_F_MAC) | BIT64(VIRTIO_NET_F_STATUS),
	.needs_taker = true,
	.prepare = prepare,
};
WORKLOAD(net_workload);
