/* SPDX-License-Identifier: BSD-2-Clause */
/* What a GPU may do beside: capability sets, UUIDs, blobs (virtio 1.4, 5.7.6.8). */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/device/gpu/command.h"

/* Asked when the test runs, not when it is planned: who stands before the device may offer more than it does. */
static void need_feature(struct test_run *t, unsigned bit)
{
	CAN_JUDGE(t, features_have(&t->device->offered, bit), "%s is not offered",
		  feature_name(VIRTIO_TYPE_GPU, bit));
}

#define SETS_MOST 16u

/* GET_CAPSET of a set whose data take at most so many bytes. */
static void judge_set(struct gpu *gpu, uint32_t id, uint32_t version, uint32_t size)
{
	uint32_t room = (uint32_t)sizeof(struct virtio_gpu_ctrl_hdr) + size;
	struct virtio_gpu_get_capset *command = gpu_command(gpu, VIRTIO_GPU_CMD_GET_CAPSET);

	if (size > GPU_IN_MOST - sizeof(struct virtio_gpu_ctrl_hdr))
		return;
	command->capset_id = to_le32(id);
	command->capset_version = to_le32(version);
	gpu_send(gpu, GPU_CONTROL_QUEUE, sizeof(*command), room);
	CHECK(gpu->t, GPU_CAPSET_3, gpu->type == VIRTIO_GPU_RESP_OK_CAPSET,
	      "GET_CAPSET of set %u, version %u is answered by type %#x, used length %u", id,
	      version, gpu->type, gpu->length);
}

/* GET_CAPSET_INFO of one of so many sets; leaves the test when it fails. */
static const struct virtio_gpu_resp_capset_info *set_info(struct gpu *gpu, uint32_t index,
							  uint32_t sets)
{
	struct virtio_gpu_get_capset_info *command =
		gpu_command(gpu, VIRTIO_GPU_CMD_GET_CAPSET_INFO);

	command->capset_index = to_le32(index);
	gpu_send(gpu, GPU_CONTROL_QUEUE, sizeof(*command),
		 sizeof(struct virtio_gpu_resp_capset_info));
	INSIST(gpu->t, GPU_CAPSET_1,
	       gpu->type == VIRTIO_GPU_RESP_OK_CAPSET_INFO &&
		       gpu->length >= sizeof(struct virtio_gpu_resp_capset_info),
	       "GET_CAPSET_INFO of set %u of %u is answered by type %#x, used length %u", index,
	       sets, gpu->type, gpu->length);
	return (const struct virtio_gpu_resp_capset_info *)gpu->in;
}

TEST(gpu, capability_sets_are_told,
     .about = "each capability set has one of the defined ids, and its data can be had",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(SANE_1, GPU_CAPSET_1, GPU_CAPSET_2, GPU_CAPSET_3))
{
	uint32_t sets = GPU_CONFIG(t, num_capsets);
	struct gpu gpu;
	bool known;

	CAN_JUDGE(t, sets, "num_capsets is 0");
	gpu_up(t, BIT64(VIRTIO_GPU_F_VIRGL) | BIT64(VIRTIO_GPU_F_CONTEXT_INIT), &gpu);
	for (uint32_t n = 0; n < MINIMUM(sets, SETS_MOST); n++) {
		const struct virtio_gpu_resp_capset_info *info = set_info(&gpu, n, sets);
		uint32_t id = from_le32(info->capset_id),
			 version = from_le32(info->capset_max_version),
			 size = from_le32(info->capset_max_size);

		/* A later version of the specification may know more: see vp.version. */
		known = id >= 1 && id <= VIRTIO_GPU_CAPSET_CROSS_DOMAIN;
		if (known || *options.version)
			CHECK(t, GPU_CAPSET_2, known, "set %u has id %u", n, id);
		judge_set(&gpu, id, version, size);
	}
}

