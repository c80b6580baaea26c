/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/balloon/pages.h"
#include "tests/harness/subject/subject.h"

struct features balloon_features(const struct test_run *t, uint64_t without)
{
	struct features features = features_for(t);

	features.words[0] |= t->device->offered.words[0] & (BIT64(24) - 1) & ~without;
	return features;
}

void balloon_up(struct test_run *t, uint64_t without)
{
	set_up(t, balloon_features(t, without), MINIMUM(offered_queues(t->device), 5u));
	/* A driver that takes the feature has to say with what (5.5.6.5.1). */
	if (features_have(&t->device->negotiated, VIRTIO_BALLOON_F_PAGE_POISON))
		config_write(t->device, struct virtio_balloon_config, poison_val, 0);
	go_live(t);
}

uint8_t *balloon_pages(struct test_run *t, unsigned count)
{
	return test_memory(t, "pages", (size_t)count * VIRTIO_BALLOON_PAGE, VIRTIO_BALLOON_PAGE);
}

static uint32_t mark(unsigned page, unsigned word, uint32_t salt)
{
	return salt ^ (page << 12 | word << 2) * 0x9e3779b1u;
}

/* Of a page that a device takes or spoils, every so many words show it. */
#define STRIDE 32u
#define WORDS  (VIRTIO_BALLOON_PAGE / sizeof(uint32_t))

void balloon_mark(uint8_t *pages, unsigned count, uint32_t salt)
{
	for (unsigned page = 0; page < count; page++) {
		uint32_t *words = (uint32_t *)(pages + (size_t)page * VIRTIO_BALLOON_PAGE);

		for (unsigned n = 0; n < WORDS; n += STRIDE)
			words[n] = mark(page, n, salt);
	}
}

bool balloon_holds(const uint8_t *pages, unsigned index, uint32_t salt)
{
	const volatile uint32_t *words =
		(const volatile uint32_t *)(pages + (size_t)index * VIRTIO_BALLOON_PAGE);

	for (unsigned n = 0; n < WORDS; n += STRIDE) {
		if (words[n] != mark(index, n, salt))
			return false;
	}
	return true;
}

unsigned balloon_changed(const uint8_t *pages, unsigned count, uint32_t salt)
{
	unsigned index = 0;

	while (index < count && balloon_holds(pages, index, salt))
		index++;
	return index;
}

#define SETTLE_NS 2000000

void balloon_settle(void)
{
	uint64_t deadline = clock_deadline(SETTLE_NS);

	while (!clock_passed(deadline))
		;
}

bool balloon_has_queue(const struct test_run *t, unsigned queue)
{
	if (queue >= offered_queues(t->device))
		return false;
	t->device->transport->select_queue(t->device, queue);
	return t->device->transport->queue_size(t->device) > 0;
}

unsigned balloon_place(const struct test_run *t, enum balloon_queue queue)
{
	struct balloon_index index = balloon_index(t->device, queue);
	bool closes_gaps = index.gap != index.specified && balloon_has_queue(t, index.gap);

	return closes_gaps ? index.without_gaps : index.specified;
}

bool balloon_tell(struct test_run *t, unsigned queue, const uint8_t *pages, unsigned count,
		  unsigned stride)
{
	struct virtqueue *to = t->device->queues[queue];
	le32 *numbers = test_memory(t, "page numbers", count * sizeof(*numbers), 4);
	struct request request = {.out = (uint8_t *)numbers,
				  .out_length = count * (uint32_t)sizeof(*numbers)};
	struct completion completion;

	for (unsigned n = 0; n < count; n++)
		numbers[n] = to_le32(
			balloon_page_number(pages + (size_t)n * stride * VIRTIO_BALLOON_PAGE));
	submit(t, to, &request);
	return await_announced(t, to, &completion);
}
