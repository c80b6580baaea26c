/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of each device type: what has registered itself, and the bits that all share. */
#include "virtio/device/type.h"

#include "lib/format.h"
#include "lib/string.h"

extern const struct virtio_type *const __start_registry_virtio_types[];
extern const struct virtio_type *const __stop_registry_virtio_types[];

/*
 * Types of which nothing but a name is known: those without a chapter in the specification, and those whose driver is to
 * come.
 */
static const struct {
	uint32_t id;
	const char *name;
} named[] = {
	{6, "iomem"},           {7, "rpmsg"},          {VIRTIO_TYPE_9P, "9p"},
	{10, "wlan"},           {11, "rproc-serial"},  {12, "caif"},
	{13, "memory-balloon"}, {21, "signal"},        {22, "pstore"},
	{29, "hwsim"},          {30, "video-encoder"}, {31, "video-decoder"},
	{33, "nitro"},          {35, "watchdog"},      {38, "parameters"},
	{39, "audio-policy"},   {40, "bluetooth"},     {42, "rdma"},
	{43, "camera"},         {44, "ism"},           {46, "tee"},
	{47, "cpu-balloon"},    {49, "usb"},
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
	for (unsigned n = 0; n < ARRAY_LENGTH(named); n++) {
		if (named[n].id == id)
			return named[n].name;
	}
	format_text(unknown, sizeof(unknown), "type-%u", id);
	return unknown;
}

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

static bool exists(const struct virtio_config_field *field, const struct features *offered)
{
	for (unsigned n = 0; n < field->count; n++) {
		if (features_have(offered, field->any_of[n]))
			return true;
	}
	return !field->count;
}

const struct virtio_config_field *config_field_next(uint32_t type, const struct features *offered,
						    const struct virtio_config_field *field)
{
	const struct virtio_type *known = virtio_type_by_id(type);

	field = field ? field + 1 : known ? known->fields : NULL;
	while (field && field->name && !exists(field, offered))
		field++;
	return field && field->name ? field : NULL;
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
