/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/mem.h"

static const struct feature_bit features[] = {
	{VIRTIO_MEM_F_ACPI_PXM, "VIRTIO_MEM_F_ACPI_PXM"},
	{VIRTIO_MEM_F_UNPLUGGED_INACCESSIBLE, "VIRTIO_MEM_F_UNPLUGGED_INACCESSIBLE"},
	{VIRTIO_MEM_F_PERSISTENT_SUSPEND, "VIRTIO_MEM_F_PERSISTENT_SUSPEND"},
	{0, NULL},
};

/* Device Initialization of 5.15: a device may fail to operate without UNPLUGGED_INACCESSIBLE where it offers it. */
static const struct virtio_type mem_type = {
	.id = VIRTIO_TYPE_MEM,
	.name = "mem",
	.area = "MEM",
	.features = features,
	.demanded = BIT64(VIRTIO_MEM_F_UNPLUGGED_INACCESSIBLE),
};
VIRTIO_TYPE(mem_type);
