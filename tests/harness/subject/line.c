/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/line.h"

#include "arch/interrupt.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport.h"

#define FIRST_PCI_LINE 16 /* below are the ISA interrupts */
#define LINES_MOST     64
#define REACTION_NS    20000000ull /* from the pin to the handler, at most */
#define SILENCE_NS     3000000ull  /* after which a line counts as low */
#define LOOKS          2           /* a busy host may raise it too late for one */

struct candidate {
	unsigned line, vector;
	bool active_low;
	volatile bool arrived;
};

/* A level that nobody takes back would interrupt for ever. */
static void note_and_mask(unsigned vector, uint64_t tsc, void *context)
{
	struct candidate *candidate = context;

	candidate->arrived = true;
	interrupt_mask_line(candidate->line);
}

static bool has_arrived(void *context)
{
	const struct candidate *candidate = context;

	return candidate->arrived;
}

static bool open_line(const struct candidate *candidate)
{
	return interrupt_route_line(candidate->line, candidate->vector, 0, true,
				    candidate->active_low);
}

/* Whether an interrupt comes while the line is open. */
static bool line_is_high(struct candidate *candidate, uint64_t patience)
{
	candidate->arrived = false;
	if (!open_line(candidate))
		return false;
	wait_until(has_arrived, candidate, clock_deadline(patience));
	interrupt_mask_line(candidate->line);
	return candidate->arrived;
}

static void complete_one(struct test_run *t)
{
	struct completion completion;

	submit(t, work_queue(t), new_request(t, 0));
	INSIST(t, SANE_1, await_completion(t, work_queue(t), &completion), "no completion");
}

/* The line is the device's when it goes down with the ISR status and comes up with a completion. */
static bool follows(struct test_run *t, struct candidate *candidate)
{
	if (!line_is_high(candidate, REACTION_NS))
		return false;
	t->device->transport->take_interrupt_status(t->device);
	if (line_is_high(candidate, SILENCE_NS))
		return false;
	complete_one(t);
	return line_is_high(candidate, REACTION_NS);
}

/* The line that the firmware has written down, where it is an ISA interrupt. */
static bool firmware_line(const struct virtio_device *device, struct candidate *candidate)
{
	unsigned irq = device->transport->line->noted_input(device);
	bool level;

	if (irq < 3 || irq >= FIRST_PCI_LINE)
		return false;
	candidate->line = interrupt_isa_line(irq, &level, &candidate->active_low);
	return true;
}

static struct candidate candidates[LINES_MOST];
static unsigned candidate_count;

/*
 * Gives every input that may be it a vector. An emulated I/O APIC takes note of a level only while the
 * input is set to be one: so all are set before the pin is raised.
 */
static void gather_candidates(const struct virtio_device *device)
{
	candidate_count = 0;
	for (unsigned line = FIRST_PCI_LINE; line < interrupt_lines(); line++) {
		if (candidate_count < LINES_MOST - 1)
			candidates[candidate_count++] =
				(struct candidate){.line = line, .active_low = true};
	}
	if (firmware_line(device, &candidates[candidate_count]))
		candidate_count++;
	for (unsigned n = 0; n < candidate_count; n++) {
		struct candidate *candidate = &candidates[n];

		candidate->arrived = false;
		candidate->vector = interrupt_allocate();
		interrupt_set_handler(candidate->vector, note_and_mask, candidate);
		if (open_line(candidate))
			interrupt_mask_line(candidate->line);
		candidate->arrived = false;
	}
}

static bool any_arrived(void *context)
{
	for (unsigned n = 0; n < candidate_count; n++) {
		if (candidates[n].arrived)
			return true;
	}
	return false;
}

/* Opens all at once: whatever is high says so. */
static void look_at_all(void)
{
	for (unsigned n = 0; n < candidate_count; n++)
		open_line(&candidates[n]);
	wait_until(any_arrived, NULL, clock_deadline(REACTION_NS));
	settle_interrupts();
	for (unsigned n = 0; n < candidate_count; n++)
		interrupt_mask_line(candidates[n].line);
}

/* The line is the physical device's: all its faces have it. */
static void adopt(const struct subject *subject, const struct candidate *candidate)
{
	for (unsigned n = 0; n < subject->face_count; n++) {
		struct virtio_device *device = subject->faces[n].device;

		device->line_known = true;
		device->line = candidate->line;
		device->line_active_low = candidate->active_low;
	}
}

/* One of those that a completion raised. */
static void search_once(struct test_run *t)
{
	complete_one(t);
	look_at_all();
	for (unsigned n = 0; n < candidate_count && !t->device->line_known; n++) {
		if (candidates[n].arrived && follows(t, &candidates[n]))
			adopt(t->subject, &candidates[n]);
		if (!t->device->transport->line->is_raised(t->device))
			complete_one(t);
	}
	t->device->transport->take_interrupt_status(t->device);
}

static void search(struct test_run *t)
{
	gather_candidates(t->device);
	bring_up_unheard(t);
	for (unsigned look = 0; look < LOOKS && !t->device->line_known; look++)
		search_once(t);
}

const struct test line_question = {.suite = "harness", .name = "line", .run = search};

bool line_can_be_sought(const struct virtio_device *device)
{
	return device->has_line && !device->line_known && interrupt_lines() &&
	       workload_of(device->type);
}

void line_search_end(void)
{
	for (unsigned n = 0; n < candidate_count; n++)
		interrupt_free(candidates[n].vector);
	candidate_count = 0;
}
