/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration of a block device says (virtio 1.4, 5.2.4, 5.2.5). */
#include "tests/device/blk/exchange.h"
#include "tests/harness/subject/subject.h"

/* Whether the device's structure is long enough to hold a field. */
#define HOLDS(t, field)                                                                            \
	((t)->device->config_length >= offsetof(struct virtio_blk_config, field) +                 \
					       sizeof(((struct virtio_blk_config *)0)->field))

/* Whether the device has the configuration up to the fields of this feature or of a later one. */
static bool reaches(const struct test_run *t, unsigned feature)
{
	/* Wear figures have no field. */
	uint64_t offered = t->device->offered.words[0] & ~BIT64(VIRTIO_BLK_F_LIFETIME);

	return offered >> feature & (BIT64(VIRTIO_BLK_F_ZONED - feature + 1) - 1);
}

TEST(blk, padding_is_zero, .about = "padding bytes of the configuration are 0, negotiated or not",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_CONFIG, .judges = CLAUSES(BLK_INIT_4, BLK_INIT_5))
{
	struct virtio_blk_config config;

	for (unsigned phase = 0; phase < 2; phase++) {
		const char *when = phase ? "after DRIVER_OK" : "after reset";

		if (phase)
			blk_up(t, BIT64(VIRTIO_BLK_F_WRITE_ZEROES), 0);
		if (reaches(t, VIRTIO_BLK_F_CONFIG_WCE) && HOLDS(t, unused0)) {
			config.unused0 = (uint8_t)BLK_CONFIG(t, unused0);
			CHECK(t, BLK_INIT_4, config.unused0 == 0, "%s: unused0 reads %#x", when,
			      config.unused0);
		}
		if (!reaches(t, VIRTIO_BLK_F_WRITE_ZEROES) || !HOLDS(t, unused1))
			continue;
		for (unsigned n = 0; n < sizeof(config.unused1); n++) {
			config.unused1[n] = (uint8_t)BLK_CONFIG(t, unused1[n]);
			CHECK(t, BLK_INIT_5, config.unused1[n] == 0, "%s: unused1[%u] reads %#x",
			      when, n, config.unused1[n]);
		}
	}
}

TEST(blk, flush_is_offered, .about = "the flush feature is offered, always with the cache toggle",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(BLK_INIT_1, BLK_INIT_2))
{
	bool flush = blk_offers(t, VIRTIO_BLK_F_FLUSH);

	CHECK(t, BLK_INIT_1, flush, "VIRTIO_BLK_F_FLUSH is not offered");
	if (blk_offers(t, VIRTIO_BLK_F_CONFIG_WCE))
		CHECK(t, BLK_INIT_2, flush,
		      "VIRTIO_BLK_F_CONFIG_WCE is offered, VIRTIO_BLK_F_FLUSH is not");
}

TEST(blk, cache_is_writethrough_without_flush,
     .about = "a driver that takes the cache toggle but no flush starts with writeback 0",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_CONFIG_WCE), .judges = CLAUSES(BLK_INIT_3),
     .assumes = STATE_RESET | STATE_FEATURES)
{
	struct features features = features_for(t);
	uint64_t writeback;

	features_add(&features, VIRTIO_BLK_F_CONFIG_WCE);
	features_remove(&features, VIRTIO_BLK_F_FLUSH);
	set_up(t, features, 1);
	writeback = BLK_CONFIG(t, writeback);
	CHECK(t, BLK_INIT_3, writeback == 0, "writeback reads %lu after FEATURES_OK", writeback);
	go_live(t);
	writeback = BLK_CONFIG(t, writeback);
	CHECK(t, BLK_INIT_3, writeback == 0, "writeback reads %lu after DRIVER_OK", writeback);
}

TEST(blk, cache_mode_can_be_toggled, .about = "writeback takes 0 and 1 and reads back what it took",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_CONFIG_WCE), .judges = CLAUSES(FEAT_4))
{
	uint8_t *data;

	blk_up(t, BIT64(VIRTIO_BLK_F_CONFIG_WCE), 0);
	data = test_memory(t, "data", (size_t)blk_block_sectors(t) * VIRTIO_BLK_SECTOR, 512);
	for (unsigned n = 0; n < 4; n++) {
		uint64_t wanted = n % 2, writeback;

		config_write(t->device, struct virtio_blk_config, writeback, wanted);
		writeback = BLK_CONFIG(t, writeback);
		CHECK(t, FEAT_4, writeback == wanted, "writeback reads %lu after %lu was written",
		      writeback, wanted);
		blk_capacity(t, blk_block_sectors(t));
		blk_read(t, 0, blk_block_sectors(t), data);
	}
}

TEST(blk, numbers_make_sense,
     .about = "block size, segment limits and queue count are numbers a driver can work with",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_CONFIG, .judges = CLAUSES(SANE_10))
{
	if (blk_offers(t, VIRTIO_BLK_F_BLK_SIZE)) {
		uint32_t bytes = (uint32_t)BLK_CONFIG(t, blk_size);

		INSIST(t, SANE_10, IS_POWER_OF_TWO(bytes) && bytes >= VIRTIO_BLK_SECTOR,
		       "blk_size is %u, no power of two from 512 on", bytes);
	}
	if (blk_offers(t, VIRTIO_BLK_F_SEG_MAX))
		INSIST(t, SANE_10, BLK_CONFIG(t, seg_max) > 0,
		       "seg_max is 0: no data fits a request");
	if (blk_offers(t, VIRTIO_BLK_F_SIZE_MAX))
		INSIST(t, SANE_10, BLK_CONFIG(t, size_max) > 0,
		       "size_max is 0: no data fits a segment");
	if (blk_offers(t, VIRTIO_BLK_F_MQ)) {
		uint64_t queues = BLK_CONFIG(t, num_queues);

		INSIST(t, SANE_10, queues > 0 && queues <= offered_queues(t->device),
		       "num_queues is %lu, the transport has %u queues", queues,
		       offered_queues(t->device));
	}
}
