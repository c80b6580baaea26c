/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GPU device (virtio 1.4, 5.7): resources of pixels, displays that show them, a pointer. Any CPU, one at a
 * time for an arena.
 */
#ifndef VIRTIO_DEVICE_GPU_H
#define VIRTIO_DEVICE_GPU_H

#include "virtio/device/workload.h"

/* Feature bits (5.7.3). */
enum {
	VIRTIO_GPU_F_VIRGL = 0,
	VIRTIO_GPU_F_EDID = 1,
	VIRTIO_GPU_F_RESOURCE_UUID = 2,
	VIRTIO_GPU_F_RESOURCE_BLOB = 3,
	VIRTIO_GPU_F_CONTEXT_INIT = 4,
	VIRTIO_GPU_F_BLOB_ALIGNMENT = 5,
};

/* The queues (5.7.2). */
enum { GPU_CONTROL_QUEUE = 0, GPU_CURSOR_QUEUE = 1 };

/* The device-specific configuration (5.7.4). */
struct virtio_gpu_config {
	le32 events_read;
	le32 events_clear;
	le32 num_scanouts;
	le32 num_capsets;
	le32 blob_alignment;
};
static_assert(sizeof(struct virtio_gpu_config) == 20, "5.7.4");

#define VIRTIO_GPU_EVENT_DISPLAY BIT(0) /* of events_read and events_clear */

/* Requests and responses (5.7.6.7). */
enum virtio_gpu_ctrl_type {
	VIRTIO_GPU_CMD_GET_DISPLAY_INFO = 0x0100,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	VIRTIO_GPU_CMD_RESOURCE_UNREF,
	VIRTIO_GPU_CMD_SET_SCANOUT,
	VIRTIO_GPU_CMD_RESOURCE_FLUSH,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
	VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
	VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
	VIRTIO_GPU_CMD_GET_CAPSET_INFO,
	VIRTIO_GPU_CMD_GET_CAPSET,
	VIRTIO_GPU_CMD_GET_EDID,
	VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
	VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,

	VIRTIO_GPU_CMD_CTX_CREATE = 0x0200,

	VIRTIO_GPU_CMD_UPDATE_CURSOR = 0x0300,
	VIRTIO_GPU_CMD_MOVE_CURSOR,

	VIRTIO_GPU_RESP_OK_NODATA = 0x1100,
	VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET_INFO,
	VIRTIO_GPU_RESP_OK_CAPSET,
	VIRTIO_GPU_RESP_OK_EDID,
	VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
	VIRTIO_GPU_RESP_OK_MAP_INFO,

	VIRTIO_GPU_RESP_ERR_UNSPEC = 0x1200,
	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY,
	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID,
	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER,
};

#define VIRTIO_GPU_FLAG_FENCE BIT(0)

/* What every request and every response begins with (5.7.6.7). */
struct virtio_gpu_ctrl_hdr {
	le32 type;
	le32 flags;
	le64 fence_id;
	le32 ctx_id;
	uint8_t ring_idx;
	uint8_t padding[3];
};
static_assert(sizeof(struct virtio_gpu_ctrl_hdr) == 24, "5.7.6.7");

/* Pixels: 0, 0 is top left. */
struct virtio_gpu_rect {
	le32 x;
	le32 y;
	le32 width;
	le32 height;
};
static_assert(sizeof(struct virtio_gpu_rect) == 16, "5.7.6.8");

#define VIRTIO_GPU_MAX_SCANOUTS 16u

/* The answer to GET_DISPLAY_INFO. */
struct virtio_gpu_resp_display_info {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_display_one {
		struct virtio_gpu_rect r;
		le32 enabled;
		le32 flags;
	} pmodes[VIRTIO_GPU_MAX_SCANOUTS];
};
static_assert(sizeof(struct virtio_gpu_resp_display_info) == 408, "5.7.6.8");

/* GET_EDID. */
struct virtio_gpu_get_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 scanout;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_get_edid) == 32, "5.7.6.8");

#define GPU_EDID_MOST 1024u

/* Its answer. */
struct virtio_gpu_resp_edid {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 size;
	le32 padding;
	uint8_t edid[GPU_EDID_MOST];
};
static_assert(sizeof(struct virtio_gpu_resp_edid) == 1056, "5.7.6.8");

/* Pixels of four bytes, named in the order of memory. */
enum virtio_gpu_formats {
	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM = 1,
	VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM = 2,
	VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM = 3,
	VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM = 4,
	VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM = 67,
	VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM = 68,
	VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM = 121,
	VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM = 134,
};

