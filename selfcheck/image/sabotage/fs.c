/* SPDX-License-Identifier: BSD-2-Clause */
/* File system devices that break one rule. */
#include "lib/string.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/fs.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_fs_config, field)

static bool is_config(const struct register_access *access, uint32_t offset)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == offset;
}

static uint64_t have_no_queues(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_config(access, CONFIG(num_request_queues)) ? 0 : value;
}

SABOTEUR(fs_has_no_queues, .about = "num_request_queues is 0",
	 BREAKS(CLAUSE_FS_CFG_1, CLAUSE_FS_CFG_5), .type = VIRTIO_TYPE_FS, .tests = "fs.request_q*",
	 .onlooker.read = have_no_queues);

static uint64_t spoil_tag(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_config(access, CONFIG(tag)) ? 0xff : value;
}

SABOTEUR(fs_spoils_its_tag, .about = "the tag begins with a byte that no character has",
	 BREAKS(CLAUSE_FS_CFG_3, CLAUSE_FS_CFG_4), .type = VIRTIO_TYPE_FS, .tests = "fs.tag*",
	 .onlooker.read = spoil_tag);

static uint64_t lose_hiprio(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return is_common(access, queue_size) &&
			       own_read(self, access->device, queue_select) == FS_HIPRIO_QUEUE
		       ? 0
		       : value;
}

SABOTEUR(fs_lacks_hiprio, .about = "queue 0 has no size", BREAKS(CLAUSE_FS_VQ_1),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.request_q*", .onlooker.read = lose_hiprio);

static bool swallow_forgets(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || *value != FS_HIPRIO_QUEUE;
}

SABOTEUR(fs_ignores_hiprio, .about = "what is put on the hiprio queue stays there",
	 BREAKS(CLAUSE_FS_HIPRIO_1, CLAUSE_FS_HIPRIO_3), .type = VIRTIO_TYPE_FS,
	 .tests = "fs.forgets*,fs.hiprio*", .onlooker.write = swallow_forgets);

/* The answer in a used buffer, and what was asked; false where there is none. */
struct answer {
	const struct fuse_in_header *asked;
	struct fuse_out_header *header;
	uint8_t *data;
};

static bool answer_of(struct virtqueue *queue, const struct used_element *element,
		      struct answer *answer)
{
	struct request *request = used_request(queue, element);

	if (!request || request->in_length < sizeof(*answer->header))
		return false;
	*answer = (struct answer){(void *)request->out, (void *)request->in,
				  request->in + sizeof(*answer->header)};
	return true;
}

static void misname(struct virtqueue *queue, struct used_element *element)
{
	struct answer answer;

	if (answer_of(queue, element, &answer) && answer.asked->opcode == FUSE_LOOKUP)
		answer.header->unique++;
}

SABOTEUR(fs_misnames_requests, .about = "the answer is for another request",
	 BREAKS(CLAUSE_FS_REQ_1), .type = VIRTIO_TYPE_FS, .tests = "fs.errors*",
	 .used_element = misname);

/* The request with this opcode fails, with no data behind the header. */
static void fail(struct virtqueue *queue, struct used_element *element, uint32_t opcode,
		 int32_t error)
{
	struct answer answer;

	if (!answer_of(queue, element, &answer) || answer.asked->opcode != opcode)
		return;
	answer.header->error = error;
	answer.header->len = element->length = sizeof(*answer.header);
}

static void fail_init(struct virtqueue *queue, struct used_element *element)
{
	fail(queue, element, FUSE_INIT, -5);
}

SABOTEUR(fs_starts_no_session, .about = "FUSE_INIT is refused", BREAKS(CLAUSE_FS_INIT_1),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.errors*", .used_element = fail_init);

static unsigned sessions;

static void begin_no_session(struct virtio_device *device)
{
	sessions = 0;
}

static void fail_second_init(struct virtqueue *queue, struct used_element *element)
{
	struct answer answer;

	if (answer_of(queue, element, &answer) && answer.asked->opcode == FUSE_INIT && sessions++)
		fail_init(queue, element);
}

SABOTEUR(fs_starts_one_session, .about = "the second FUSE_INIT is refused", BREAKS(CLAUSE_FS_REQ_4),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.another*", .start = begin_no_session,
	 .used_element = fail_second_init);

static void refuse_alike(struct virtqueue *queue, struct used_element *element)
{
	fail(queue, element, FUSE_LOOKUP, -13);
	fail(queue, element, FUSE_GETATTR, -13);
}

SABOTEUR(fs_serves_no_queue, .about = "names and attributes are refused after FUSE_INIT",
	 BREAKS(CLAUSE_FS_INIT_2, CLAUSE_FS_CFG_6, CLAUSE_FS_REQ_2), .type = VIRTIO_TYPE_FS,
	 .tests = "fs.one_session*,fs.errors*", .used_element = refuse_alike);

static void flip_read(struct virtqueue *queue, struct used_element *element)
{
	struct answer answer;

	if (answer_of(queue, element, &answer) && answer.asked->opcode == FUSE_READ)
		answer.data[0] ^= 1;
}

SABOTEUR(fs_reads_other_bytes, .about = "a bit of what is read is another", BREAKS(CLAUSE_FS_REQ_6),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.files*", .used_element = flip_read);

static void refuse_reads(struct virtqueue *queue, struct used_element *element)
{
	fail(queue, element, FUSE_READ, -38);
}

SABOTEUR(fs_reads_nothing, .about = "FUSE_READ is refused", BREAKS(CLAUSE_FS_DAX_3),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.files*", .used_element = refuse_reads);

static void refuse_writes(struct virtqueue *queue, struct used_element *element)
{
	fail(queue, element, FUSE_WRITE, -38);
}

SABOTEUR(fs_writes_nothing, .about = "FUSE_WRITE is refused", BREAKS(CLAUSE_FS_DAX_4),
	 .type = VIRTIO_TYPE_FS, .tests = "fs.files*", .used_element = refuse_writes);

static struct request *newest(struct virtqueue *queue)
{
	const struct split_virtqueue *ring = split_of(queue);
	uint16_t slot = (uint16_t)(ring->avail_index - 1) & (queue->size - 1);

	return queue->chains[from_le16(ring->avail->ring[slot])].token;
}

static void lose_a_write(struct onlooker *self, struct virtqueue *queue)
{
	struct request *request = queue->index == FS_REQUEST_QUEUE ? newest(queue) : NULL;

	if (request && ((struct fuse_in_header *)(void *)request->out)->opcode == FUSE_WRITE)
		request->out[request->out_length - 1] ^= 1;
}

SABOTEUR(fs_stores_other_bytes, .about = "a bit of what is written is another in the file",
	 BREAKS(CLAUSE_FS_DAX_14), .type = VIRTIO_TYPE_FS, .tests = "fs.files*",
	 .onlooker.publish = lose_a_write);
