/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device that is a PCI function: what nobody but this transport, its own tests and those who
 * play broken devices may know of it.
 */
#ifndef VIRTIO_TRANSPORT_PCI_DEVICE_H
#define VIRTIO_TRANSPORT_PCI_DEVICE_H

#include "pci/function.h"
#include "pci/msix.h"
#include "virtio/device.h"
#include "virtio/transport/pci/structures.h"

/* Where a structure lies. */
struct virtio_region {
	bool present;
	uint8_t bar;
	uint8_t capability; /* offset of its capability in configuration space */
	uint32_t offset;    /* in the BAR */
	uint32_t length;
	volatile void *mapping; /* memory BAR */
	uint16_t port;          /* I/O BAR */
};

/* A device of this transport. */
struct virtio_pci_device {
	struct virtio_device device;
	struct pci_function *function;
	bool was_bus_master;           /* before pci_enable() made it one */
	struct msix msix;              /* where device.vectors is not 0 */
	volatile unsigned pin_foreign; /* the pin's arrivals in a row that found ISR status 0 */
	struct virtio_region regions[STRUCTURES];
	uint32_t notify_off_multiplier;
	uint8_t window;         /* offset of the PCI configuration access capability, 0: none */
	uint16_t common_length; /* bytes of the common structure that the device has */
};

/* The PCI side of a device of this transport. Handler-safe. */
static inline struct virtio_pci_device *virtio_pci(const struct virtio_device *device)
{
	return CONTAINER_OF(device, struct virtio_pci_device, device);
}

#endif
