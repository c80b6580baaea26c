/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that moderates its interrupts: messages come late, and for several buffers at once (2.3). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/wait.h"
#include "lib/string.h"
#include "pci/msix.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/device.h"
#include "virtio/transport/pci/registers.h"

#define MODERATION_NS 5000000ull

/* Destination mode in the address of a message (SDM 3A, 11.11.1): what is logical is left as it is. */
#define LOGICAL BIT(2)

static uint64_t due[VIRTIO_QUEUES_MOST]; /* when the message of a queue is sent, 0: none is owed */

/* Whether a message is due, and may not be sent. */
static bool is_held_back(const struct virtqueue *queue)
{
	const struct msix *msix = &virtio_pci(victim)->msix;

	return due[queue->index] && clock_passed(due[queue->index]) &&
	       queue->entry < victim->vectors &&
	       (msix_function_masked(msix) || msix_entry_masked(msix, queue->entry));
}

/* Sends it to where the entry says by now. */
static void send_late(const struct virtqueue *queue)
{
	struct msix_entry entry = msix_read_entry(&virtio_pci(victim)->msix, queue->entry);
	uint32_t id = (uint32_t)(entry.address >> 12) & 0xff;

	for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
		if (cpu_apic_id(cpu) == id)
			hand_send(cpu, entry.data & 0xff);
	}
}

static void send_due(void)
{
	for (unsigned n = 0; n < victim->queue_count; n++) {
		const struct virtqueue *queue = victim->queues[n];

		if (!queue || !due[n] || !clock_passed(due[n]) || is_held_back(queue))
			continue;
		due[n] = 0;
		if (msix_enabled(&virtio_pci(victim)->msix) && queue->entry < victim->vectors)
			send_late(queue);
	}
}

static uint32_t show_held_back(struct onlooker *self, const struct msix *msix, unsigned word,
			       uint32_t value)
{
	for (unsigned n = 0; n < victim->queue_count; n++) {
		const struct virtqueue *queue = victim->queues[n];

		if (queue && queue->entry / 32 == word && is_held_back(queue))
			value |= BIT(queue->entry % 32);
	}
	return value;
}

static void start_moderation(struct virtio_device *device)
{
	hand_start(device);
	memset(due, 0, sizeof(due));
	wait_in_company(send_due);
}

static void stop_moderation(struct virtio_device *device)
{
	memset(due, 0, sizeof(due));
	wait_in_company(NULL);
}

static bool owe_nothing_after_reset(struct onlooker *self, const struct register_access *access,
				    uint64_t *value)
{
	if ((is_common(access, device_status) && !*value) || is_common(access, queue_reset))
		memset(due, 0, sizeof(due));
	return true;
}

/* One message is sent for all that a queue has to tell until then. */
static bool hold_message(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue;

	if (hand_passes() || victim->mode == INTERRUPT_INTX)
		return true;
	queue = victim_queue(vector);
	if (!queue || queue->entry >= victim->vectors ||
	    (msix_read_entry(&virtio_pci(victim)->msix, queue->entry).address & LOGICAL))
		return true;
	acts();
	if (!due[queue->index])
		due[queue->index] = clock_deadline(MODERATION_NS);
	return false;
}

ECCENTRIC(ok_moderates_messages,
	  .about = "a message comes 5 ms late, and stands for all until then",
	  ALLOWED("2.3",
		  "a used buffer notification indicates that a buffer may have been made used "
		  "on the virtqueue designated by the notification"),
	  .start = start_moderation, .stop = stop_moderation, .onlooker.arrival = hold_message,
	  .onlooker.write = owe_nothing_after_reset, .onlooker.pba_read = show_held_back,
	  .tests = "ring.*event*,ring.packed_parts*,interrupt.each_comp*,interrupt.queues_on*,"
		   "interrupt.used_*,interrupt.batch*,interrupt.event_in*,interrupt.all_devices*,"
		   "interrupt.suppress*,interrupt.arming*,interrupt.flags*,interrupt.first*,"
		   "interrupt.reset_silences*");
