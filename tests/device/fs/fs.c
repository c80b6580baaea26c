/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/fs/fs.h"

#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/subject/subject.h"

#define NAME_BYTES 64

struct request *fs_put(struct fs *fs, unsigned queue, const struct fs_call *call)
{
	struct test_run *t = fs->t;
	uint32_t length = sizeof(struct fuse_in_header) + call->head_bytes + call->body_bytes;
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	struct fuse_in_header header = {
		.len = length,
		.opcode = call->opcode,
		.unique = ++fs->unique,
		.nodeid = call->node,
	};

	*request = (struct request){
		.out = fs->out ? fs->out : test_memory(t, "request", length, 8),
		.out_length = length,
		.in_length = call->room,
	};
	if (call->room)
		request->in = fs->in ? fs->in : test_memory(t, "answer", call->room, 8);
	memcpy(request->out, &header, sizeof(header));
	if (call->head_bytes)
		memcpy(request->out + sizeof(header), call->head, call->head_bytes);
	if (call->body_bytes)
		memcpy(request->out + sizeof(header) + call->head_bytes, call->body,
		       call->body_bytes);
	memset(request->in, 0xee, call->room);
	submit(t, t->device->queues[queue], request);
	return request;
}

void fs_finish(struct fs *fs, const struct request *request, uint32_t used)
{
	struct test_run *t = fs->t;
	struct fuse_in_header asked;
	struct fuse_out_header header;

	memcpy(&asked, request->out, sizeof(asked));
	INSIST(t, FS_REQ_1, used >= sizeof(header), "opcode %u is answered by %u bytes",
	       asked.opcode, used);
	memcpy(&header, request->in, sizeof(header));
	INSIST(t, FS_REQ_1, header.len == used && header.unique == asked.unique,
	       "opcode %u, request %lu is answered in %u bytes, len %u, for request %lu",
	       asked.opcode, asked.unique, used, header.len, header.unique);
	fs->error = header.error;
	fs->length = used - (uint32_t)sizeof(header);
	fs->data = request->in + sizeof(header);
	CHECK(t, FS_REQ_2, fs->error <= 0 && fs->error > -4096 && (!fs->error || fs->length == 0),
	      "opcode %u is answered by error %d with %u bytes behind it", asked.opcode, fs->error,
	      fs->length);
}

int32_t fs_do(struct fs *fs, const struct fs_call *call)
{
	struct test_run *t = fs->t;
	struct request *request = fs_put(fs, fs->queue, call);
	struct completion completion;

	INSIST(t, SANE_1, await_announced(t, t->device->queues[fs->queue], &completion),
	       "opcode %u is not answered in time", call->opcode);
	fs_finish(fs, request, completion.length);
	return fs->error;
}

void fs_do_first(struct fs *fs, const struct fs_call *call)
{
	struct test_run *t = fs->t;
	struct completion completion;

	fs_put(fs, FS_HIPRIO_QUEUE, call);
	INSIST(t, FS_HIPRIO_3, await_announced(t, t->device->queues[FS_HIPRIO_QUEUE], &completion),
	       "opcode %u on the hiprio queue is not used in time", call->opcode);
	if (!call->room)
		CHECK(t, FS_HIPRIO_3, completion.length == 0 || ring_is_packed(work_queue(t)),
		      "opcode %u, which has no answer, is used with length %u", call->opcode,
		      completion.length);
}

/* The queues of the device that may serve requests. */
static unsigned count_queues(const struct test_run *t)
{
	uint32_t told =
		(uint32_t)config_read(t->device, struct virtio_fs_config, num_request_queues);
	unsigned there = offered_queues(t->device) - FS_REQUEST_QUEUE;

	return MAXIMUM(MINIMUM(MINIMUM(told, there), FS_QUEUES_MOST), 1u);
}

struct fs *fs_start(struct test_run *t)
{
	struct fs *fs = test_memory(t, "session", sizeof(*fs), 8);
	struct fuse_init_in init = {FUSE_MAJOR, FUSE_MINOR, 65536, 0};

	*fs = (struct fs){
		.t = t,
		.queues = count_queues(t),
		.queue = FS_REQUEST_QUEUE,
		.out = test_memory(t, "request", 512 + FS_DATA_BYTES, 8),
		.in = test_memory(t, "answer", 512 + FS_DATA_BYTES, 8),
	};
	bring_up_queues(t, FS_REQUEST_QUEUE + fs->queues);
	fs_do(fs, &(struct fs_call){.opcode = FUSE_INIT,
				    .head = &init,
				    .head_bytes = sizeof(init),
				    .room = FS_INIT_OUT_BYTES});
	INSIST(t, FS_INIT_1, !fs->error && fs->length == sizeof(struct fuse_init_out),
	       "FUSE_INIT 7.31 is answered by error %d and %u bytes", fs->error, fs->length);
	return fs;
}

int32_t fs_stat_root(struct fs *fs)
{
	struct fuse_getattr_in in = {0};

	return fs_do(fs,
		     &(struct fs_call){
			     .opcode = FUSE_GETATTR,
			     .node = FUSE_ROOT_ID,
			     .head = &in,
			     .head_bytes = sizeof(in),
			     .room = sizeof(struct fuse_out_header) + sizeof(struct fuse_attr_out),
		     });
}

uint64_t fs_look_up_file(struct fs *fs)
{
	struct test_run *t = fs->t;
	struct ask ask = ask_for("property", t->device);
	struct fuse_entry_out entry;
	char name[NAME_BYTES];

	ask_text(&ask, "name", "file");
	ask_text_or_skip(t, &ask, name, sizeof(name));
	fs_do(fs, &(struct fs_call){.opcode = FUSE_LOOKUP,
				    .node = FUSE_ROOT_ID,
				    .head = name,
				    .head_bytes = (uint32_t)strlen(name) + 1,
				    .room = sizeof(struct fuse_out_header) + sizeof(entry)});
	INSIST(t, SANE_2, !fs->error && fs->length == sizeof(entry),
	       "FUSE_LOOKUP of %s, which the host has there: error %d, %u bytes", name, fs->error,
	       fs->length);
	memcpy(&entry, fs->data, sizeof(entry));
	return entry.nodeid;
}

uint64_t fs_open_file(struct fs *fs, uint64_t *node)
{
	struct test_run *t = fs->t;
	struct fuse_open_in open = {.flags = FUSE_O_RDWR};
	struct fuse_open_out opened;

	*node = fs_look_up_file(fs);
	fs_do(fs, &(struct fs_call){.opcode = FUSE_OPEN,
				    .node = *node,
				    .head = &open,
				    .head_bytes = sizeof(open),
				    .room = sizeof(struct fuse_out_header) + sizeof(opened)});
	INSIST(t, SANE_2, !fs->error && fs->length == sizeof(opened),
	       "FUSE_OPEN: error %d, %u bytes", fs->error, fs->length);
	memcpy(&opened, fs->data, sizeof(opened));
	return opened.fh;
}
