/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtio over PCI (virtio 1.4, 4.1): recognising a device and finding its modern interface. Boot CPU. */
#ifndef VIRTIO_PCI_H
#define VIRTIO_PCI_H

#include "virtio/transport/pci/device.h"

/* What became of a PCI function that was offered to virtio_pci_probe(). */
enum virtio_pci_found {
	VIRTIO_PCI_NOT_VIRTIO, /* another vendor or device id */
	VIRTIO_PCI_MODERN,     /* the modern interface is there: the device is ready to use */
	VIRTIO_PCI_UNUSABLE, /* a virtio device without a usable modern interface: device.problem */
};

/*
 * Looks whether a function is a virtio device (4.1.2) and finds its structures (4.1.4). The function
 * is enabled (memory, I/O, bus master). Nothing is written to the device's registers.
 */
enum virtio_pci_found virtio_pci_probe(struct pci_function *function,
				       struct virtio_pci_device *pci);

#endif
