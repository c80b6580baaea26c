/* SPDX-License-Identifier: BSD-2-Clause */
/* Device-specific configuration structures that break one rule. */
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/blk.h"

static bool before_features_ok(void)
{
	return !(story.status & VIRTIO_STATUS_FEATURES_OK);
}

SABOTEUR(config_comes_late, .about = "the configuration reads 0 before FEATURES_OK",
	 BREAKS(CLAUSE_CFG_1, CLAUSE_CFG_2), .type = VIRTIO_TYPE_BLK,
	 .tests = "transport.configuration_*",
	 LIES({.kind = LIE_READ,
	       .structure = STRUCTURE_DEVICE,
	       .anywhere = true,
	       .when = before_features_ok}));

static uint64_t flickering(uint64_t value)
{
	return value ^ (story.reads & 1);
}

SABOTEUR(config_flickers, .about = "a configuration field does not hold still",
	 BREAKS(CLAUSE_CFG_TXT_1), .type = VIRTIO_TYPE_BLK, .tests = "transport.configuration_*",
	 LIES({.kind = LIE_READ,
	       .structure = STRUCTURE_DEVICE,
	       .anywhere = true,
	       .value = flickering}));

SABOTEUR(config_read_only, .about = "writes to the configuration are lost",
	 BREAKS(CLAUSE_INIT_TXT_5), .type = VIRTIO_TYPE_BLK, .tests = "transport.configuration_*",
	 LIES({.kind = LIE_SWALLOW, .structure = STRUCTURE_DEVICE, .anywhere = true}));

static uint64_t twice(uint64_t value)
{
	return 2 * value;
}

SABOTEUR(capacity_is_another, .about = "a disk has another capacity than its backend",
	 BREAKS(CLAUSE_SANE_16), .type = VIRTIO_TYPE_BLK, .tests = "transport.device_is_as*",
	 LIES({.kind = LIE_READ,
	       .structure = STRUCTURE_DEVICE,
	       .offset = offsetof(struct virtio_blk_config, capacity),
	       .value = twice}));
