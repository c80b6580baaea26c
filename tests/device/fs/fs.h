/* SPDX-License-Identifier: BSD-2-Clause */
/* A FUSE session with a file system device (virtio 1.4, 5.11.6). */
#ifndef TESTS_DEVICE_FS_FS_H
#define TESTS_DEVICE_FS_FS_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/fs.h"

#define FS_ENOENT      2
#define FS_ENOSYS      38
#define FS_DATA_BYTES  8192u /* of a request or an answer, behind the headers */
#define FS_QUEUES_MOST 8u

/* A session; what was answered last. */
struct fs {
	struct test_run *t;
	unsigned queues; /* request queues that were set up, from FS_REQUEST_QUEUE on */
	unsigned queue;  /* by which requests go */
	uint64_t unique; /* of the request sent last */
	int32_t error;   /* what the answer says: 0 or a negative errno */
	uint32_t length; /* bytes behind the answer's header */
	uint8_t *out, *in;
	uint8_t *data; /* those bytes */
};

/* Brings the device up in the test's variant, all request queues up to FS_QUEUES_MOST, and starts the session. */
struct fs *fs_start(struct test_run *t);

/* What is sent with a request: up to two pieces of data one behind the other; room for so many bytes of an answer. */
struct fs_call {
	uint32_t opcode;
	uint64_t node;
	const void *head, *body;
	uint32_t head_bytes, body_bytes, room;
};

/* Puts a request, built of that, on a queue; the token is its piece of memory, which fs_finish() gets. */
struct request *fs_put(struct fs *fs, unsigned queue, const struct fs_call *call);

/* Judges an answer that was used with this length, and takes it over as the last one. */
void fs_finish(struct fs *fs, const struct request *request, uint32_t used);

/* Both, by fs->queue, and waits in between. Returns the answer's error. */
int32_t fs_do(struct fs *fs, const struct fs_call *call);

/* Sends what has no answer, or one that may be missing, by the hiprio queue, and waits until it is used. */
void fs_do_first(struct fs *fs, const struct fs_call *call);

/* FUSE_GETATTR of the root: the error. */
int32_t fs_stat_root(struct fs *fs);

/* The node of the file that the host keeps for tests, looked up once more. Skips the test where the host names none. */
uint64_t fs_look_up_file(struct fs *fs);

/* The same, opened for reading and writing: its handle, and its node at `node`. */
uint64_t fs_open_file(struct fs *fs, uint64_t *node);

#endif
