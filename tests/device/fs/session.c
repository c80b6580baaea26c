/* SPDX-License-Identifier: BSD-2-Clause */
/* FUSE sessions (virtio 1.4, 5.11.5, 5.11.6.1, 5.11.6.2). */
#include "lib/string.h"
#include "tests/device/fs/fs.h"

#define MANY   16u
#define ABSENT "virtproof has no such file"

static const struct fs_call absent = {
	.opcode = FUSE_LOOKUP,
	.node = FUSE_ROOT_ID,
	.head = ABSENT,
	.head_bytes = sizeof(ABSENT),
	.room = sizeof(struct fuse_out_header) + sizeof(struct fuse_entry_out),
};

TEST(fs, one_session_serves_all_queues,
     .about = "FUSE_INIT on one queue starts a session that every request queue serves alike",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(FS_INIT_1, FS_INIT_2, FS_CFG_6, FS_REQ_1, FS_REQ_2))
{
	struct fs *fs = fs_start(t);

	for (fs->queue = FS_REQUEST_QUEUE; fs->queue < FS_REQUEST_QUEUE + fs->queues; fs->queue++) {
		CHECK(t, FS_INIT_2, fs_stat_root(fs) == 0,
		      "FUSE_GETATTR of the root on queue %u: error %d", fs->queue, fs->error);
		CHECK(t, FS_CFG_6, fs_do(fs, &absent) == -FS_ENOENT,
		      "FUSE_LOOKUP of an absent name on queue %u: error %d", fs->queue, fs->error);
	}
}

TEST(fs, errors_are_told, .about = "what is absent, or no request, is answered by its errno",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_WORK, .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2))
{
	struct fs *fs = fs_start(t);

	CHECK(t, FS_REQ_2, fs_do(fs, &absent) == -FS_ENOENT,
	      "FUSE_LOOKUP of an absent name: error %d", fs->error);
	CHECK(t, FS_REQ_2,
	      fs_do(fs, &(struct fs_call){.opcode = 4000,
					  .node = FUSE_ROOT_ID,
					  .room = sizeof(struct fuse_out_header)}) == -FS_ENOSYS,
	      "opcode 4000, which nothing defines: error %d", fs->error);
	CHECK(t, FS_REQ_2, fs_stat_root(fs) == 0, "FUSE_GETATTR behind them: error %d", fs->error);
}

TEST(fs, answers_name_their_requests,
     .about = "of many requests in flight each gets the answer that is its own",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_WORK, .axes = AXIS_RING,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2))
{
	struct fs *fs = fs_start(t);
	struct virtqueue *queue = t->device->queues[FS_REQUEST_QUEUE];
	struct completion completion;
	unsigned count = MINIMUM(MANY, queue->size / 4u);

	/* Each in memory of its own. */
	fs->out = fs->in = NULL;
	for (unsigned n = 0; n < count; n++)
		fs_put(fs, FS_REQUEST_QUEUE, &absent);
	for (unsigned n = 0; n < count; n++) {
		INSIST(t, SANE_1, await_announced(t, queue, &completion),
		       "of %u requests %u are answered", count, n);
		fs_finish(fs, completion.token, completion.length);
	}
}

static int32_t init_again(struct fs *fs)
{
	struct fuse_init_in init = {FUSE_MAJOR, FUSE_MINOR, 65536, 0};

	return fs_do(fs, &(struct fs_call){.opcode = FUSE_INIT,
					   .head = &init,
					   .head_bytes = sizeof(init),
					   .room = FS_INIT_OUT_BYTES});
}

TEST(fs, another_init_starts_anew,
     .about = "FUSE_INIT in the middle of a session starts another one, which serves",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_WORK,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_REQ_4))
{
	struct fs *fs = fs_start(t);

	fs_stat_root(fs);
	CHECK(t, FS_REQ_4, init_again(fs) == 0, "the second FUSE_INIT: error %d", fs->error);
	CHECK(t, FS_REQ_4, fs_stat_root(fs) == 0,
	      "FUSE_GETATTR of the root in the second session: error %d", fs->error);
}

TEST(fs, forgets_go_first,
     .about =
	     "FUSE_FORGET and FUSE_BATCH_FORGET of what was looked up are taken by the hiprio queue",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_HOST, .axes = AXIS_RING,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_HIPRIO_3, SANE_2))
{
	static const struct fuse_forget_in forget = {.nlookup = 1};
	struct fuse_batch_forget_in batch = {.count = 1, .one = {{0, 1}}};
	struct fs *fs = fs_start(t);

	fs_do_first(fs, &(struct fs_call){.opcode = FUSE_FORGET,
					  .node = fs_look_up_file(fs),
					  .head = &forget,
					  .head_bytes = sizeof(forget)});
	batch.one[0].nodeid = fs_look_up_file(fs);
	fs_do_first(fs, &(struct fs_call){.opcode = FUSE_BATCH_FORGET,
					  .head = &batch,
					  .head_bytes = sizeof(batch)});
	CHECK(t, FS_HIPRIO_3, fs_stat_root(fs) == 0, "FUSE_GETATTR behind them: error %d",
	      fs->error);
}

