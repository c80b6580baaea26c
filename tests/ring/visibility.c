/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is visible when a buffer shows as used: a second CPU looks at the first moment (virtio 1.4,
 * 2.7.8, 2.8.13). A device that is late is found with some luck only, hence the rounds.
 */
#include "arch/cpu.h"
#include "arch/io.h"
#include "lib/string.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/split.h"

#define ROUNDS      60
#define ROUNDS_MANY 2000
#define SAMPLE_MOST 64u

/* What the second CPU copied when the next buffer showed as used. */
struct watch {
	const struct virtqueue *queue;
	const uint8_t *buffer;
	uint32_t bytes;
	uint32_t id, length;
	uint8_t sample[SAMPLE_MOST];
	volatile unsigned rounds_wanted, rounds_done;
	volatile bool stop;
};

static bool shows_as_used(const struct virtqueue *queue)
{
	/* The queue's own positions stand still while it is being watched. */
	return virtqueue_shows_used(queue);
}

static void watch_ring(void *argument)
{
	struct watch *watch = argument;

	while (!watch->stop) {
		const struct virtqueue *queue = watch->queue;

		if (watch->rounds_wanted == watch->rounds_done || !shows_as_used(queue)) {
			cpu_relax();
			continue;
		}
		observe();
		if (!ring_is_packed(queue)) {
			const struct virtq_used_elem *element =
				&split_of(queue)
					 ->used->ring[split_of(queue)->used_index % queue->size];

			watch->id = read32(&element->id);
			watch->length = read32(&element->len);
		}
		memcpy(watch->sample, watch->buffer, watch->bytes);
		publish();
		watch->rounds_done++;
	}
}

static bool watched(void *context)
{
	const struct watch *watch = context;

	return watch->rounds_done == watch->rounds_wanted;
}

/* One request under watch, until the second CPU has copied what it saw at first. */
static bool serve_watched(struct test_run *t, struct watch *watch, struct request *request)
{
	struct virtqueue *queue = work_queue(t);

	memset(request->in, 0x3c, request->in_length);
	if (!ring_is_packed(queue)) {
		struct virtq_used_elem *element =
			&split_of(queue)->used->ring[split_of(queue)->used_index % queue->size];

		element->id = to_le32(UNWRITTEN);
		element->len = to_le32(UNWRITTEN);
	}
	watch->buffer = request->in;
	watch->bytes = MINIMUM(request->in_length, SAMPLE_MOST);
	publish();
	watch->rounds_wanted++;
	submit(t, queue, request);
	return wait_until(watched, watch, clock_deadline(PATIENCE_NS));
}

static void end_watch(struct watch *watch)
{
	watch->stop = true;
	if (!cpu_finish(1, clock_deadline(PATIENCE_NS), NULL))
		cpu_stop(1);
}

TEST(ring, used_buffer_is_complete_when_it_shows,
     .about = "id, length and data are in place before a buffer shows as used to another CPU",
     .needs = NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING,
     .judges = CLAUSES(PACKED_TXT_13, SANE_1, SPLIT_TXT_16, SPLIT_USED_1, SPLIT_USED_3))
{
	struct watch *watch = test_memory(t, "watch", sizeof(*watch), 8);
	struct request *request;
	struct completion completion = {0};
	bool served = true, seen = true, id_late = false, length_late = false, data_late = false;

	bring_up(t);
	request = new_request(t, 1);
	*watch = (struct watch){.queue = work_queue(t)};
	if (!cpu_start(1, watch_ring, watch))
		skip_test(t, "the second CPU is busy");
	for (unsigned n = 0; n < rounds_of(ROUNDS, ROUNDS_MANY) && served; n++) {
		seen = serve_watched(t, watch, request);
		served = seen || virtqueue_shows_used(work_queue(t));
		if (!seen)
			break;
		clock_spin(3000);
		id_late = id_late || watch->id == UNWRITTEN;
		length_late = length_late || watch->length == UNWRITTEN;
		if (id_late || length_late)
			break;
		served = await_completion(t, work_queue(t), &completion);
		/* Of what the length does not count nothing is said. */
		if (completion.has_length)
			watch->bytes = MINIMUM(watch->bytes, completion.length);
		data_late = data_late || memcmp(watch->sample, request->in, watch->bytes) != 0;
	}
	end_watch(watch);
	INSIST(t, SANE_1, served, "a buffer is not used in time");
	CAN_JUDGE(t, seen, "the second CPU has not come to look in %lu ms", PATIENCE_NS / 1000000);
	if (ring_is_packed(work_queue(t))) {
		CAN_JUDGE(t, watch->bytes, "the device writes nothing into the buffer");
		CHECK(t, PACKED_TXT_13, !data_late,
		      "data in the buffer changed after its descriptor showed as used");
		return;
	}
	CHECK(t, SPLIT_TXT_16, !id_late, "used idx moved before the id was written");
	CHECK(t, SPLIT_USED_1, !length_late, "used idx moved before len was written");
	if (watch->bytes)
		CHECK(t, SPLIT_USED_3, !data_late,
		      "data in the buffer changed after used idx moved");
}
