/* SPDX-License-Identifier: BSD-2-Clause */
/* What the PCI transports consist of; a part a file. */
#ifndef VIRTIO_TRANSPORT_PCI_TRANSPORT_H
#define VIRTIO_TRANSPORT_PCI_TRANSPORT_H

#include "virtio/transport.h"

extern const struct virtio_transport virtio_pci_transport;        /* transport.c */
extern const struct virtio_transport virtio_pci_legacy_transport; /* legacy.c */
extern const struct virtio_messages virtio_pci_messages;          /* messages.c: MSI-X */
extern const struct virtio_messages
	virtio_pci_legacy_messages;              /* messages.c: its registers elsewhere */
extern const struct virtio_line virtio_pci_line; /* pin.c */

/* As a transport's operation, of both. Any CPU. */
void virtio_pci_look(struct virtio_device *device, struct virtio_snapshot *snapshot);

#endif
