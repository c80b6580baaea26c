/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/fs.h"

#include "lib/string.h"
#include "virtio/config.h"

static const struct feature_bit features[] = {
	{VIRTIO_FS_F_NOTIFICATION, "VIRTIO_FS_F_NOTIFICATION"},
	{0, NULL},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_fs_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(num_request_queues),
	FIELD(notify_buf_size, CONFIG_OF(VIRTIO_FS_F_NOTIFICATION)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type fs_type = {
	.id = VIRTIO_TYPE_FS,
	.name = "fs",
	.area = "FS",
	.features = features,
	.queue_bits = BIT(VIRTIO_FS_F_NOTIFICATION),
	.config_size = sizeof(struct virtio_fs_config),
	.fields = fields,
};
VIRTIO_TYPE(fs_type);

void fs_prepare_init(uint8_t *bytes, uint64_t unique, bool swapped)
{
	struct {
		struct fuse_in_header header;
		struct fuse_init_in init;
	} request = {
		.header = {.len = FS_INIT_IN_BYTES, .opcode = FUSE_INIT, .unique = unique},
		.init = {.major = FUSE_MAJOR, .minor = FUSE_MINOR, .max_readahead = 65536},
	};

	if (swapped) {
		struct fuse_in_header *header = &request.header;

		header->len = __builtin_bswap32(header->len);
		header->opcode = __builtin_bswap32(header->opcode);
		header->unique = __builtin_bswap64(header->unique);
		request.init.major = __builtin_bswap32(request.init.major);
		request.init.minor = __builtin_bswap32(request.init.minor);
		request.init.max_readahead = __builtin_bswap32(request.init.max_readahead);
	}
	memcpy(bytes, &request, FS_INIT_IN_BYTES);
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	uint8_t *out = arena_allocate(arena, "FUSE_INIT", FS_INIT_IN_BYTES, 8);
	uint8_t *in = arena_allocate(arena, "answer", FS_INIT_OUT_BYTES, 8);

	if (!out || !in)
		return false;
	fs_prepare_init(out, seed + 1, false);
	*request = (struct request){
		.out = out,
		.out_length = FS_INIT_IN_BYTES,
		.in = in,
		.in_length = FS_INIT_OUT_BYTES,
		.written_least = FS_INIT_OUT_BYTES,
		.written_most = FS_INIT_OUT_BYTES,
	};
	return true;
}

static bool verify(struct virtio_device *device, const struct request *request, struct text *why)
{
	struct fuse_in_header asked;
	struct fuse_out_header header;

	memcpy(&asked, request->out, sizeof(asked));
	memcpy(&header, request->in, sizeof(header));
	if (header.len == FS_INIT_OUT_BYTES && !header.error && header.unique == asked.unique)
		return true;
	text_add(why, "FUSE_INIT %lu is answered by %u bytes, error %d, for %lu", asked.unique,
		 header.len, header.error, header.unique);
	return false;
}

static const struct workload fs_workload = {
	.type = VIRTIO_TYPE_FS,
	.about = "FUSE_INIT",
	.queue = FS_REQUEST_QUEUE,
	.queues = 2,
	.prepare = prepare,
	.verify = verify,
};
WORKLOAD(fs_workload);
