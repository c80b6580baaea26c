/* SPDX-License-Identifier: BSD-2-Clause */
/* Root faults: devices that break one thing on which much else rests, and keep all the rest. */
#include "lib/string.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

/* ---- features ---- */

static uint32_t ever_accepted[FEATURE_BITS / 32];
static uint32_t word;

static void forget_features(struct virtio_device *device)
{
	memset(ever_accepted, 0, sizeof(ever_accepted));
	word = 0;
}

static bool add_earlier_features(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	if (is_common(access, driver_feature_select))
		word = (uint32_t)*value;
	if (is_common(access, driver_feature) && word < ARRAY_LENGTH(ever_accepted)) {
		ever_accepted[word] |= (uint32_t)*value;
		*value = ever_accepted[word];
	}
	return true;
}

SABOTEUR(features_survive_reset, .about = "features that were once accepted stay in force",
	 BREAKS(CLAUSE_FEAT_TXT_2), .start = forget_features,
	 .onlooker.write = add_earlier_features);

/* ---- reset ---- */

static bool live; /* DRIVER_OK was written since the last reset that was one */
static bool shut; /* the driver believes that it has reset the device */

static void begin_unreset(struct virtio_device *device)
{
	live = shut = false;
}

static bool reset_when_live(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	bool reset = is_common(access, device_status) && *value == 0;

	if (!is_common(access, device_status))
		return true;
	shut = reset && !live;
	live = (live || (*value & VIRTIO_STATUS_DRIVER_OK)) && !reset;
	return !shut;
}

static bool reset_never(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (is_common(access, device_status))
		shut = *value == 0;
	return !(is_common(access, device_status) && shut);
}

static uint64_t show_reset(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, device_status) && shut ? 0 : value;
}

SABOTEUR(reset_only_when_live, .about = "a reset before DRIVER_OK is none",
	 BREAKS(CLAUSE_PCI_COMMON_10), .start = begin_unreset, .onlooker.write = reset_when_live,
	 .onlooker.read = show_reset);

SABOTEUR(reset_never, .about = "a reset clears device_status and nothing else",
	 BREAKS(CLAUSE_PCI_COMMON_10), .start = begin_unreset, .onlooker.write = reset_never,
	 .onlooker.read = show_reset);

/* ---- activation ---- */

#define ACTIVATIONS 3 /* that succeed */

static unsigned activations;

static void begin_activations(struct virtio_device *device)
{
	activations = 0;
}

static bool count_activation(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_common(access, device_status) && (*value & VIRTIO_STATUS_DRIVER_OK))
		activations++;
	if (is_common(access, device_status) && activations > ACTIVATIONS)
		*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	return activations <= ACTIVATIONS || access->structure != STRUCTURE_NOTIFY;
}

static uint64_t show_refusal(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	bool refused = activations > ACTIVATIONS && (value & VIRTIO_STATUS_FEATURES_OK);

	if (!is_common(access, device_status) || !refused)
		return value;
	return value | VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET;
}

SABOTEUR(activation_refused_for_ever,
	 .about = "after three activations DRIVER_OK makes the device need a reset",
	 BREAKS(CLAUSE_SANE_5), .tests = "transport.*", .start = begin_activations,
	 .onlooker.write = count_activation, .onlooker.read = show_refusal);
