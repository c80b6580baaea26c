/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of the vector registers. */
#include "lib/string.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

static unsigned selected;
static bool unmapped[VIRTIO_QUEUES_MOST];    /* as the driver believes */
static uint16_t written[VIRTIO_QUEUES_MOST]; /* what it wrote last */
static bool was_written[VIRTIO_QUEUES_MOST];
static uint16_t config_written;
static bool config_was_written, was_reset;

static void start(struct virtio_device *device)
{
	hand_start(device);
	selected = 0;
	config_was_written = false;
	was_reset = false;
	for (unsigned n = 0; n < VIRTIO_QUEUES_MOST; n++) {
		unmapped[n] = false;
		was_written[n] = false;
	}
}

/* Follows the driver's writes; the vectors of queue `selected` and of the configuration. */
static void follow(const struct register_access *access, uint64_t value)
{
	if (is_common(access, queue_select) && value < VIRTIO_QUEUES_MOST)
		selected = (unsigned)value;
	if (is_common(access, queue_msix_vector)) {
		written[selected] = (uint16_t)value;
		was_written[selected] = true;
		unmapped[selected] = value == VIRTIO_MSI_NO_VECTOR;
	}
	if (is_common(access, config_msix_vector)) {
		config_written = (uint16_t)value;
		config_was_written = true;
	}
	if (is_common(access, device_status) && !value)
		was_reset = true;
}

static bool follow_write(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	follow(access, *value);
	return true;
}

static bool swallow_no_vector(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	follow_write(self, access, value);
	return !(is_common(access, queue_msix_vector) && *value == VIRTIO_MSI_NO_VECTOR);
}

static uint64_t show_no_vector(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_common(access, queue_msix_vector) && unmapped[selected] ? VIRTIO_MSI_NO_VECTOR
									  : value;
}

SABOTEUR(no_vector_still_interrupts, .about = "a queue on NO_VECTOR keeps its old entry",
	 BREAKS(CLAUSE_PCI_USEDINT_1, CLAUSE_PCI_MSIX_TXT_2), .start = start,
	 .onlooker.write = swallow_no_vector, .onlooker.read = show_no_vector);

SABOTEUR(no_vector_refused, .about = "NO_VECTOR cannot be written into a queue's register",
	 BREAKS(CLAUSE_PCI_MSIX_7), .start = start, .onlooker.write = swallow_no_vector);

static bool survives[VIRTIO_QUEUES_MOST], config_survives; /* what was written before the reset */

static void start_anew(struct virtio_device *device)
{
	start(device);
	memset(survives, 0, sizeof(survives));
	config_survives = false;
}

static bool keep_over_reset(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	follow(access, *value);
	if (is_common(access, queue_msix_vector))
		survives[selected] = false;
	if (is_common(access, config_msix_vector))
		config_survives = false;
	if (is_common(access, device_status) && !*value) {
		memcpy(survives, was_written, sizeof(survives));
		config_survives = config_was_written;
	}
	return true;
}

static uint64_t show_kept(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	if (is_common(access, queue_msix_vector) && survives[selected])
		return written[selected];
	return is_common(access, config_msix_vector) && config_survives ? config_written : value;
}

SABOTEUR(vectors_survive_reset, .about = "vector registers keep their value over a reset",
	 BREAKS(CLAUSE_PCI_MSIX_10, CLAUSE_PCI_MSIX_11), .start = start_anew,
	 .onlooker.write = keep_over_reset, .onlooker.read = show_kept);

static uint64_t show_failure(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return is_common(access, queue_msix_vector) || is_common(access, config_msix_vector)
		       ? VIRTIO_MSI_NO_VECTOR
		       : value;
}

SABOTEUR(mapping_always_fails, .about = "no event can be mapped to any entry",
	 BREAKS(CLAUSE_PCI_MSIX_5, CLAUSE_PCI_MSIX_6), .start = start,
	 .onlooker.read = show_failure);

static uint64_t fail_for_queue_0(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	return is_common(access, queue_msix_vector) && !selected ? VIRTIO_MSI_NO_VECTOR : value;
}

SABOTEUR(mapping_fails_for_a_queue, .about = "the event of queue 0 cannot be mapped to any entry",
	 BREAKS(CLAUSE_PCI_MSIX_5, CLAUSE_PCI_MSIX_12), .tests = "interrupt.every_event*",
	 .start = start, .onlooker.write = follow_write, .onlooker.read = fail_for_queue_0);

static uint64_t show_zero(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_common(access, queue_msix_vector) || is_common(access, config_msix_vector)
		       ? 0
		       : value;
}

SABOTEUR(vectors_read_0, .about = "vector registers read 0 whatever is mapped",
	 BREAKS(CLAUSE_PCI_MSIX_9, CLAUSE_PCI_MSIX_13), .start = start, .onlooker.read = show_zero);

static uint16_t written_last; /* for any queue */

static bool note_last(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, queue_msix_vector))
		written_last = (uint16_t)*value;
	return follow_write(self, access, value);
}

static uint64_t show_last(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_common(access, queue_msix_vector) && was_written[selected] ? written_last : value;
}

SABOTEUR(queues_share_a_vector_register,
	 .about = "queue_msix_vector shows what any queue was given last",
	 BREAKS(CLAUSE_PCI_MSIX_8), .start = start, .onlooker.write = note_last,
	 .onlooker.read = show_last);

/* ---- the last entry ---- */

static bool drop_of_last_entry(struct onlooker *self, unsigned vector)
{
	const struct virtqueue *queue = victim_queue(vector);

	return !queue || queue->entry != virtio_pci(victim)->msix.entries - 1;
}

SABOTEUR(last_entry_is_dead, .about = "the last entry of the table sends nothing",
	 BREAKS(CLAUSE_PCI_MSIX_3), .tests = "interrupt.every_entry_delivers", .start = start,
	 .onlooker.arrival = drop_of_last_entry);
