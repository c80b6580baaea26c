/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/vsock.h"

#include "virtio/config.h"

static const struct feature_bit features[] = {
	{VIRTIO_VSOCK_F_STREAM, "VIRTIO_VSOCK_F_STREAM"},
	{VIRTIO_VSOCK_F_SEQPACKET, "VIRTIO_VSOCK_F_SEQPACKET"},
	{VIRTIO_VSOCK_F_NO_IMPLIED_STREAM, "VIRTIO_VSOCK_F_NO_IMPLIED_STREAM"},
	{0, NULL},
};

static const struct virtio_config_field fields[] = {
	CONFIG_FIELD(struct virtio_vsock_config, guest_cid),
	{.name = NULL},
};

static const struct virtio_type vsock_type = {
	.id = VIRTIO_TYPE_VSOCK,
	.name = "vsock",
	.area = "VSOCK",
	.features = features,
	.config_size = sizeof(struct virtio_vsock_config),
	.fields = fields,
};
VIRTIO_TYPE(vsock_type);

/* A RST of a connection that there is not: nobody answers it. */
static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	struct virtio_vsock_hdr *header = arena_allocate(arena, "packet", sizeof(*header), 8);

	if (!header)
		return false;
	*header = (struct virtio_vsock_hdr){
		.src_cid = to_le64(config_read(device, struct virtio_vsock_config, guest_cid)),
		.dst_cid = to_le64(VSOCK_HOST_CID),
		.src_port = to_le32(0x40000000 | (uint32_t)(seed & 0xffff)),
		.dst_port = to_le32(0x50000000),
		.type = to_le16(VIRTIO_VSOCK_TYPE_STREAM),
		.op = to_le16(VIRTIO_VSOCK_OP_RST),
	};
	*request = (struct request){
		.out = (uint8_t *)header,
		.out_length = sizeof(*header),
		.head = sizeof(*header),
	};
	return true;
}

static const struct workload vsock_workload = {
	.type = VIRTIO_TYPE_VSOCK,
	.about = "a RST of a connection that there is not",
	.queue = VSOCK_TX_QUEUE,
	.queues = VSOCK_QUEUES,
	.features = BIT(VIRTIO_VSOCK_F_STREAM) | BIT(VIRTIO_VSOCK_F_SEQPACKET) |
		    BIT(VIRTIO_VSOCK_F_NO_IMPLIED_STREAM),
	.prepare = prepare,
};
WORKLOAD(vsock_workload);
