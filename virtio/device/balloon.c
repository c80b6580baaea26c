/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/balloon.h"

#include "arch/memory.h"

static const struct feature_bit features[] = {
	{VIRTIO_BALLOON_F_MUST_TELL_HOST, "VIRTIO_BALLOON_F_MUST_TELL_HOST"},
	{VIRTIO_BALLOON_F_STATS_VQ, "VIRTIO_BALLOON_F_STATS_VQ"},
	{VIRTIO_BALLOON_F_DEFLATE_ON_OOM, "VIRTIO_BALLOON_F_DEFLATE_ON_OOM"},
	{VIRTIO_BALLOON_F_FREE_PAGE_HINT, "VIRTIO_BALLOON_F_FREE_PAGE_HINT"},
	{VIRTIO_BALLOON_F_PAGE_POISON, "VIRTIO_BALLOON_F_PAGE_POISON"},
	{VIRTIO_BALLOON_F_PAGE_REPORTING, "VIRTIO_BALLOON_F_PAGE_REPORTING"},
	{0, NULL},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_balloon_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(num_pages, .count = 0),
	/* 5.5.6 has drivers write these, and promises nothing of how they read back. */
	FIELD(actual, .flags = CONFIG_WRITE_ONLY),
	FIELD(free_page_hint_cmd_id, CONFIG_OF(VIRTIO_BALLOON_F_FREE_PAGE_HINT)),
	FIELD(poison_val, .flags = CONFIG_WRITE_ONLY, CONFIG_OF(VIRTIO_BALLOON_F_PAGE_POISON)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type balloon_type = {
	.id = VIRTIO_TYPE_BALLOON,
	.name = "balloon",
	.area = "BALLOON",
	.features = features,
	.additions = BIT64(VIRTIO_BALLOON_F_DEFLATE_ON_OOM),
	.queue_bits = BIT64(VIRTIO_BALLOON_F_STATS_VQ) | BIT64(VIRTIO_BALLOON_F_FREE_PAGE_HINT) |
		      BIT64(VIRTIO_BALLOON_F_PAGE_REPORTING),
	.config_size = sizeof(struct virtio_balloon_config),
	.fields = fields,
};
VIRTIO_TYPE(balloon_type);

uint32_t balloon_page_number(const void *page)
{
	return (uint32_t)(physical(page) / VIRTIO_BALLOON_PAGE);
}

struct balloon_index balloon_index(const struct virtio_device *device, enum balloon_queue queue)
{
	static const uint8_t needs[] = {
		[BALLOON_STATS_QUEUE] = VIRTIO_BALLOON_F_STATS_VQ,
		[BALLOON_HINT_QUEUE] = VIRTIO_BALLOON_F_FREE_PAGE_HINT,
	};
	struct balloon_index index = {queue, queue, queue};

	for (unsigned before = queue; before-- > BALLOON_STATS_QUEUE;) {
		if (features_have(&device->offered, needs[before]))
			continue;
		index.without_gaps--;
		index.gap = before;
	}
	return index;
}

/*
 * Pages that are given away and never looked at again: nothing else lies on them, so it does not
 * matter what becomes of them.
 */
#define SPARE_PAGES 16
static uint8_t spare[SPARE_PAGES][VIRTIO_BALLOON_PAGE]
	__attribute__((aligned(VIRTIO_BALLOON_PAGE)));

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	le32 *number = arena_allocate(arena, "page number", sizeof(*number), 4);

	if (!number)
		return false;
	*number = to_le32(balloon_page_number(spare[seed % SPARE_PAGES]));
	*request = (struct request){.out = (uint8_t *)number, .out_length = sizeof(*number)};
	return true;
}

static const struct workload balloon_workload = {
	.type = VIRTIO_TYPE_BALLOON,
	.about = "the inflation by one page",
	.queue = BALLOON_INFLATE_QUEUE,
	.queues = 2,
	.features = BIT64(VIRTIO_BALLOON_F_MUST_TELL_HOST),
	.prepare = prepare,
};
WORKLOAD(balloon_workload);
