/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory device (virtio 1.4, 5.15): what is known of it before there is a driver. */
#ifndef VIRTIO_MEM_H
#define VIRTIO_MEM_H

#include "virtio/device/type.h"

/* Feature bits of 5.15. */
enum virtio_mem_feature {
	VIRTIO_MEM_F_ACPI_PXM = 0,
	VIRTIO_MEM_F_UNPLUGGED_INACCESSIBLE = 1,
	VIRTIO_MEM_F_PERSISTENT_SUSPEND = 2,
};

#endif
