/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/blk.h"

#include "lib/string.h"

static const struct feature_bit features[] = {
	{VIRTIO_BLK_F_SIZE_MAX, "VIRTIO_BLK_F_SIZE_MAX"},
	{VIRTIO_BLK_F_SEG_MAX, "VIRTIO_BLK_F_SEG_MAX"},
	{VIRTIO_BLK_F_GEOMETRY, "VIRTIO_BLK_F_GEOMETRY"},
	{VIRTIO_BLK_F_RO, "VIRTIO_BLK_F_RO"},
	{VIRTIO_BLK_F_BLK_SIZE, "VIRTIO_BLK_F_BLK_SIZE"},
	{VIRTIO_BLK_F_FLUSH, "VIRTIO_BLK_F_FLUSH"},
	{VIRTIO_BLK_F_TOPOLOGY, "VIRTIO_BLK_F_TOPOLOGY"},
	{VIRTIO_BLK_F_CONFIG_WCE, "VIRTIO_BLK_F_CONFIG_WCE"},
	{VIRTIO_BLK_F_MQ, "VIRTIO_BLK_F_MQ"},
	{VIRTIO_BLK_F_DISCARD, "VIRTIO_BLK_F_DISCARD"},
	{VIRTIO_BLK_F_WRITE_ZEROES, "VIRTIO_BLK_F_WRITE_ZEROES"},
	{VIRTIO_BLK_F_LIFETIME, "VIRTIO_BLK_F_LIFETIME"},
	{VIRTIO_BLK_F_SECURE_ERASE, "VIRTIO_BLK_F_SECURE_ERASE"},
	{VIRTIO_BLK_F_ZONED, "VIRTIO_BLK_F_ZONED"},
	{0, NULL},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_blk_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(capacity, .count = 0),
	FIELD(size_max, CONFIG_OF(VIRTIO_BLK_F_SIZE_MAX)),
	FIELD(seg_max, CONFIG_OF(VIRTIO_BLK_F_SEG_MAX)),
	FIELD(geometry.cylinders, CONFIG_OF(VIRTIO_BLK_F_GEOMETRY)),
	FIELD(geometry.heads, CONFIG_OF(VIRTIO_BLK_F_GEOMETRY)),
	FIELD(geometry.sectors, CONFIG_OF(VIRTIO_BLK_F_GEOMETRY)),
	FIELD(blk_size, CONFIG_OF(VIRTIO_BLK_F_BLK_SIZE)),
	FIELD(topology.physical_block_exp, CONFIG_OF(VIRTIO_BLK_F_TOPOLOGY)),
	FIELD(topology.alignment_offset, CONFIG_OF(VIRTIO_BLK_F_TOPOLOGY)),
	FIELD(topology.min_io_size, CONFIG_OF(VIRTIO_BLK_F_TOPOLOGY)),
	FIELD(topology.opt_io_size, CONFIG_OF(VIRTIO_BLK_F_TOPOLOGY)),
	FIELD(writeback, .flags = CONFIG_LATE | CONFIG_DRIVER, CONFIG_OF(VIRTIO_BLK_F_CONFIG_WCE)),
	FIELD(num_queues, CONFIG_OF(VIRTIO_BLK_F_MQ)),
	FIELD(max_discard_sectors, CONFIG_OF(VIRTIO_BLK_F_DISCARD)),
	FIELD(max_discard_seg, CONFIG_OF(VIRTIO_BLK_F_DISCARD)),
	FIELD(discard_sector_alignment, CONFIG_OF(VIRTIO_BLK_F_DISCARD)),
	FIELD(max_write_zeroes_sectors, CONFIG_OF(VIRTIO_BLK_F_WRITE_ZEROES)),
	FIELD(max_write_zeroes_seg, CONFIG_OF(VIRTIO_BLK_F_WRITE_ZEROES)),
	FIELD(write_zeroes_may_unmap, CONFIG_OF(VIRTIO_BLK_F_WRITE_ZEROES)),
	FIELD(max_secure_erase_sectors, CONFIG_OF(VIRTIO_BLK_F_SECURE_ERASE)),
	FIELD(max_secure_erase_seg, CONFIG_OF(VIRTIO_BLK_F_SECURE_ERASE)),
	FIELD(secure_erase_sector_alignment, CONFIG_OF(VIRTIO_BLK_F_SECURE_ERASE)),
	FIELD(zoned.zone_sectors, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	FIELD(zoned.max_open_zones, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	FIELD(zoned.max_active_zones, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	FIELD(zoned.max_append_sectors, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	FIELD(zoned.write_granularity, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	FIELD(zoned.model, CONFIG_OF(VIRTIO_BLK_F_ZONED)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type blk_type = {
	.id = VIRTIO_TYPE_BLK,
	.name = "blk",
	.area = "BLK",
	.features = features,
	.demanded = BIT64(VIRTIO_BLK_F_ZONED),
	.additions = BIT64(VIRTIO_BLK_F_SIZE_MAX) | BIT64(VIRTIO_BLK_F_SEG_MAX) |
		     BIT64(VIRTIO_BLK_F_GEOMETRY) | BIT64(VIRTIO_BLK_F_BLK_SIZE) |
		     BIT64(VIRTIO_BLK_F_FLUSH) | BIT64(VIRTIO_BLK_F_TOPOLOGY) |
		     BIT64(VIRTIO_BLK_F_CONFIG_WCE) | BIT64(VIRTIO_BLK_F_MQ) |
		     BIT64(VIRTIO_BLK_F_DISCARD) | BIT64(VIRTIO_BLK_F_WRITE_ZEROES) |
		     BIT64(VIRTIO_BLK_F_LIFETIME) | BIT64(VIRTIO_BLK_F_SECURE_ERASE),
	.config_size = sizeof(struct virtio_blk_config),
	.fields = fields,
};
VIRTIO_TYPE(blk_type);

bool blk_prepare(struct arena *arena, enum virtio_blk_type type, uint64_t sector,
		 uint32_t out_bytes, uint32_t in_bytes, struct request *request)
{
	struct virtio_blk_req *header;

	*request = (struct request){
		.out_length = sizeof(*header) + out_bytes,
		.in_length = in_bytes + 1,
		.written_least = 1,
		.written_most = in_bytes + 1,
		/* Several devices take header, data and status to be one descriptor each. */
		.whole = true,
		.head = sizeof(*header),
		.status = 1,
	};
	request->out = arena_allocate(arena, "blk request", request->out_length, 16);
	request->in = arena_allocate(arena, "blk reply", request->in_length, 16);
	if (!request->out || !request->in)
		return false;
	header = (struct virtio_blk_req *)request->out;
	header->type = to_le32(type);
	header->sector = to_le64(sector);
	request->in[in_bytes] = 0xff;
	return true;
}

uint8_t blk_status(const struct request *request)
{
	return request->in[request->in_length - 1];
}

static bool prepare_get_id(struct virtio_device *device, struct arena *arena, uint64_t seed,
			   struct request *request)
{
	return blk_prepare(arena, VIRTIO_BLK_T_GET_ID, 0, 0, VIRTIO_BLK_ID_BYTES, request);
}

static bool verify_get_id(struct virtio_device *device, const struct request *request,
			  struct text *why)
{
	uint8_t status = blk_status(request);

	/* A device without the optional GET_ID, or without an id, says so: it was served all the same. */
	if (status == VIRTIO_BLK_S_OK || status == VIRTIO_BLK_S_UNSUPP ||
	    status == VIRTIO_BLK_S_IOERR)
		return true;
	text_add(why, "its status is %#x", status);
	return false;
}

static const struct workload blk_workload = {
	.type = VIRTIO_TYPE_BLK,
	.about = "GET_ID",
	.queue = 0,
	.queues = 1,
	.features = BIT64(VIRTIO_BLK_F_SEG_MAX) | BIT64(VIRTIO_BLK_F_SIZE_MAX) |
		    BIT64(VIRTIO_BLK_F_BLK_SIZE) | BIT64(VIRTIO_BLK_F_FLUSH) |
		    BIT64(VIRTIO_BLK_F_RO),
	.prepare = prepare_get_id,
	.verify = verify_get_id,
};
WORKLOAD(blk_workload);
