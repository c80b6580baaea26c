/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be read of a device without writing to it: how it was found, or is left. */
#ifndef VIRTIO_SNAPSHOT_H
#define VIRTIO_SNAPSHOT_H

#include "lib/base.h"

/* Registers, as far as the device has them; 0 where it has not. */
struct virtio_snapshot {
	bool reached_memory; /* somebody had let it do so before it was looked for */
	uint8_t status;      /* the device status field (2.1) */
	/* Of its messages, where it has any: */
	uint16_t msix_control;  /* Message Control */
	uint16_t msix_unmasked; /* entries whose Mask bit is 0 */
};

#endif
