/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that have no driver of their own yet: their names, so that reports can speak of them. */
#include "virtio/device/type.h"

#include "lib/format.h"

extern const struct virtio_type *const __start_registry_virtio_types[];
extern const struct virtio_type *const __stop_registry_virtio_types[];

static const struct {
	uint32_t id;
	const char *name;
} without_driver[] = {
	{VIRTIO_TYPE_9P, "9p"},       {VIRTIO_TYPE_GPU, "gpu"},       {VIRTIO_TYPE_RTC, "rtc"},
	{VIRTIO_TYPE_VSOCK, "vsock"}, {VIRTIO_TYPE_CRYPTO, "crypto"}, {VIRTIO_TYPE_IOMMU, "iommu"},
	{VIRTIO_TYPE_MEM, "mem"},     {VIRTIO_TYPE_SOUND, "sound"},   {VIRTIO_TYPE_FS, "fs"},
	{VIRTIO_TYPE_PMEM, "pmem"},
};

const struct virtio_type *virtio_type_by_id(uint32_t id)
{
	for (const struct virtio_type *const *type = __start_registry_virtio_types;
	     type < __stop_registry_virtio_types; type++) {
		if ((*type)->id == id)
			return *type;
	}
	return NULL;
}

const char *virtio_type_name(uint32_t id)
{
	static char unknown[24];
	const struct virtio_type *type = virtio_type_by_id(id);

	if (type)
		return type->name;
	for (unsigned n = 0; n < ARRAY_LENGTH(without_driver); n++) {
		if (without_driver[n].id == id)
			return without_driver[n].name;
	}
	format_text(unknown, sizeof(unknown), "type-%u", id);
	return unknown;
}
