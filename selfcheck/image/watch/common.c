/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a device over PCI: how wide accesses are (virtio 1.4, 4.1.3.1), which fields are written
 * (4.1.4.3), and the device-specific configuration (2.5).
 */
#include "selfcheck/image/watch/watched.h"

#include "virtio/device/type.h"
#include "virtio/transport/pci/registers.h"

static bool is_exact(const struct register_access *access, unsigned offset, unsigned width)
{
	if (width == 8)
		return access->width == 4 &&
		       (access->offset == offset || access->offset == offset + 4);
	return access->offset == offset && access->width == width;
}

/* Whether an access has part of a field. */
static bool is_within(const struct register_access *access, unsigned offset, unsigned width)
{
	return access->offset < offset + width && access->offset + access->width > offset;
}

static void judge_width(struct watched_device *watched, const struct register_access *access)
{
	KEEPS(watched, DRIVER_CFG_2, access->offset % access->width == 0,
	      "common configuration: %u bytes at offset %u", access->width, access->offset);
	for (const struct common_field *field = common_fields; field->name; field++) {
		if (is_within(access, field->offset, field->width))
			KEEPS(watched, DRIVER_COMMON_1,
			      is_exact(access, field->offset, field->width),
			      "%u bytes at offset %u, where %s has %u bytes at %u", access->width,
			      access->offset, field->name, field->width, field->offset);
	}
}

void common_is_read(struct watched_device *watched, const struct register_access *access,
		    uint64_t value)
{
	judge_width(watched, access);
	if (is_common(access, config_generation)) {
		watched->counted = true;
		watched->torn = false;
		return;
	}
	other_accessed(watched);
	if (is_common(access, device_status))
		status_read(watched, (uint8_t)value);
	else if (is_common(access, device_feature))
		offer_read(watched, (uint32_t)value);
	else if (is_common(access, config_msix_vector))
		watched->unread_vector = false;
	else
		queue_is_read(watched, access, value);
}

static bool is_read_only(const struct register_access *access)
{
	return is_common(access, device_feature) || is_common(access, num_queues) ||
	       is_common(access, config_generation) || is_common(access, queue_notify_off) ||
	       is_common(access, queue_notif_config_data);
}

void common_is_written(struct watched_device *watched, const struct register_access *access,
		       uint64_t value)
{
	judge_width(watched, access);
	other_accessed(watched);
	watched->counted = false;
	KEEPS(watched, DRIVER_COMMON_2, !is_read_only(access), "%#lx is written at offset %u",
	      value, access->offset);
	if (is_common(access, device_status)) {
		status_written(watched, (uint8_t)value);
	} else if (is_common(access, device_feature_select)) {
		watched->device_word = (uint32_t)value;
		watched->has_device_word = true;
	} else if (is_common(access, driver_feature_select)) {
		watched->driver_word = (uint32_t)value;
		watched->has_driver_word = true;
	} else if (is_common(access, driver_feature)) {
		features_written(watched, (uint32_t)value);
	} else if (is_common(access, config_msix_vector)) {
		vector_written(watched, (uint16_t)value, "config_msix_vector");
		watched->unread_vector = value != VIRTIO_MSI_NO_VECTOR;
	} else {
		queue_is_written(watched, access, value);
	}
}

static bool is_offered(const struct watched_device *watched,
		       const struct virtio_config_field *field)
{
	for (unsigned n = 0; n < field->count; n++) {
		if (features_have(&watched->offered, field->any_of[n]))
			return true;
	}
	return !field->count;
}

void other_accessed(struct watched_device *watched)
{
	KEEPS(watched, DRIVER_CFG_4, !watched->torn,
	      "64 bits were read, and config_generation not behind them");
	watched->torn = false;
}

/* Returns whether it may be written at any time. */
static bool field_accessed(struct watched_device *watched, const struct register_access *access,
			   const struct virtio_config_field *field, bool write)
{
	KEEPS(watched, DRIVER_CFG_1, is_exact(access, field->offset, field->width),
	      "%u bytes at offset %u, where %s has %u bytes at %u", access->width, access->offset,
	      field->name, field->width, field->offset);
	if (field->count)
		KEEPS(watched, DRIVER_CFG_3, is_offered(watched, field),
		      "%s is accessed, and no feature that it depends on is offered", field->name);
	if (field->width != 8 || write)
		return field->flags & CONFIG_ANY_TIME;
	KEEPS(watched, DRIVER_CFG_4, watched->counted,
	      "%s is read, and config_generation not before it", field->name);
	watched->torn = true;
	return false;
}

void configuration_accessed(struct watched_device *watched, const struct register_access *access,
			    bool write)
{
	const struct virtio_type *type = virtio_type_by_id(watched->device->type);
	bool any_time = false;

	KEEPS(watched, DRIVER_CFG_2, access->offset % access->width == 0,
	      "configuration: %u bytes at offset %u", access->width, access->offset);
	for (const struct virtio_config_field *field = type ? type->fields : NULL;
	     field && field->name; field++) {
		if (is_within(access, field->offset, field->width))
			any_time = field_accessed(watched, access, field, write);
	}
	if (!write)
		return;
	watched->counted = false;
	if (!any_time)
		configuration_written(watched, access->offset);
}
