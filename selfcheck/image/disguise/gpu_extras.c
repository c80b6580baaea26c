/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/gpu_extras.h"

#define SET_BYTES 16u

static uint32_t blobs; /* bit n: resource n is one */

void gpu_extras_start(struct virtio_device *device)
{
	blobs = 0;
}

uint64_t gpu_extras_read(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE &&
			       access->offset == offsetof(struct virtio_gpu_config, num_capsets)
		       ? 1
		       : value;
}

/* How long the answer is, its data filled in; 0 for a command that is left to the device. */
static uint32_t answer(const struct request *request, uint32_t type, enum virtio_gpu_ctrl_type *ok)
{
	struct virtio_gpu_resp_capset_info *info =
		(struct virtio_gpu_resp_capset_info *)request->in;
	struct virtio_gpu_resp_resource_uuid *uuid =
		(struct virtio_gpu_resp_resource_uuid *)request->in;
	uint32_t resource =
		from_le32(((const struct virtio_gpu_resource_only *)request->out)->resource_id);
	const struct virtio_gpu_resource_create_blob *blob =
		(const struct virtio_gpu_resource_create_blob *)request->out;

	*ok = VIRTIO_GPU_RESP_OK_NODATA;
	switch (type) {
	case VIRTIO_GPU_CMD_GET_CAPSET_INFO:
		*ok = VIRTIO_GPU_RESP_OK_CAPSET_INFO;
		info->capset_id = to_le32(VIRTIO_GPU_CAPSET_CROSS_DOMAIN);
		info->capset_max_version = to_le32(1);
		info->capset_max_size = to_le32(SET_BYTES);
		return sizeof(*info);
	case VIRTIO_GPU_CMD_GET_CAPSET:
		*ok = VIRTIO_GPU_RESP_OK_CAPSET;
		return sizeof(struct virtio_gpu_ctrl_hdr) + SET_BYTES;
	case VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID:
		*ok = VIRTIO_GPU_RESP_OK_RESOURCE_UUID;
		memset(uuid->uuid, (uint8_t)resource, sizeof(uuid->uuid));
		return sizeof(*uuid);
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB:
		if (from_le32(blob->blob_mem) != VIRTIO_GPU_BLOB_MEM_GUEST)
			return 0;
		blobs |= BIT(resource % 32);
		return sizeof(struct virtio_gpu_ctrl_hdr);
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
	case VIRTIO_GPU_CMD_CTX_CREATE:
		return sizeof(struct virtio_gpu_ctrl_hdr);
	case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
	case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING:
		return resource < 32 && blobs >> resource & 1 ? sizeof(struct virtio_gpu_ctrl_hdr)
							      : 0;
	default:
		return 0;
	}
}

struct virtio_gpu_ctrl_hdr *gpu_extras_serve(struct virtqueue *queue, struct used_element *element,
					     uint32_t *type)
{
	struct request *request = used_request(queue, element);
	enum virtio_gpu_ctrl_type ok;
	struct virtio_gpu_ctrl_hdr *header;
	uint32_t length;

	if (!request || queue->index != GPU_CONTROL_QUEUE)
		return NULL;
	*type = from_le32(((const struct virtio_gpu_ctrl_hdr *)request->out)->type);
	length = answer(request, *type, &ok);
	if (!length)
		return NULL;
	header = (struct virtio_gpu_ctrl_hdr *)request->in;
	header->type = to_le32(ok);
	element->length = length;
	return header;
}