/* Takes answers, and sends each of these requests again where `more` are wanted. Returns how many came. */
static unsigned take_answers(struct fs *fs, struct virtqueue *queue, bool more)
{
	struct completion completion;
	unsigned count = 0;

	for (; virtqueue_take(queue, &completion); count++) {
		insist_on_chain(fs->t, queue, &completion, NULL);
		if (more)
			submit(fs->t, queue, completion.token);
	}
	return count;
}

TEST(fs, hiprio_goes_on,
     .about = "FUSE_FORGET is taken while requests keep a request queue busy without a pause",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_HOST,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_HIPRIO_1, SANE_2))
{
	static const struct fuse_forget_in forget = {.nlookup = 1};
	struct fs *fs = fs_start(t);
	struct virtqueue *queue = t->device->queues[FS_REQUEST_QUEUE];
	struct virtqueue *first = t->device->queues[FS_HIPRIO_QUEUE];
	struct fs_call call = {.opcode = FUSE_FORGET,
			       .node = fs_look_up_file(fs),
			       .head = &forget,
			       .head_bytes = sizeof(forget)};
	unsigned count = MINIMUM(MANY, queue->size / 4u);
	uint64_t deadline;

	fs->out = fs->in = NULL;
	for (unsigned n = 0; n < count; n++)
		fs_put(fs, FS_REQUEST_QUEUE, &absent);
	take_answers(fs, queue, true);
	fs_put(fs, FS_HIPRIO_QUEUE, &call);
	deadline = clock_deadline(PATIENCE_NS);
	while (!virtqueue_used_pending(first) && !clock_passed(deadline))
		take_answers(fs, queue, true);
	CHECK(t, FS_HIPRIO_1, virtqueue_used_pending(first),
	      "FUSE_FORGET is not used while requests are answered and sent again");
	deadline = clock_deadline(PATIENCE_NS);
	while (count && !clock_passed(deadline))
		count -= take_answers(fs, queue, false);
}

TEST(fs, interrupts_go_first,
     .about = "a FUSE_INTERRUPT that comes too late is taken by the hiprio queue",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_WORK,
     .judges = CLAUSES(FS_INIT_1, FS_REQ_1, FS_REQ_2, FS_HIPRIO_3))
{
	struct fuse_interrupt_in interrupt;
	struct fs *fs = fs_start(t);

	fs_stat_root(fs);
	interrupt.unique = fs->unique;
	fs_do_first(fs, &(struct fs_call){.opcode = FUSE_INTERRUPT,
					  .head = &interrupt,
					  .head_bytes = sizeof(interrupt),
					  .room = sizeof(struct fuse_out_header)});
	CHECK(t, FS_HIPRIO_3, fs_stat_root(fs) == 0, "FUSE_GETATTR behind it: error %d", fs->error);
}

TEST(fs, byte_order_is_the_drivers,
     .about = "a session begun in the other byte order is answered in it", .type = VIRTIO_TYPE_FS,
     .needs = NEEDS_WORK, .judges = CLAUSES(FS_REQ_3))
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	struct fuse_out_header header;
	struct completion completion;

	bring_up(t);
	*request = (struct request){
		.out = test_memory(t, "FUSE_INIT", FS_INIT_IN_BYTES, 8),
		.out_length = FS_INIT_IN_BYTES,
		.in = test_memory(t, "answer", FS_INIT_OUT_BYTES, 8),
		.in_length = FS_INIT_OUT_BYTES,
	};
	fs_prepare_init(request->out, 5, true);
	submit(t, work_queue(t), request);
	INSIST(t, FS_REQ_3, await_completion(t, work_queue(t), &completion),
	       "a FUSE_INIT in the other byte order is not used in time");
	memcpy(&header, request->in, sizeof(header));
	CHECK(t, FS_REQ_3,
	      completion.length == FS_INIT_OUT_BYTES && header.error == 0 &&
		      __builtin_bswap32(header.len) == FS_INIT_OUT_BYTES &&
		      __builtin_bswap64(header.unique) == 5,
	      "it is answered in %u bytes, len %#x, error %#x", completion.length, header.len,
	      (uint32_t)header.error);
}
