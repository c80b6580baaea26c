/* SPDX-License-Identifier: BSD-2-Clause */
/* What the ids and BARs of a virtio PCI function say of a legacy interface. */
#ifndef TESTS_TRANSPORT_PCI_IDS_H
#define TESTS_TRANSPORT_PCI_IDS_H

#include "virtio/transport/pci/device.h"

/* True for an id of the transitional range (4.1.2.1). */
static inline bool has_transitional_id(const struct virtio_device *device)
{
	return virtio_pci(device)->function->device < VIRTIO_PCI_DEVICE_MODERN;
}

/* True when there is an I/O BAR 0: the only place of a legacy interface (4.1.5.1.1.1). */
static inline bool has_legacy_interface(const struct virtio_device *device)
{
	const struct pci_bar *bar = &virtio_pci(device)->function->bars[0];

	return bar->present && bar->io;
}

#endif
