/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/fresh.h"

#include "pci/intx.h"
#include "pci/msix.h"
#include "virtio/transport/pci/device.h"

static void take_messages_back(const struct msix *msix)
{
	msix_enable(msix, false);
	msix_function_mask(msix, false);
	for (unsigned entry = 0; entry < msix->entries; entry++) {
		msix_mask_entry(msix, entry, true);
		msix_write_entry(msix, entry, 0, 0);
	}
}

bool make_fresh(struct virtio_device *device)
{
	device->access = ACCESS_BAR;
	device->negotiated = NO_FEATURES;
	if (!device->transport->reset(device))
		return false;
	if (device->vectors)
		take_messages_back(&virtio_pci(device)->msix);
	intx_disable(virtio_pci(device)->function, true);
	device->queue_count = 0;
	return true;
}
