/* SPDX-License-Identifier: BSD-2-Clause */
/* What a zoned disk says of itself (virtio 1.4, 5.2.4, 5.2.5). */
#include "lib/string.h"
#include "tests/device/blk/zones.h"
#include "tests/harness/drive/ask.h"

#define REPORTED_MOST 256u

TEST(blk, zoned_configuration_holds_together,
     .about = "limits, padding and the model of a zoned disk agree with each other and the zones",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_12, BLK_INIT_13, BLK_INIT_14, BLK_INIT_19, BLK_INIT_22, BLK_OP_73,
		       SANE_10))
{
	struct zones zones = zones_up(t);
	uint64_t sector = 0, erase;

	for (unsigned n = 0; n < 3; n++)
		CHECK(t, BLK_INIT_22, BLK_CONFIG(t, zoned.unused2[n]) == 0, "unused2[%u] is not 0",
		      n);
	if (blk_offers(t, VIRTIO_BLK_F_SEG_MAX) && blk_offers(t, VIRTIO_BLK_F_SIZE_MAX))
		CHECK(t, BLK_INIT_19,
		      (uint64_t)zones.append_most * VIRTIO_BLK_SECTOR <=
			      BLK_CONFIG(t, seg_max) * BLK_CONFIG(t, size_max),
		      "max_append_sectors is %u, seg_max %lu, size_max %lu", zones.append_most,
		      BLK_CONFIG(t, seg_max), BLK_CONFIG(t, size_max));
	if (blk_offers(t, VIRTIO_BLK_F_SECURE_ERASE)) {
		erase = BLK_CONFIG(t, secure_erase_sector_alignment);
		CHECK(t, BLK_OP_73, erase % zones.size == 0,
		      "secure_erase_sector_alignment is %lu, zone_sectors %u", erase, zones.size);
	}
	for (unsigned n = 0; n < REPORTED_MOST && sector < zones.capacity; n++) {
		struct zone zone = zone_at(&zones, sector);

		CHECK(t, BLK_INIT_14, zone.start == sector,
		      "zone_sectors is %u, zone %u starts at sector %lu", zones.size, n,
		      zone.start);
		if (zone.type == VIRTIO_BLK_ZT_SWR)
			CHECK(t, BLK_INIT_12, zones.model == VIRTIO_BLK_Z_HM,
			      "zone %u must be written in order, the model is %u", n, zones.model);
		if (zone.type == VIRTIO_BLK_ZT_SWP)
			CHECK(t, BLK_INIT_13, zones.model == VIRTIO_BLK_Z_HA,
			      "zone %u should be written in order, the model is %u", n,
			      zones.model);
		sector += zones.size;
	}
}

TEST(blk, zoned_can_be_declined,
     .about = "without the zoned feature a host-managed disk refuses, any other has no zones",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_10, BLK_INIT_8, BLK_INIT_9))
{
	struct features features = features_for(t);
	uint64_t model;
	bool accepted;

	blk_up(t, BIT64(VIRTIO_BLK_F_ZONED), 0);
	model = BLK_CONFIG(t, zoned.model);
	start_over(t);
	features_remove(&features, VIRTIO_BLK_F_ZONED);
	accepted = negotiate(t, features);
	if (model == VIRTIO_BLK_Z_HM) {
		CHECK(t, BLK_INIT_10, !accepted, "FEATURES_OK reads back set");
		return;
	}
	if (model > VIRTIO_BLK_Z_HA)
		skip_test(t, "the model of the disk is %lu", model);
	CHECK(t, BLK_INIT_8, accepted, "FEATURES_OK reads back clear");
	if (!accepted)
		return;
	for (uint32_t at = offsetof(struct virtio_blk_config, zoned);
	     at < sizeof(struct virtio_blk_config); at++)
		CHECK(t, BLK_INIT_9, config_read_at(t->device, at, 1) == 0,
		      "byte %u of the configuration is not 0", at);
}

TEST(blk, plain_storage_has_no_model,
     .about = "a disk whose backend is a file or nothing says that its model is none",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_11))
{
	struct ask ask = ask_for("property", t->device);
	char kind[48];
	uint64_t model;

	ask_text(&ask, "name", "storage");
	ask_text_or_skip(t, &ask, kind, sizeof(kind));
	if (strcmp(kind, "plain") != 0)
		skip_test(t, "the backend is %s", kind);
	blk_up(t, BIT64(VIRTIO_BLK_F_ZONED), 0);
	model = BLK_CONFIG(t, zoned.model);
	if (model > VIRTIO_BLK_Z_HA)
		skip_test(t, "the model of the disk is %lu", model);
	CHECK(t, BLK_INIT_11, model == VIRTIO_BLK_Z_NONE,
	      "the backend is a file or nothing, the model %lu", model);
}
