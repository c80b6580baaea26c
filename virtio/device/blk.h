/* SPDX-License-Identifier: BSD-2-Clause */
/* Block device (virtio 1.4, 5.2). Any CPU. */
#ifndef VIRTIO_DEVICE_BLK_H
#define VIRTIO_DEVICE_BLK_H

#include "virtio/device/workload.h"

#define VIRTIO_BLK_SECTOR 512u

/* Feature bits (5.2.3). */
enum {
	VIRTIO_BLK_F_BARRIER = 0, /* legacy */
	VIRTIO_BLK_F_SIZE_MAX = 1,
	VIRTIO_BLK_F_SEG_MAX = 2,
	VIRTIO_BLK_F_GEOMETRY = 4,
	VIRTIO_BLK_F_RO = 5,
	VIRTIO_BLK_F_BLK_SIZE = 6,
	VIRTIO_BLK_F_FLUSH = 9,
	VIRTIO_BLK_F_TOPOLOGY = 10,
	VIRTIO_BLK_F_CONFIG_WCE = 11,
	VIRTIO_BLK_F_MQ = 12,
	VIRTIO_BLK_F_DISCARD = 13,
	VIRTIO_BLK_F_WRITE_ZEROES = 14,
	VIRTIO_BLK_F_LIFETIME = 15,
	VIRTIO_BLK_F_SECURE_ERASE = 16,
	VIRTIO_BLK_F_ZONED = 17,
};

/* The device-specific configuration (5.2.4). */
struct virtio_blk_config {
	le64 capacity;
	le32 size_max;
	le32 seg_max;
	struct {
		le16 cylinders;
		uint8_t heads;
		uint8_t sectors;
	} geometry;
	le32 blk_size;
	struct {
		uint8_t physical_block_exp;
		uint8_t alignment_offset;
		le16 min_io_size;
		le32 opt_io_size;
	} topology;
	uint8_t writeback;
	uint8_t unused0;
	le16 num_queues;
	le32 max_discard_sectors;
	le32 max_discard_seg;
	le32 discard_sector_alignment;
	le32 max_write_zeroes_sectors;
	le32 max_write_zeroes_seg;
	uint8_t write_zeroes_may_unmap;
	uint8_t unused1[3];
	le32 max_secure_erase_sectors;
	le32 max_secure_erase_seg;
	le32 secure_erase_sector_alignment;
	struct {
		le32 zone_sectors;
		le32 max_open_zones;
		le32 max_active_zones;
		le32 max_append_sectors;
		le32 write_granularity;
		uint8_t model;
		uint8_t unused2[3];
	} zoned;
};
static_assert(offsetof(struct virtio_blk_config, size_max) == 8, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, seg_max) == 12, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, geometry) == 16, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, blk_size) == 20, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, topology) == 24, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, writeback) == 32, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, num_queues) == 34, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, max_discard_sectors) == 36, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, max_write_zeroes_sectors) == 48, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, write_zeroes_may_unmap) == 56, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, max_secure_erase_sectors) == 60, "5.2.4");
static_assert(offsetof(struct virtio_blk_config, zoned) == 72, "5.2.4");
static_assert(sizeof(struct virtio_blk_config) == 96, "5.2.4");

/* What a request asks for (5.2.6). */
enum virtio_blk_type {
	VIRTIO_BLK_T_IN = 0,
	VIRTIO_BLK_T_OUT = 1,
	VIRTIO_BLK_T_FLUSH = 4,
	VIRTIO_BLK_T_FLUSH_OUT = 5, /* legacy */
	VIRTIO_BLK_T_GET_ID = 8,
	VIRTIO_BLK_T_GET_LIFETIME = 10,
	VIRTIO_BLK_T_DISCARD = 11,
	VIRTIO_BLK_T_WRITE_ZEROES = 13,
	VIRTIO_BLK_T_SECURE_ERASE = 14,
	VIRTIO_BLK_T_ZONE_APPEND = 15,
	VIRTIO_BLK_T_ZONE_REPORT = 16,
	VIRTIO_BLK_T_ZONE_OPEN = 18,
	VIRTIO_BLK_T_ZONE_CLOSE = 20,
	VIRTIO_BLK_T_ZONE_FINISH = 22,
	VIRTIO_BLK_T_ZONE_RESET = 24,
	VIRTIO_BLK_T_ZONE_RESET_ALL = 26,
};

