/* SPDX-License-Identifier: BSD-2-Clause */
/* Breaches that are planted in rings: chains and tables as no driver may make them. */
#include "arch/io.h"
#include "arch/memory.h"
#include "selfcheck/image/watch/planted.h"
#include "tests/harness/drive/drive.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/registers.h"

#define ON_SPLIT .needs = NEEDS_WORK
/* Of a source of random numbers: a disk of QEMU 7.2 that still looks at its ring, and finds nonsense, never comes back. */
#define ON_PACKED                                                                                  \
	.type = VIRTIO_TYPE_ENTROPY, .needs = NEEDS_WORK, .axes = AXIS_RING, .always = AXIS_RING,  \
	WITH_FEATURE(VIRTIO_F_RING_PACKED)

/* The work queue, with a chain of `count` readable elements of 16 bytes in it that is not published. */
static struct virtqueue *add_chain(struct test_run *t, struct virtqueue *queue, unsigned count)
{
	struct segment segments[4];
	uint8_t *memory = test_memory(t, "elements", 16 * count, 16);

	for (unsigned n = 0; n < count; n++)
		segments[n] = (struct segment){physical(memory + 16 * n), 16, false};
	if (!virtqueue_add(queue, segments, count, t))
		error_in_test(t, "the ring is full");
	return queue;
}

/* The same of a device that was brought up for it; in a table or not. */
static struct virtqueue *with_chain(struct test_run *t, unsigned count, bool indirect)
{
	t->variant.indirect = indirect;
	bring_up(t);
	return add_chain(t, work_queue(t), count);
}

/* The table of the first chain. */
static void *table_of(const struct virtqueue *queue, unsigned id)
{
	return queue->chains[id].table;
}

PLANTED(DRIVER_FRAME_1, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 2, false);

	split_of(queue)->desc[0].flags = to_le16(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_SPLIT_1, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 2, false);

	split_of(queue)->desc[0].len = to_le32(UINT32_MAX);
	virtqueue_publish(queue);
}

/* Three elements, of which the first links to the last and that to the second. */
static void link_crosswise(struct virtq_desc *descriptors)
{
	descriptors[0].next = to_le16(2);
	descriptors[2].flags = to_le16(VIRTQ_DESC_F_NEXT);
	descriptors[2].next = to_le16(1);
	descriptors[1].flags = to_le16(0);
}

#define IN_ORDER                                                                                   \
	.needs = NEEDS_WORK, .axes = AXIS_IN_ORDER, .always = AXIS_IN_ORDER,                       \
	WITH_FEATURE(VIRTIO_F_IN_ORDER)

PLANTED(DRIVER_SPLIT_2, IN_ORDER)
{
	struct virtqueue *queue = with_chain(t, 3, false);

	link_crosswise(split_of(queue)->desc);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_SPLIT_3, ON_SPLIT)
{
	bring_up(t);
	work_once(t, 1);
	write16(&split_of(work_queue(t))->avail->idx, 0);
	virtqueue_notify(work_queue(t));
}

PLANTED(DRIVER_SPLIT_4, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 1, false);

	write16(&split_of(queue)->avail->flags, 2);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_SPLIT_5, ON_SPLIT)
{
	struct virtqueue *queue;

	set_up(t, features_for(t), t->workload->queues);
	queue = work_queue(t);
	write16(&split_of(queue)->used->flags, 1);
	common_write(t->device, queue_select, queue->index);
	common_write(t->device, queue_enable, 1);
}

PLANTED(DRIVER_SPLIT_6, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 1, false);

	split_of(queue)->avail->ring[0] = to_le16(queue->size);
	virtqueue_publish(queue);
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

