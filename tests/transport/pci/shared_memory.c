/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared memory regions and where they lie (virtio 1.4, 2.10 and 4.1.4.7). */
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/device.h"

#define IDS 256

TEST(transport, shared_memory_regions_are_well_formed,
     .about = "each shared memory region has a 64-bit capability, an id of its own, and a place in "
	      "its BAR",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_13, PCI_SHM_1, PCI_SHM_2, PCI_SHM_TXT_1))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;
	bool taken[IDS] = {false};
	unsigned n;

	for (n = 0;
	     virtio_pci_capability(function, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG, n, &capability);
	     n++) {
		uint8_t id = capability.cap.id;
		bool wide = capability.cap.cap_len >= sizeof(struct virtio_pci_cap64);

		CHECK(t, PCI_SHM_TXT_1, wide, "region %u: cap_len is %u, less than %lu", id,
		      capability.cap.cap_len, sizeof(struct virtio_pci_cap64));
		CHECK(t, PCI_CAP_TXT_13, wide,
		      "region %u: cap_len %u leaves no room for offset_hi and length_hi", id,
		      capability.cap.cap_len);
		CHECK(t, PCI_SHM_1, virtio_pci_region_valid(function, &capability),
		      "region %u: %#lx bytes at %#lx do not fit BAR %u", id, capability.length,
		      capability.offset, capability.cap.bar);
		CHECK(t, PCI_SHM_2, !taken[id], "two regions have the id %u", id);
		taken[id] = true;
	}
	if (n == 0)
		skip_test(t, "no shared memory region");
}
