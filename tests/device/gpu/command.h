/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of the GPU tests: made, sent, awaited (virtio 1.4, 5.7.6). */
#ifndef TESTS_DEVICE_GPU_COMMAND_H
#define TESTS_DEVICE_GPU_COMMAND_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/gpu.h"

/* A field of the configuration of the test's device. */
#define GPU_CONFIG(t, field) ((uint32_t)config_read((t)->device, struct virtio_gpu_config, field))

#define GPU_OUT_MOST         8192u
#define GPU_IN_MOST          2048u
#define GPU_PRESET           0xee /* what the room for a response holds before */
#define GPU_ENTRIES          256u /* of memory, at most, in one command */

/* A device that is up, with room for one command at a time. */
struct gpu {
	struct test_run *t;
	uint8_t *out;    /* GPU_OUT_MOST bytes */
	uint8_t *in;     /* GPU_IN_MOST bytes */
	uint32_t length; /* used length of the last response */
	uint32_t type;   /* of that response; 0 where it has no header */
};

/* A rectangle in pixels. */
struct box {
	uint32_t x, y, width, height;
};

/* Brings the device up with these feature bits where they are offered. */
void gpu_up(struct test_run *t, uint64_t features, struct gpu *gpu);

/*
 * A new command, cleared, of this type, in gpu->out. It has a fence, for what comes back without one may not have been
 * looked at yet (5.7.6.5).
 */
void *gpu_command(struct gpu *gpu, uint32_t type);

/*
 * Sends the first `out` bytes of it, with room for `in` bytes of a response, and returns the type of that: gpu->type.
 * Leaves the test as failed when it is not completed.
 */
uint32_t gpu_send(struct gpu *gpu, unsigned queue, uint32_t out, uint32_t in);

/*
 * Judges that the last command was answered by OK_NODATA: any error breaks `clause`, another success GPU-HDR-5. Skips the
 * test where the device is out of memory, as it may be. Leaves the test when it was not.
 */
void gpu_insist(struct gpu *gpu, enum clause_id clause, const char *what);

/* Judges that it was refused: success breaks `clause`, what is no error code GPU-HDR-6. */
void gpu_refused(struct gpu *gpu, enum clause_id clause, const char *what);

/* GET_DISPLAY_INFO: the response. Leaves the test when it is none. */
const struct virtio_gpu_resp_display_info *gpu_display_info(struct gpu *gpu);

/* RESOURCE_CREATE_2D; returns the type of the response, as all of these. */
uint32_t gpu_create(struct gpu *gpu, uint32_t resource, uint32_t format, uint32_t width,
		    uint32_t height);

/* RESOURCE_UNREF, RESOURCE_DETACH_BACKING: commands that name a resource alone. */
uint32_t gpu_name(struct gpu *gpu, uint32_t type, uint32_t resource);

/* RESOURCE_ATTACH_BACKING with `count` (at most GPU_ENTRIES) pieces of memory of `bytes` each, at these places. */
uint32_t gpu_attach(struct gpu *gpu, uint32_t resource, uint8_t *const *pieces, unsigned count,
		    uint32_t bytes);

/* SET_SCANOUT. */
uint32_t gpu_scanout(struct gpu *gpu, uint32_t scanout, uint32_t resource, struct box box);

/* RESOURCE_FLUSH. */
uint32_t gpu_flush(struct gpu *gpu, uint32_t resource, struct box box);

/* TRANSFER_TO_HOST_2D. */
uint32_t gpu_transfer(struct gpu *gpu, uint32_t resource, struct box box, uint64_t offset);

/*
 * A resource of this size in B8G8R8X8 with memory behind it, in one piece, which is returned. Leaves the test when that
 * is not possible.
 */
uint8_t *gpu_resource(struct gpu *gpu, uint32_t resource, uint32_t width, uint32_t height);

#endif
