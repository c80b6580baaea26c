/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/blk/exchange.h"

#include "lib/string.h"

#define QUEUES_MOST 64

void blk_up(struct test_run *t, uint64_t features, uint64_t without)
{
	struct features wanted = features_for(t);

	wanted.words[0] |= features & t->device->offered.words[0];
	wanted.words[0] &= ~without;
	set_up(t, wanted, 1);
	go_live(t);
}

unsigned blk_up_all(struct test_run *t)
{
	struct features features = features_for(t);
	unsigned queues = (unsigned)MINIMUM(BLK_CONFIG(t, num_queues), (uint64_t)QUEUES_MOST);

	features_add(&features, VIRTIO_BLK_F_MQ);
	set_up(t, features, queues);
	go_live(t);
	return queues;
}

bool blk_offers(const struct test_run *t, unsigned bit)
{
	return features_have(&t->device->offered, bit);
}

uint32_t blk_block_sectors(const struct test_run *t)
{
	uint32_t bytes = VIRTIO_BLK_SECTOR;

	if (blk_offers(t, VIRTIO_BLK_F_BLK_SIZE))
		bytes = (uint32_t)BLK_CONFIG(t, blk_size);
	return MAXIMUM(bytes / VIRTIO_BLK_SECTOR, 1u);
}

uint64_t blk_capacity(struct test_run *t, uint64_t least)
{
	uint64_t capacity = BLK_CONFIG(t, capacity);

	if (capacity < least)
		skip_test(t, "the disk has %lu sectors, this takes %lu", capacity, least);
	return capacity;
}

uint64_t blk_last(const struct test_run *t)
{
	uint32_t block = blk_block_sectors(t);

	return BLK_CONFIG(t, capacity) / block * block - block;
}

struct request *blk_request(struct test_run *t, enum virtio_blk_type type, uint64_t sector,
			    uint32_t out_bytes, uint32_t in_bytes)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	if (!blk_prepare(t->arena, type, sector, out_bytes, in_bytes, request))
		error_in_test(t, "the DMA arena has no room for a request");
	return request;
}

void blk_aim(struct request *request, uint64_t sector)
{
	((struct virtio_blk_req *)request->out)->sector = to_le64(sector);
	request->in[request->in_length - 1] = BLK_STATUS_UNWRITTEN;
}

void blk_skip_read_only(struct test_run *t)
{
	if (blk_offers(t, VIRTIO_BLK_F_RO))
		skip_test(t, "the disk is read-only");
}

/* The model may be read once the zoned feature is accepted (5.2.5). */
static bool is_host_managed(struct test_run *t)
{
	bool accepted = negotiate(t, features_for(t));
	uint64_t model = accepted ? BLK_CONFIG(t, zoned.model) : VIRTIO_BLK_Z_NONE;

	start_over(t);
	return model == VIRTIO_BLK_Z_HM;
}

void blk_skip_unwritable(struct test_run *t)
{
	blk_skip_read_only(t);
	if (blk_offers(t, VIRTIO_BLK_F_ZONED) && is_host_managed(t))
		skip_test(t, "the zones of the disk are written in order only");
}

uint32_t blk_segment_sectors(const struct test_run *t, uint32_t most)
{
	if (!blk_offers(t, VIRTIO_BLK_F_SIZE_MAX))
		return most;
	return MINIMUM(most, (uint32_t)BLK_CONFIG(t, size_max) / VIRTIO_BLK_SECTOR);
}

uint32_t blk_difference(const uint8_t *a, const uint8_t *b, uint32_t length)
{
	uint32_t n = 0;

	while (n + 8 <= length && *(const uint64_t *)(a + n) == *(const uint64_t *)(b + n))
		n += 8;
	while (n < length && a[n] == b[n])
		n++;
	return n;
}

void blk_again(struct test_run *t)
{
	struct features features = t->device->negotiated;

	start_over(t);
	set_up(t, features, 1);
	go_live(t);
}

uint8_t *blk_data(const struct request *request)
{
	return request->out + sizeof(struct virtio_blk_req);
}

static struct blk_answer await_answer(struct test_run *t, struct virtqueue *queue,
				      const struct request *request)
{
	const struct virtio_blk_req *header = (const struct virtio_blk_req *)request->out;
	struct completion completion;

	INSIST(t, SANE_1, await_announced(t, queue, &completion),
	       "queue %u: a request of type %u at sector %lu is not completed in time",
	       queue->index, from_le32(header->type), from_le64(header->sector));
	insist_on_chain(t, queue, &completion, request);
	return (struct blk_answer){blk_status(request), completion.length};
}

