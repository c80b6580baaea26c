/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes (virtio 1.4, 5.4). */
#include "lib/string.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/subject.h"
#include "virtio/device/entropy.h"

static struct request *make(struct test_run *t, uint32_t bytes, uint8_t preset)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	if (!entropy_prepare(t->arena, bytes, request))
		error_in_test(t, "the DMA arena has no room for a request");
	memset(request->in, preset, bytes);
	return request;
}

/*
 * Sends a request and returns its used length. No sentence says how soon random bytes come: a device that
 * has given some in this run and keeps still now limits its rate, and the test is skipped. One that never
 * did gets a quota's time to answer.
 */
static uint32_t send(struct test_run *t, struct request *request)
{
	struct virtqueue *queue = t->device->queues[0];
	struct completion completion;
	bool answered;

	submit(t, queue, request);
	answered = await_use(queue, clock_deadline(PATIENCE_NS)) ||
		   await_use(queue, clock_deadline(PATIENCE_NS));
	CAN_JUDGE(t, answered || !t->subject->served,
		  "the device limits its rate: it has not answered in time");
	if (answered)
		answered = await_announced(t, queue, &completion);
	INSIST(t, ENTROPY_VQ_1, answered, "in queue 0 a request for %u bytes is not completed",
	       request->in_length);
	return completion.length;
}

TEST(rng, offers_no_feature_of_its_own, .about = "no feature bit of the device type is offered",
     .type = VIRTIO_TYPE_ENTROPY, .judges = CLAUSES(ENTROPY_FEAT_1))
{
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (bit >= 24 && bit < 50)
			continue;
		CHECK(t, ENTROPY_FEAT_1, !features_have(&t->device->offered, bit),
		      "feature bit %u is offered", bit);
	}
}

TEST(rng, requests_are_answered,
     .about =
	     "requests of 1 byte to 64 KiB on queue 0 get at least a byte and no more than asked for",
     .type = VIRTIO_TYPE_ENTROPY, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(ENTROPY_OP_1, ENTROPY_VQ_1))
{
	static const uint32_t sizes[] = {1, 7, 64, 4096, 65536};

	bring_up(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(sizes); n++) {
		uint32_t length = send(t, make(t, sizes[n], 0));

		CHECK(t, ENTROPY_OP_1, length >= 1 && length <= sizes[n],
		      "a buffer of %u bytes is used with length %u", sizes[n], length);
	}
}

