/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers that a legacy MMIO device has instead of others (virtio 1.4, 4.2.4). */
#include "arch/memory.h"
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/registers.h"

#define LEGACY_OVER_MMIO (DEVICE_OVER_MMIO | DEVICE_LEGACY)
#define ROUNDS           20

TEST(transport, version_of_a_legacy_device_is_1, .about = "Version of a legacy device reads 1",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = LEGACY_OVER_MMIO,
     .judges = CLAUSES(MMIO_LEG_1))
{
	for (unsigned n = 0; n < 2; n++) {
		uint32_t version = mmio_read(t->device, MMIO_VERSION);

		CHECK(t, MMIO_LEG_1, version == MMIO_LEGACY, "Version reads %u", version);
	}
}

TEST(transport, legacy_queues_have_a_largest_size,
     .about = "QueueSizeMax is a size that a ring can have, and 0 beyond the last queue",
     .traits = LEGACY_OVER_MMIO, .judges = CLAUSES(MMIO_LEG_2))
{
	static const uint32_t absent[] = {0x3ff, 0x7fff, 0xffff};
	struct virtio_device *device = t->device;
	uint32_t size;

	meet_device(device);
	for (unsigned n = 0; n < offered_queues(device); n++) {
		device->transport->select_queue(device, n);
		size = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
		CHECK(t, MMIO_LEG_2, size <= VIRTQ_SIZE_MOST, "queue %u: QueueSizeMax reads %u", n,
		      size);
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(absent); n++) {
		if (absent[n] < offered_queues(device))
			continue;
		device->transport->select_queue(device, absent[n]);
		size = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
		CHECK(t, MMIO_LEG_2, size == 0, "queue %u, and there are %u: QueueSizeMax reads %u",
		      absent[n], offered_queues(device), size);
	}
}

static uint32_t page_of(struct virtqueue *queue)
{
	return (uint32_t)(virtqueue_areas(queue).desc / virtio_mmio(queue->device)->page);
}

static unsigned queues_to_set_up(const struct test_run *t)
{
	return t->workload ? t->workload->queues : MINIMUM(queues_of(t->device), 8u);
}

/* Queues from `first` on have the pages that they were given. */
static void check_pages(struct test_run *t, unsigned first, unsigned count, const char *what)
{
	for (unsigned n = first; n < count; n++) {
		struct virtqueue *queue = t->device->queues[n];
		uint32_t page;

		if (!queue)
			continue;
		t->device->transport->select_queue(t->device, n);
		page = mmio_read(t->device, MMIO_QUEUE_PFN);
		CHECK(t, MMIO_LEG_3, page == page_of(queue),
		      "queue %u: QueuePFN reads %#x; its page is %#x, %s", n, page, page_of(queue),
		      what);
	}
}

TEST(transport, legacy_queue_tells_its_page,
     .about =
	     "QueuePFN reads 0 before a queue has a page, then that page, and 0 when it is taken back",
     .traits = LEGACY_OVER_MMIO, .judges = CLAUSES(MMIO_LEG_3))
{
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);
	uint32_t page;

	meet_device(device);
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		page = mmio_read(device, MMIO_QUEUE_PFN);
		CHECK(t, MMIO_LEG_3, page == 0,
		      "queue %u: QueuePFN reads %#x before it was written", n, page);
	}
	start_over(t);
	set_up_polled(t, count, 0);
	check_pages(t, 0, count, "and it was written");
	device->transport->select_queue(device, 0);
	mmio_write(device, MMIO_QUEUE_PFN, 0);
	page = mmio_read(device, MMIO_QUEUE_PFN);
	CHECK(t, MMIO_LEG_3, page == 0, "queue 0: QueuePFN reads %#x, and 0 was written", page);
	check_pages(t, 1, count, "and of queue 0 alone it was taken back");
}

/* Whether requests are served over rings that lie by these pages and this alignment. */
static bool serves(struct test_run *t, uint32_t page, uint32_t alignment)
{
	struct virtio_device *device = t->device;
	struct completion completion;
	struct virtqueue *queue;

	virtio_mmio(device)->page = page;
	device->ring_alignment = alignment;
	bring_up_unheard(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < ROUNDS; n++) {
		submit(t, queue, new_request(t, n));
		if (!await_completion(t, queue, &completion))
			return false;
	}
	start_over(t);
	return true;
}

TEST(transport, legacy_pages_are_as_large_as_said,
     .about = "rings are found by QueuePFN in pages of GuestPageSize bytes, whatever their size",
     .needs = NEEDS_WORK, .traits = LEGACY_OVER_MMIO, .judges = CLAUSES(MMIO_LEG_4))
{
	static const uint32_t pages[] = {1024, 2048, 4096};

	/* That anything is served is for others to judge. */
	CAN_JUDGE(t, serves(t, MMIO_LEGACY_PAGE, MMIO_LEGACY_ALIGNMENT), "%s is not served",
		  t->workload->about);
	for (unsigned n = 0; n < ARRAY_LENGTH(pages); n++) {
		if (!CHECK(t, MMIO_LEG_4, serves(t, pages[n], MMIO_LEGACY_ALIGNMENT),
			   "GuestPageSize %u: nothing is served by the ring at QueuePFN", pages[n]))
			return;
	}
}

TEST(transport, legacy_used_rings_lie_where_said,
     .about = "the used ring is found at the next multiple of QueueAlign, whatever that is",
     .needs = NEEDS_WORK, .traits = LEGACY_OVER_MMIO, .judges = CLAUSES(MMIO_LEG_5))
{
	static const uint32_t alignments[] = {64, 512, 4096};

	CAN_JUDGE(t, serves(t, MMIO_LEGACY_PAGE, MMIO_LEGACY_ALIGNMENT), "%s is not served",
		  t->workload->about);
	for (unsigned n = 0; n < ARRAY_LENGTH(alignments); n++) {
		if (!CHECK(t, MMIO_LEG_5, serves(t, MMIO_LEGACY_PAGE, alignments[n]),
			   "QueueAlign %u: nothing comes back in the used ring there",
			   alignments[n]))
			return;
	}
}

TEST(transport, legacy_reset_takes_pages_back,
     .about = "QueuePFN of all queues reads 0 after a reset, before and after DRIVER_OK",
     .traits = LEGACY_OVER_MMIO, .judges = CLAUSES(MMIO_LEG_6))
{
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);

	for (unsigned live = 0; live < 2; live++) {
		set_up_polled(t, count, 0);
		if (live)
			device->transport->set_status(device,
						      STATUS_DRIVEN | VIRTIO_STATUS_DRIVER_OK);
		start_over(t);
		meet_device(device);
		for (unsigned n = 0; n < count; n++) {
			uint32_t page;

			device->transport->select_queue(device, n);
			page = mmio_read(device, MMIO_QUEUE_PFN);
			CHECK(t, MMIO_LEG_6, page == 0,
			      "queue %u: QueuePFN reads %#x after a reset %s DRIVER_OK", n, page,
			      live ? "after" : "before");
		}
		start_over(t);
	}
}
