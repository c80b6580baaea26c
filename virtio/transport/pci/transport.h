/* SPDX-License-Identifier: BSD-2-Clause */
/* What the modern PCI transport consists of; a part a file. */
#ifndef VIRTIO_TRANSPORT_PCI_TRANSPORT_H
#define VIRTIO_TRANSPORT_PCI_TRANSPORT_H

#include "virtio/transport.h"

extern const struct virtio_transport virtio_pci_transport;
extern const struct virtio_messages virtio_pci_messages; /* messages.c: MSI-X */
extern const struct virtio_line virtio_pci_line;         /* pin.c */

#endif
