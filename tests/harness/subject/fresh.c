/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/fresh.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/wait.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/setup.h"

/* A pulse on a line is brought by an interrupt controller, which a VMM leaves to threads of somebody else. */
#define PULSE_NS 20000000

bool make_fresh(struct virtio_device *device)
{
	device->access = ACCESS_DIRECT;
	device->negotiated = NO_FEATURES;
	if (!virtio_reset(device))
		return false;
	if (device->vectors)
		device->transport->messages->clear(device);
	if (device->transport->line)
		device->transport->line->silence(device);
	device->queue_count = 0;
	return true;
}

static bool sends_to_other_cpus(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->cpu != 0)
			return true;
	}
	return false;
}

void settle_device(const struct virtio_device *device)
{
	if (!device->vectors)
		clock_spin(PULSE_NS);
	settle_interrupts();
	if (sends_to_other_cpus(device))
		cpus_settle();
}
