/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/applies.h"

#include "lib/string.h"
#include "virtio/device/type.h"

/* The areas that bind every device over PCI. */
static const char *const core_areas[] = {
	"STATUS", "FEAT", "RESET", "CFG", "VQRESET", "INIT",   "SUSPEND",
	"EXPORT", "RESV", "SHM",   "VQ",  "SPLIT",   "PACKED", "EVIDX",
	"INORD",  "KICK", "NOTIF", "PCI", "MSIX",    "ADMIN",  "SANE",
};

static bool area_is_core(const char *area)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(core_areas); n++) {
		if (strcmp(core_areas[n], area) == 0)
			return true;
	}
	return false;
}

bool clause_binds(const struct clause *clause, const struct virtio_device *device)
{
	const char *area = clause_areas[clause->area];
	const struct virtio_type *type = virtio_type_by_id(device->type);

	return (type && strcmp(area, type->area) == 0) || area_is_core(area);
}

static bool has_msix(const struct virtio_device *device)
{
	return device->vectors;
}

/* 4.1.2.3, 4.1.5.1.1.1 */
static bool is_transitional(const struct virtio_device *device)
{
	const uint32_t both = DEVICE_LEGACY_ID | DEVICE_LEGACY_INTERFACE;

	return (device->traits & both) == both;
}

static bool is_not_transitional(const struct virtio_device *device)
{
	return !is_transitional(device);
}

static bool looks_like_legacy(const struct virtio_device *device)
{
	return (device->traits & DEVICE_LEGACY_ID) && !is_transitional(device);
}

static bool has_vendor_data(const struct virtio_device *device)
{
	return device->traits & DEVICE_VENDOR_DATA;
}

static bool is_not_pci(const struct virtio_device *device)
{
	return !(device->traits & DEVICE_OVER_PCI);
}

static bool condition_met(enum clause_condition condition, const struct virtio_device *device)
{
	static bool (*const met[])(const struct virtio_device *device) = {
		[CONDITION_VECTORS] = has_msix,
		[CONDITION_TRANSITIONAL] = is_transitional,
		[CONDITION_NOT_TRANSITIONAL] = is_not_transitional,
		[CONDITION_LEGACY_ID] = looks_like_legacy,
		[CONDITION_VENDOR_DATA] = has_vendor_data,
		[CONDITION_NOT_PCI] = is_not_pci,
	};

	return met[condition](device);
}

static bool term_met(uint16_t term, const struct virtio_device *device)
{
	unsigned which = term & 0xff;

	switch (term & TERM_KIND) {
	case TERM_OFFERED:
		return features_have(&device->offered, which);
	case TERM_NOT_OFFERED:
		return !features_have(&device->offered, which);
	case TERM_CONDITION:
		return condition_met(which, device);
	default:
		return false;
	}
}

bool clause_needs_met(const struct clause *clause, const struct virtio_device *device)
{
	bool any = false;

	for (const uint16_t *term = &clause_terms[clause->needs]; *term != TERM_END; term++) {
		any = any || term_met(*term, device);
		if (*term & TERM_OR)
			continue;
		if (!any)
			return false;
		any = false;
	}
	return true;
}
