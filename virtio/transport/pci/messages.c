/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of a virtio PCI device by MSI-X (virtio 1.4, 4.1.5.1.2; PCI 3.0, 6.8.2). */
#include "arch/interrupt.h"
#include "pci/config.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/transport.h"

static void enable(struct virtio_device *device)
{
	msix_enable(&virtio_pci(device)->msix, true);
}

static void disable(struct virtio_device *device)
{
	const struct msix *msix = &virtio_pci(device)->msix;

	for (unsigned entry = 0; entry < msix->entries; entry++)
		msix_mask_entry(msix, entry, true);
	msix_enable(msix, false);
}

static void clear(struct virtio_device *device)
{
	const struct msix *msix = &virtio_pci(device)->msix;

	msix_enable(msix, false);
	msix_function_mask(msix, false);
	for (unsigned entry = 0; entry < msix->entries; entry++) {
		msix_mask_entry(msix, entry, true);
		msix_write_entry(msix, entry, 0, 0);
	}
}

static bool aim(struct virtio_device *device, unsigned entry, unsigned vector, unsigned cpu)
{
	const struct msix *msix = &virtio_pci(device)->msix;
	struct msi_message message;

	if (!interrupt_message(cpu, vector, MSI_PHYSICAL, &message)) {
		virtio_lack(device, "the CPU's APIC id does not fit an MSI message");
		return false;
	}
	msix_mask_entry(msix, entry, true);
	msix_write_entry(msix, entry, message.address, message.data);
	msix_mask_entry(msix, entry, false);
	return true;
}

static uint16_t map_configuration(struct virtio_device *device, uint16_t entry)
{
	common_write(device, config_msix_vector, entry);
	return common_read(device, config_msix_vector);
}

static uint16_t map_queue(struct virtio_device *device, uint16_t entry)
{
	common_write(device, queue_msix_vector, entry);
	return common_read(device, queue_msix_vector);
}

static uint16_t configuration_entry(struct virtio_device *device)
{
	return common_read(device, config_msix_vector);
}

static uint16_t queue_entry(struct virtio_device *device)
{
	return common_read(device, queue_msix_vector);
}

static void mask(struct virtio_device *device, unsigned entry, bool masked)
{
	msix_mask_entry(&virtio_pci(device)->msix, entry, masked);
}

static bool is_pending(const struct virtio_device *device, unsigned entry)
{
	return msix_pending(&virtio_pci(device)->msix, entry);
}

static bool is_masked(const struct virtio_device *device, unsigned entry)
{
	return msix_entry_masked(&virtio_pci(device)->msix, entry);
}

static bool configuration_gets_through(struct virtio_device *device)
{
	const struct msix *msix = &virtio_pci(device)->msix;
	uint16_t control = pci_read16(msix->function, msix->capability + MSIX_CONTROL);

	return (control & (MSIX_CONTROL_ENABLE | MSIX_CONTROL_FUNCTION_MASK)) ==
		       MSIX_CONTROL_ENABLE &&
	       device->transport->messages->configuration_entry(device) == 0 &&
	       !msix_entry_masked(msix, 0);
}

const struct virtio_messages virtio_pci_messages = {
	.enable = enable,
	.disable = disable,
	.clear = clear,
	.aim = aim,
	.map_configuration = map_configuration,
	.map_queue = map_queue,
	.configuration_entry = configuration_entry,
	.queue_entry = queue_entry,
	.mask = mask,
	.is_pending = is_pending,
	.is_masked = is_masked,
	.configuration_gets_through = configuration_gets_through,
};

/* ---- legacy ---- */

static uint16_t legacy_configuration_entry(struct virtio_device *device)
{
	return (uint16_t)legacy_read(device, LEGACY_CONFIG_VECTOR);
}

static uint16_t legacy_queue_entry(struct virtio_device *device)
{
	return (uint16_t)legacy_read(device, LEGACY_QUEUE_VECTOR);
}

static uint16_t legacy_map_configuration(struct virtio_device *device, uint16_t entry)
{
	legacy_write(device, LEGACY_CONFIG_VECTOR, entry);
	return legacy_configuration_entry(device);
}

static uint16_t legacy_map_queue(struct virtio_device *device, uint16_t entry)
{
	legacy_write(device, LEGACY_QUEUE_VECTOR, entry);
	return legacy_queue_entry(device);
}

/* Its vector registers are there while MSI-X is enabled. */
const struct virtio_messages virtio_pci_legacy_messages = {
	.enable = enable,
	.disable = disable,
	.clear = clear,
	.aim = aim,
	.map_configuration = legacy_map_configuration,
	.map_queue = legacy_map_queue,
	.configuration_entry = legacy_configuration_entry,
	.queue_entry = legacy_queue_entry,
	.mask = mask,
	.is_pending = is_pending,
	.is_masked = is_masked,
	.configuration_gets_through = configuration_gets_through,
};
