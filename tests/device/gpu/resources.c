/* SPDX-License-Identifier: BSD-2-Clause */
/* Resources, their memory, scanouts and the pointer (virtio 1.4, 5.7.6.8, 5.7.6.10). */
#include "arch/memory.h"
#include "tests/device/gpu/command.h"

#define SIDE 64u

static const struct box whole = {0, 0, SIDE, SIDE};

TEST(gpu, resources_come_and_go,
     .about = "a resource is made, refused a second time, destroyed, and made again",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_2D_3, GPU_UNREF_1, GPU_UNREF_2, GPU_HDR_5, GPU_HDR_6,
		       GPU_ATTACH_1, GPU_FLUSH_1))
{
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	gpu_resource(&gpu, 7, SIDE, SIDE);
	gpu_create(&gpu, 7, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, SIDE, SIDE);
	gpu_refused(&gpu, CLAUSE_GPU_2D_3, "RESOURCE_CREATE_2D with an id that is in use");
	gpu_flush(&gpu, 7, whole);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH of what another was to replace");
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_UNREF, 7);
	gpu_insist(&gpu, CLAUSE_GPU_UNREF_1, "RESOURCE_UNREF");
	gpu_flush(&gpu, 7, whole);
	gpu_refused(&gpu, CLAUSE_GPU_UNREF_2, "RESOURCE_FLUSH of a destroyed resource");
	gpu_transfer(&gpu, 7, whole, 0);
	gpu_refused(&gpu, CLAUSE_GPU_UNREF_2, "TRANSFER_TO_HOST_2D to a destroyed resource");
	gpu_scanout(&gpu, 0, 7, whole);
	gpu_refused(&gpu, CLAUSE_GPU_UNREF_2, "SET_SCANOUT to a destroyed resource");
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_UNREF, 7);
	gpu_refused(&gpu, CLAUSE_GPU_UNREF_2, "RESOURCE_UNREF of a destroyed resource");
	gpu_create(&gpu, 7, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, SIDE, SIDE);
	gpu_insist(&gpu, CLAUSE_GPU_UNREF_1, "RESOURCE_CREATE_2D with the id of a destroyed one");
}

TEST(gpu, all_formats_are_taken, .about = "a resource is made in each of the eight formats",
     .type = VIRTIO_TYPE_GPU, .judges = CLAUSES(SANE_1, GPU_2D_2))
{
	static const uint8_t formats[] = {
		VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM,
		VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM,
		VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM};
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	for (unsigned n = 0; n < ARRAY_LENGTH(formats); n++) {
		gpu_create(&gpu, n + 1, formats[n], SIDE, SIDE);
		CAN_JUDGE(t, gpu.type != VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
			  "the device is out of memory");
		CHECK(t, GPU_2D_2, gpu.type == VIRTIO_GPU_RESP_OK_NODATA,
		      "RESOURCE_CREATE_2D in format %u is answered by type %#x", formats[n],
		      gpu.type);
	}
}

TEST(gpu, memory_comes_and_goes,
     .about = "memory of hundreds of pages in any order is attached, detached and attached again",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_ATTACH_2, GPU_DETACH_1, GPU_XFER_1,
		       GPU_HDR_5))
{
	const struct box box = {0, 0, 512, GPU_ENTRIES * PAGE_SIZE / 4 / 512};
	uint8_t *pages, *pieces[GPU_ENTRIES];
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	pages = test_memory(t, "pixels", GPU_ENTRIES * PAGE_SIZE, PAGE_SIZE);
	/* 89 and 256 have no divisor in common: each page once. */
	for (unsigned n = 0; n < GPU_ENTRIES; n++)
		pieces[n] = pages + n * 89 % GPU_ENTRIES * PAGE_SIZE;
	gpu_create(&gpu, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, box.width, box.height);
	gpu_insist(&gpu, CLAUSE_GPU_2D_1, "RESOURCE_CREATE_2D");
	gpu_attach(&gpu, 1, &pages, 1, GPU_ENTRIES * PAGE_SIZE);
	gpu_insist(&gpu, CLAUSE_GPU_ATTACH_1, "RESOURCE_ATTACH_BACKING");
	gpu_transfer(&gpu, 1, box, 0);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D of the whole");
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 1);
	gpu_insist(&gpu, CLAUSE_GPU_DETACH_1, "RESOURCE_DETACH_BACKING");
	gpu_attach(&gpu, 1, pieces, GPU_ENTRIES, PAGE_SIZE);
	gpu_insist(&gpu, CLAUSE_GPU_ATTACH_2, "RESOURCE_ATTACH_BACKING of 256 pages");
	gpu_transfer(&gpu, 1, box, 0);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D from 256 pages");
	gpu_transfer(&gpu, 1, (struct box){16, 9, 33, 5}, (9 * box.width + 16) * 4);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D of a part");
}

