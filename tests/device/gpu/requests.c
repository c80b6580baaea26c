/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers of requests and responses, display information, EDID (virtio 1.4, 5.7.6.7, 5.7.6.8). */
#include "arch/memory.h"
#include "tests/device/gpu/command.h"

#define HEADER_BYTES  (uint32_t)sizeof(struct virtio_gpu_ctrl_hdr)
#define NOWHERE       0x7fff0001u /* no resource has this id */
#define SCANOUT_SIDES 64u

/* The response in gpu->in repeats the fence of the request. */
static void judge_fence(struct gpu *gpu, uint64_t id, const char *what)
{
	struct virtio_gpu_ctrl_hdr *header = (struct virtio_gpu_ctrl_hdr *)gpu->in;

	INSIST(gpu->t, GPU_HDR_1, gpu->type && (from_le32(header->flags) & VIRTIO_GPU_FLAG_FENCE),
	       "%s with a fence is answered by type %#x, flags %#x", what, gpu->type,
	       gpu->type ? from_le32(header->flags) : 0);
	CHECK(gpu->t, GPU_HDR_2, from_le64(header->fence_id) == id,
	      "%s with fence %#lx is answered with fence %#lx", what, id,
	      from_le64(header->fence_id));
}

TEST(gpu, responses_repeat_fences,
     .about = "whatever comes of a command with a fence, its response has the fence, too",
     .type = VIRTIO_TYPE_GPU, .judges = CLAUSES(SANE_1, GPU_HDR_1, GPU_HDR_2))
{
	/* They need not count up: there is one timeline for each context and ring alone, and no other command waits. */
	static const uint64_t ids[] = {0x1122334455667788, 3, UINT64_MAX, 0};
	static const struct {
		uint32_t type, length;
		const char *what;
	} commands[] = {
		{VIRTIO_GPU_CMD_GET_DISPLAY_INFO, HEADER_BYTES, "GET_DISPLAY_INFO"},
		{VIRTIO_GPU_CMD_RESOURCE_UNREF, sizeof(struct virtio_gpu_resource_only),
		 "RESOURCE_UNREF of nothing"},
		{VIRTIO_GPU_CMD_SET_SCANOUT, sizeof(struct virtio_gpu_set_scanout),
		 "SET_SCANOUT without a resource"},
		{0x01ff, 64, "an unknown command"},
	};
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	for (unsigned n = 0; n < ARRAY_LENGTH(commands) * ARRAY_LENGTH(ids); n++) {
		uint64_t id = ids[n % ARRAY_LENGTH(ids)];
		unsigned which = n / ARRAY_LENGTH(ids);
		struct virtio_gpu_ctrl_hdr *header = gpu_command(&gpu, commands[which].type);

		header->fence_id = to_le64(id);
		gpu_send(&gpu, GPU_CONTROL_QUEUE, commands[which].length, GPU_IN_MOST);
		judge_fence(&gpu, id, commands[which].what);
	}
}

TEST(gpu, unknown_commands_are_refused,
     .about = "a command that nothing defines ends with an error", .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_HDR_6, GPU_HDR_7))
{
	static const uint32_t types[] = {0, 0x01ff, 0xffff};
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	for (unsigned n = 0; n < ARRAY_LENGTH(types); n++) {
		gpu_command(&gpu, types[n]);
		gpu_send(&gpu, GPU_CONTROL_QUEUE, 64, GPU_IN_MOST);
		gpu_refused(&gpu, CLAUSE_GPU_HDR_7, "a command of a type that nothing defines");
	}
}

TEST(gpu, errors_have_codes,
     .about = "commands that name nothing, or the impossible, end with one of the error codes",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_HDR_5, GPU_HDR_6, GPU_2D_1, GPU_2D_2, GPU_ATTACH_1))
{
	const struct box box = {0, 0, SCANOUT_SIDES, SCANOUT_SIDES};
	uint8_t *memory;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	memory = gpu_resource(&gpu, 1, SCANOUT_SIDES, SCANOUT_SIDES);
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_UNREF, NOWHERE);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "RESOURCE_UNREF of a resource that does not exist");
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, NOWHERE);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "RESOURCE_DETACH_BACKING of a missing resource");
	gpu_attach(&gpu, NOWHERE, &memory, 1, PAGE_SIZE);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "RESOURCE_ATTACH_BACKING to a missing resource");
	gpu_transfer(&gpu, NOWHERE, box, 0);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "TRANSFER_TO_HOST_2D to a missing resource");
	gpu_flush(&gpu, NOWHERE, box);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "RESOURCE_FLUSH of a missing resource");
	gpu_scanout(&gpu, 0, NOWHERE, box);
	gpu_refused(&gpu, CLAUSE_GPU_HDR_6, "SET_SCANOUT to a missing resource");
	gpu_create(&gpu, 2, 0x7777, SCANOUT_SIDES, SCANOUT_SIDES);
	gpu_refused(&gpu, CLAUSE_GPU_2D_2, "RESOURCE_CREATE_2D in a format that nothing defines");
}

