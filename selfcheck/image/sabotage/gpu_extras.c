/* SPDX-License-Identifier: BSD-2-Clause */
/* GPUs that pretend to do more than they have to, and break a rule of that. */
#include "selfcheck/image/disguise/gpu_extras.h"
#include "selfcheck/image/sabotage/sabotage.h"

static struct features offered;

static void offer_more(struct virtio_device *device)
{
	gpu_extras_start(device);
	offered = device->offered;
	device->offered.words[0] |= GPU_EXTRAS_OFFERS;
}

static void offer_contexts(struct virtio_device *device)
{
	offered = device->offered;
	device->offered.words[0] |= GPU_CONTEXT_OFFERS;
}

static void offer_less(struct virtio_device *device)
{
	device->offered = offered;
}

#define DOES_MORE                                                                                  \
	.type = VIRTIO_TYPE_GPU, .tests = "gpu.*", .start = offer_more, .stop = offer_less,        \
	.onlooker.read = gpu_extras_read

SABOTEUR(gpu_extras_are_refused, .about = "what is offered beside is refused as unknown",
	 BREAKS(CLAUSE_GPU_CAPSET_1, CLAUSE_GPU_UUID_1, CLAUSE_GPU_BLOB_1, CLAUSE_GPU_BLOB_3),
	 DOES_MORE);

static void serve_badly(struct virtqueue *queue, struct used_element *element)
{
	uint32_t type;
	struct virtio_gpu_ctrl_hdr *answer = gpu_extras_serve(queue, element, &type);

	if (!answer)
		return;
	if (type == VIRTIO_GPU_CMD_GET_CAPSET_INFO)
		((struct virtio_gpu_resp_capset_info *)answer)->capset_id = to_le32(9);
	if (type == VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID)
		memset(((struct virtio_gpu_resp_resource_uuid *)answer)->uuid, 0, 16);
	if (type == VIRTIO_GPU_CMD_GET_CAPSET || type == VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING ||
	    type == VIRTIO_GPU_CMD_SET_SCANOUT_BLOB)
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}
SABOTEUR(
	gpu_extras_are_wrong,
	.about =
		"a capability set has an undefined id and no data, UUIDs are 0, blobs are not shown",
	BREAKS(CLAUSE_GPU_CAPSET_2, CLAUSE_GPU_CAPSET_3, CLAUSE_GPU_UUID_2, CLAUSE_GPU_BLOB_6),
	DOES_MORE, .used_element = serve_badly);

static void serve_any_memory(struct virtqueue *queue, struct used_element *element)
{
	uint32_t type;
	struct virtio_gpu_ctrl_hdr *answer = gpu_extras_serve(queue, element, &type);
	struct request *request = used_request(queue, element);

	if (answer && type == VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING)
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_UNSPEC);
	if (!answer && request && type == VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB)
		((struct virtio_gpu_ctrl_hdr *)request->in)->type =
			to_le32(VIRTIO_GPU_RESP_OK_NODATA);
}
SABOTEUR(gpu_blobs_are_of_any_memory,
	 .about = "blobs of host memory are made, and none is given memory later",
	 BREAKS(CLAUSE_GPU_BLOB_2, CLAUSE_GPU_BLOB_4), DOES_MORE, .used_element = serve_any_memory);

static void refuse_contexts(struct virtqueue *queue, struct used_element *element)
{
	uint32_t type;
	struct virtio_gpu_ctrl_hdr *answer = gpu_extras_serve(queue, element, &type);

	if (answer && type == VIRTIO_GPU_CMD_CTX_CREATE)
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}
SABOTEUR(gpu_refuses_contexts, .about = "no context is made, with VIRGL and CONTEXT_INIT",
	 BREAKS(CLAUSE_GPU_3D_2, CLAUSE_GPU_3D_3, CLAUSE_GPU_3D_4), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.contexts*", .start = offer_contexts, .stop = offer_less,
	 .onlooker.read = gpu_extras_read, .used_element = refuse_contexts);