struct blk_answer blk_send(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	submit(t, queue, request);
	return await_answer(t, queue, request);
}

struct blk_answer blk_send_cut(struct test_run *t, struct virtqueue *queue, struct request *request,
			       const struct segment *segments, unsigned count)
{
	add_segments(t, queue, segments, count, request);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	return await_answer(t, queue, request);
}

struct ending {
	struct virtqueue *queue;
	struct virtio_device *device;
};

static bool used_or_broken(void *context)
{
	const struct ending *ending = context;

	return virtqueue_used_pending(ending->queue) ||
	       (ending->device->transport->get_status(ending->device) & VIRTIO_STATUS_NEEDS_RESET);
}

void blk_provoke(struct test_run *t, struct request *request)
{
	struct virtqueue *queue = t->device->queues[0];
	struct ending ending = {queue, t->device};

	submit(t, queue, request);
	wait_until(used_or_broken, &ending, clock_deadline(PATIENCE_NS));
	if (virtqueue_used_pending(queue))
		await_answer(t, queue, request);
	else
		blk_again(t);
}

/* Sends a request for the same data anew; true when it succeeds. */
static bool succeeds_when_plain(struct test_run *t, const struct request *request)
{
	const struct virtio_blk_req *header = (const struct virtio_blk_req *)request->out;
	uint32_t out = request->out_length - sizeof(*header), in = request->in_length - 1;
	struct request *plain;

	plain = blk_request(t, from_le32(header->type), from_le64(header->sector), out, in);
	memcpy(blk_data(plain), request->out + sizeof(*header), out);
	start_over(t);
	blk_up(t, 0, 0);
	return blk_send(t, t->device->queues[0], plain).status == VIRTIO_BLK_S_OK;
}

void blk_excuse(struct test_run *t, const struct request *request)
{
	const struct virtio_blk_req *header = (const struct virtio_blk_req *)request->out;

	if (blk_status(request) == VIRTIO_BLK_S_IOERR && !succeeds_when_plain(t, request))
		skip_test(t, "a plain %s at sector %lu is refused, too",
			  from_le32(header->type) == VIRTIO_BLK_T_OUT ? "write" : "read",
			  from_le64(header->sector));
}

void blk_judge_length(struct test_run *t, const char *what, uint32_t length, uint32_t written)
{
	if (t->variant.packed)
		CHECK(t, VQ_TXT_4, length == written, "%s is used with length %u, not %u", what,
		      length, written);
}

void blk_read(struct test_run *t, uint64_t sector, uint32_t sectors, uint8_t *data)
{
	uint32_t bytes = sectors * VIRTIO_BLK_SECTOR;
	struct request *request = blk_request(t, VIRTIO_BLK_T_IN, sector, 0, bytes);
	struct blk_answer answer = blk_send(t, t->device->queues[0], request);

	blk_excuse(t, request);
	INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK,
	       "a read of %u sectors at %lu of %lu ends with %s", sectors, sector,
	       BLK_CONFIG(t, capacity), blk_status_name(answer.status));
	memcpy(data, request->in, bytes);
}

void blk_write(struct test_run *t, uint64_t sector, uint32_t sectors, const uint8_t *data)
{
	uint32_t bytes = sectors * VIRTIO_BLK_SECTOR;
	struct request *request = blk_request(t, VIRTIO_BLK_T_OUT, sector, bytes, 0);
	struct blk_answer answer;

	memcpy(blk_data(request), data, bytes);
	answer = blk_send(t, t->device->queues[0], request);
	blk_excuse(t, request);
	INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK,
	       "a write of %u sectors at %lu of %lu ends with %s", sectors, sector,
	       BLK_CONFIG(t, capacity), blk_status_name(answer.status));
}

const char *blk_status_name(uint8_t status)
{
	static const char *const names[] = {"OK",
					    "IOERR",
					    "UNSUPP",
					    "ZONE_INVALID_CMD",
					    "ZONE_UNALIGNED_WP",
					    "ZONE_OPEN_RESOURCE",
					    "ZONE_ACTIVE_RESOURCE"};

	if (status == BLK_STATUS_UNWRITTEN)
		return "no status written";
	return status < ARRAY_LENGTH(names) ? names[status] : "an unknown status";
}
