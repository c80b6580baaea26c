/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of the legacy interface: one page number each, and a size of their own (virtio 1.4, 2.7.2, 4.1.5.1.3.1). */
#include "lib/string.h"
#include "tests/transport/pci/legacy/legacy.h"
#include "virtio/ring/split.h"

#define PATTERN     0xa5
#define ROUNDS_MOST 34u /* small rings are gone round */

/* Between the available ring and the boundary where the used ring begins. */
struct padding {
	uint8_t *bytes;
	size_t length;
};

static struct padding padding_of(const struct virtqueue *queue)
{
	uint8_t *begin = (uint8_t *)queue->parts[1] + virtqueue_part_bytes(queue, 1);

	return (struct padding){begin, (size_t)((uint8_t *)queue->parts[2] - begin)};
}

/* Where something was written to it; its length: nowhere. */
static size_t first_written(const struct padding *padding)
{
	size_t at = 0;

	while (at < padding->length && ((volatile uint8_t *)padding->bytes)[at] == PATTERN)
		at++;
	return at;
}

/* A request was seen in the used ring, or it was not: then something may stand in front of it. */
static void check_place(struct test_run *t, const struct virtqueue *queue, bool served)
{
	struct padding padding = padding_of(queue);
	size_t at = first_written(&padding);
	bool before = !served && at < padding.length;

	CHECK(t, PCI_LEG_TXT_7, served || before,
	      "queue %u: nothing is used of the ring at the page that queue_address was written",
	      queue->index);
	if (!served && !before)
		return;
	CHECK(t, PCI_LEG_TXT_8, served,
	      "queue %u: nothing is used behind the multiple of %u where the used ring begins, and "
	      "%zu bytes in front of it something is",
	      queue->index, LEGACY_PAGE, padding.length - at);
	CHECK(t, SPLIT_LEG_1, served, "queue %u: the used ring is not behind the padding",
	      queue->index);
}

static void check_index(struct test_run *t, const struct virtqueue *queue, uint16_t done)
{
	uint16_t index = split_of(queue)->used->idx.raw;

	INSIST(t, SPLIT_LEG_2, index == done || index != __builtin_bswap16(done),
	       "queue %u: the used index reads %#x after %u buffers: its bytes are swapped",
	       queue->index, index, done);
}

TEST(transport, legacy_ring_lies_at_its_page,
     .about = "the device finds descriptors, available and used ring from the page number and its "
	      "own queue size",
     .needs = NEEDS_WORK, .traits = LEGACY_OVER_PCI,
     .judges = CLAUSES(PCI_LEG_TXT_7, PCI_LEG_TXT_8, SPLIT_LEG_1, SPLIT_LEG_2))
{
	struct virtqueue *queue;
	struct padding padding;
	uint16_t rounds;
	bool served;

	bring_up(t);
	queue = work_queue(t);
	rounds = (uint16_t)MINIMUM(queue->size + 2u, ROUNDS_MOST);
	padding = padding_of(queue);
	memset(padding.bytes, PATTERN, padding.length);
	for (uint16_t n = 0; n < rounds; n++) {
		struct completion completion;

		submit(t, queue, new_request(t, n));
		served = await_use(queue, clock_deadline(PATIENCE_NS));
		check_place(t, queue, served);
		if (!served)
			return;
		check_index(t, queue, (uint16_t)(n + 1));
		INSIST(t, SANE_1, await_completion(t, queue, &completion), "queue %u: %s is lost",
		       queue->index, t->workload->about);
	}
}

TEST(transport, legacy_queue_size_is_the_devices_own,
     .about = "queue_size reads the same whatever is written there", .traits = LEGACY_OVER_PCI,
     .judges = CLAUSES(PCI_LEG_TXT_9))
{
	struct virtio_device *device = t->device;
	unsigned count = MINIMUM(queues_of(device), 8u);

	meet_device(device);
	for (unsigned n = 0; n < count; n++) {
		uint16_t size, after;

		device->transport->select_queue(device, n);
		size = device->transport->queue_size(device);
		legacy_write(device, LEGACY_QUEUE_SIZE, size / 2);
		after = device->transport->queue_size(device);
		CHECK(t, PCI_LEG_TXT_9, after == size,
		      "queue %u: queue_size reads %u, and %u after %u was written", n, size, after,
		      size / 2);
	}
}
