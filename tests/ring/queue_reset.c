/* SPDX-License-Identifier: BSD-2-Clause */
/* Resetting one queue and setting it up again (virtio 1.4, 2.6.1). */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/fault.h"
#include "tests/ring/traffic.h"

#define AXES (AXIS_RING | AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_INTERRUPT)

static void bring_up_resettable(struct test_run *t)
{
	struct features features = features_for(t);

	features_add(&features, VIRTIO_F_RING_RESET);
	set_up(t, features, t->workload->queues);
	go_live(t);
}

static void reset_work_queue(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);

	INSIST(t, PCI_COMMON_15, virtio_reset_queue(queue), "queue %u: %s", queue->index,
	       t->device->problem);
	/* Where it is none at all, nothing is to be said of what it leaves. */
	INSIST(t, PCI_COMMON_16, !t->device->transport->queue_enabled(t->device),
	       "queue %u: after its reset it is still enabled", queue->index);
}

/* False when the device refuses the size: t->device->problem says how. */
static bool enable_again(struct test_run *t, uint16_t size)
{
	struct virtqueue_request request = {.size = size};
	unsigned index = t->workload->queue;
	bool enabled = virtio_enable_queue(t->device, index, &request, t->arena);

	INSIST(t, SANE_5, enabled || t->device->size_refused, "queue %u: %s", index,
	       t->device->problem);
	return enabled;
}

/* Whether it takes a size after its reset is for the one test that is about it. */
static void enable_again_or_skip(struct test_run *t, uint16_t size)
{
	CAN_JUDGE(t, enable_again(t, size), "queue %u: %s", t->workload->queue, t->device->problem);
}

/* The memory of a queue that the device has to keep away from. */
struct abandoned {
	struct virtqueue *queue;
	struct request *requests[4];
	uint8_t *desc, *driver, *device;
	size_t desc_bytes, driver_bytes, device_bytes;
};

static uint8_t *copy_of(struct test_run *t, const void *from, size_t bytes)
{
	return memcpy(test_memory(t, "copy", bytes, 8), from, bytes);
}

static void remember(struct test_run *t, struct abandoned *abandoned)
{
	struct virtqueue *queue = abandoned->queue;
	struct virtqueue_areas areas = virtqueue_areas(queue);

	abandoned->desc_bytes = virtqueue_part_bytes(queue, 0);
	abandoned->driver_bytes = virtqueue_part_bytes(queue, 1);
	abandoned->device_bytes = virtqueue_part_bytes(queue, 2);
	abandoned->desc = copy_of(t, (void *)areas.desc, abandoned->desc_bytes);
	abandoned->driver = copy_of(t, (void *)areas.driver, abandoned->driver_bytes);
	abandoned->device = copy_of(t, (void *)areas.device, abandoned->device_bytes);
}

/* What has changed of it, NULL when nothing has. */
static const char *changed(const struct abandoned *abandoned)
{
	struct virtqueue_areas areas = virtqueue_areas(abandoned->queue);

	if (memcmp(abandoned->device, (void *)areas.device, abandoned->device_bytes) != 0)
		return "its device area has changed";
	if (memcmp(abandoned->desc, (void *)areas.desc, abandoned->desc_bytes) != 0)
		return "its descriptor area has changed";
	if (memcmp(abandoned->driver, (void *)areas.driver, abandoned->driver_bytes) != 0)
		return "its driver area has changed";
	for (unsigned n = 0; n < ARRAY_LENGTH(abandoned->requests); n++) {
		const struct request *request = abandoned->requests[n];

		if (request && !all_bytes_are(request->in, 0x3c, request->in_length))
			return "a buffer that was waiting in it was written";
	}
	return NULL;
}

static bool is_touched(void *abandoned)
{
	return changed(abandoned);
}

#define QUIET_NS 500000

/* What changes of it within a while, NULL when nothing does. */
static const char *changes(struct abandoned *abandoned)
{
	wait_until(is_touched, abandoned, clock_deadline(QUIET_NS));
	return changed(abandoned);
}

/* Adds patterned requests that the device is not told of. */
static void leave_waiting(struct test_run *t, struct abandoned *abandoned)
{
	unsigned most =
		MINIMUM(abandoned->queue->free / 3u, (unsigned)ARRAY_LENGTH(abandoned->requests));

	for (unsigned n = 0; n < most; n++) {
		struct request *request = new_request(t, n);

		memset(request->in, 0x3c, request->in_length);
		keep_to_one(t, abandoned->queue);
		if (!request_add(abandoned->queue, request))
			break;
		abandoned->requests[n] = request;
	}
}

TEST(ring, reset_queue_executes_nothing,
     .about = "once its reset is complete, nothing in a queue's old ring is executed or written",
     .needs = NEEDS_WORK, .axes = AXES, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PCI_COMMON_15, PCI_COMMON_16, VQRESET_1), .breaks = RULES(DRIVER_VQRESET_1))
{
	struct abandoned abandoned = {0};
	const char *what;

	bring_up_resettable(t);
	for (unsigned n = 0; n < 5; n++)
		work_once(t, n);
	abandoned.queue = work_queue(t);
	leave_waiting(t, &abandoned);
	reset_work_queue(t);
	/* Exposed after the reset, with a kick: a driver must not, but then nothing may come of it. */
	virtqueue_publish(abandoned.queue);
	remember(t, &abandoned);
	virtqueue_notify(abandoned.queue);
	what = changes(&abandoned);
	CHECK(t, VQRESET_1, !what, "after queue_reset read 0: %s", what);
}

