/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/run/aftermath.h"

#include "arch/interrupt.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/fresh.h"
#include "virtio/ring/queue.h"

struct announcement {
	unsigned vector;
	uint64_t before;
};

static bool has_arrived(void *context)
{
	const struct announcement *announcement = context;

	return interrupt_count(announcement->vector) != announcement->before;
}

/* Whether a configuration message would reach its handler: the test may have closed its way. */
static bool config_message_gets_through(struct virtio_device *device)
{
	return device->config_vector && device->vectors > 1 &&
	       device->transport->messages->configuration_gets_through(device);
}

/* Whatever has brought a device to need a reset, it has to say so with a message (2.1.2). */
static void judge_need_of_reset(struct test_run *t)
{
	struct virtio_device *device = t->device;
	struct announcement announcement = {device->config_vector, t->config_arrivals};
	uint8_t status = device->transport->get_status(device);

	if (t->up && (status & VIRTIO_STATUS_NEEDS_RESET) && (status & VIRTIO_STATUS_DRIVER_OK) &&
	    config_message_gets_through(device))
		CHECK(t, STATUS_4,
		      wait_until(has_arrived, &announcement, clock_deadline(PATIENCE_NS)),
		      "the device needs a reset (status %#x), and no configuration message came",
		      status);
}

/* Whether an interrupt of a queue would be seen: else its absence after a reset shows nothing. */
static bool queue_gets_through(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		const struct virtqueue *queue = device->queues[n];

		if (queue && queue->vector &&
		    (device->mode == INTERRUPT_INTX ||
		     !device->transport->messages->is_masked(device, queue->entry)))
			return true;
	}
	return false;
}

/* Comes back from reset (2.4), which shows nothing where device_status was 0 before. */
static bool judge_reset(struct test_run *t)
{
	bool was_zero = t->device->transport->get_status(t->device) == 0;
	bool back = virtio_reset(t->device);

	if (!back || !was_zero)
		CHECK(t, RESET_1, back, "after the test: %s", t->device->problem);
	return back;
}

bool judge_aftermath(struct test_run *t, uint64_t strays)
{
	struct virtio_device *device = t->device;
	struct arena_damage damage;
	uint64_t arrivals;
	unsigned vector;
	bool live;

	device->access = ACCESS_DIRECT;
	judge_need_of_reset(t);
	if (!judge_reset(t))
		return false;
	if (device->queue_count || device->config_vector)
		settle_device(device);
	live = t->up && queue_gets_through(device);
	arrivals = interrupt_total();
	if (live)
		settle_interrupts();
	virtio_give_back_queues(device);
	if (live || interrupt_total() != arrivals)
		CHECK(t, RESET_2, interrupt_total() <= arrivals + interrupts_on_their_way(device),
		      "%lu interrupts arrived after device_status read 0",
		      interrupt_total() - arrivals);
	CHECK(t, SANE_7, interrupt_strays(&vector) == strays,
	      "an interrupt came on vector %#x, which was given to nobody", vector);
	CHECK(t, SANE_6, arena_intact(t->arena, &damage),
	      "memory outside the buffers was written: byte %ld of %s (%u bytes) is %#x",
	      damage.position, damage.name, damage.size, damage.found);
	return true;
}
