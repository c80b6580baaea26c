/* SPDX-License-Identifier: BSD-2-Clause */
/* Device reset (virtio 1.4, 2.4 and 4.1.4.3). */
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"

#define WATCH_NS         2000000 /* of a device that must do nothing */
#define STAGE_NS         (5 * NANOSECONDS_A_SECOND)
#define IN_FLIGHT        8u
#define PATTERN          0xa5
#define QUEUES_LOOKED_AT 64u

TEST(transport, status_is_zero_after_reset_at_any_stage,
     .about = "device_status comes back to 0 from each step of initialisation",
     .judges = CLAUSES(PCI_COMMON_9, RESET_1))
{
	static const uint8_t stages[] = {
		0,
		STATUS_FOUND,
		STATUS_DRIVEN,
		STATUS_NEGOTIATED,
		STATUS_LIVE,
		STATUS_LIVE | VIRTIO_STATUS_FAILED,
	};
	struct virtio_device *device = t->device;

	for (unsigned n = 0; n < ARRAY_LENGTH(stages); n++) {
		bool zero;

		advance_to(t, stages[n]);
		guard_extend(STAGE_NS); /* a slow reset is to be judged, not cut off */
		zero = virtio_reset(device);
		CHECK(t, PCI_COMMON_9, zero, "at status %#x: %s", stages[n], device->problem);
		CHECK(t, RESET_1, zero, "at status %#x: %s", stages[n], device->problem);
	}
}

/* The largest queue_size of each queue, as a fresh device shows it; the least of those that exist. */
static uint16_t note_sizes(struct virtio_device *device, unsigned count, uint16_t *sizes)
{
	uint16_t least = UINT16_MAX;

	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		sizes[n] = device->transport->queue_size(device);
		if (sizes[n])
			least = MINIMUM(least, sizes[n]);
	}
	return least;
}

TEST(transport, reset_undoes_the_queues,
     .about =
	     "after reset queue_enable is 0 and queue_size the largest, before and after DRIVER_OK",
     .judges = CLAUSES(PCI_COMMON_10, PCI_COMMON_TXT_5))
{
	struct virtio_device *device = t->device;
	unsigned count = MINIMUM(offered_queues(device), QUEUES_LOOKED_AT);
	unsigned used = MINIMUM(queues_of(device), 8u);
	uint16_t sizes[QUEUES_LOOKED_AT];

	meet_device(device);
	t->variant.size = MAXIMUM(note_sizes(device, count, sizes) / 2, 1);
	start_over(t);
	for (unsigned round = 0; round < 2; round++) {
		const char *when = round ? "after DRIVER_OK" : "before DRIVER_OK";

		set_up(t, features_for(t), used);
		if (round)
			device->transport->set_status(device, STATUS_LIVE);
		start_over(t);
		meet_device(device);
		for (unsigned n = 0; n < count; n++) {
			uint16_t size, enabled;

			device->transport->select_queue(device, n);
			size = device->transport->queue_size(device);
			enabled = device->transport->queue_enabled(device);
			if (!sizes[n])
				continue;
			CHECK(t, PCI_COMMON_TXT_5, size == sizes[n],
			      "queue %u: queue_size reads %u after a reset %s, and read %u on the "
			      "fresh device",
			      n, size, when, sizes[n]);
			CHECK(t, PCI_COMMON_10, enabled == 0,
			      "queue %u: queue_enable reads %#x after a reset %s", n, enabled,
			      when);
		}
		start_over(t);
	}
}

TEST(transport, device_works_after_reset,
     .about = "writing 0 to device_status takes the device back to where it serves from the start",
     .needs = NEEDS_WORK, .judges = CLAUSES(PCI_COMMON_8))
{
	struct virtqueue *queue;
	struct completion completion;

	bring_up(t);
	for (unsigned n = 0; n < 3; n++)
		work_once(t, n);
	start_over(t);
	bring_up(t);
	queue = work_queue(t);
	submit(t, queue, new_request(t, 4));
	/* The ring begins at its first entry again: a device that kept its place finds nothing. */
	CHECK(t, PCI_COMMON_8, await_completion(t, queue, &completion),
	      "queue %u: the first request after a reset in use is not completed", queue->index);
}

#define QUICK_ROUNDS 6

TEST(transport, quick_resets_lose_nothing,
     .about =
	     "a device that is set up and reset at once, with and without a request in flight, serves the "
	     "next time",
     .needs = NEEDS_WORK, .judges = CLAUSES(PCI_COMMON_8))
{
	struct virtqueue *queue;
	struct completion completion;

	for (unsigned n = 0; n < QUICK_ROUNDS; n++) {
		bring_up(t);
		if (n % 2)
			submit(t, work_queue(t), new_request(t, n));
		start_over(t);
		bring_up(t);
		start_over(t);
		bring_up(t);
		queue = work_queue(t);
		submit(t, queue, new_request(t, n));
		if (!CHECK(t, PCI_COMMON_8, await_completion(t, queue, &completion),
			   "round %u: set up and reset twice at once, queue %u serves nothing the third "
			   "time",
			   n, queue->index))
			return;
		start_over(t);
	}
}

static bool all_pattern(const uint8_t *bytes, size_t length)
{
	for (size_t n = 0; n < length; n++) {
		if (bytes[n] != PATTERN)
			return false;
	}
	return true;
}

TEST(transport, reset_stops_requests_in_flight,
     .about = "after a reset with requests in flight rings and buffers are left alone, and no "
	      "notification comes",
     .needs = NEEDS_WORK, .judges = CLAUSES(RESET_1, RESET_2, RESET_3))
{
	struct virtio_device *device = t->device;
	struct request *requests[IN_FLIGHT];
	struct virtqueue *queue;
	unsigned count = 0, vector;
	uint64_t arrivals;
	uint8_t *area;
	size_t bytes;

	bring_up(t);
	queue = work_queue(t);
	vector = queue->vector;
	area = (uint8_t *)(uintptr_t)virtqueue_areas(queue).device;
	bytes = virtq_used_bytes(queue->size);
	while (count < IN_FLIGHT) {
		requests[count] = new_request(t, count);
		keep_to_one(t, queue);
		if (!request_add(queue, requests[count]))
			break;
		count++;
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	INSIST(t, RESET_1, virtio_reset(device), "%s", device->problem);

	memset(area, PATTERN, bytes);
	for (unsigned n = 0; n < count; n++) {
		if (requests[n]->in_length)
			memset(requests[n]->in, PATTERN, requests[n]->in_length);
	}
	settle_device(device);
	arrivals = vector ? interrupt_count(vector) : 0;
	clock_spin(WATCH_NS);
	CHECK(t, RESET_3, all_pattern(area, bytes),
	      "queue %u: the device area was written after device_status read 0", queue->index);
	for (unsigned n = 0; n < count; n++)
		CHECK(t, RESET_3, all_pattern(requests[n]->in, requests[n]->in_length),
		      "queue %u: the buffer of request %u was written after device_status read 0",
		      queue->index, n);
	CHECK(t, RESET_2,
	      !vector || interrupt_count(vector) <= arrivals + interrupts_on_their_way(device),
	      "queue %u: an interrupt arrived after device_status read 0", queue->index);
}
