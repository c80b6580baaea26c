/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/applies.h"

#include "lib/string.h"
#include "tests/harness/judge/finding.h"
#include "virtio/device/type.h"

/* The areas that bind devices of all types, and on which transport: DEVICE_OVER_…, 0: on each. */
static const struct core_area {
	const char *name;
	uint32_t trait;
} core_areas[] = {
	{"STATUS", 0},
	{"FEAT", 0},
	{"RESET", 0},
	{"CFG", 0},
	{"VQRESET", 0},
	{"INIT", 0},
	{"SUSPEND", 0},
	{"EXPORT", 0},
	{"RESV", 0},
	{"SHM", 0},
	{"VQ", 0},
	{"SPLIT", 0},
	{"PACKED", 0},
	{"EVIDX", 0},
	{"INORD", 0},
	{"KICK", 0},
	{"NOTIF", 0},
	{"SANE", 0},
	{"PCI", DEVICE_OVER_PCI},
	{"MSIX", DEVICE_OVER_PCI},
	{"ADMIN", DEVICE_OVER_PCI},
	{"MMIO", DEVICE_OVER_MMIO},
};

/* What both transports say, each in a section of its own. */
static const struct {
	uint16_t pci, mmio;
} counterparts[] = {
	{CLAUSE_PCI_COMMON_7, CLAUSE_MMIO_8},
	{CLAUSE_PCI_COMMON_8, CLAUSE_MMIO_TXT_1},
	{CLAUSE_PCI_COMMON_9, CLAUSE_RESET_1},
	{CLAUSE_PCI_COMMON_10, CLAUSE_MMIO_7},
	{CLAUSE_PCI_COMMON_11, CLAUSE_MMIO_10},
	{CLAUSE_PCI_COMMON_12, CLAUSE_MMIO_11},
	{CLAUSE_PCI_COMMON_13, CLAUSE_MMIO_12},
	{CLAUSE_PCI_COMMON_14, CLAUSE_MMIO_13},
	{CLAUSE_PCI_COMMON_15, CLAUSE_MMIO_14},
	{CLAUSE_PCI_COMMON_16, CLAUSE_MMIO_15},
	{CLAUSE_PCI_COMMON_17, CLAUSE_MMIO_TXT_2},
	{CLAUSE_PCI_COMMON_TXT_5, CLAUSE_MMIO_TXT_2},
	{CLAUSE_PCI_COMMON_TXT_7, CLAUSE_MMIO_TXT_3},
	{CLAUSE_PCI_COMMON_TXT_8, CLAUSE_MMIO_9},
	{CLAUSE_PCI_ISR_2, CLAUSE_MMIO_3},
	{CLAUSE_PCI_ISR_3, CLAUSE_MMIO_3},
	{CLAUSE_PCI_ISR_7, CLAUSE_MMIO_4},
	{CLAUSE_PCI_ISR_TXT_3, CLAUSE_MMIO_5},
};

/* What the legacy interface says in words of its own. */
static const struct {
	uint16_t modern, legacy;
} in_legacy_words[] = {
	{CLAUSE_SPLIT_FRAME_1, CLAUSE_SPLIT_LEG_3},
};

static const struct core_area *core_area(const char *name)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(core_areas); n++) {
		if (strcmp(core_areas[n].name, name) == 0)
			return &core_areas[n];
	}
	return NULL;
}

/* Whether a clause binds the interface by which the device is driven. */
static bool fits_interface(const struct clause *clause, const struct virtio_device *device)
{
	unsigned interface = device->traits & DEVICE_LEGACY ? INTERFACE_LEGACY : INTERFACE_MODERN;

	/* A legacy interface that is lent binds its lender, which is driven by a modern one (2.12.1.1). */
	if (strcmp(clause_areas[clause->area], "ADMIN") == 0)
		return interface == INTERFACE_MODERN;
	return clause->interfaces & interface;
}

/* Whether the clauses of an area are not about another transport than the device's. */
static bool fits_transport(const char *area, const struct virtio_device *device)
{
	const struct core_area *core = core_area(area);

	return !core || !core->trait || (device->traits & core->trait);
}

bool clause_binds(const struct clause *clause, const struct virtio_device *device)
{
	const char *area = clause_areas[clause->area];
	const struct virtio_type *type = virtio_type_by_id(device->type);

	return fits_interface(clause, device) &&
	       ((type && strcmp(area, type->area) == 0) ||
		(core_area(area) && fits_transport(area, device)));
}

/* NO_CLAUSE: it says nothing of the kind, or not of this device. */
static enum clause_id in_words_of_legacy(const struct virtio_device *device, enum clause_id id)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(in_legacy_words); n++) {
		enum clause_id legacy = in_legacy_words[n].legacy;

		if (in_legacy_words[n].modern == id && fits_interface(&clauses[legacy], device) &&
		    clause_needs_met(&clauses[legacy], device))
			return legacy;
	}
	return NO_CLAUSE;
}

enum clause_id clause_on(const struct virtio_device *device, enum clause_id id)
{
	if (!fits_interface(&clauses[id], device))
		return in_words_of_legacy(device, id);
	if (fits_transport(clause_areas[clauses[id].area], device))
		return id;
	for (unsigned n = 0; n < ARRAY_LENGTH(counterparts); n++) {
		if (counterparts[n].pci == id)
			return counterparts[n].mmio;
	}
	return NO_CLAUSE;
}

const char *clause_name_on(const struct virtio_device *device, enum clause_id id)
{
	enum clause_id own = clause_on(device, id);

	return clause_name(&clauses[own == NO_CLAUSE ? id : own]);
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
	case TERM_DECLINED:
		return true;
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

bool clause_is_without(const struct clause *clause, unsigned feature)
{
	for (const uint16_t *term = &clause_terms[clause->needs]; *term != TERM_END; term++) {
		if (*term == (TERM_DECLINED | feature))
			return true;
	}
	return false;
}
