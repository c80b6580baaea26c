/* SPDX-License-Identifier: BSD-2-Clause */
/* InterruptStatus, InterruptACK, and the line that they make (virtio 1.4, 4.2.2 and 4.2.3.4). */
#include "arch/interrupt.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/registers.h"

#define ROUNDS    16
#define UNDEFINED (~(uint32_t)(VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION))

static bool used_is_shown(void *device)
{
	return mmio_read(device, MMIO_INTERRUPT_STATUS) & VIRTIO_INTERRUPT_USED;
}

/* With the bit acknowledged: an event of another queue may set it again, but not each time. */
static bool used_goes(void *device)
{
	mmio_write(device, MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	return !used_is_shown(device);
}

/* One request, made and taken back by polling; a device that may say nothing of it does not. */
static void complete_one(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);
	struct completion completion;

	virtqueue_arm(queue, 0);
	submit(t, queue, new_request(t, 1));
	INSIST(t, SANE_1, await_completion(t, queue, &completion), "queue %u: %s is not completed",
	       queue->index, t->workload->about);
}

TEST(transport, interrupt_status_stays_until_acknowledged,
     .about =
	     "a used buffer sets bit 0 of InterruptStatus, which stays until InterruptACK takes it back",
     .needs = NEEDS_WORK, .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_3, MMIO_4, MMIO_5))
{
	struct virtio_device *device = t->device;

	bring_up_unheard(t);
	wait_until(used_goes, device, clock_deadline(PATIENCE_NS));
	for (unsigned n = 0; n < ROUNDS; n++) {
		uint32_t status;

		complete_one(t);
		if (!CHECK(t, MMIO_3,
			   wait_until(used_is_shown, device, clock_deadline(PATIENCE_NS)),
			   "round %u: a buffer was used, InterruptStatus reads %#x", n,
			   mmio_read(device, MMIO_INTERRUPT_STATUS)))
			return;
		status = mmio_read(device, MMIO_INTERRUPT_STATUS);
		CHECK(t, MMIO_4, status & VIRTIO_INTERRUPT_USED,
		      "round %u: nothing was acknowledged, InterruptStatus reads %#x when it is read again",
		      n, status);
		/* The other event is none of this one. */
		mmio_write(device, MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_CONFIGURATION);
		CHECK(t, MMIO_4, used_is_shown(device),
		      "round %u: bit 1 was acknowledged, and bit 0 of InterruptStatus went", n);
		CHECK(t, MMIO_5, !(status & UNDEFINED), "InterruptStatus reads %#x", status);
		if (!CHECK(t, MMIO_4, wait_until(used_goes, device, clock_deadline(PATIENCE_NS)),
			   "round %u: bit 0 was acknowledged, InterruptStatus reads %#x", n,
			   mmio_read(device, MMIO_INTERRUPT_STATUS)))
			return;
	}
}

TEST(transport, reset_clears_interrupt_status,
     .about = "InterruptStatus reads 0 after a reset, with an event that was not acknowledged",
     .needs = NEEDS_WORK, .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_6))
{
	struct virtio_device *device = t->device;
	uint32_t status;

	bring_up_unheard(t);
	complete_one(t);
	CAN_JUDGE(t, wait_until(used_is_shown, device, clock_deadline(PATIENCE_NS)),
		  "InterruptStatus does not show that a buffer was used: see MMIO-3");
	start_over(t);
	status = mmio_read(device, MMIO_INTERRUPT_STATUS);
	CHECK(t, MMIO_6, status == 0, "InterruptStatus reads %#x after a reset", status);
}

static bool handler_saw_used(void *device)
{
	return ((struct virtio_device *)device)->isr_seen & VIRTIO_INTERRUPT_USED;
}

TEST(transport, line_announces_used_buffers,
     .about = "each used buffer interrupts, and its handler finds bit 0 of InterruptStatus set",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(MMIO_3, PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	t->variant.interrupts = INTERRUPT_INTX;
	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < ROUNDS; n++) {
		uint64_t before = interrupt_count(queue->vector);

		device->isr_seen = 0;
		complete_one(t);
		if (!JUDGE(t, clause_of_notice(queue), await_interrupts(queue->vector, before + 1),
			   "queue %u, buffer %u: it is used, and no interrupt comes", queue->index,
			   n))
			return;
		CHECK(t, MMIO_3, wait_until(handler_saw_used, device, clock_deadline(PATIENCE_NS)),
		      "queue %u, buffer %u: the handler read %#x from InterruptStatus",
		      queue->index, n, device->isr_seen);
	}
}
