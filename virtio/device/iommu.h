/* SPDX-License-Identifier: BSD-2-Clause */
/* IOMMU devices (virtio 1.4, 5.13): what is known of it before there is a driver. */
#ifndef VIRTIO_IOMMU_H
#define VIRTIO_IOMMU_H

#include "virtio/device/type.h"

/* Feature bits of 5.13.3. */
enum virtio_iommu_feature {
	VIRTIO_IOMMU_F_INPUT_RANGE = 0,
	VIRTIO_IOMMU_F_DOMAIN_RANGE = 1,
	VIRTIO_IOMMU_F_MAP_UNMAP = 2,
	VIRTIO_IOMMU_F_BYPASS = 3,
	VIRTIO_IOMMU_F_PROBE = 4,
	VIRTIO_IOMMU_F_MMIO = 5,
	VIRTIO_IOMMU_F_BYPASS_CONFIG = 6,
};

/* Device configuration (5.13.4). Little endian. */
struct virtio_iommu_config {
	uint64_t page_size_mask;
	struct {
		uint64_t start, end;
	} input_range;
	struct {
		uint32_t start, end;
	} domain_range;
	uint32_t probe_size;
	uint8_t bypass;
	uint8_t reserved[3];
};

#endif