TEST(gpu, uuids_tell_resources_apart,
     .about = "two resources are assigned two UUIDs, none of them of zeroes alone",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_HDR_5, GPU_UUID_1, GPU_UUID_2))
{
	static const uint8_t none[16];
	uint8_t uuids[2][16];
	struct gpu gpu;

	need_feature(t, VIRTIO_GPU_F_RESOURCE_UUID);
	gpu_up(t, BIT64(VIRTIO_GPU_F_RESOURCE_UUID), &gpu);
	for (uint32_t n = 0; n < 2; n++) {
		struct virtio_gpu_resp_resource_uuid *answer =
			(struct virtio_gpu_resp_resource_uuid *)gpu.in;
		struct virtio_gpu_resource_only *command;

		gpu_resource(&gpu, n + 1, 32, 32);
		command = gpu_command(&gpu, VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID);
		command->resource_id = to_le32(n + 1);
		gpu_send(&gpu, GPU_CONTROL_QUEUE, sizeof(*command), sizeof(*answer));
		INSIST(t, GPU_UUID_1,
		       gpu.type == VIRTIO_GPU_RESP_OK_RESOURCE_UUID &&
			       gpu.length >= sizeof(*answer),
		       "RESOURCE_ASSIGN_UUID is answered by type %#x, used length %u", gpu.type,
		       gpu.length);
		memcpy(uuids[n], answer->uuid, sizeof(uuids[n]));
		CHECK(t, GPU_UUID_2, memcmp(uuids[n], none, sizeof(none)) != 0,
		      "the UUID of resource %u is of zeroes alone", n + 1);
	}
	CHECK(t, GPU_UUID_2, memcmp(uuids[0], uuids[1], sizeof(none)) != 0,
	      "two resources have the same UUID");
}

#define BLOB_PIECES 4u

/* RESOURCE_CREATE_BLOB of `size` bytes with that memory, in `count` pieces. */
static uint32_t create_blob(struct gpu *gpu, uint32_t resource, uint32_t kind, uint8_t *memory,
			    uint32_t count, uint32_t size)
{
	struct virtio_gpu_resource_create_blob *command =
		gpu_command(gpu, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB);
	struct virtio_gpu_mem_entry *entries = (struct virtio_gpu_mem_entry *)(command + 1);

	command->resource_id = to_le32(resource);
	command->blob_mem = to_le32(kind);
	command->nr_entries = to_le32(count);
	command->size = to_le64(size);
	for (uint32_t n = 0; n < count; n++) {
		entries[n].addr = to_le64(physical(memory + size / count * n));
		entries[n].length = to_le32(size / count);
	}
	return gpu_send(gpu, GPU_CONTROL_QUEUE,
			(uint32_t)(sizeof(*command) + count * sizeof(*entries)),
			sizeof(struct virtio_gpu_ctrl_hdr));
}

/* A size that the device takes, with memory for it; skips the test when that is too much. */
static uint8_t *blob_memory(struct test_run *t, uint32_t *size)
{
	uint32_t alignment = PAGE_SIZE;

	if (features_have(&t->device->negotiated, VIRTIO_GPU_F_BLOB_ALIGNMENT))
		alignment = MAXIMUM(GPU_CONFIG(t, blob_alignment), alignment);
	CAN_JUDGE(t, alignment <= 0x10000, "blob_alignment is %u", alignment);
	*size = alignment * BLOB_PIECES;
	return test_memory(t, "blob", *size, PAGE_SIZE);
}

#define BLOB_FEATURES (BIT64(VIRTIO_GPU_F_RESOURCE_BLOB) | BIT64(VIRTIO_GPU_F_BLOB_ALIGNMENT))

TEST(gpu, guest_blobs_are_made,
     .about =
	     "blobs of guest memory are made in one piece and in four, given memory later, and shown",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_HDR_5, GPU_BLOB_1, GPU_BLOB_2, GPU_BLOB_6))
{
	struct virtio_gpu_set_scanout_blob *scanout;
	uint8_t *memory;
	uint32_t size;
	struct gpu gpu;

	need_feature(t, VIRTIO_GPU_F_RESOURCE_BLOB);
	gpu_up(t, BLOB_FEATURES, &gpu);
	memory = blob_memory(t, &size);
	create_blob(&gpu, 1, VIRTIO_GPU_BLOB_MEM_GUEST, memory, 1, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_1, "RESOURCE_CREATE_BLOB with one piece of memory");
	create_blob(&gpu, 2, VIRTIO_GPU_BLOB_MEM_GUEST, memory, BLOB_PIECES, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_1, "RESOURCE_CREATE_BLOB with four pieces of memory");
	scanout = gpu_command(&gpu, VIRTIO_GPU_CMD_SET_SCANOUT_BLOB);
	scanout->r.width = scanout->width = to_le32(64);
	scanout->r.height = scanout->height = to_le32(32);
	scanout->resource_id = to_le32(1);
	scanout->format = to_le32(VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM);
	scanout->strides[0] = to_le32(64 * 4);
	gpu_send(&gpu, GPU_CONTROL_QUEUE, sizeof(*scanout), sizeof(struct virtio_gpu_ctrl_hdr));
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_6, "SET_SCANOUT_BLOB");
	create_blob(&gpu, 3, VIRTIO_GPU_BLOB_MEM_GUEST, memory, 0, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_2, "RESOURCE_CREATE_BLOB without memory");
	gpu_attach(&gpu, 3, &memory, 1, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_2, "RESOURCE_ATTACH_BACKING to a blob");
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 3);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_2, "RESOURCE_DETACH_BACKING from a blob");
}

