/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of messages: lost, doubled, misled, early, late. */
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

static unsigned seen;

static void start_counting(struct virtio_device *device)
{
	hand_start(device);
	seen = 0;
}

static bool drop_some(struct onlooker *self, unsigned vector)
{
	return !victim_queue(vector) || ++seen % 3;
}

SABOTEUR(message_dropped, .about = "every third message is lost",
	 BREAKS(CLAUSE_SPLIT_NOTIF_3, CLAUSE_SPLIT_NOTIF_5), .start = start_counting,
	 .onlooker.arrival = drop_some);

SABOTEUR(packed_message_dropped, .about = "every third message of a packed ring is lost",
	 BREAKS(CLAUSE_PACKED_EV_TXT_1, CLAUSE_PACKED_EV_TXT_3), .start = start_counting,
	 .onlooker.arrival = drop_some);

static bool send_twice(struct onlooker *self, unsigned vector)
{
	if (victim_queue(vector) && !hand_passes())
		hand_send(cpu_current(), vector);
	return true;
}

SABOTEUR(message_doubled, .about = "every message comes twice",
	 BREAKS(CLAUSE_SPLIT_NOTIF_6, CLAUSE_MSIX_PCI_15), .start = hand_start,
	 .onlooker.arrival = send_twice);

static bool send_beside(unsigned vector)
{
	if (!victim_queue(vector) || hand_passes())
		return true;
	hand_send(cpu_current(), INTERRUPT_LAST);
	return false;
}

/* The message to the last vector is asked for too, and is nobody's. */
static bool misdirect(struct onlooker *self, unsigned vector)
{
	return vector == INTERRUPT_LAST ? hand_passes() : send_beside(vector);
}

SABOTEUR(message_on_wrong_vector, .about = "messages come on a vector that nobody programmed",
	 BREAKS(CLAUSE_PCI_MSIX_TXT_1, CLAUSE_MSIX_PCI_11), .start = hand_start,
	 .onlooker.arrival = misdirect);

static bool send_elsewhere(struct onlooker *self, unsigned vector)
{
	if (!victim_queue(vector) || hand_passes() || cpu_count() < 2)
		return true;
	hand_send((cpu_current() + 1) % cpu_count(), vector);
	return false;
}

SABOTEUR(message_on_wrong_cpu, .about = "messages come to the next CPU",
	 BREAKS(CLAUSE_PCI_MSIX_TXT_1, CLAUSE_MSIX_PCI_11), .start = hand_start,
	 .onlooker.arrival = send_elsewhere);

/* ---- too early ---- */

static bool announce_at_kick(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	unsigned vector = victim_vector();

	if (access->structure == STRUCTURE_NOTIFY && vector)
		hand_send(cpu_current(), vector);
	return true;
}

static bool own_only(struct onlooker *self, unsigned vector)
{
	return !victim_queue(vector) || hand_passes();
}

SABOTEUR(message_before_use, .about = "the message comes at the kick, before anything is used",
	 BREAKS(CLAUSE_NOTIF_TXT_1), .start = hand_start, .onlooker.write = announce_at_kick,
	 .onlooker.arrival = own_only);

static void announce_early(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->vector &&
	    !(own_read(self, queue->device, device_status) & VIRTIO_STATUS_DRIVER_OK))
		interrupt_send(0, queue->vector);
}

SABOTEUR(message_before_driver_ok, .about = "buffers are announced before DRIVER_OK",
	 BREAKS(CLAUSE_STATUS_2), .start = hand_start, .onlooker.publish = announce_early);

static bool announce_driver_ok(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_common(access, device_status) && *value & VIRTIO_STATUS_DRIVER_OK &&
	    access->device->config_vector)
		interrupt_send(0, access->device->config_vector);
	return true;
}

SABOTEUR(configuration_message_at_driver_ok,
	 .about = "DRIVER_OK makes a configuration message although nothing changes",
	 BREAKS(CLAUSE_NOTIF_TXT_5), .start = hand_start, .onlooker.write = announce_driver_ok);

/* ---- too late ---- */

static bool announce_after_reset(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	if (is_common(access, device_status) && !*value && victim_vector())
		hand_haunt(0, victim_vector());
	return true;
}

SABOTEUR(message_after_reset, .about = "a message comes when the device has been reset already",
	 BREAKS(CLAUSE_RESET_2), .tests = "interrupt.reset_silences*", .start = hand_start,
	 .onlooker.write = announce_after_reset, .stop = hand_stop);

static bool announce_after_queue_reset(struct onlooker *self, const struct register_access *access,
				       uint64_t *value)
{
	if (is_common(access, queue_reset) && *value == 1 && victim_vector())
		hand_haunt(0, victim_vector());
	return true;
}

SABOTEUR(message_after_queue_reset,
	 .about = "a message comes when the queue has been reset already", BREAKS(CLAUSE_VQRESET_2),
	 .start = hand_start, .onlooker.write = announce_after_queue_reset, .stop = hand_stop);