TEST(gpu, display_information_is_whole,
     .about = "GET_DISPLAY_INFO answers with 16 entries, none enabled beyond the last scanout",
     .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(SANE_1, GPU_DISPINFO_1, GPU_DISPINFO_2, GPU_DISPINFO_3))
{
	const struct virtio_gpu_resp_display_info *info;
	uint32_t scanouts;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	scanouts = GPU_CONFIG(t, num_scanouts);
	info = gpu_display_info(&gpu);
	INSIST(t, GPU_DISPINFO_2, gpu.length == sizeof(*info), "the response has %u bytes, not %lu",
	       gpu.length, sizeof(*info));
	for (uint32_t n = scanouts; n < VIRTIO_GPU_MAX_SCANOUTS; n++)
		CHECK(t, GPU_DISPINFO_3, !from_le32(info->pmodes[n].enabled),
		      "scanout %u is enabled, of %u", n, scanouts);
}

/* GET_EDID for a scanout: the response, or what is no such. */
static struct virtio_gpu_resp_edid *get_edid(struct gpu *gpu, uint32_t scanout)
{
	struct virtio_gpu_get_edid *command = gpu_command(gpu, VIRTIO_GPU_CMD_GET_EDID);

	command->scanout = to_le32(scanout);
	gpu_send(gpu, GPU_CONTROL_QUEUE, sizeof(*command), sizeof(struct virtio_gpu_resp_edid));
	return (struct virtio_gpu_resp_edid *)gpu->in;
}

/* VESA E-EDID, 3.1: a header, blocks of 128 bytes whose sum is 0, as many as byte 126 says behind the first. */
static void judge_edid(struct gpu *gpu, const struct virtio_gpu_resp_edid *edid, uint32_t scanout)
{
	static const uint8_t magic[] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
	uint32_t size = from_le32(edid->size);

	INSIST(gpu->t, GPU_EDID_2, size >= 128 && size <= GPU_EDID_MOST && size % 128 == 0,
	       "scanout %u: size is %u", scanout, size);
	INSIST(gpu->t, GPU_EDID_1,
	       gpu->length >= offsetof(struct virtio_gpu_resp_edid, edid) + size,
	       "scanout %u: used length is %u, an EDID of %u bytes does not fit", scanout,
	       gpu->length, size);
	for (unsigned n = 0; n < sizeof(magic); n++)
		CHECK(gpu->t, GPU_EDID_2, edid->edid[n] == magic[n],
		      "scanout %u: byte %u of the EDID is %#x, not %#x", scanout, n, edid->edid[n],
		      magic[n]);
	CHECK(gpu->t, GPU_EDID_2, 128u * (edid->edid[126] + 1u) <= size,
	      "scanout %u: the EDID says %u extensions, in %u bytes", scanout, edid->edid[126],
	      size);
	for (unsigned block = 0; block <= edid->edid[126] && block < size / 128; block++) {
		uint8_t sum = 0;

		for (unsigned n = 0; n < 128; n++)
			sum = (uint8_t)(sum + edid->edid[block * 128 + n]);
		CHECK(gpu->t, GPU_EDID_2, sum == 0, "scanout %u: block %u sums up to %#x", scanout,
		      block, sum);
	}
}

/* A display that is disabled is like a monitor that is not connected (5.7.6.8): it need not have one. */
TEST(gpu, edid_is_well_formed,
     .about = "each enabled scanout has an EDID, and all that there are have header and checksums",
     .type = VIRTIO_TYPE_GPU, WITH_FEATURE(VIRTIO_GPU_F_EDID),
     .judges = CLAUSES(SANE_1, GPU_DISPINFO_1, GPU_EDID_1, GPU_EDID_2))
{
	bool enabled[VIRTIO_GPU_MAX_SCANOUTS];
	uint32_t scanouts;
	struct gpu gpu;

	gpu_up(t, BIT64(VIRTIO_GPU_F_EDID), &gpu);
	scanouts = MINIMUM(GPU_CONFIG(t, num_scanouts), VIRTIO_GPU_MAX_SCANOUTS);
	for (uint32_t n = 0; n < scanouts; n++)
		enabled[n] = from_le32(gpu_display_info(&gpu)->pmodes[n].enabled);
	for (uint32_t n = 0; n < scanouts; n++) {
		struct virtio_gpu_resp_edid *edid = get_edid(&gpu, n);

		if (!enabled[n] && gpu_is_error(gpu.type))
			continue;
		INSIST(t, GPU_EDID_1, gpu.type == VIRTIO_GPU_RESP_OK_EDID,
		       "GET_EDID for scanout %u is answered by type %#x", n, gpu.type);
		judge_edid(&gpu, edid, n);
	}
}

TEST(gpu, edid_of_no_scanout_is_refused,
     .about = "GET_EDID for a scanout that does not exist ends with an error",
     .type = VIRTIO_TYPE_GPU, WITH_FEATURE(VIRTIO_GPU_F_EDID),
     .judges = CLAUSES(SANE_1, GPU_EDID_3, GPU_HDR_6))
{
	struct gpu gpu;

	gpu_up(t, BIT64(VIRTIO_GPU_F_EDID), &gpu);
	get_edid(&gpu, GPU_CONFIG(t, num_scanouts));
	gpu_refused(&gpu, CLAUSE_GPU_EDID_3, "GET_EDID for the scanout behind the last");
	get_edid(&gpu, UINT32_MAX);
	gpu_refused(&gpu, CLAUSE_GPU_EDID_3, "GET_EDID for scanout 0xffffffff");
}