TEST(gpu, guest_blobs_need_no_renderer,
     .about =
	     "blobs of guest memory are made with VIRGL and without, host memory without it is refused",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, RESET_1, GPU_HDR_5, GPU_HDR_6, GPU_BLOB_3, GPU_BLOB_4))
{
	bool renders = features_have(&t->device->offered, VIRTIO_GPU_F_VIRGL);
	uint8_t *memory;
	uint32_t size;
	struct gpu gpu;

	need_feature(t, VIRTIO_GPU_F_RESOURCE_BLOB);
	gpu_up(t, BLOB_FEATURES, &gpu);
	memory = blob_memory(t, &size);
	create_blob(&gpu, 1, VIRTIO_GPU_BLOB_MEM_GUEST, memory, 1, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_3, "RESOURCE_CREATE_BLOB of guest memory without VIRGL");
	if (!renders) {
		create_blob(&gpu, 2, VIRTIO_GPU_BLOB_MEM_HOST3D, memory, 0, size);
		gpu_refused(&gpu, CLAUSE_GPU_BLOB_4, "RESOURCE_CREATE_BLOB of host memory");
		create_blob(&gpu, 3, VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST, memory, 1, size);
		gpu_refused(&gpu, CLAUSE_GPU_BLOB_4, "RESOURCE_CREATE_BLOB of shadowed memory");
		return;
	}
	start_over(t);
	gpu_up(t, BLOB_FEATURES | BIT64(VIRTIO_GPU_F_VIRGL), &gpu);
	create_blob(&gpu, 1, VIRTIO_GPU_BLOB_MEM_GUEST, memory, 1, size);
	gpu_insist(&gpu, CLAUSE_GPU_BLOB_3, "RESOURCE_CREATE_BLOB of guest memory with VIRGL");
}

/* CTX_CREATE of a context for a capability set, or, 0, for any. */
static bool create_context(struct gpu *gpu, uint32_t context, uint32_t set)
{
	struct virtio_gpu_ctx_create *command = gpu_command(gpu, VIRTIO_GPU_CMD_CTX_CREATE);

	command->hdr.ctx_id = to_le32(context);
	command->context_init = to_le32(set);
	gpu_send(gpu, GPU_CONTROL_QUEUE, sizeof(*command), sizeof(struct virtio_gpu_ctrl_hdr));
	return gpu->type == VIRTIO_GPU_RESP_OK_NODATA;
}

TEST(gpu, contexts_are_created,
     .about =
	     "a context is made of the device's choice, and with CONTEXT_INIT for each capability set",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_CONFIG,
     .judges = CLAUSES(SANE_1, GPU_CAPSET_1, GPU_3D_2, GPU_3D_3, GPU_3D_4))
{
	uint32_t sets = MINIMUM(GPU_CONFIG(t, num_capsets), SETS_MOST);
	struct gpu gpu;
	bool made;

	need_feature(t, VIRTIO_GPU_F_VIRGL);
	gpu_up(t, BIT64(VIRTIO_GPU_F_VIRGL) | BIT64(VIRTIO_GPU_F_CONTEXT_INIT), &gpu);
	made = create_context(&gpu, 1, 0);
	CAN_JUDGE(t, gpu.type != VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY, "the device is out of memory");
	CHECK(t, GPU_3D_2, made, "CTX_CREATE is answered by type %#x", gpu.type);
	CHECK(t, GPU_3D_4, made, "CTX_CREATE for no capability set is answered by type %#x",
	      gpu.type);
	if (!features_have(&t->device->negotiated, VIRTIO_GPU_F_CONTEXT_INIT))
		return;
	for (uint32_t n = 0; n < sets; n++) {
		uint32_t set = from_le32(set_info(&gpu, n, sets)->capset_id);

		CHECK(t, GPU_3D_3, create_context(&gpu, n + 2, set),
		      "CTX_CREATE for capability set %u is answered by type %#x", set, gpu.type);
	}
}
