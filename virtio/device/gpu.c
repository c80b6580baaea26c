/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/gpu.h"

static const struct feature_bit features[] = {
	{VIRTIO_GPU_F_VIRGL, "VIRTIO_GPU_F_VIRGL"},
	{VIRTIO_GPU_F_EDID, "VIRTIO_GPU_F_EDID"},
	{VIRTIO_GPU_F_RESOURCE_UUID, "VIRTIO_GPU_F_RESOURCE_UUID"},
	{VIRTIO_GPU_F_RESOURCE_BLOB, "VIRTIO_GPU_F_RESOURCE_BLOB"},
	{VIRTIO_GPU_F_CONTEXT_INIT, "VIRTIO_GPU_F_CONTEXT_INIT"},
	{VIRTIO_GPU_F_BLOB_ALIGNMENT, "VIRTIO_GPU_F_BLOB_ALIGNMENT"},
	{0, NULL},
};

static const struct feature_dependency dependencies[] = {
	{VIRTIO_GPU_F_CONTEXT_INIT, 1, {VIRTIO_GPU_F_VIRGL}},
	{VIRTIO_GPU_F_BLOB_ALIGNMENT, 1, {VIRTIO_GPU_F_RESOURCE_BLOB}},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_gpu_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(events_read, .flags = CONFIG_CHANGES),
	FIELD(events_clear, .flags = CONFIG_WRITE_ONLY),
	FIELD(num_scanouts, .count = 0),
	FIELD(num_capsets, .count = 0),
	FIELD(blob_alignment, CONFIG_OF(VIRTIO_GPU_F_BLOB_ALIGNMENT)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type gpu_type = {
	.id = VIRTIO_TYPE_GPU,
	.name = "gpu",
	.area = "GPU",
	.features = features,
	.dependencies = dependencies,
	.dependency_count = ARRAY_LENGTH(dependencies),
	.additions = BIT64(VIRTIO_GPU_F_EDID) | BIT64(VIRTIO_GPU_F_RESOURCE_UUID) |
		     BIT64(VIRTIO_GPU_F_RESOURCE_BLOB) | BIT64(VIRTIO_GPU_F_BLOB_ALIGNMENT),
	.config_size = sizeof(struct virtio_gpu_config),
	.fields = fields,
};
VIRTIO_TYPE(gpu_type);

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	struct virtio_gpu_ctrl_hdr *header =
		arena_allocate(arena, "gpu command", sizeof(*header), 8);
	struct virtio_gpu_resp_display_info *answer =
		arena_allocate(arena, "gpu answer", sizeof(*answer), 8);

	if (!header || !answer)
		return false;
	header->type = to_le32(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	*request = (struct request){
		.out = (uint8_t *)header,
		.out_length = sizeof(*header),
		.in = (uint8_t *)answer,
		.in_length = sizeof(*answer),
		.written_least = sizeof(*answer),
		.written_most = sizeof(*answer),
	};
	return true;
}

static bool verify(struct virtio_device *device, const struct request *request, struct text *why)
{
	uint32_t type = from_le32(((const struct virtio_gpu_ctrl_hdr *)request->in)->type);

	if (type == VIRTIO_GPU_RESP_OK_DISPLAY_INFO)
		return true;
	text_add(why, "its response is %#x", type);
	return false;
}

static const struct workload gpu_workload = {
	.type = VIRTIO_TYPE_GPU,
	.about = "GET_DISPLAY_INFO",
	.queue = GPU_CONTROL_QUEUE,
	.queues = 2,
	.prepare = prepare,
	.verify = verify,
};
WORKLOAD(gpu_workload);
