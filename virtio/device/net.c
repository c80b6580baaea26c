/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/net.h"

#include "lib/string.h"

static const struct feature_bit features[] = {
	{VIRTIO_NET_F_CSUM, "VIRTIO_NET_F_CSUM"},
	{VIRTIO_NET_F_GUEST_CSUM, "VIRTIO_NET_F_GUEST_CSUM"},
	{VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, "VIRTIO_NET_F_CTRL_GUEST_OFFLOADS"},
	{VIRTIO_NET_F_MTU, "VIRTIO_NET_F_MTU"},
	{VIRTIO_NET_F_MAC, "VIRTIO_NET_F_MAC"},
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
	{0, NULL},
};

static const struct virtio_type net_type = {
	.id = VIRTIO_TYPE_NET,
	.name = "net",
	.area = "NET",
	.features = features,
	.config_size = sizeof(struct virtio_net_config),
};
VIRTIO_TYPE(net_type);

bool net_prepare_transmit(struct arena *arena, uint32_t length, struct request *request)
{
	*request = (struct request){
		.out_length = sizeof(struct virtio_net_hdr) + length,
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

	(void)device;
	if (!net_prepare_transmit(arena, NET_FRAME_LEAST, request))
		return false;
	frame = request->out + sizeof(struct virtio_net_hdr);
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
	.prepare = prepare,
};
WORKLOAD(net_workload);