PLANTED(DRIVER_INDIRECT_1, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 1, false);
	struct virtq_desc *desc = &split_of(queue)->desc[0];

	desc->flags = to_le16(VIRTQ_DESC_F_INDIRECT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_INDIRECT_2, ON_SPLIT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC))
{
	struct virtqueue *queue = with_chain(t, 1, true);
	struct virtq_desc *table = table_of(queue, 0);

	table->flags = to_le16(VIRTQ_DESC_F_INDIRECT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_INDIRECT_3, ON_SPLIT)
{
	struct virtqueue *queue = with_chain(t, 2, false);

	split_of(queue)->desc[1].flags = to_le16(VIRTQ_DESC_F_NEXT);
	split_of(queue)->desc[1].next = to_le16(0);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_INDIRECT_4, ON_SPLIT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC))
{
	struct virtqueue *queue = with_chain(t, 1, true);

	split_of(queue)->desc[0].flags = to_le16(VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_NEXT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_INDIRECT_5, IN_ORDER)
{
	struct virtqueue *queue = with_chain(t, 3, true);
	struct virtq_desc *table = table_of(queue, 0);

	CAN_JUDGE(t, table, "the device takes no tables");
	link_crosswise(table);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_INDIRECT_6, ON_SPLIT, WITH_FEATURE(VIRTIO_F_INDIRECT_DESC))
{
	struct virtqueue *queue = with_chain(t, 1, true);

	split_of(queue)->desc[0].len = to_le32(sizeof(struct virtq_desc) + 4);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_1, ON_PACKED)
{
	struct virtqueue *queue;
	struct completion completion;
	struct virtq_packed_desc *table;
	uint16_t id;

	t->variant.indirect = true;
	bring_up(t);
	queue = work_queue(t);
	id = virtqueue_next_id(queue);
	submit(t, queue, new_request(t, 1));
	while (!virtqueue_shows_used(queue))
		clock_spin(1000);
	table = table_of(queue, id);
	CAN_JUDGE(t, table, "the device takes no tables");
	table->len = to_le32(7);
	await_completion(t, queue, &completion);
}

/* What stands behind the last descriptor of a ring is the first, which is of the next lap. */
PLANTED(DRIVER_PACKED_2, ON_PACKED, .breaks = RULES(DRIVER_PACKED_5))
{
	struct virtqueue *queue;
	struct packed_virtqueue *ring;

	t->variant.size = 4;
	bring_up(t);
	queue = work_queue(t);
	CAN_JUDGE(t, queue->size == 4, "the device takes no ring of 4");
	ring = packed_of(add_chain(t, queue, 4));
	ring->desc[3].flags = to_le16(from_le16(ring->desc[3].flags) | VIRTQ_DESC_F_NEXT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_3, ON_PACKED)
{
	struct virtqueue *queue = with_chain(t, 2, true);
	struct virtq_packed_desc *table = table_of(queue, virtqueue_next_id(queue) ? 0 : 1);

	CAN_JUDGE(t, table, "the device takes no tables");
	table->flags = to_le16(VIRTQ_DESC_F_NEXT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_4, ON_PACKED)
{
	struct virtqueue *queue;
	struct packed_virtqueue *ring;

	t->variant.indirect = true;
	bring_up(t);
	queue = work_queue(t);
	queue->shape.indirect = false;
	add_chain(t, queue, 2);
	ring = packed_of(queue);
	ring->desc[1].len = to_le32(sizeof(struct virtq_packed_desc));
	ring->desc[1].flags = to_le16(from_le16(ring->desc[1].flags) | VIRTQ_DESC_F_INDIRECT);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_5, ON_PACKED)
{
	struct virtqueue *queue = with_chain(t, 1, false);

	packed_of(queue)->held_flags ^= VIRTQ_PACKED_DESC_F_USED;
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_6, ON_PACKED)
{
	struct virtqueue *queue = with_chain(t, 1, false);

	write16(&packed_of(queue)->driver->flags, 3);
	virtqueue_publish(queue);
}

PLANTED(DRIVER_PACKED_7, ON_PACKED)
{
	struct virtqueue *queue = with_chain(t, 1, false);
	struct packed_virtqueue *ring = packed_of(queue);

	virtqueue_publish(queue);
	add_chain(t, queue, 1);
	ring->desc[1].id = ring->desc[0].id;
	virtqueue_publish(queue);
}
