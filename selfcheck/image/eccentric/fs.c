/* SPDX-License-Identifier: BSD-2-Clause */
/* File system devices with ways of their own (5.11). */
#include "arch/clock.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/fs.h"

#define HOSTED "fs.*,ring.split_d*"

static void take_time(struct virtqueue *queue, struct used_element *element)
{
	acts();
	clock_spin(2000000);
}
ECCENTRIC(ok_fs_late, .about = "a file system device takes 2 ms for each request",
	  ALLOWED("2.7.8",
		  "The used ring is where the device returns buffers once it is done with them"),
	  .devices = "fs", .tests = HOSTED, .used_element = take_time);

static void speak_another_minor(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	const struct fuse_in_header *asked = request ? (void *)request->out : NULL;
	struct fuse_init_out *init;

	if (!asked || asked->opcode != FUSE_INIT || request->in_length < FS_INIT_OUT_BYTES)
		return;
	acts();
	init = (void *)(request->in + sizeof(struct fuse_out_header));
	init->minor = 45;
	init->max_write = 4096;
	init->max_pages = 0;
	init->max_background = 1;
}
ECCENTRIC(ok_fs_other_limits,
	  .about = "a file system device speaks a later FUSE, with small limits",
	  ALLOWED("5.11.6.1",
		  "The FUSE protocol documented in FUSE specifies the set of request types "
		  "and their contents."),
	  .devices = "fs", .tests = HOSTED, .used_element = speak_another_minor);
