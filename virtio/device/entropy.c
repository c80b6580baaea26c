/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/entropy.h"

static const struct feature_bit features[] = {{0, NULL}};

static const struct virtio_type entropy_type = {
	.id = VIRTIO_TYPE_ENTROPY,
	.name = "rng",
	.area = "ENTROPY",
	.features = features,
};
VIRTIO_TYPE(entropy_type);

bool entropy_prepare(struct arena *arena, uint32_t bytes, struct request *request)
{
	*request = (struct request){
		.in = arena_allocate(arena, "entropy buffer", bytes, 16),
		.in_length = bytes,
		.written_least = 1,
		.written_most = bytes,
	};
	return request->in;
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	return entropy_prepare(arena, 32, request);
}

static const struct workload entropy_workload = {
	.type = VIRTIO_TYPE_ENTROPY,
	.about = "a read of 32 bytes",
	.queue = 0,
	.queues = 1,
	.prepare = prepare,
};
WORKLOAD(entropy_workload);
