/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/interrupt/line/line.h"

#define DELIVERIES  3            /* after which a level counts as one, and the line is masked */
#define REACTION_NS 6000000ull   /* of a line, at least; … */
#define SLOWEST_NS  100000000ull /* … and at most, where requests take long */
#define LATE_RAISES 4

/* A handler that leaves the ISR status alone, so that a level interrupts again and again. */
struct watcher {
	struct virtio_device *device;
	volatile unsigned arrivals;
};

static struct watcher watcher;

static void count_and_mask(unsigned vector, uint64_t tsc, void *context)
{
	struct watcher *seen = context;

	if (++seen->arrivals >= DELIVERIES)
		interrupt_mask_line(seen->device->line);
}

void open_line(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;

	watcher = (struct watcher){.device = device};
	interrupt_set_handler(queue->vector, count_and_mask, &watcher);
	if (!interrupt_route_line(device->line, queue->vector, queue->cpu, true,
				  device->line_active_low))
		interrupt_mask_line(device->line);
}

static bool is_level(void *context)
{
	return watcher.arrivals >= DELIVERIES;
}

bool line_is_level(void)
{
	return wait_until(is_level, NULL, clock_deadline(PATIENCE_NS));
}

/* On a machine that is busy a handler comes as late as requests do, and it has to come several times. */
static uint64_t reaction_ns(void)
{
	return MAXIMUM(REACTION_NS, MINIMUM(4 * pace_ns(), SLOWEST_NS));
}

bool line_stays_low(void)
{
	return !wait_until(is_level, NULL, clock_deadline(reaction_ns()));
}

bool line_is_low(struct virtqueue *queue)
{
	open_line(queue);
	if (line_stays_low())
		return true;
	open_line(queue);
	return line_stays_low();
}

bool line_goes_low(struct virtqueue *queue, struct virtio_device *other)
{
	for (unsigned n = 0; n < LATE_RAISES; n++) {
		if (line_is_low(queue))
			return true;
		status_read_away(queue->device);
		if (other)
			status_read_away(other);
	}
	return line_is_low(queue);
}

struct virtqueue *raise_line(struct test_run *t)
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	open_line(queue);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	return queue;
}

unsigned line_arrivals(void)
{
	return watcher.arrivals;
}
