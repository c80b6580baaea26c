/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver must not do, done on the road: each has to be seen under its rule, and under no other. */
#include "selfcheck/image/watch/planted.h"

#include "arch/io.h"
#include "arch/memory.h"
#include "pci/msix.h"
#include "selfcheck/image/watch/breach.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/registers.h"

#define ON_SPLIT  .axes = 0, .needs = NEEDS_WORK
#define ON_PACKED .axes = AXIS_RING, .always = AXIS_RING, .needs = NEEDS_WORK

/* The status register without a read before it. */
static void set_status(struct test_run *t, uint8_t status)
{
	common_write(t->device, device_status, status);
}

static void negotiated(struct test_run *t)
{
	if (!negotiate(t, features_for(t)))
		skip_test(t, "the device declines what it offers");
}

/* A chain of `count` elements of 16 bytes in the work queue, of which the last `writable` are writable. */
static void show(struct test_run *t, unsigned count, unsigned writable)
{
	static struct segment segments[8];
	uint8_t *memory = test_memory(t, "elements", 16 * count, 16);

	for (unsigned n = 0; n < count; n++)
		segments[n] =
			(struct segment){physical(memory + 16 * n), 16, n >= count - writable};
	if (!virtqueue_add(work_queue(t), segments, count, t))
		error_in_test(t, "the ring is full");
}

PLANTED(DRIVER_STATUS_1)
{
	negotiated(t);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
}

PLANTED(DRIVER_RESET_1)
{
	set_status(t, 0);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
}

PLANTED(DRIVER_INIT_1)
{
	set_status(t, VIRTIO_STATUS_DRIVER);
}

PLANTED(DRIVER_INIT_2)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	t->device->transport->offered_features(t->device, 0);
}

PLANTED(DRIVER_INIT_4)
{
	struct features features = features_for(t);

	negotiated(t);
	t->device->transport->set_features(t->device, 1, (uint32_t)(features.words[0] >> 32) & ~4u);
	t->device->transport->set_features(t->device, 0, 0);
}

PLANTED(DRIVER_INIT_6)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_desc, 4096);
}

PLANTED(DRIVER_INIT_9, .needs = NEEDS_WORK)
{
	set_up(t, features_for(t), t->workload->queues);
	virtqueue_notify(work_queue(t));
}

PLANTED(DRIVER_FEAT_1)
{
	struct features features = features_for(t);

	for (unsigned bit = 0; bit < 24; bit++) {
		struct features more = features, closed;

		if (features_have(&t->device->offered, bit) || !feature_name(t->device->type, bit))
			continue;
		features_add(&more, bit);
		closed = features_close(t->device->type, more);
		if (features_equal(&more, &closed)) {
			features = more;
			break;
		}
	}
	negotiate(t, features);
}

PLANTED(DRIVER_FEAT_4)
{
	struct features features = features_for(t);

	features_remove(&features, VIRTIO_F_VERSION_1);
	negotiate(t, features);
}

PLANTED(DRIVER_COMMON_1)
{
	virtio_read(t->device, STRUCTURE_COMMON, COMMON_OFFSET(num_queues), 1);
}

PLANTED(DRIVER_COMMON_2)
{
	common_write(t->device, num_queues, 1);
}

PLANTED(DRIVER_COMMON_3)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_size, 3);
}

PLANTED(DRIVER_COMMON_5)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_enable, 1);
}

PLANTED(DRIVER_COMMON_6)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_enable, 0);
}

PLANTED(DRIVER_COMMON_7)
{
	(void)common_read(t->device, queue_size);
}

PLANTED(DRIVER_MSIX_1, .needs = NEEDS_MSIX)
{
	negotiated(t);
	common_write(t->device, config_msix_vector, t->device->vectors);
	(void)common_read(t->device, config_msix_vector);
}

PLANTED(DRIVER_MSIX_3, .needs = NEEDS_MSIX)
{
	const struct msix *msix = &virtio_pci(t->device)->msix;

	msix_enable(msix, true);
	msix_mask_entry(msix, 0, false);
	msix_write_entry(msix, 0, 0xfee00000, 0x41);
	msix_mask_entry(msix, 0, true);
}

PLANTED(DRIVER_VQ_1)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_desc, 4096 + 8);
}

PLANTED(DRIVER_FRAME_1, ON_SPLIT)
{
	struct split_virtqueue *ring;

	bring_up(t);
	ring = split_of(work_queue(t));
	show(t, 2, 1);
	ring->desc[0].flags = to_le16(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE);
	ring->desc[1].flags = to_le16(0);
	virtqueue_publish(work_queue(t));
}

PLANTED(DRIVER_INDIRECT_3, ON_SPLIT)
{
	struct split_virtqueue *ring;

	bring_up(t);
	ring = split_of(work_queue(t));
	show(t, 2, 0);
	ring->desc[1].flags = to_le16(VIRTQ_DESC_F_NEXT);
	ring->desc[1].next = to_le16(0);
	virtqueue_publish(work_queue(t));
}

PLANTED(DRIVER_SPLIT_4, ON_SPLIT)
{
	bring_up(t);
	write16(&split_of(work_queue(t))->avail->flags, 2);
	virtqueue_publish(work_queue(t));
}

PLANTED(DRIVER_SPLIT_6, ON_SPLIT)
{
	struct split_virtqueue *ring;

	bring_up(t);
	ring = split_of(work_queue(t));
	show(t, 1, 0);
	ring->avail->ring[0] = to_le16(ring->queue.size);
	virtqueue_publish(work_queue(t));
}

PLANTED(DRIVER_CLEANUP_1, ON_SPLIT)
{
	struct virtqueue *queue;
	struct completion completion;

	bring_up(t);
	queue = work_queue(t);
	submit(t, queue, new_request(t, 1));
	while (!virtqueue_shows_used(queue))
		clock_spin(1000);
	split_of(queue)->desc[0].len = to_le32(7);
	await_completion(t, queue, &completion);
}

PLANTED(DRIVER_NOTIFY_1, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY,
		     work_queue(t)->notify_off * virtio_pci(t->device)->notify_off_multiplier, 4,
		     work_queue(t)->index);
}

PLANTED(DRIVER_NOTIFY_2, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY, 0, 2, VIRTIO_QUEUES_MOST);
}

/* The rule that a planted breach is named after. */
static enum driver_clause rule_of(const struct test *test)
{
	for (enum driver_clause rule = 0; rule < DRIVER_CLAUSE_COUNT; rule++) {
		if (is_named_after(test->name, rule))
			return rule;
	}
	return DRIVER_CLAUSE_COUNT;
}

bool report_planted(void)
{
	unsigned count = 0, seen = 0;

	for (const struct test *const *test = __start_registry_planted;
	     test < __stop_registry_planted; test++) {
		enum driver_clause rule = rule_of(*test);
		bool found = rule != DRIVER_CLAUSE_COUNT && is_broken_by((*test)->name, rule) &&
			     !others_broken_by((*test)->name, rule);

		count++;
		seen += found;
		REPORT("planted", TEXT("clause", (*test)->name), TRUTH("seen", found));
	}
	REPORT("planted_summary", NUMBER("seen", seen), NUMBER("planted", count));
	return seen == count;
}
