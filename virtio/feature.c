/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/feature.h"

#include "lib/string.h"
#include "virtio/device/type.h"

static const struct feature_bit reserved_bits[] = {
	{VIRTIO_F_NOTIFY_ON_EMPTY, "VIRTIO_F_NOTIFY_ON_EMPTY"},
	{VIRTIO_F_ANY_LAYOUT, "VIRTIO_F_ANY_LAYOUT"},
	{VIRTIO_F_INDIRECT_DESC, "VIRTIO_F_INDIRECT_DESC"},
	{VIRTIO_F_EVENT_IDX, "VIRTIO_F_EVENT_IDX"},
	{VIRTIO_F_BAD_FEATURE, "VIRTIO_F_BAD_FEATURE"},
	{VIRTIO_F_VERSION_1, "VIRTIO_F_VERSION_1"},
	{VIRTIO_F_ACCESS_PLATFORM, "VIRTIO_F_ACCESS_PLATFORM"},
	{VIRTIO_F_RING_PACKED, "VIRTIO_F_RING_PACKED"},
	{VIRTIO_F_IN_ORDER, "VIRTIO_F_IN_ORDER"},
	{VIRTIO_F_ORDER_PLATFORM, "VIRTIO_F_ORDER_PLATFORM"},
	{VIRTIO_F_SR_IOV, "VIRTIO_F_SR_IOV"},
	{VIRTIO_F_NOTIFICATION_DATA, "VIRTIO_F_NOTIFICATION_DATA"},
	{VIRTIO_F_NOTIF_CONFIG_DATA, "VIRTIO_F_NOTIF_CONFIG_DATA"},
	{VIRTIO_F_RING_RESET, "VIRTIO_F_RING_RESET"},
	{VIRTIO_F_ADMIN_VQ, "VIRTIO_F_ADMIN_VQ"},
	{VIRTIO_F_SUSPEND, "VIRTIO_F_SUSPEND"},
	{0, NULL},
};

static const char *name_in(const struct feature_bit *bits, unsigned bit)
{
	for (; bits->name; bits++) {
		if (bits->bit == bit)
			return bits->name;
	}
	return NULL;
}

const char *feature_name(uint32_t type, unsigned bit)
{
	const struct virtio_type *known = virtio_type_by_id(type);
	const char *name = known ? name_in(known->features, bit) : NULL;

	return name ? name : name_in(reserved_bits, bit);
}

static bool bit_in(const struct feature_bit *bits, const char *name, unsigned *bit)
{
	for (; bits->name; bits++) {
		if (strcmp(bits->name, name) == 0) {
			*bit = bits->bit;
			return true;
		}
	}
	return false;
}

bool feature_by_name(uint32_t type, const char *name, unsigned *bit)
{
	const struct virtio_type *known = virtio_type_by_id(type);

	return bit_in(reserved_bits, name, bit) || (known && bit_in(known->features, name, bit));
}

const struct feature_dependency *feature_dependencies(uint32_t type, unsigned *count)
{
	const struct virtio_type *known = virtio_type_by_id(type);

	*count = known ? known->dependency_count : 0;
	return known ? known->dependencies : NULL;
}

static bool satisfied(const struct feature_dependency *row, const struct features *features)
{
	for (unsigned n = 0; n < row->count; n++) {
		if (features_have(features, row->any_of[n]))
			return true;
	}
	return false;
}

/* Removes what the rows do not allow; true when something went. */
static bool prune(const struct feature_dependency *rows, unsigned count, struct features *features)
{
	bool pruned = false;

	for (unsigned n = 0; n < count; n++) {
		if (features_have(features, rows[n].bit) && !satisfied(&rows[n], features)) {
			features_remove(features, rows[n].bit);
			pruned = true;
		}
	}
	return pruned;
}

struct features features_close(uint32_t type, struct features features)
{
	unsigned count;
	const struct feature_dependency *rows = feature_dependencies(type, &count);

	while (prune(rows, count, &features))
		;
	return features;
}
