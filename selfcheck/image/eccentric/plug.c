/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that is another one when it is plugged in again. It acts with the host's help alone. */
#include "pci/config.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/net.h"

static bool gone, back; /* the function does not answer; it does again */

static void start(struct virtio_device *device)
{
	gone = back = false;
}

static uint32_t watch(struct onlooker *self, const struct pci_function *function, unsigned offset,
		      unsigned width, uint32_t value)
{
	if (offset == PCI_VENDOR_ID) {
		back = back || (gone && value != ~0u);
		gone = gone || value == ~0u;
	}
	return value;
}

static uint64_t change_address(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	if (!back || access->structure != STRUCTURE_DEVICE ||
	    access->offset >= sizeof(((struct virtio_net_config *)0)->mac))
		return value;
	acts();
	return value ^ 4;
}

ECCENTRIC(ok_plugged_with_another_address,
	  .about = "a network device that is plugged in again has another MAC address",
	  ALLOWED("2.5", "Device configuration space is generally used for rarely-changing or "
			 "initialization-time parameters."),
	  .devices = "net", .tests = "lifecycle.device_is_unplugged*", .start = start,
	  .onlooker.config_read = watch, .onlooker.read = change_address);
