/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/gpu/command.h"

#include "arch/memory.h"
#include "lib/string.h"

void gpu_up(struct test_run *t, uint64_t features, struct gpu *gpu)
{
	struct features wanted = features_for(t);

	wanted.words[0] |= features & t->device->offered.words[0];
	set_up(t, features_close(VIRTIO_TYPE_GPU, wanted), 2);
	go_live(t);
	*gpu = (struct gpu){.t = t,
			    .out = test_memory(t, "gpu command", GPU_OUT_MOST, 16),
			    .in = test_memory(t, "gpu response", GPU_IN_MOST, 16)};
}

void *gpu_command(struct gpu *gpu, uint32_t type)
{
	struct virtio_gpu_ctrl_hdr *header = (struct virtio_gpu_ctrl_hdr *)gpu->out;

	memset(gpu->out, 0, GPU_OUT_MOST);
	header->type = to_le32(type);
	header->flags = to_le32(VIRTIO_GPU_FLAG_FENCE);
	header->fence_id = to_le64(type);
	return gpu->out;
}

uint32_t gpu_send(struct gpu *gpu, unsigned queue, uint32_t out, uint32_t in)
{
	struct test_run *t = gpu->t;
	struct segment segments[] = {
		{.address = physical(gpu->out), .length = out},
		{.address = physical(gpu->in), .length = in, .writable = true}};
	struct virtqueue *ring = t->device->queues[queue];
	struct completion completion;
	uint32_t command = from_le32(((struct virtio_gpu_ctrl_hdr *)gpu->out)->type);

	memset(gpu->in, GPU_PRESET, GPU_IN_MOST);
	add_segments(t, ring, segments, ARRAY_LENGTH(segments), gpu);
	virtqueue_publish(ring);
	virtqueue_kick(ring);
	INSIST(t, SANE_1, await_announced(t, ring, &completion),
	       "command %#x is not completed in time", command);
	gpu->length = completion.length;
	gpu->type = completion.length < sizeof(struct virtio_gpu_ctrl_hdr)
			    ? 0
			    : from_le32(((struct virtio_gpu_ctrl_hdr *)gpu->in)->type);
	return gpu->type;
}

void gpu_insist(struct gpu *gpu, enum clause_id clause, const char *what)
{
	CAN_JUDGE(gpu->t, gpu->type != VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
		  "%s: the device is out of memory", what);
	if (!JUDGE(gpu->t, clause, gpu->length && !gpu_is_error(gpu->type),
		   "%s is answered by type %#x, used length %u", what, gpu->type, gpu->length))
		leave_test(gpu->t);
	INSIST(gpu->t, GPU_HDR_5, gpu->type == VIRTIO_GPU_RESP_OK_NODATA,
	       "%s is answered by type %#x, used length %u, not OK_NODATA", what, gpu->type,
	       gpu->length);
}

void gpu_refused(struct gpu *gpu, enum clause_id clause, const char *what)
{
	bool success =
		gpu->type >= VIRTIO_GPU_RESP_OK_NODATA && gpu->type <= VIRTIO_GPU_RESP_OK_MAP_INFO;

	if (JUDGE(gpu->t, clause, !success, "%s is answered by success, type %#x", what, gpu->type))
		CHECK(gpu->t, GPU_HDR_6, gpu_is_error(gpu->type),
		      "%s is answered by type %#x, used length %u, which is no error code", what,
		      gpu->type, gpu->length);
}

const struct virtio_gpu_resp_display_info *gpu_display_info(struct gpu *gpu)
{
	gpu_command(gpu, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	gpu_send(gpu, GPU_CONTROL_QUEUE, sizeof(struct virtio_gpu_ctrl_hdr),
		 sizeof(struct virtio_gpu_resp_display_info));
	INSIST(gpu->t, GPU_DISPINFO_1, gpu->type == VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
	       "GET_DISPLAY_INFO is answered by type %#x", gpu->type);
	return (const struct virtio_gpu_resp_display_info *)gpu->in;
}

static struct virtio_gpu_rect rectangle(struct box box)
{
	return (struct virtio_gpu_rect){to_le32(box.x), to_le32(box.y), to_le32(box.width),
					to_le32(box.height)};
}

/* A command on the control queue that is answered by a header. */
static uint32_t control(struct gpu *gpu, uint32_t length)
{
	return gpu_send(gpu, GPU_CONTROL_QUEUE, length, sizeof(struct virtio_gpu_ctrl_hdr));
}

uint32_t gpu_create(struct gpu *gpu, uint32_t resource, uint32_t format, uint32_t width,
		    uint32_t height)
{
	struct virtio_gpu_resource_create_2d *command =
		gpu_command(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);

	command->resource_id = to_le32(resource);
	command->format = to_le32(format);
	command->width = to_le32(width);
	command->height = to_le32(height);
	return control(gpu, sizeof(*command));
}

uint32_t gpu_name(struct gpu *gpu, uint32_t type, uint32_t resource)
{
	struct virtio_gpu_resource_only *command = gpu_command(gpu, type);

	command->resource_id = to_le32(resource);
	return control(gpu, sizeof(*command));
}

uint32_t gpu_attach(struct gpu *gpu, uint32_t resource, uint8_t *const *pieces, unsigned count,
		    uint32_t bytes)
{
	struct virtio_gpu_resource_attach_backing *command =
		gpu_command(gpu, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	struct virtio_gpu_mem_entry *entries = (struct virtio_gpu_mem_entry *)(command + 1);

	command->resource_id = to_le32(resource);
	command->nr_entries = to_le32(count);
	for (unsigned n = 0; n < count; n++) {
		entries[n].addr = to_le64(physical(pieces[n]));
		entries[n].length = to_le32(bytes);
	}
	return control(gpu, (uint32_t)(sizeof(*command) + count * sizeof(*entries)));
}

uint32_t gpu_scanout(struct gpu *gpu, uint32_t scanout, uint32_t resource, struct box box)
{
	struct virtio_gpu_set_scanout *command = gpu_command(gpu, VIRTIO_GPU_CMD_SET_SCANOUT);

	command->r = rectangle(box);
	command->scanout_id = to_le32(scanout);
	command->resource_id = to_le32(resource);
	return control(gpu, sizeof(*command));
}

uint32_t gpu_flush(struct gpu *gpu, uint32_t resource, struct box box)
{
	struct virtio_gpu_resource_flush *command = gpu_command(gpu, VIRTIO_GPU_CMD_RESOURCE_FLUSH);

	command->r = rectangle(box);
	command->resource_id = to_le32(resource);
	return control(gpu, sizeof(*command));
}

uint32_t gpu_transfer(struct gpu *gpu, uint32_t resource, struct box box, uint64_t offset)
{
	struct virtio_gpu_transfer_to_host_2d *command =
		gpu_command(gpu, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D);

	command->r = rectangle(box);
	command->offset = to_le64(offset);
	command->resource_id = to_le32(resource);
	return control(gpu, sizeof(*command));
}

uint8_t *gpu_resource(struct gpu *gpu, uint32_t resource, uint32_t width, uint32_t height)
{
	uint8_t *memory = test_memory(gpu->t, "pixels", (size_t)width * height * 4, PAGE_SIZE);

	gpu_create(gpu, resource, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, width, height);
	gpu_insist(gpu, CLAUSE_GPU_2D_1, "RESOURCE_CREATE_2D");
	gpu_attach(gpu, resource, &memory, 1, width * height * 4);
	gpu_insist(gpu, CLAUSE_GPU_ATTACH_1, "RESOURCE_ATTACH_BACKING");
	return memory;
}
