/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/pmem.h"

#include "lib/format.h"

static const struct feature_bit features[] = {
	{VIRTIO_PMEM_F_SHMEM_REGION, "VIRTIO_PMEM_F_SHMEM_REGION"},
	{0, NULL},
};

static const struct virtio_config_field fields[] = {
	CONFIG_FIELD(struct virtio_pmem_config, start),
	CONFIG_FIELD(struct virtio_pmem_config, size),
	{.name = NULL},
};

static const struct virtio_type pmem_type = {
	.id = VIRTIO_TYPE_PMEM,
	.name = "pmem",
	.area = "PMEM",
	.features = features,
	.additions = BIT64(VIRTIO_PMEM_F_SHMEM_REGION),
	.config_size = sizeof(struct virtio_pmem_config),
	.fields = fields,
};
VIRTIO_TYPE(pmem_type);

bool pmem_prepare(struct arena *arena, struct request *request)
{
	struct virtio_pmem_req *flush = arena_allocate(arena, "flush", sizeof(*flush), 8);
	struct virtio_pmem_resp *answer =
		arena_allocate(arena, "answer to a flush", sizeof(*answer), 8);

	if (!flush || !answer)
		return false;
	flush->type = to_le32(VIRTIO_PMEM_REQ_TYPE_FLUSH);
	answer->ret = to_le32(PMEM_UNANSWERED);
	*request = (struct request){
		.out = (uint8_t *)flush,
		.out_length = sizeof(*flush),
		.in = (uint8_t *)answer,
		.in_length = sizeof(*answer),
		.written_least = sizeof(*answer),
		.written_most = sizeof(*answer),
	};
	return true;
}

uint32_t pmem_answer(const struct request *request)
{
	return from_le32(((const struct virtio_pmem_resp *)request->in)->ret);
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	return pmem_prepare(arena, request);
}

static bool verify(struct virtio_device *device, const struct request *request, struct text *why)
{
	uint32_t answer = pmem_answer(request);

	if (answer != VIRTIO_PMEM_OK)
		text_add(why, "a flush is answered with %#x", answer);
	return answer == VIRTIO_PMEM_OK;
}

static const struct workload pmem_workload = {
	.type = VIRTIO_TYPE_PMEM,
	.about = "a flush",
	.queue = 0,
	.queues = 1,
	.prepare = prepare,
	.verify = verify,
};
WORKLOAD(pmem_workload);
