/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that serve the ways of this suite's driver, and not those of others (docs/personas.md). */
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/net.h"
#include "virtio/ring/queue.h"

/* What the driver has done since the reset. */
static struct way {
	uint32_t queue;
	uint64_t enabled;          /* queues */
	bool mapped;               /* an event, to a message */
	bool mapped_late;          /* … once the first ring had its place */
	bool looked_early;         /* at a queue, before the features were agreed on */
	bool addressed, disturbed; /* some ring has its place; … while another queue was enabled */
	bool isr_read, live;
	bool abandoned; /* a reset came before DRIVER_OK, and behind FEATURES_OK */
	uint8_t status;
} way;

static void set_out(struct virtio_device *device)
{
	way = (struct way){0};
}

static void follow_way(const struct register_access *access, uint64_t value)
{
	if (is_common(access, device_status) && !value)
		way = (struct way){
			.abandoned = !way.live && (way.status & VIRTIO_STATUS_FEATURES_OK),
		};
	else if (is_common(access, device_status))
		way.status = (uint8_t)value;
	else if (is_common(access, queue_select))
		way.queue = (uint32_t)value;
	else if (is_common(access, queue_enable) && way.queue < 64)
		way.enabled |= BIT64(way.queue);
	else if (is_common(access, config_msix_vector)) {
		way.mapped = value != VIRTIO_MSI_NO_VECTOR;
		way.mapped_late = way.addressed;
	} else if (is_common(access, queue_desc)) {
		way.addressed = true;
		way.disturbed = way.enabled;
	}
	way.live = way.status & VIRTIO_STATUS_DRIVER_OK;
}

/* In SABOTEUR(): the device sleeps while this is so. */
#define SLEEPS(when)                                                                               \
	.start = set_out, .onlooker.context = (bool (*[])(void)){when},                            \
	.onlooker.write = go_to_sleep, .onlooker.read = sleep_on

static bool go_to_sleep(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	bool (**when)(void) = self->context;

	follow_way(access, *value);
	return sleep_in_write(access, value, (*when)());
}

static uint64_t sleep_on(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (is_common(access, queue_size) && !(way.status & VIRTIO_STATUS_FEATURES_OK))
		way.looked_early = true;
	if (access->structure == STRUCTURE_ISR)
		way.isr_read = true;
	return sleep_in_read(access, value);
}

static bool not_mapped(void)
{
	return !way.mapped;
}

SABOTEUR(persona_wants_messages, .about = "nothing is served while no event is mapped to a message",
	 BREAKS(CLAUSE_SANE_14), .type = VIRTIO_TYPE_BLK, .tests = "persona.seabios*",
	 SLEEPS(not_mapped));

static bool first_is_missing(void)
{
	return !(way.enabled & 1);
}

SABOTEUR(persona_wants_all_queues, .about = "nothing is served while queue 0 is not enabled",
	 BREAKS(CLAUSE_VQ_TXT_10), .type = VIRTIO_TYPE_SCSI, .tests = "persona.seabios*",
	 SLEEPS(first_is_missing));

static bool was_read(void)
{
	return way.isr_read;
}

SABOTEUR(persona_minds_isr, .about = "nothing is served once ISR status was read",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_BLK, .tests = "persona.seabios*",
	 SLEEPS(was_read));

/* ---- places of notification ---- */

static bool note_way(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	follow_way(access, *value);
	return true;
}

static uint64_t hide_place(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	bool enabled = way.queue < 64 && (way.enabled & BIT64(way.queue));

	return is_common(access, queue_notify_off) && enabled ? 0xffff : value;
}

SABOTEUR(persona_hides_place, .about = "queue_notify_off reads 0xffff once the queue is enabled",
	 BREAKS(CLAUSE_SANE_5), .type = VIRTIO_TYPE_BLK, .tests = "persona.seabios*",
	 .start = set_out, .onlooker.write = note_way, .onlooker.read = hide_place);

static uint64_t move_place(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, queue_notify_off) && way.live ? value + 1 : value;
}

SABOTEUR(persona_moves_place, .about = "queue_notify_off reads one more once the device is live",
	 BREAKS(CLAUSE_PCI_NOTIFY_TXT_2), .type = VIRTIO_TYPE_NET, .tests = "persona.ovmf*",
	 .start = set_out, .onlooker.write = note_way, .onlooker.read = move_place);

