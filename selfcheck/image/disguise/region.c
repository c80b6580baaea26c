/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/region.h"

#include "lib/string.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/device.h"

static unsigned place; /* of the capability in configuration space, 0: there is none */
static struct virtio_pci_cap shown;

void region_start(struct virtio_device *device, uint8_t id)
{
	struct pci_function *function = virtio_pci(device)->function;
	struct virtio_pci_capability window, status;

	place = 0;
	if (!virtio_pci_capability(function, VIRTIO_PCI_CAP_PCI_CFG, 0, &window) ||
	    !virtio_pci_capability(function, VIRTIO_PCI_CAP_ISR_CFG, 0, &status))
		return;
	shown = status.cap;
	shown.cap_vndr = window.cap.cap_vndr;
	shown.cap_next = window.cap.cap_next;
	shown.cap_len = window.cap.cap_len;
	shown.cfg_type = VIRTIO_PCI_CAP_SHARED_MEMORY_CFG;
	shown.id = id;
	place = window.at;
}

uint32_t region_show(unsigned offset, unsigned width, uint32_t value)
{
	const uint8_t *bytes = (const uint8_t *)&shown;

	for (unsigned n = 0; place && n < width; n++) {
		unsigned at = offset + n - place;

		if (offset + n >= place && at < sizeof(shown))
			value = (value & ~(0xffu << 8 * n)) | (uint32_t)bytes[at] << 8 * n;
	}
	return value;
}

bool region_has_type_at(unsigned offset)
{
	return place && offset == place + offsetof(struct virtio_pci_cap, cfg_type);
}
