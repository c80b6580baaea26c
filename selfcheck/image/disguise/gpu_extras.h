/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a GPU may do beside and the one behind does not: one capability set, UUIDs, blobs of guest memory, contexts. Commands that the
 * device refuses are answered as one would that knows them. All is for the boot CPU.
 */
#ifndef SELFCHECK_GPU_EXTRAS_H
#define SELFCHECK_GPU_EXTRAS_H

#include "selfcheck/image/disguise/request.h"
#include "virtio/device/gpu.h"
#include "virtio/onlooker.h"

/* The features that are pretended. */
#define GPU_EXTRAS_OFFERS  (BIT64(VIRTIO_GPU_F_RESOURCE_UUID) | BIT64(VIRTIO_GPU_F_RESOURCE_BLOB))
#define GPU_CONTEXT_OFFERS (BIT64(VIRTIO_GPU_F_VIRGL) | BIT64(VIRTIO_GPU_F_CONTEXT_INIT))

/* Forgets all blobs: start(). */
void gpu_extras_start(struct virtio_device *device);

/* The read hook: num_capsets is 1. */
uint64_t gpu_extras_read(struct onlooker *self, const struct register_access *access,
			 uint64_t value);

/*
 * For used_element(): the response to a command that it knows, which is changed into that of a success; NULL for others.
 * *type is the command.
 */
struct virtio_gpu_ctrl_hdr *gpu_extras_serve(struct virtqueue *queue, struct used_element *element,
					     uint32_t *type);

#endif
