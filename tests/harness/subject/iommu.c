/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/iommu.h"

#include "tests/harness/subject/subject.h"
#include "virtio/config.h"
#include "virtio/device/iommu.h"

static bool lets_all_through(struct virtio_device *iommu)
{
	return features_have(&iommu->offered, VIRTIO_IOMMU_F_BYPASS_CONFIG) &&
	       (config_read(iommu, struct virtio_iommu_config, bypass) & 1);
}

struct virtio_device *iommu_in_the_way(const struct virtio_device *device)
{
	if (device->type == VIRTIO_TYPE_IOMMU ||
	    !features_have(&device->offered, VIRTIO_F_ACCESS_PLATFORM))
		return NULL;
	for_each_device (other) {
		if (other->type == VIRTIO_TYPE_IOMMU && !face_of(other)->unusable &&
		    !lets_all_through(other))
			return other;
	}
	return NULL;
}
