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

static const struct virtio_type blk_type = {
	.id = VIRTIO_TYPE_BLK,
	.name = "blk",
	.area = "BLK",
	.features = features,
	.config_size = sizeof(struct virtio_blk_config),
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
	(void)device;
	(void)seed;
	return blk_prepare(arena, VIRTIO_BLK_T_GET_ID, 0, 0, VIRTIO_BLK_ID_BYTES, request);
}

static bool verify_get_id(struct virtio_device *device, const struct request *request,
			  struct text *why)
{
	(void)device;
	/* A device without the optional GET_ID says so: the request was served all the same. */
	if (blk_status(request) == VIRTIO_BLK_S_OK || blk_status(request) == VIRTIO_BLK_S_UNSUPP)
		return true;
	text_add(why, "its status is %#x", blk_status(request));
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
