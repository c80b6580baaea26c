/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of what the PCI transport has for features that are pretended (4.1.4.3, 4.1.4.4). */
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/transport/pci/structures.h"
#include "virtio/transport/pci/device.h"

static bool queue_is_far(void)
{
	return story.queue >= 0x3ff;
}

/* ---- administration queues ---- */

SABOTEUR(admin_queues_among_the_others, .about = "admin_queue_index is below num_queues",
	 BREAKS(CLAUSE_PCI_COMMON_19), .offers = BIT64(VIRTIO_F_ADMIN_VQ),
	 LIES(READS(admin_queue_index, 0, 0), READS(admin_queue_num, 0, 1)));

SABOTEUR(admin_queues_beyond_the_last, .about = "admin_queue_num reaches beyond index 65535",
	 BREAKS(CLAUSE_PCI_COMMON_20), .offers = BIT64(VIRTIO_F_ADMIN_VQ),
	 LIES(READS(admin_queue_index, 0, 0xff00), READS(admin_queue_num, 0, 0x200)));

SABOTEUR(admin_queue_missing, .about = "queue_size of an administration queue reads 0",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_12), .offers = BIT64(VIRTIO_F_ADMIN_VQ),
	 LIES(READS(admin_queue_index, 0, 0xff00), READS(admin_queue_num, 0, 1),
	      READS(queue_size, 0, 0, .when = queue_is_far)));

SABOTEUR(queue_where_none_is, .about = "queue_size of a queue far beyond num_queues reads 64",
	 BREAKS(CLAUSE_PCI_COMMON_17), LIES(READS(queue_size, 0, 64, .when = queue_is_far)));

/* ---- a common structure that ends too early ---- */

static uint16_t true_length;

static void cut_common(struct virtio_device *device)
{
	true_length = virtio_pci(device)->common_length;
	virtio_pci(device)->common_length = COMMON_OFFSET(queue_notif_config_data);
}

static void mend_common(struct virtio_device *device)
{
	virtio_pci(device)->common_length = true_length;
}

SABOTEUR(common_ends_before_notif_data,
	 .about = "the common structure ends before the feature's field",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_10), .offers = BIT64(VIRTIO_F_NOTIF_CONFIG_DATA),
	 .start = cut_common, .stop = mend_common);

SABOTEUR(common_ends_before_queue_reset, .about = "the common structure ends before queue_reset",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_11), .start = cut_common, .stop = mend_common);

/* ---- the notification structure under NOTIFICATION_DATA ---- */

static unsigned notify_capability;

static void find_notify(struct virtio_device *device)
{
	notify_capability = virtio_pci(device)->regions[STRUCTURE_NOTIFY].capability;
}

/* Whether a read takes in this field of the notification capability. */
static bool reads(unsigned offset, unsigned field)
{
	return offset == notify_capability + field;
}

#define MULTIPLIER sizeof(struct virtio_pci_cap)

static uint32_t small_multiplier(struct onlooker *self, const struct pci_function *function,
				 unsigned offset, unsigned width, uint32_t value)
{
	return reads(offset, MULTIPLIER) ? 2 : value;
}
SABOTEUR(kick_data_multiplier_2, .about = "notify_off_multiplier is 2 though kicks take 4 bytes",
	 BREAKS(CLAUSE_PCI_NOTIFY_7), .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA),
	 .start = find_notify, .onlooker.config_read = small_multiplier);

static uint32_t odd_offset(struct onlooker *self, const struct pci_function *function,
			   unsigned offset, unsigned width, uint32_t value)
{
	return reads(offset, offsetof(struct virtio_pci_cap, offset)) ? value | 2 : value;
}
SABOTEUR(kick_data_offset_odd, .about = "the notification structure begins at no multiple of 4",
	 BREAKS(CLAUSE_PCI_NOTIFY_8), .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA),
	 .start = find_notify, .onlooker.config_read = odd_offset);

static uint32_t short_length(struct onlooker *self, const struct pci_function *function,
			     unsigned offset, unsigned width, uint32_t value)
{
	if (reads(offset, offsetof(struct virtio_pci_cap, length)))
		return 2;
	/* Byte by byte. */
	for (unsigned byte = 1; byte < 4; byte++) {
		if (reads(offset, offsetof(struct virtio_pci_cap, length) + byte))
			return 0;
	}
	return value;
}
SABOTEUR(kick_data_length_2, .about = "the notification structure has 2 bytes",
	 BREAKS(CLAUSE_PCI_NOTIFY_9, CLAUSE_PCI_NOTIFY_10, CLAUSE_PCI_NOTIFY_11),
	 .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA), .start = find_notify,
	 .onlooker.config_read = short_length);

static bool want_16_bits(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || access->width == 2;
}
SABOTEUR(kick_data_unheard, .about = "32-bit kicks are not heard", BREAKS(CLAUSE_PCI_KICK_TXT_2),
	 .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA), .onlooker.write = want_16_bits);
