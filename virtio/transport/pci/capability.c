/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/transport/pci/capability.h"

#include "lib/string.h"
#include "pci/capability.h"

bool virtio_pci_capability(struct pci_function *function, uint8_t type, unsigned nth,
			   struct virtio_pci_capability *capability)
{
	unsigned at;

	for (unsigned n = 0; pci_find_capability(function, PCI_CAPABILITY_VENDOR, n, &at); n++) {
		struct virtio_pci_cap *cap = &capability->cap;
		uint8_t bytes[sizeof(*cap)];

		if (!pci_capability_fits(at, sizeof(bytes)))
			continue;
		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = pci_read8(function, at + i);
		memcpy(cap, bytes, sizeof(bytes));
		if ((type && cap->cfg_type != type) || nth-- > 0)
			continue;
		capability->at = at;
		capability->offset = from_le32(cap->offset);
		capability->length = from_le32(cap->length);
		if (cap->cfg_type == VIRTIO_PCI_CAP_SHARED_MEMORY_CFG &&
		    cap->cap_len >= sizeof(struct virtio_pci_cap64)) {
			capability->offset |=
				(uint64_t)pci_read32(
					function, at + offsetof(struct virtio_pci_cap64, offset_hi))
				<< 32;
			capability->length |=
				(uint64_t)pci_read32(
					function, at + offsetof(struct virtio_pci_cap64, length_hi))
				<< 32;
		}
		return true;
	}
	return false;
}

bool virtio_pci_region_valid(const struct pci_function *function,
			     const struct virtio_pci_capability *capability)
{
	const struct pci_bar *bar;

	if (capability->cap.bar >= ARRAY_LENGTH(function->bars))
		return false;
	bar = &function->bars[capability->cap.bar];
	return bar->present && capability->offset <= bar->size &&
	       capability->length <= bar->size - capability->offset;
}

bool virtio_pci_shared_memory(struct virtio_device *device, uint8_t id, uint64_t *address,
			      uint64_t *length)
{
	struct pci_function *function = virtio_pci(device)->function;
	struct virtio_pci_capability capability;

	for (unsigned n = 0;
	     virtio_pci_capability(function, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG, n, &capability);
	     n++) {
		if (capability.cap.id != id || !virtio_pci_region_valid(function, &capability))
			continue;
		*address = function->bars[capability.cap.bar].address + capability.offset;
		*length = capability.length;
		return true;
	}
	return false;
}
