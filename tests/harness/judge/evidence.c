/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/evidence.h"

#include "arch/interrupt.h"
#include "virtio/ring/queue.h"
#include "virtio/transport.h"

static char noted[512];
static struct text notes = TEXT_ON(noted);
static uint32_t errors; /* of the interrupt controller, since the test began */

void evidence_clear(void)
{
	notes = TEXT_ON(noted);
	noted[0] = '\0';
	interrupt_errors();
	errors = 0;
}

void evidence_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_add_list(&notes, format, arguments);
	va_end(arguments);
	text_add(&notes, "\n");
}

const char *evidence_noted(void)
{
	return noted;
}

const char *evidence(const struct test_run *t)
{
	static char words[4096];
	struct text text = TEXT_ON(words);
	struct virtio_device *device = t->device;
	const struct virtio_messages *messages = device->transport->messages;

	words[0] = '\0';
	if (!t->up)
		return words;
	errors |= interrupt_errors();
	text_add(&text, "status %#x, controller errors %#x\n",
		 device->transport->get_status(device), errors);
	for (unsigned n = 0; n < device->queue_count && !text.cut; n++) {
		struct virtqueue *queue = device->queues[n];

		if (!queue || (!queue->in_flight && !queue->kicks))
			continue;
		virtqueue_dump(queue, &text);
		if (queue->vector && device->mode != INTERRUPT_INTX)
			text_add(
				&text,
				"  MSI-X entry %u%s, pending %u; vector %#x on CPU %u: %lu arrivals, "
				"IRR %u ISR %u\n",
				queue->entry,
				messages->is_masked(device, queue->entry) ? " masked" : "",
				messages->is_pending(device, queue->entry), queue->vector,
				queue->cpu, interrupt_count(queue->vector),
				interrupt_requested(queue->vector),
				interrupt_in_service(queue->vector));
		else if (queue->vector)
			text_add(
				&text,
				"  pin on line %u%s, vector %#x: %lu arrivals, ISR status seen %#x\n",
				device->line,
				interrupt_line_pending(device->line) ? " awaiting its EOI" : "",
				queue->vector, interrupt_count(queue->vector), device->isr_seen);
	}
	text_add(&text, "%s", noted);
	return words;
}
