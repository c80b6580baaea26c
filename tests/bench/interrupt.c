/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of an idle device, one at a time (docs/latency.md). */
#include "arch/clock.h"
#include "tests/bench/interrupt_lab.h"
#include "tests/bench/lab.h"
#include "tests/bench/options.h"
#include "tests/harness/drive/drive.h"

/* From unmasking a vector that is pending to its handler. */
static void measure_unmasking(void)
{
	struct virtio_device *device = lab.t->device;
	const struct virtio_messages *messages = device->transport->messages;
	static struct histogram store, arrival;
	struct stamps stamps;

	histogram_reset(&store);
	histogram_reset(&arrival);
	for (uint64_t n = 0; n < bench_options.samples / 10 + 1; n++) {
		uint64_t before = lab.tally->count, deadline, t0, t1;

		messages->mask(device, lab.queue->entry, true);
		lab.steps->prepare();
		lab.steps->expose(&stamps);
		deadline = clock_deadline(PATIENCE_NS);
		while (!messages->is_pending(device, lab.queue->entry) && !clock_passed(deadline))
			;
		INSIST(lab.t, MSIX_PCI_6, messages->is_pending(device, lab.queue->entry),
		       "the pending bit is not set in time");
		t0 = clock_now();
		messages->mask(device, lab.queue->entry, false);
		t1 = clock_now();
		lab_await(&lab.tally->count, before, CLAUSE_MSIX_PCI_7,
			  "the interrupt of an unmasked vector");
		lab_record(&store, (int64_t)(t1 - t0));
		lab_record(&arrival, (int64_t)(lab.tally->entry_tsc - t0));
		lab.steps->take();
	}
	lab_report(lab.t, "unmasking", "read and write", &store);
	lab_report(lab.t, "unmasking to handler", "pending", &arrival);
}

BENCH(interrupt, latency,
      .about = "from the kick to the handler: where the time of an interrupt goes",
      .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = 120000,
      .judges = CLAUSES(MSIX_PCI_6, MSIX_PCI_7, PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3,
			SPLIT_NOTIF_5))
{
	bring_up(t);
	lab_begin(t, 0);
	interrupt_stamp_eoi(true);
	for (unsigned state = 0; state < LAB_STATES; state++)
		lab_measure(state);
	lab_end();
	measure_unmasking();
	lab_noise(t);
	interrupt_stamp_eoi(false);
}