TEST(gpu, flushes_are_answered,
     .about = "a resource is flushed in whole and in part, shown and not shown",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_FLUSH_1, GPU_SCANOUT_1, GPU_HDR_5))
{
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	gpu_resource(&gpu, 1, SIDE, SIDE);
	for (unsigned shown = 0; shown < 2; shown++) {
		gpu_flush(&gpu, 1, whole);
		gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH of the whole");
		gpu_flush(&gpu, 1, (struct box){3, 5, 7, 11});
		gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH of a part");
		gpu_scanout(&gpu, 0, 1, whole);
		gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_1, "SET_SCANOUT");
	}
}

TEST(gpu, scanouts_are_set_and_disabled,
     .about = "every scanout shows a resource, the same or another part of it, and is disabled",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_SCANOUT_1, GPU_SCANOUT_3, GPU_SCANOUT_4,
		       GPU_HDR_5))
{
	const struct box none = {0, 0, 0, 0};
	uint32_t scanouts;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	scanouts = MINIMUM(GPU_CONFIG(t, num_scanouts), VIRTIO_GPU_MAX_SCANOUTS);
	gpu_resource(&gpu, 1, 2 * SIDE, SIDE);
	for (uint32_t n = 0; n < scanouts; n++) {
		gpu_scanout(&gpu, n, 1, whole);
		gpu_insist(&gpu, n ? CLAUSE_GPU_SCANOUT_3 : CLAUSE_GPU_SCANOUT_1,
			   "SET_SCANOUT to the left half");
	}
	for (uint32_t n = 1; n < scanouts; n++) {
		gpu_scanout(&gpu, n, 1, (struct box){SIDE / 2, 0, SIDE, SIDE});
		gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_3, "SET_SCANOUT to an overlapping part");
	}
	for (uint32_t n = scanouts; n > 0; n--) {
		gpu_scanout(&gpu, n - 1, 0, none);
		gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_4, "SET_SCANOUT to resource 0");
	}
}

TEST(gpu, impossible_scanouts_are_refused,
     .about = "a rectangle outside of the resource, or a scanout that is not there, is refused",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_SCANOUT_2, GPU_SCANOUT_5, GPU_HDR_5,
		       GPU_HDR_6))
{
	static const struct box boxes[] = {{0, 0, SIDE + 1, SIDE},
					   {0, 0, SIDE, SIDE + 1},
					   {1, 0, SIDE, SIDE},
					   {0, 1, SIDE, SIDE},
					   {UINT32_MAX - 31, 0, SIDE, SIDE},
					   {0, UINT32_MAX - 31, SIDE, SIDE}};
	const uint32_t beyond[] = {GPU_CONFIG(t, num_scanouts), UINT32_MAX};
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	gpu_resource(&gpu, 1, SIDE, SIDE);
	for (unsigned n = 0; n < ARRAY_LENGTH(boxes); n++) {
		gpu_scanout(&gpu, 0, 1, boxes[n]);
		gpu_refused(&gpu, CLAUSE_GPU_SCANOUT_2,
			    "SET_SCANOUT to more than the resource covers");
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(beyond); n++) {
		gpu_scanout(&gpu, beyond[n], 1, whole);
		gpu_refused(&gpu, CLAUSE_GPU_SCANOUT_5,
			    "SET_SCANOUT for a scanout beyond the last");
		CHECK(t, GPU_SCANOUT_5, gpu.type == VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
		      "SET_SCANOUT for scanout %u is answered by type %#x, not INVALID_SCANOUT_ID",
		      beyond[n], gpu.type);
	}
}

TEST(gpu, cursor_commands_are_answered,
     .about =
	     "UPDATE_CURSOR and MOVE_CURSOR come back with OK_NODATA, whatever MOVE_CURSOR has to ignore",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_CURSOR_1, GPU_CURSOR_3,
		       GPU_HDR_5))
{
	struct virtio_gpu_update_cursor *command;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	gpu_resource(&gpu, 1, GPU_CURSOR_SIZE, GPU_CURSOR_SIZE);
	gpu_transfer(&gpu, 1, (struct box){0, 0, GPU_CURSOR_SIZE, GPU_CURSOR_SIZE}, 0);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D of a pointer");
	command = gpu_command(&gpu, VIRTIO_GPU_CMD_UPDATE_CURSOR);
	command->resource_id = to_le32(1);
	gpu_send(&gpu, GPU_CURSOR_QUEUE, sizeof(*command), sizeof(struct virtio_gpu_ctrl_hdr));
	CHECK(t, GPU_CURSOR_1, gpu.type == VIRTIO_GPU_RESP_OK_NODATA,
	      "UPDATE_CURSOR is answered by type %#x, used length %u", gpu.type, gpu.length);
	command = gpu_command(&gpu, VIRTIO_GPU_CMD_MOVE_CURSOR);
	command->pos.x = to_le32(20);
	command->hot_x = to_le32(UINT32_MAX);
	command->resource_id = to_le32(0x7fff0001);
	gpu_send(&gpu, GPU_CURSOR_QUEUE, sizeof(*command), sizeof(struct virtio_gpu_ctrl_hdr));
	CHECK(t, GPU_CURSOR_3, gpu.type == VIRTIO_GPU_RESP_OK_NODATA,
	      "MOVE_CURSOR is answered by type %#x, used length %u", gpu.type, gpu.length);
}
