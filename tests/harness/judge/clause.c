/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/clause.h"

#include "lib/string.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/find.h"

#include "generated/clauses_table.h"

static struct clause_state states[CLAUSE_COUNT];

const char *clause_level_name(enum clause_level level)
{
	static const char *const names[] = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"};

	return names[level];
}

struct clause_state *clause_state(enum clause_id id)
{
	return &states[id];
}

/* The areas that bind every device over PCI: the part of the id before the first dash. */
static const char *const core_areas[] = {
	"STATUS", "FEAT", "RESET", "CFG", "VQRESET", "INIT",   "SUSPEND",
	"EXPORT", "RESV", "SHM",   "VQ",  "SPLIT",   "PACKED", "EVIDX",
	"INORD",  "KICK", "NOTIF", "PCI", "MSIX",    "ADMIN",  "SANE",
};

static bool area_is(const char *id, const char *area)
{
	size_t length = strlen(area);

	return strncmp(id, area, length) == 0 && id[length] == '-';
}

static bool area_is_core(const char *id)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(core_areas); n++) {
		if (area_is(id, core_areas[n]))
			return true;
	}
	return false;
}

/*
 * Whether a clause's area binds this device. Clauses of one area stand together in the catalogue: the
 * last answer about the core is kept, for emulated CPUs.
 */
static bool binds(const char *name, const struct virtio_device *device)
{
	static char last[48];
	static bool last_is_core;
	const struct virtio_type *type;

	if (!area_is(name, last)) {
		copy_string(last, sizeof(last), name);
		*strchr(last, '-') = '\0';
		last_is_core = area_is_core(name);
	}
	if (last_is_core)
		return true;
	type = virtio_type_by_id(device->type);
	return type && strcmp(last, type->area) == 0;
}

static bool has_msix(const struct virtio_device *device)
{
	return device->vectors;
}

/* A legacy interface is an I/O BAR 0 behind a transitional id (4.1.2.3, 4.1.5.1.1.1). */
static bool has_legacy_id(const struct virtio_device *device)
{
	return virtio_pci(device)->function->device < VIRTIO_PCI_DEVICE_MODERN;
}

static bool is_transitional(const struct virtio_device *device)
{
	const struct pci_bar *bar = &virtio_pci(device)->function->bars[0];

	return has_legacy_id(device) && bar->present && bar->io;
}

static bool is_not_transitional(const struct virtio_device *device)
{
	return !is_transitional(device);
}

static bool looks_like_legacy(const struct virtio_device *device)
{
	return has_legacy_id(device) && !is_transitional(device);
}

static bool has_vendor_data(const struct virtio_device *device)
{
	struct virtio_pci_capability capability;

	return virtio_pci_capability(virtio_pci(device)->function, VIRTIO_PCI_CAP_VENDOR_CFG, 0,
				     &capability);
}

static bool is_not_pci(const struct virtio_device *device)
{
	return device->transport != &virtio_pci_transport;
}

/* Conditions in words, as far as they can be told from what a device is. */
static const struct {
	const char *words;
	bool (*met)(const struct virtio_device *device);
} conditions[] = {
	{"MSI-X", has_msix},
	{"MSI-X enabled", has_msix},
	{"transitional device", is_transitional},
	{"non-transitional device", is_not_transitional},
	{"non-transitional device with legacy-era IDs", looks_like_legacy},
	{"vendor data capability", has_vendor_data},
	{"transport other than PCI", is_not_pci},
};

static bool condition_met(const struct virtio_device *device, const char *words)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(conditions); n++) {
		if (strcmp(conditions[n].words, words) == 0)
			return conditions[n].met(device);
	}
	return true;
}

/*
 * One alternative of a `needs` condition: a feature that must have been offered, by its name alone or
 * with what the driver makes of it ("declined", "accepted"), or anything else.
 */
static bool alternative_met(const struct virtio_device *device, const char *text, size_t length)
{
	char name[64], *verb;
	bool offered = true;
	unsigned bit;

	if (length >= sizeof(name) || *text == '!' || strncmp(text, "no ", 3) == 0)
		return true;
	memcpy(name, text, length);
	name[length] = '\0';
	verb = strchr(name, ' ');
	if (!starts_with(name, "VIRTIO_"))
		return condition_met(device, name);
	if (verb && strcmp(verb, " not offered") == 0)
		offered = false;
	else if (verb && starts_with(verb, " not "))
		return true;
	if (verb)
		*verb = '\0';
	return feature_by_name(device->type, name, &bit) &&
	       features_have(&device->offered, bit) == offered;
}

/* "A|B, C": every condition between commas has an alternative that is met. */
static bool needs_met(const struct virtio_device *device, const char *needs)
{
	bool any = false;

	for (const char *word = needs;; needs++) {
		if (*needs && *needs != '|' && *needs != ',' && *needs != ';')
			continue;
		any = any || alternative_met(device, word, (size_t)(needs - word));
		if (*needs != '|') {
			if (!any)
				return false;
			any = false;
		}
		if (!*needs)
			return true;
		for (word = needs + 1; *word == ' '; word++)
			;
	}
}

enum clause_verdict clause_verdict(enum clause_id id, const char **why)
{
	const struct clause *clause = &clauses[id];
	const struct clause_state *state = &states[id];
	bool bound = false, offered = false;
	const char *name;

	*why = "";
	if (state->violated)
		return CLAUSE_VIOLATED;
	if (state->held)
		return CLAUSE_HOLDS;
	if (clause->observer == OBSERVED_BY_NONE)
		return CLAUSE_NOT_APPLICABLE;
	name = clause_name(clause);
	for_each_device (device) {
		if (offered || !binds(name, device))
			continue;
		bound = true;
		offered = needs_met(device, clause_needs(clause));
	}
	if (!bound)
		return CLAUSE_NOT_APPLICABLE;
	if (clause->legacy)
		*why = "no legacy interface yet";
	else if (!offered)
		*why = "no device offers what it needs";
	else if (state->skipped)
		*why = state->reason;
	else if (clause_is_judged(id))
		*why = "no selected test came to judge it";
	else if (clause->observer == OBSERVED_BY_HOST)
		*why = "needs the host";
	else
		*why = "no test judges it";
	return !clause->legacy && offered && clause->observer == OBSERVED_BY_GUEST &&
			       !clause_is_judged(id)
		       ? CLAUSE_UNCOVERED
		       : CLAUSE_UNJUDGED;
}
