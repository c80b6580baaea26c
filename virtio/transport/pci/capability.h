/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtio's vendor capabilities in configuration space (virtio 1.4, 4.1.4). Any CPU. */
#ifndef VIRTIO_TRANSPORT_PCI_CAPABILITY_H
#define VIRTIO_TRANSPORT_PCI_CAPABILITY_H

#include "virtio/transport/pci/device.h"

/* One virtio vendor capability as it stands in configuration space. */
struct virtio_pci_capability {
	unsigned at; /* its offset in configuration space */
	struct virtio_pci_cap cap;
	uint64_t offset, length; /* 64-bit for shared memory capabilities */
};

/*
 * The nth (from 0) vendor-specific capability of cfg_type `type`, any when type is 0, usable or not.
 * False when there is none.
 */
bool virtio_pci_capability(struct pci_function *function, uint8_t type, unsigned nth,
			   struct virtio_pci_capability *capability);

/* True when the region that a capability names lies inside a BAR that exists. */
bool virtio_pci_region_valid(const struct pci_function *function,
			     const struct virtio_pci_capability *capability);

/* As a transport's operation: where a shared memory region that lies in its BAR is (4.1.4.7). */
bool virtio_pci_shared_memory(struct virtio_device *device, uint8_t id, uint64_t *address,
			      uint64_t *length);

#endif