/* RESOURCE_CREATE_2D. */
struct virtio_gpu_resource_create_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 format;
	le32 width;
	le32 height;
};
static_assert(sizeof(struct virtio_gpu_resource_create_2d) == 40, "5.7.6.8");

/* RESOURCE_UNREF, RESOURCE_DETACH_BACKING, RESOURCE_ASSIGN_UUID: a resource is named. */
struct virtio_gpu_resource_only {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_resource_only) == 32, "5.7.6.8");

/* SET_SCANOUT. */
struct virtio_gpu_set_scanout {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 scanout_id;
	le32 resource_id;
};
static_assert(sizeof(struct virtio_gpu_set_scanout) == 48, "5.7.6.8");

/* RESOURCE_FLUSH. */
struct virtio_gpu_resource_flush {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 resource_id;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_resource_flush) == 48, "5.7.6.8");

/* TRANSFER_TO_HOST_2D. */
struct virtio_gpu_transfer_to_host_2d {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le64 offset;
	le32 resource_id;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_transfer_to_host_2d) == 56, "5.7.6.8");

/* RESOURCE_ATTACH_BACKING; nr_entries entries follow. */
struct virtio_gpu_resource_attach_backing {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 nr_entries;
};
static_assert(sizeof(struct virtio_gpu_resource_attach_backing) == 32, "5.7.6.8");

/* A piece of memory. */
struct virtio_gpu_mem_entry {
	le64 addr;
	le32 length;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_mem_entry) == 16, "5.7.6.8");

/* GET_CAPSET_INFO. */
struct virtio_gpu_get_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_index;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_get_capset_info) == 32, "5.7.6.8");

/* Its answer. */
struct virtio_gpu_resp_capset_info {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_id;
	le32 capset_max_version;
	le32 capset_max_size;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_resp_capset_info) == 40, "5.7.6.8");

/* The last capability set that is listed. */
#define VIRTIO_GPU_CAPSET_CROSS_DOMAIN 5

/* GET_CAPSET; the answer is a header with the data behind it. */
struct virtio_gpu_get_capset {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 capset_id;
	le32 capset_version;
};
static_assert(sizeof(struct virtio_gpu_get_capset) == 32, "5.7.6.8");

/* The answer to RESOURCE_ASSIGN_UUID. */
struct virtio_gpu_resp_resource_uuid {
	struct virtio_gpu_ctrl_hdr hdr;
	uint8_t uuid[16];
};
static_assert(sizeof(struct virtio_gpu_resp_resource_uuid) == 40, "5.7.6.8");

/* What memory a blob has. */
enum {
	VIRTIO_GPU_BLOB_MEM_GUEST = 1,
	VIRTIO_GPU_BLOB_MEM_HOST3D = 2,
	VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST = 3,
};

/* RESOURCE_CREATE_BLOB; nr_entries entries follow. */
struct virtio_gpu_resource_create_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 resource_id;
	le32 blob_mem;
	le32 blob_flags;
	le32 nr_entries;
	le64 blob_id;
	le64 size;
};
static_assert(sizeof(struct virtio_gpu_resource_create_blob) == 56, "5.7.6.8");

/* SET_SCANOUT_BLOB. */
struct virtio_gpu_set_scanout_blob {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_rect r;
	le32 scanout_id;
	le32 resource_id;
	le32 width;
	le32 height;
	le32 format;
	le32 padding;
	le32 strides[4];
	le32 offsets[4];
};
static_assert(sizeof(struct virtio_gpu_set_scanout_blob) == 96, "5.7.6.8");

/* CTX_CREATE (5.7.6.9). */
struct virtio_gpu_ctx_create {
	struct virtio_gpu_ctrl_hdr hdr;
	le32 nlen;
	le32 context_init; /* the lower 8 bits: a capability set, or 0 */
	char debug_name[64];
};
static_assert(sizeof(struct virtio_gpu_ctx_create) == 96, "5.7.6.9");

/* UPDATE_CURSOR and MOVE_CURSOR (5.7.6.10). */
struct virtio_gpu_update_cursor {
	struct virtio_gpu_ctrl_hdr hdr;
	struct virtio_gpu_cursor_pos {
		le32 scanout_id;
		le32 x;
		le32 y;
		le32 padding;
	} pos;
	le32 resource_id;
	le32 hot_x;
	le32 hot_y;
	le32 padding;
};
static_assert(sizeof(struct virtio_gpu_update_cursor) == 56, "5.7.6.10");

/* Width and height of a pointer, pixels (5.7.6.6). */
#define GPU_CURSOR_SIZE 64u

/* Whether a response is one of the errors of 5.7.6.7. */
static inline bool gpu_is_error(uint32_t type)
{
	return type >= VIRTIO_GPU_RESP_ERR_UNSPEC && type <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

#endif
