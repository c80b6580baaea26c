/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts that do not come, for each of the reasons that a diagnosis knows. */
#include "tests/harness/judge/diagnose.h"
#include "tests/harness/judge/evidence.h"
#include "selfcheck/image/wrong/wrong.h"
#include "virtio/transport/pci/device.h"

static NORETURN void give_up(struct test_run *t, struct virtqueue *queue)
{
	diagnose(t, queue);
	check_broken(t, CLAUSE_SANE_1, "%s", evidence_noted());
	leave_test(t);
}

static bool is_used(void *queue)
{
	return virtqueue_used_pending(queue);
}

WRONG(selftest, loses_a_call, .about = "a completion that is not announced is told as a lost call",
      .needs = NEEDS_MSIX | NEEDS_WORK)
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	msix_mask_entry(&virtio_pci(t->device)->msix, queue->entry, true);
	submit(t, queue, new_request(t, 0));
	wait_until(is_used, queue, clock_deadline(PATIENCE_NS));
	give_up(t, queue);
}

static struct virtqueue *add_one(struct test_run *t)
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	if (!request_add(queue, new_request(t, 0)))
		error_in_test(t, "queue %u has no room for a request", queue->index);
	return queue;
}

WRONG(selftest, loses_a_kick, .about = "a request that nobody kicked for is told as a lost kick",
      .needs = NEEDS_MSIX | NEEDS_WORK)
{
	struct virtqueue *queue = add_one(t);

	virtqueue_publish(queue);
	give_up(t, queue);
}

WRONG(selftest, finds_it_silent, .about = "a device that takes no request is told as silent",
      .needs = NEEDS_MSIX | NEEDS_WORK)
{
	give_up(t, add_one(t));
}

static bool never(void *context)
{
	return false;
}

#define WORK_NS (4 * NANOSECONDS_A_SECOND)
#define STEP_NS 100000000 /* what takes longer between two looks is a pause of the machine */

/* Without a wait that would see it: a pause is told by the timer alone. */
WRONG(selftest, computes_for_long,
      .about = "a test that computes while the machine is paused goes on")
{
	uint64_t done = 0, last = clock_now();

	while (clock_to_ns(done) < WORK_NS) {
		uint64_t now = clock_now();

		if (clock_to_ns(now - last) < STEP_NS)
			done += now - last;
		last = now;
	}
}

WRONG(selftest, waits_long, .about = "a test that waits for long says that it still runs")
{
	wait_until(never, NULL, clock_deadline(6 * NANOSECONDS_A_SECOND));
}
