/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that the host sees, too (virtio 1.4, 5.11.6.1, 5.11.6.4). */
#include "lib/string.h"
#include "tests/device/fs/fs.h"
#include "tests/harness/drive/ask.h"

#define WRITTEN 65536u /* of the file, from its start, that are written */
#define PIECE   4096u

static uint8_t pattern(uint32_t place)
{
	return (uint8_t)((place + 1) * 2654435761u >> 24);
}

static void write_piece(struct fs *fs, uint64_t node, uint64_t handle, uint32_t offset)
{
	static uint8_t data[PIECE];
	struct test_run *t = fs->t;
	struct fuse_read_in in = {.fh = handle, .offset = offset, .size = PIECE};
	struct fuse_write_out out;

	for (uint32_t n = 0; n < PIECE; n++)
		data[n] = pattern(offset + n);
	fs_do(fs, &(struct fs_call){.opcode = FUSE_WRITE,
				    .node = node,
				    .head = &in,
				    .head_bytes = sizeof(in),
				    .body = data,
				    .body_bytes = PIECE,
				    .room = sizeof(struct fuse_out_header) + sizeof(out)});
	INSIST(t, FS_DAX_4, !fs->error && fs->length == sizeof(out),
	       "FUSE_WRITE at %u: error %d, %u bytes", offset, fs->error, fs->length);
	memcpy(&out, fs->data, sizeof(out));
	INSIST(t, FS_DAX_4, out.size == PIECE, "FUSE_WRITE of %u bytes at %u says %u", PIECE,
	       offset, out.size);
}

static void sync_file(struct fs *fs, uint64_t node, uint64_t handle)
{
	struct fuse_fsync_in in = {.fh = handle};
	struct test_run *t = fs->t;

	INSIST(t, SANE_2,
	       fs_do(fs, &(struct fs_call){.opcode = FUSE_FSYNC,
					   .node = node,
					   .head = &in,
					   .head_bytes = sizeof(in),
					   .room = sizeof(struct fuse_out_header)}) == 0,
	       "FUSE_FSYNC: error %d", fs->error);
}

static void read_piece(struct fs *fs, uint64_t node, uint64_t handle, uint32_t offset,
		       uint32_t bytes)
{
	struct fuse_read_in in = {.fh = handle, .offset = offset, .size = bytes};
	struct test_run *t = fs->t;
	uint32_t same = 0;

	fs_do(fs, &(struct fs_call){.opcode = FUSE_READ,
				    .node = node,
				    .head = &in,
				    .head_bytes = sizeof(in),
				    .room = (uint32_t)sizeof(struct fuse_out_header) + bytes});
	INSIST(t, FS_DAX_3, !fs->error && fs->length == bytes,
	       "FUSE_READ of %u bytes at %u: error %d, %u bytes", bytes, offset, fs->error,
	       fs->length);
	while (same < bytes && fs->data[same] == pattern(offset + same))
		same++;
	CHECK(t, FS_REQ_6, same == bytes, "byte %u of the file reads %#x, %#x was written",
	      offset + same, fs->data[MINIMUM(same, bytes - 1)], pattern(offset + same));
}

TEST(fs, files_hold_what_is_written,
     .about = "64 KiB written and synced are what the host finds in the file, and what is read",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_HOST, .timeout_ms = 20000,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_REQ_6, FS_DAX_3, FS_DAX_4, FS_DAX_14,
		       SANE_2))
{
	static const struct {
		uint32_t offset, bytes;
	} reads[] = {{0, 4096},    {1, 4095},        {4095, 2},
		     {8191, 8192}, {WRITTEN - 1, 1}, {12345, 6789}};
	struct fs *fs = fs_start(t);
	uint64_t node, handle = fs_open_file(fs, &node), hash = HASH_START;

	for (uint32_t offset = 0; offset < WRITTEN; offset += PIECE)
		write_piece(fs, node, handle, offset);
	sync_file(fs, node, handle);
	for (uint32_t n = 0; n < WRITTEN; n++) {
		uint8_t byte = pattern(n);

		hash = hash_add(hash, &byte, 1);
	}
	CHECK(t, FS_DAX_14, ask_hash_or_skip(t, 0, WRITTEN) == hash,
	      "the host finds other bytes in the file than were written before FUSE_FSYNC");
	for (unsigned n = 0; n < ARRAY_LENGTH(reads); n++)
		read_piece(fs, node, handle, reads[n].offset, reads[n].bytes);
}

TEST(fs, reads_end_with_the_file, .about = "FUSE_READ at the end of a file gives what is there",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_HOST,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_REQ_6, SANE_2))
{
	struct fs *fs = fs_start(t);
	uint64_t node, handle = fs_open_file(fs, &node);
	struct fuse_getattr_in get = {0};
	struct fuse_read_in in = {.fh = handle, .size = 4096};
	struct fs_call read = {.opcode = FUSE_READ,
			       .node = node,
			       .head = &in,
			       .head_bytes = sizeof(in),
			       .room = sizeof(struct fuse_out_header) + 4096};
	struct fuse_attr_out attributes;

	fs_do(fs, &(struct fs_call){.opcode = FUSE_GETATTR,
				    .node = node,
				    .head = &get,
				    .head_bytes = sizeof(get),
				    .room = sizeof(struct fuse_out_header) + sizeof(attributes)});
	INSIST(t, SANE_2, !fs->error && fs->length == sizeof(attributes),
	       "FUSE_GETATTR of a file: error %d, %u bytes", fs->error, fs->length);
	memcpy(&attributes, fs->data, sizeof(attributes));
	CAN_JUDGE(t, attributes.attr.size > 100, "the file has %lu bytes", attributes.attr.size);
	for (uint32_t left = 0; left <= 100; left += 50) {
		in.offset = attributes.attr.size - left;
		CHECK(t, FS_REQ_6, fs_do(fs, &read) == 0 && fs->length == left,
		      "FUSE_READ of 4096 bytes, %u before the end of the file: error %d, %u bytes",
		      left, fs->error, fs->length);
	}
}