static uint64_t know_place_late(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return is_common(access, queue_notify_off) && !way.addressed ? 0xffff : value;
}

SABOTEUR(persona_knows_place_late,
	 .about = "queue_notify_off reads 0xffff before a ring has its place",
	 BREAKS(CLAUSE_SANE_5), .type = VIRTIO_TYPE_BLK, .tests = "persona.linux_old",
	 .start = set_out, .onlooker.write = note_way, .onlooker.read = know_place_late);

/* ---- orders ---- */

static bool was_abandoned(void)
{
	return way.abandoned;
}

SABOTEUR(persona_minds_a_second_look,
	 .about = "nothing is served behind a reset between FEATURES_OK and DRIVER_OK",
	 BREAKS(CLAUSE_PCI_COMMON_8), .type = VIRTIO_TYPE_NET, .tests = "persona.ipxe*",
	 SLEEPS(was_abandoned));

static bool was_disturbed(void)
{
	return way.disturbed;
}

SABOTEUR(persona_minds_one_by_one,
	 .about = "nothing is served where a queue was set up when another was enabled",
	 BREAKS(CLAUSE_VQ_TXT_9), .type = VIRTIO_TYPE_SCSI, .tests = "persona.windows*",
	 SLEEPS(was_disturbed));

static bool was_looked_at_early(void)
{
	return way.looked_early;
}

SABOTEUR(
	persona_minds_early_looks,
	.about =
		"nothing is served where a queue's size was read before the features were agreed on",
	BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_BLK, .tests = "persona.windows*",
	SLEEPS(was_looked_at_early));

static bool was_mapped_late(void)
{
	return way.mapped_late;
}

SABOTEUR(persona_minds_late_messages,
	 .about = "nothing is served where the first event was mapped behind the first ring",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_NET, .tests = "persona.freebsd*",
	 SLEEPS(was_mapped_late));

SABOTEUR(persona_wants_messages_to_send,
	 .about = "nothing is sent while no event is mapped to a message", BREAKS(CLAUSE_SANE_14),
	 .type = VIRTIO_TYPE_NET, .tests = "persona.dpdk*", SLEEPS(not_mapped));

SABOTEUR(persona_enabled_from_the_start, .about = "queue_enable reads 1 after a reset",
	 BREAKS(CLAUSE_PCI_COMMON_10), .tests = "persona.linux*", LIES(READS(queue_enable, 0, 1)));

/* ---- events far ahead ---- */

static bool asked_far_ahead; /* at the last kick, in a split ring */

static void look_near(struct virtio_device *device)
{
	asked_far_ahead = false;
}

static bool look_how_far(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	const struct virtqueue *queue = access->device->queues[NET_TRANSMIT_QUEUE];

	if (access->structure == STRUCTURE_NOTIFY && *value == NET_TRANSMIT_QUEUE && queue) {
		const struct virtq_avail *avail = queue->parts[1];
		const struct virtq_used *used = queue->parts[2];
		uint16_t event = from_le16(avail->ring[queue->size]);

		asked_far_ahead = (uint16_t)(event - from_le16(used->idx)) < 0x100 &&
				  (uint16_t)(event - from_le16(used->idx)) > 8;
	}
	return true;
}

static bool is_near(struct onlooker *self, unsigned vector)
{
	return !asked_far_ahead;
}

SABOTEUR(persona_looks_near, .about = "a used_event that is more than 8 ahead is not seen",
	 BREAKS(CLAUSE_SPLIT_NOTIF_5), .type = VIRTIO_TYPE_NET, .tests = "persona.linux_net",
	 .start = look_near, .onlooker.write = look_how_far, .onlooker.arrival = is_near);

/* ---- the window ---- */

static bool lose_kicks_in_window(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || access->device->access != ACCESS_WINDOW;
}

SABOTEUR(persona_hears_no_window, .about = "notifications through the window are not heard",
	 BREAKS(CLAUSE_PCI_CFGACC_TXT_3), .type = VIRTIO_TYPE_BLK,
	 .tests = "persona.seabios_blk_works_through_the_window",
	 .onlooker.write = lose_kicks_in_window);
