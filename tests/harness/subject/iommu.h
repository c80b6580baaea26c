/* SPDX-License-Identifier: BSD-2-Clause */
/* IOMMUs that nobody has set up: what is behind one reaches no memory (virtio 1.4, 5.13.6). Boot CPU. */
#ifndef TESTS_HARNESS_IOMMU_H
#define TESTS_HARNESS_IOMMU_H

#include "virtio/device.h"

/*
 * An IOMMU that may stand before the device and lets nothing through: one that does not say that
 * endpoints bypass it, where the device offers VIRTIO_F_ACCESS_PLATFORM. NULL: there is none.
 */
struct virtio_device *iommu_in_the_way(const struct virtio_device *device);

#endif
