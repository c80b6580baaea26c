/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that offer the wrong features, or negotiate badly. */
#include "lib/string.h"
#include "selfcheck/image/sabotage/lie.h"

static bool first_word(void)
{
	return story.device_select == 0;
}

static bool second_word(void)
{
	return story.device_select == 1;
}

static bool beyond(void)
{
	return story.device_select >= 4;
}

SABOTEUR(features_without_version_1, .about = "VIRTIO_F_VERSION_1 is not offered",
	 BREAKS(CLAUSE_RESV_1), .tests = "transport.version_1*",
	 LIES(READS(device_feature, ~1ull, 0, .when = second_word)));

SABOTEUR(features_reserved, .about = "bit 44 is offered, which is reserved", BREAKS(CLAUSE_FEAT_5),
	 .tests = "transport.no_reserved*",
	 LIES(READS(device_feature, ALL_BITS, BIT(44 - 32), .when = second_word)));

SABOTEUR(features_of_another_type, .about = "bit 0 is offered, which this type does not define",
	 BREAKS(CLAUSE_FEAT_7), .type = VIRTIO_TYPE_ENTROPY, .tests = "transport.only_features*",
	 LIES(READS(device_feature, ALL_BITS, BIT(0), .when = first_word)));

SABOTEUR(features_with_sr_iov, .about = "VIRTIO_F_SR_IOV is offered without the capability",
	 BREAKS(CLAUSE_RESV_12), .tests = "transport.sr_iov*",
	 LIES(READS(device_feature, ALL_BITS, BIT(VIRTIO_F_SR_IOV - 32), .when = second_word)));

/* VIRTIO_NET_F_GUEST_TSO4, bit 7, goes with VIRTIO_NET_F_GUEST_CSUM, bit 1. */
SABOTEUR(features_without_their_base, .about = "TSO4 is offered to the guest without checksums",
	 BREAKS(CLAUSE_FEAT_1), .type = VIRTIO_TYPE_NET, .tests = "transport.features_come_with*",
	 LIES(READS(device_feature, ~(uint64_t)BIT(1), BIT(7), .when = first_word)));

static bool every_other_time(void)
{
	return story.reads % 3 == 1;
}

SABOTEUR(features_flicker, .about = "device_feature shows 0 now and then",
	 BREAKS(CLAUSE_PCI_COMMON_3), .tests = "transport.feature_words_do*",
	 LIES(READS(device_feature, 0, 0, .when = every_other_time)));

SABOTEUR(features_without_end, .about = "device_feature shows bits beyond the defined words",
	 BREAKS(CLAUSE_PCI_COMMON_4), LIES(READS(device_feature, 0, 1, .when = beyond)));

SABOTEUR(features_write_only, .about = "driver_feature reads 0", BREAKS(CLAUSE_PCI_COMMON_5),
	 LIES(READS(driver_feature, 0, 0)));

SABOTEUR(features_refused, .about = "FEATURES_OK never sticks", BREAKS(CLAUSE_FEAT_2),
	 .tests = "transport.every_subset*",
	 LIES(READS(device_status, ~(uint64_t)VIRTIO_STATUS_FEATURES_OK, 0)));

static bool after_two_resets(void)
{
	return story.resets >= 2;
}

SABOTEUR(features_refused_later, .about = "a set that was accepted is refused after some resets",
	 BREAKS(CLAUSE_FEAT_9), .tests = "transport.features_are_renegotiated",
	 LIES(READS(device_status, ~(uint64_t)VIRTIO_STATUS_FEATURES_OK, 0,
		    .when = after_two_resets)));

static uint64_t ever_accepted(uint64_t value)
{
	return story.driver_select < 4 ? (uint32_t)(story.accepted[story.driver_select / 2] >>
						    (story.driver_select % 2 * 32))
				       : value;
}

SABOTEUR(features_add_up, .about = "what was accepted before a reset is accepted after it too",
	 BREAKS(CLAUSE_FEAT_TXT_2), .tests = "transport.features_of_before*",
	 .type = VIRTIO_TYPE_BLK, LIES(READS(driver_feature, 0, 0, .value = ever_accepted)));

/* What was written since the last reset, by word. */
static uint32_t gathered[4];

static bool gather_features(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (is_common(access, device_status) && *value == 0)
		memset(gathered, 0, sizeof(gathered));
	if (is_common(access, driver_feature_select))
		story.driver_select = (uint32_t)*value;
	if (is_common(access, driver_feature) && story.driver_select < ARRAY_LENGTH(gathered))
		*value = gathered[story.driver_select] |= (uint32_t)*value;
	return true;
}

SABOTEUR(features_cannot_be_taken_back,
	 .about = "bits that are written over before FEATURES_OK stay accepted",
	 BREAKS(CLAUSE_FEAT_TXT_1), .tests = "ring.feature_taken_back*",
	 .type = VIRTIO_TYPE_ENTROPY, .start = begin_story, .onlooker.write = gather_features);
