/* SPDX-License-Identifier: BSD-2-Clause */
/* The pin through the 8259 pair, where there is one and the firmware has wired the pin to it. */
#include "tests/interrupt/interrupt.h"
#include "virtio/transport.h"

#define DELIVERIES  3 /* after which a level counts as one, and the input is masked */
#define LATE_RAISES 4
#define REACTION_NS 20000000ull
#define SILENCE_NS  3000000ull
#define LINES       16

struct watcher {
	unsigned irq;
	volatile unsigned arrivals;
};

static struct watcher watcher;

static void count_and_mask(unsigned vector, uint64_t tsc, void *context)
{
	if (++watcher.arrivals >= DELIVERIES)
		interrupt_pic_mask(watcher.irq);
}

static bool is_level(void *context)
{
	return watcher.arrivals >= DELIVERIES;
}

/* Opens the input; true when it interrupts again and again. */
static bool line_is_level(uint64_t patience)
{
	watcher.arrivals = 0;
	if (!interrupt_pic_unmask(watcher.irq, true))
		return false;
	wait_until(is_level, NULL, clock_deadline(patience));
	interrupt_pic_mask(watcher.irq);
	return watcher.arrivals >= DELIVERIES;
}

/* Whether it stays down once the ISR status is read: an event that comes late may raise it again, but not each time. */
static bool line_goes_low(struct virtio_device *device)
{
	for (unsigned n = 0; n < LATE_RAISES; n++) {
		device->transport->take_interrupt_status(device);
		if (!line_is_level(REACTION_NS))
			return true;
	}
	return false;
}

TEST(interrupt, pin_through_the_pic,
     .about = "the pin is a level at the 8259 too, until the ISR status is read",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_5, PCI_ISR_TXT_4))
{
	struct virtio_device *device = t->device;
	unsigned input = device->transport->line->noted_input(device);
	unsigned vector = INTERRUPT_PIC_VECTOR + input;
	bool foreign, up;

	if (!interrupt_pic_present())
		skip_test(t, "there is no 8259");
	if (!input || input >= LINES)
		skip_test(t, "the firmware has noted no 8259 input for the pin");
	watcher.irq = input;
	bring_up(t);
	interrupt_mask_line(device->line);
	interrupt_set_handler(vector, count_and_mask, NULL);
	foreign = line_is_level(SILENCE_NS);
	virtqueue_arm(work_queue(t), 0);
	complete_one(t, work_queue(t));
	up = !foreign && line_is_level(REACTION_NS);
	if (up) {
		CHECK(t, PCI_ISR_TXT_4, line_goes_low(device),
		      "the ISR status was read, and the pin interrupts through the 8259 %u times "
		      "more",
		      watcher.arrivals);
		virtqueue_arm(work_queue(t), 0);
		complete_one(t, work_queue(t));
		CHECK(t, PCI_ISR_5, line_is_level(PATIENCE_NS),
		      "a buffer was used, and the pin interrupts through the 8259 %u times",
		      watcher.arrivals);
	}
	interrupt_set_handler(vector, NULL, NULL);
	if (foreign)
		skip_test(t, "somebody else holds input %u of the 8259", watcher.irq);
	if (!up)
		skip_test(t, "the pin does not reach input %u of the 8259", watcher.irq);
}
