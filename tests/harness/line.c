/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/line.h"

#include "arch/interrupt.h"
#include "pci/intx.h"
#include "tests/harness/drive.h"
#include "tests/harness/runner.h"
#include "virtio/registers.h"

#define FIRST_PCI_LINE 16         /* below are the ISA interrupts */
#define REACTION_NS    2000000ull /* from the pin to the handler */

struct candidate {
	unsigned line;
	bool active_low;
	volatile bool arrived;
};

/* A level that nobody takes back would interrupt for ever. */
static void note_and_mask(unsigned vector, uint64_t tsc, void *context)
{
	struct candidate *candidate = context;

	(void)vector;
	(void)tsc;
	candidate->arrived = true;
	interrupt_mask_line(candidate->line);
}

static bool has_arrived(void *context)
{
	const struct candidate *candidate = context;

	return candidate->arrived;
}

/* Whether an interrupt comes while the line is open. */
static bool line_is_high(struct candidate *candidate, unsigned vector)
{
	candidate->arrived = false;
	interrupt_set_handler(vector, note_and_mask, candidate);
	if (!interrupt_route_line(candidate->line, vector, 0, true, candidate->active_low))
		return false;
	wait_until(has_arrived, candidate, clock_deadline(REACTION_NS));
	interrupt_mask_line(candidate->line);
	return candidate->arrived;
}

static void complete_one(struct test_run *t)
{
	struct completion completion;

	submit(t, work_queue(t), new_request(t, 0));
	REQUIRE(t, await_completion(t, work_queue(t), &completion), "no completion");
}

/* The line is the device's when it goes down with the ISR status and comes up with a completion. */
static bool follows(struct test_run *t, struct candidate *candidate, unsigned vector)
{
	if (!line_is_high(candidate, vector))
		return false;
	isr_read(t->device);
	if (line_is_high(candidate, vector))
		return false;
	complete_one(t);
	return line_is_high(candidate, vector);
}

/* The line that the firmware has written down, where it is an ISA interrupt. */
static bool firmware_line(const struct virtio_device *device, struct candidate *candidate)
{
	unsigned irq = device->function->interrupt_line;
	bool level;

	if (irq < 3 || irq >= FIRST_PCI_LINE)
		return false;
	candidate->line = interrupt_isa_line(irq, &level, &candidate->active_low);
	return true;
}

static void settle(struct test_run *t, const struct candidate *candidate)
{
	t->device->has_line = true;
	t->device->line = candidate->line;
	t->device->line_active_low = candidate->active_low;
}

/* An emulated I/O APIC takes note of a level only while the input is set to be one: set them early. */
static void make_level(const struct candidate *candidate, unsigned vector)
{
	if (interrupt_route_line(candidate->line, vector, 0, true, candidate->active_low))
		interrupt_mask_line(candidate->line);
}

static void make_levels(const struct virtio_device *device, unsigned vector)
{
	struct candidate candidate = {.active_low = true};

	for (candidate.line = FIRST_PCI_LINE; candidate.line < interrupt_lines(); candidate.line++)
		make_level(&candidate, vector);
	if (firmware_line(device, &candidate))
		make_level(&candidate, vector);
}

static void experiment(struct test_run *t)
{
	static struct candidate candidate;
	unsigned vector = interrupt_allocate();
	bool found = false;

	make_levels(t->device, vector);
	bring_up(t);
	complete_one(t);
	intx_disable(t->device->function, false);
	for (unsigned line = FIRST_PCI_LINE; line < interrupt_lines() && !found; line++) {
		candidate = (struct candidate){.line = line, .active_low = true};
		found = follows(t, &candidate, vector);
		if (!found && !intx_pending(t->device->function))
			complete_one(t);
	}
	if (!found && firmware_line(t->device, &candidate))
		found = follows(t, &candidate, vector);
	if (found)
		settle(t, &candidate);
	isr_read(t->device);
	interrupt_free(vector);
}

void find_line(struct virtio_device *device)
{
	static const struct test line_test = {
		.suite = "harness",
		.name = "line",
		.run = experiment,
	};
	const struct variant variant = {.interrupts = INTERRUPT_NONE};
	const struct reporter *loud = reporter;

	if (!device->function->interrupt_pin || !interrupt_lines() || !workload_of(device->type))
		return;
	reporter = &silent_reporter;
	run_once(&line_test, device, &variant, NULL);
	reporter = loud;
}