/* Legacy: in the type of a request that is a barrier (5.2.6.4). */
#define VIRTIO_BLK_T_BARRIER 0x80000000u

/* What a device answers (5.2.6). */
enum virtio_blk_status {
	VIRTIO_BLK_S_OK = 0,
	VIRTIO_BLK_S_IOERR = 1,
	VIRTIO_BLK_S_UNSUPP = 2,
	VIRTIO_BLK_S_ZONE_INVALID_CMD = 3,
	VIRTIO_BLK_S_ZONE_UNALIGNED_WP = 4,
	VIRTIO_BLK_S_ZONE_OPEN_RESOURCE = 5,
	VIRTIO_BLK_S_ZONE_ACTIVE_RESOURCE = 6,
};

#define VIRTIO_BLK_ID_BYTES 20u

/* What each request begins with; data and a status byte follow. */
struct virtio_blk_req {
	le32 type;
	le32 reserved;
	le64 sector;
};
static_assert(sizeof(struct virtio_blk_req) == 16, "5.2.6");

/* A segment of DISCARD, WRITE_ZEROES and SECURE_ERASE. */
struct virtio_blk_discard_write_zeroes {
	le64 sector;
	le32 num_sectors;
	le32 flags;
};
static_assert(sizeof(struct virtio_blk_discard_write_zeroes) == 16, "5.2.6");
#define VIRTIO_BLK_DISCARD_UNMAP BIT(0) /* the only flag; the others are reserved */

/* The answer to GET_LIFETIME. */
struct virtio_blk_lifetime {
	le16 pre_eol_info;
	le16 device_lifetime_est_typ_a;
	le16 device_lifetime_est_typ_b;
};
static_assert(sizeof(struct virtio_blk_lifetime) == 6, "5.2.6");
#define VIRTIO_BLK_PRE_EOL_INFO_MOST 3
#define VIRTIO_BLK_LIFETIME_EST_MOST 11

/* The header of a zone report; descriptors of 64 bytes follow. */
struct virtio_blk_zone_report {
	le64 nr_zones;
	uint8_t reserved[56];
};

/* A zone in a report. */
struct virtio_blk_zone_descriptor {
	le64 z_cap;
	le64 z_start;
	le64 z_wp;
	uint8_t z_type;
	uint8_t z_state;
	uint8_t reserved[38];
};
static_assert(sizeof(struct virtio_blk_zone_report) == 64, "5.2.6");
static_assert(sizeof(struct virtio_blk_zone_descriptor) == 64, "5.2.6");

/* zoned.model. */
enum { VIRTIO_BLK_Z_NONE = 0, VIRTIO_BLK_Z_HM = 1, VIRTIO_BLK_Z_HA = 2 };

/* z_type. */
enum { VIRTIO_BLK_ZT_CONV = 1, VIRTIO_BLK_ZT_SWR = 2, VIRTIO_BLK_ZT_SWP = 3 };

/* z_state. */
enum {
	VIRTIO_BLK_ZS_NOT_WP = 0,
	VIRTIO_BLK_ZS_EMPTY = 1,
	VIRTIO_BLK_ZS_IOPEN = 2,
	VIRTIO_BLK_ZS_EOPEN = 3,
	VIRTIO_BLK_ZS_CLOSED = 4,
	VIRTIO_BLK_ZS_RDONLY = 13,
	VIRTIO_BLK_ZS_FULL = 14,
	VIRTIO_BLK_ZS_OFFLINE = 15,
};

/*
 * Makes a request in the arena: `out_bytes` of data for the device behind the header (at
 * request->out + 16), `in_bytes` from it before the status (request->in), the status preset to 0xff.
 * False when the arena is full.
 */
bool blk_prepare(struct arena *arena, enum virtio_blk_type type, uint64_t sector,
		 uint32_t out_bytes, uint32_t in_bytes, struct request *request);

/* The status byte that stands in a request now. */
uint8_t blk_status(const struct request *request);

#endif