/* Puts a buffer of one byte in each place of the ring; how many of them come back. */
static unsigned serve_many(struct test_run *t)
{
	struct virtqueue *queue = t->device->queues[0];
	unsigned used = 0;

	for (unsigned n = 0; n < queue->size; n++) {
		add_request(t, queue, make(t, 1, 0));
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	while (used < queue->size) {
		struct completion completion;

		if (!await_use(queue, clock_deadline(PATIENCE_NS)) ||
		    !await_announced(t, queue, &completion))
			break;
		CHECK(t, ENTROPY_OP_1, completion.length == 1,
		      "a buffer of 1 byte is used with length %u", completion.length);
		used++;
	}
	return used;
}

#define ATTEMPTS 3

/* Gives as many bytes one by one: a device that is out of them keeps still, and the test is skipped. */
static void be_sure_of_rate(struct test_run *t, unsigned bytes)
{
	struct request *request = make(t, 1, 0);

	start_over(t);
	bring_up(t);
	for (unsigned n = 0; n < bytes; n++)
		send(t, request);
}

TEST(rng, many_buffers_are_served,
     .about = "as many buffers as the ring holds, behind one notification, are all used",
     .type = VIRTIO_TYPE_ENTROPY, .axes = AXIS_RING | AXIS_SIZE,
     .judges = CLAUSES(ENTROPY_OP_1, ENTROPY_OP_4, ENTROPY_VQ_1))
{
	unsigned count, used = 0;

	bring_up(t);
	count = t->device->queues[0]->size;
	/* Between the attempts a device that ran out of its quota has one byte again, and so a new quota. */
	for (unsigned n = 0; n < ATTEMPTS && used < count; n++) {
		if (n > 0)
			be_sure_of_rate(t, 1);
		used = serve_many(t);
	}
	if (used < count)
		be_sure_of_rate(t, count);
	CHECK(t, ENTROPY_OP_4, used == count,
	      "of %u buffers of 1 byte only %u are used, then no more in time, and one by one as "
	      "many are",
	      count, used);
}

#define COLLECT_NS (3 * NANOSECONDS_A_SECOND)

/* Collects up to `count` bytes in requests that may be answered in part, as many as come in time. */
static uint32_t collect(struct test_run *t, uint8_t *bytes, uint32_t count, uint8_t preset)
{
	enum { PART = 4096 };
	struct request *request = make(t, PART, preset);
	uint64_t deadline = clock_deadline(COLLECT_NS);
	uint32_t done = 0;

	while (done < count && !clock_passed(deadline)) {
		uint32_t length;

		memset(request->in, preset, PART);
		length = send(t, request);
		INSIST(t, ENTROPY_OP_1, length >= 1, "a buffer of %u bytes is used with length 0",
		       PART);
		INSIST(t, VQ_TXT_5, length <= PART, "a buffer of %u bytes is used with length %u",
		       PART, length);
		length = MINIMUM(length, count - done);
		memcpy(bytes + done, request->in, length);
		done += length;
	}
	return done;
}

static uint32_t count_ones(const uint8_t *bytes, uint32_t count)
{
	uint32_t ones = 0;

	for (uint32_t n = 0; n < count; n++) {
		for (uint8_t rest = bytes[n]; rest; rest &= (uint8_t)(rest - 1))
			ones++;
	}
	return ones;
}

/* The root of a number, rounded up. */
static uint32_t root_of(uint32_t number)
{
	uint32_t root = 0;

	while (root * root < number)
		root++;
	return root;
}

/*
 * The bounds lie eight standard deviations away from the mean of true randomness: a good device
 * crosses one by chance once in 10^15 runs.
 */
static void judge_bytes(struct test_run *t, const uint8_t *bytes, uint32_t count, uint8_t preset)
{
	uint32_t bits = 8 * count, ones = count_ones(bytes, count), kept = 0;
	uint32_t most = 8 * root_of(bits) / 2; /* away from one half */

	for (uint32_t n = 0; n < count; n++)
		kept += bytes[n] == preset;
	CHECK(t, ENTROPY_OP_2, ones + most > bits / 2 && ones < bits / 2 + most,
	      "of %u bits %u are 1", bits, ones);
	/* A byte is by chance what it was preset to with 1/256: 32 of 8192, sigma 5.6. */
	CHECK(t, ENTROPY_OP_2, kept < count / 256 + 8 * root_of(count / 256 + 1),
	      "of %u bytes %u still hold the %#x that they were preset to", count, kept, preset);
}

TEST(rng, bytes_look_random,
     .about = "bytes differ from what the buffer held, between requests, and have balanced bits",
     .type = VIRTIO_TYPE_ENTROPY,
     .judges = CLAUSES(ENTROPY_OP_1, ENTROPY_OP_2, ENTROPY_VQ_1, VQ_TXT_5))
{
	enum { BYTES = 8192, LEAST = 64, ALIKE = 16 };
	uint8_t *bytes = test_memory(t, "bytes", BYTES, 16);
	uint8_t *before = test_memory(t, "before", BYTES, 16);

	bring_up(t);
	for (unsigned round = 0; round < 2; round++) {
		uint8_t preset = round ? 0xff : 0x00;
		uint32_t count = collect(t, bytes, BYTES, preset);

		CAN_JUDGE(t, count >= LEAST, "the device limits its rate: %u bytes come within 3 s",
			  count);
		judge_bytes(t, bytes, count, preset);
		CHECK(t, ENTROPY_OP_2, memcmp(bytes, before, ALIKE) != 0,
		      "two requests begin with the same %u bytes", ALIKE);
		memcpy(before, bytes, ALIKE);
	}
}

/* A byte that in eight answers is always what it was preset to was not written: chance is 2^-64. */
TEST(rng, every_counted_byte_is_written,
     .about = "all bytes that the used length counts are written", .type = VIRTIO_TYPE_ENTROPY,
     .judges = CLAUSES(ENTROPY_VQ_1, SPLIT_USED_2))
{
	enum { BYTES = 64, ROUNDS = 8 };
	struct request *request = make(t, BYTES, 0);
	uint8_t kept[BYTES] = {0};

	bring_up(t);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t preset = round % 2 ? 0xa5 : 0x5a;
		uint32_t length;

		memset(request->in, preset, BYTES);
		length = send(t, request);
		for (uint32_t n = 0; n < MINIMUM(length, (uint32_t)BYTES); n++)
			kept[n] += request->in[n] == preset;
	}
	for (unsigned n = 0; n < BYTES; n++)
		CHECK(t, SPLIT_USED_2, kept[n] < ROUNDS,
		      "byte %u was counted in %u used lengths and never written", n, ROUNDS);
}