TEST(ring, reset_queue_in_use_comes_to_rest,
     .about = "queue_reset reads 0 only when nothing of the queue is under way any more",
     .needs = NEEDS_WORK, .axes = AXES, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PCI_COMMON_14, PCI_COMMON_15, PCI_COMMON_16))
{
	struct abandoned abandoned = {0};
	const char *what;

	bring_up_resettable(t);
	abandoned.queue = work_queue(t);
	leave_waiting(t, &abandoned);
	virtqueue_publish(abandoned.queue);
	virtqueue_notify(abandoned.queue);
	reset_work_queue(t);
	remember(t, &abandoned);
	/* Served or not, they are not touched any more. */
	for (unsigned n = 0; n < ARRAY_LENGTH(abandoned.requests); n++) {
		if (abandoned.requests[n])
			memset(abandoned.requests[n]->in, 0x3c, abandoned.requests[n]->in_length);
	}
	what = changes(&abandoned);
	CHECK(t, PCI_COMMON_14, !what, "after queue_reset read 0: %s", what);
}

TEST(ring, reset_queue_begins_anew,
     .about = "a queue that was reset has its defaults and begins at the first entry of its ring",
     .needs = NEEDS_WORK, .axes = AXES, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PCI_COMMON_15, PCI_COMMON_16, VQRESET_4, VQRESET_5))
{
	static const uint8_t before[] = {0, 1, 3, 19};

	t->variant.size = 4;
	bring_up_resettable(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(before); n++) {
		struct traffic *traffic;

		for (unsigned request = 0; request < before[n]; request++)
			work_once(t, request);
		reset_work_queue(t);
		enable_again_or_skip(t, 4);
		traffic = traffic_start(t, 1);
		traffic_round(traffic, 1);
		if (!CHECK(t, VQRESET_4, !*traffic->flaws[FLAW_SILENT],
			   "reset after %u buffers: the first buffer of the new ring is not fetched: %s",
			   before[n], traffic->flaws[FLAW_SILENT]) ||
		    !CHECK(t, VQRESET_5,
			   !*traffic->flaws[FLAW_SLOT] && !*traffic->flaws[FLAW_STEP] &&
				   !*traffic->flaws[FLAW_WRAP],
			   "reset after %u buffers: %s", before[n], traffic_first_flaw(traffic)))
			return;
	}
}

/* queue_size of the work queue as negotiation leaves it. */
static uint16_t fresh_size(struct test_run *t)
{
	uint16_t size;

	negotiate(t, features_for(t));
	t->device->transport->select_queue(t->device, t->workload->queue);
	size = t->device->transport->queue_size(t->device);
	start_over(t);
	return size;
}

TEST(ring, reset_queue_has_its_largest_size_again,
     .about = "queue_size reads after a queue reset what it reads after a device reset",
     .needs = NEEDS_WORK, .axes = AXIS_RING, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PACKED_DESC_1, PCI_COMMON_15, PCI_COMMON_16, SPLIT_DESC_1, VQRESET_3,
		       VQ_TXT_2, VQ_TXT_5))
{
	uint64_t fresh = fresh_size(t), most;
	struct traffic *traffic;

	CAN_JUDGE(t, fresh > 1, "the queue has one entry: no smaller size to come back from");
	t->variant.size = MINIMUM(4u, (unsigned)fresh / 2);
	/* One descriptor a request: a device that is wrong about the size meets nothing worse. */
	t->variant.indirect = features_have(&t->device->offered, VIRTIO_F_INDIRECT_DESC) &&
			      !(taken_by(t->faults) & STATE_TABLES);
	bring_up_resettable(t);
	work_once(t, 1);
	reset_work_queue(t);
	most = t->device->transport->queue_size(t->device);
	CHECK(t, VQRESET_3, most == fresh,
	      "after a queue reset queue_size reads %lu (%lu at first, %u had been set)", most,
	      fresh, t->variant.size);
	/* It is in force when the ring goes round there and nowhere else. */
	enable_again_or_skip(t, 0);
	traffic = traffic_start(t, 4);
	traffic->out_parts = traffic->in_parts = 1;
	for (uint64_t n = 0; n < 2 * MINIMUM(most, 64ull) && traffic_round(traffic, 1); n++)
		;
	CHECK(t, VQRESET_3, !*traffic_service_flaw(traffic) && !*traffic->flaws[FLAW_SLOT],
	      "queue_size read %lu after the queue reset and was left so: %s", most,
	      traffic_first_flaw(traffic));
}

TEST(ring, reset_queue_takes_another_ring,
     .about = "a queue can be enabled again with another size and other areas", .needs = NEEDS_WORK,
     .axes = AXES, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PACKED_DESC_1, PCI_COMMON_15, PCI_COMMON_16, SPLIT_DESC_1, VQRESET_6,
		       VQ_TXT_2, VQ_TXT_5))
{
	static const uint16_t sizes[] = {4, 2, 4};
	bool large;

	bring_up_resettable(t);
	work_once(t, 1);
	large = request_least(new_request(t, 2)) > 2;
	for (unsigned n = 0; n < ARRAY_LENGTH(sizes); n++) {
		uint16_t size = large ? 4 : sizes[n];
		struct traffic *traffic;

		reset_work_queue(t);
		INSIST(t, VQRESET_6, enable_again(t, size), "enabled again with %u entries: %s",
		       size, t->device->problem);
		traffic = traffic_start(t, 4);
		traffic_run(traffic, 3u * size);
		if (!CHECK(t, VQRESET_6,
			   !*traffic_service_flaw(traffic) && !*traffic->flaws[FLAW_SLOT],
			   "enabled again with %u entries: %s", size, traffic_first_flaw(traffic)))
			return;
	}
}
