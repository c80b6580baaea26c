/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File system device (virtio 1.4, 5.11): FUSE (Linux, include/uapi/linux/fuse.h) over queues. Any CPU.
 * All numbers are in the byte order of the driver.
 */
#ifndef VIRTIO_DEVICE_FS_H
#define VIRTIO_DEVICE_FS_H

#include "virtio/device/workload.h"

/*
 * The queues (5.11.2). Queue 1 is the notification queue where VIRTIO_FS_F_NOTIFICATION is set. Without it that queue does
 * not exist, and Linux and all devices that are known have the request queues in its place.
 */
enum { FS_HIPRIO_QUEUE = 0, FS_REQUEST_QUEUE = 1 };

/* Feature bits (5.11.3). */
enum virtio_fs_feature { VIRTIO_FS_F_NOTIFICATION = 0 };

/* The device-specific configuration (5.11.4). */
struct virtio_fs_config {
	uint8_t tag[36];
	le32 num_request_queues;
	le32 notify_buf_size;
} __attribute__((packed));
static_assert(offsetof(struct virtio_fs_config, num_request_queues) == 36, "5.11.4");
static_assert(offsetof(struct virtio_fs_config, notify_buf_size) == 40, "5.11.4");

/* Requests. */
enum fuse_opcode {
	FUSE_LOOKUP = 1,
	FUSE_FORGET = 2,
	FUSE_GETATTR = 3,
	FUSE_OPEN = 14,
	FUSE_READ = 15,
	FUSE_WRITE = 16,
	FUSE_RELEASE = 18,
	FUSE_FSYNC = 20,
	FUSE_INIT = 26,
	FUSE_OPENDIR = 27,
	FUSE_READDIR = 28,
	FUSE_RELEASEDIR = 29,
	FUSE_INTERRUPT = 36,
	FUSE_BATCH_FORGET = 42,
};

#define FUSE_MAJOR   7u
#define FUSE_MINOR   31u /* the first with all that 5.11 speaks of */
#define FUSE_ROOT_ID 1u

/* What each request begins with. */
struct fuse_in_header {
	uint32_t len;
	uint32_t opcode;
	uint64_t unique;
	uint64_t nodeid;
	uint32_t uid;
	uint32_t gid;
	uint32_t pid;
	uint32_t padding;
};
static_assert(sizeof(struct fuse_in_header) == 40, "fuse.h");

/* What each answer begins with; `error` is 0 or a negative errno. */
struct fuse_out_header {
	uint32_t len;
	int32_t error;
	uint64_t unique;
};
static_assert(sizeof(struct fuse_out_header) == 16, "fuse.h");

/* Of FUSE_INIT before 7.36. */
struct fuse_init_in {
	uint32_t major;
	uint32_t minor;
	uint32_t max_readahead;
	uint32_t flags;
};

/* Its answer since 7.23. */
struct fuse_init_out {
	uint32_t major;
	uint32_t minor;
	uint32_t max_readahead;
	uint32_t flags;
	uint16_t max_background;
	uint16_t congestion_threshold;
	uint32_t max_write;
	uint32_t time_gran;
	uint16_t max_pages;
	uint16_t map_alignment;
	uint32_t unused[8];
};
static_assert(sizeof(struct fuse_init_out) == 64, "fuse.h");

/* Of a file. */
struct fuse_attr {
	uint64_t ino, size, blocks;
	uint64_t atime, mtime, ctime;
	uint32_t atimensec, mtimensec, ctimensec;
	uint32_t mode, nlink, uid, gid, rdev, blksize, flags;
};
static_assert(sizeof(struct fuse_attr) == 88, "fuse.h");

/* The answer to FUSE_LOOKUP, whose argument is a name with its NUL. */
struct fuse_entry_out {
	uint64_t nodeid, generation;
	uint64_t entry_valid, attr_valid;
	uint32_t entry_valid_nsec, attr_valid_nsec;
	struct fuse_attr attr;
};
static_assert(sizeof(struct fuse_entry_out) == 128, "fuse.h");

/* Of FUSE_GETATTR. */
struct fuse_getattr_in {
	uint32_t getattr_flags, dummy;
	uint64_t fh;
};
/* Its answer. */
struct fuse_attr_out {
	uint64_t attr_valid;
	uint32_t attr_valid_nsec, dummy;
	struct fuse_attr attr;
};
static_assert(sizeof(struct fuse_attr_out) == 104, "fuse.h");

/* Of FUSE_OPEN and FUSE_OPENDIR. `flags` are those of open(2). */
struct fuse_open_in {
	uint32_t flags, open_flags;
};
/* Their answer. */
struct fuse_open_out {
	uint64_t fh;
	uint32_t open_flags, padding;
};
#define FUSE_O_RDWR 2u

/* Of FUSE_RELEASE and FUSE_RELEASEDIR. */
struct fuse_release_in {
	uint64_t fh;
	uint32_t flags, release_flags;
	uint64_t lock_owner;
};

/* Of FUSE_READ and FUSE_READDIR, and of FUSE_WRITE in front of the data. */
struct fuse_read_in {
	uint64_t fh, offset;
	uint32_t size, read_flags;
	uint64_t lock_owner;
	uint32_t flags, padding;
};
static_assert(sizeof(struct fuse_read_in) == 40, "fuse.h");
/* The answer to FUSE_WRITE. */
struct fuse_write_out {
	uint32_t size, padding;
};

/* Of FUSE_FSYNC. */
struct fuse_fsync_in {
	uint64_t fh;
	uint32_t fsync_flags, padding;
};

/* Of FUSE_FORGET. */
struct fuse_forget_in {
	uint64_t nlookup;
};
/* Of FUSE_BATCH_FORGET with one node. */
struct fuse_batch_forget_in {
	uint32_t count, dummy;
	struct {
		uint64_t nodeid, nlookup;
	} one[1];
};

/* Of FUSE_INTERRUPT: the request that is meant. */
struct fuse_interrupt_in {
	uint64_t unique;
};

/* An entry of a directory; the name, without NUL, follows, padded to 8 bytes. */
struct fuse_dirent {
	uint64_t ino, off;
	uint32_t namelen, type;
};
static_assert(sizeof(struct fuse_dirent) == 24, "fuse.h");

/* Fills in the 56 readable bytes of a FUSE_INIT, in the other byte order when `swapped`. */
void fs_prepare_init(uint8_t *bytes, uint64_t unique, bool swapped);

#define FS_INIT_IN_BYTES  (sizeof(struct fuse_in_header) + sizeof(struct fuse_init_in))
#define FS_INIT_OUT_BYTES (sizeof(struct fuse_out_header) + sizeof(struct fuse_init_out))

#endif
