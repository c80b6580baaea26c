/* SPDX-License-Identifier: BSD-2-Clause */
/* Entropy device (virtio 1.4, 5.4): one queue, buffers to fill, no configuration. Any CPU. */
#ifndef VIRTIO_DEVICE_ENTROPY_H
#define VIRTIO_DEVICE_ENTROPY_H

#include "virtio/device/workload.h"

/* A request for `bytes` random bytes; false when the arena is full. */
bool entropy_prepare(struct arena *arena, uint32_t bytes, struct request *request);

#endif
