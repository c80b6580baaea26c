/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of how configuration changes are told. The changes themselves are the host's. */
#include "arch/interrupt.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

static bool unmapped; /* as the driver believes */

static void start(struct virtio_device *device)
{
	hand_start(device);
	unmapped = false;
}

static bool drop_configuration_message(struct onlooker *self, unsigned vector)
{
	return vector != victim->config_vector;
}

SABOTEUR(configuration_message_dropped, .about = "configuration changes make no message",
	 BREAKS(CLAUSE_PCI_CFGINT_TXT_2), .start = start,
	 .onlooker.arrival = drop_configuration_message);

/* What the pin says while no buffer is used is about the configuration. */
static bool drop_configuration_pin(struct onlooker *self, unsigned vector)
{
	struct virtqueue *queue = victim_queue(vector);

	if (!queue || victim->mode != INTERRUPT_INTX || virtqueue_shows_used(queue))
		return true;
	interrupt_mask_line(victim->line);
	return false;
}

SABOTEUR(configuration_pin_dropped, .about = "configuration changes do not raise the pin",
	 BREAKS(CLAUSE_PCI_CFGINT_TXT_1), .start = start,
	 .onlooker.arrival = drop_configuration_pin);

static uint64_t hide_configuration_bit(struct onlooker *self, const struct register_access *access,
				       uint64_t value)
{
	return access->structure == STRUCTURE_ISR
		       ? value & ~(uint64_t)VIRTIO_INTERRUPT_CONFIGURATION
		       : value;
}

SABOTEUR(isr_without_configuration_bit,
	 .about = "a configuration change leaves the configuration bit of the ISR status alone",
	 BREAKS(CLAUSE_PCI_ISR_2), .start = start, .onlooker.read = hide_configuration_bit);

static bool keep_mapping(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	if (!is_common(access, config_msix_vector))
		return true;
	unmapped = *value == VIRTIO_MSI_NO_VECTOR;
	return !unmapped;
}

static uint64_t show_unmapped(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return is_common(access, config_msix_vector) && unmapped ? VIRTIO_MSI_NO_VECTOR : value;
}

SABOTEUR(unmapped_configuration_still_interrupts,
	 .about = "with config_msix_vector NO_VECTOR changes are told by the old entry",
	 BREAKS(CLAUSE_PCI_CFGINT_1), .start = start, .onlooker.write = keep_mapping,
	 .onlooker.read = show_unmapped);
