/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/pulse.h"

#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/subject/taker.h"

#define WAIT_MOST_NS (8 * NANOSECONDS_A_SECOND)

bool pulse_can_be_felt(const struct virtio_device *device)
{
	const struct subject *subject = subject_of(device);

	return workload_of(device->type) && !subject->lost && !face_of(device)->unusable &&
	       (!taker_is_needed(device) || subject->taker == TAKER_THERE);
}

/* Twice as long as a test waits: but the dead shall not cost more than so much. */
static uint64_t pulse_deadline(void)
{
	uint64_t usual = MAXIMUM(options.patience_ms * 1000000, pace_ns());

	return clock_deadline(MINIMUM(2 * usual, WAIT_MOST_NS));
}

static void feel_pulse(struct test_run *t)
{
	struct virtio_device *device = t->device;
	uint64_t start;

	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	start = clock_now();
	if (CHECK(t, SANE_1, await_use(work_queue(t), pulse_deadline()),
		  "the device serves nothing"))
		set_pace(MAXIMUM(pace_ns(), clock_to_ns(clock_now() - start)));
	t->subject->last_status = device->transport->get_status(device);
}

const struct test pulse_question = {.suite = "harness", .name = "pulse", .run = feel_pulse};
