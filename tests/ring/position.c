/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a device stands in a ring: what it takes and what it leaves, how it goes round, where it
 * begins again (virtio 1.4, 2.7.6, 2.7.8, 2.8.1).
 */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/plan/options.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

/* Long enough for a device to do what it must not do after a kick. */
#define TEMPTATION_NS 300000

/* Adds a request with its writable bytes patterned. */
static struct request *add_patterned(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = new_request(t, random_next(&t->random));

	memset(request->in, 0x3c, request->in_length);
	keep_to_one(t, queue);
	if (!request_add(queue, request))
		skip_test(t, "queue %u has no room for two requests", queue->index);
	return request;
}

static bool untouched(const struct request *request)
{
	return all_bytes_are(request->in, 0x3c, request->in_length);
}

/* Kicks for nothing and gives the device time to be tempted. */
static void tempt(struct virtqueue *queue)
{
	virtqueue_notify(queue);
	clock_spin(TEMPTATION_NS);
}

static void expect_completion(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	struct completion completion;

	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "a buffer is not used after its kick");
	insist_on_chain(t, queue, &completion, request);
}

TEST(ring, split_unexposed_entries_wait,
     .about = "available entries beyond idx are left alone until idx covers them",
     .needs = NEEDS_WORK, .axes = AXIS_EVENT_IDX | AXIS_INDIRECT, .judges = CLAUSES(SPLIT_TXT_6))
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned lap = 0; lap < 3; lap++) {
		struct split_virtqueue *ring = split_of(queue);
		uint16_t before = ring->avail_index;
		struct request *first = add_patterned(t, queue), *second = add_patterned(t, queue);

		publish();
		write16(&ring->avail->idx, (uint16_t)(before + 1));
		tempt(queue);
		expect_completion(t, queue, first);
		tempt(queue);
		if (!CHECK(t, SPLIT_TXT_6,
			   read16(&ring->used->idx) == ring->used_index && untouched(second),
			   "avail idx is %u, ring[%u] holds one head more, and it was consumed: "
			   "used idx %u",
			   before + 1, (before + 1) % queue->size, read16(&ring->used->idx)))
			return;
		virtqueue_publish(queue);
		virtqueue_notify(queue);
		expect_completion(t, queue, second);
	}
}

TEST(ring, packed_unexposed_descriptors_wait,
     .about = "descriptors behind one that is not available are left alone", .needs = NEEDS_WORK,
     .axes = AXIS_EVENT_IDX | AXIS_INDIRECT, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED), .judges = CLAUSES(PACKED_DESC_3, PACKED_TXT_4))
{
	struct virtqueue *queue;

	t->variant.size = 8;
	bring_up(t);
	queue = work_queue(t);
	/* On the first lap the slot held back is zero, on later ones it holds what was used before. */
	for (unsigned round = 0; round < 9; round++) {
		struct packed_virtqueue *ring = packed_of(queue);
		uint16_t slot = ring->avail_slot;
		struct request *first = add_patterned(t, queue), *second = add_patterned(t, queue);
		bool left;

		tempt(queue);
		left = !virtqueue_used_pending(queue) && untouched(first) && untouched(second);
		CHECK(t, PACKED_TXT_4, left,
		      "slot %u is not available, the slots behind it are, and the device used one",
		      slot);
		if (!CHECK(t, PACKED_DESC_3, left,
			   "slot %u was used while its AVAIL bit had not changed (flags %#x)", slot,
			   read16(&ring->desc[slot].flags)))
			return;
		virtqueue_publish(queue);
		virtqueue_notify(queue);
		expect_completion(t, queue, first);
		expect_completion(t, queue, second);
	}
}

struct ring_flaw {
	enum flaw kind;
	enum clause_id split, packed; /* that it breaks */
};

static const struct ring_flaw ring_flaws[] = {
	{FLAW_DESCRIPTOR, CLAUSE_SPLIT_DESC_3, CLAUSE_PACKED_TXT_5},
	{FLAW_TABLE, CLAUSE_SPLIT_DESC_3, CLAUSE_PACKED_TXT_21},
	{FLAW_DRIVER_AREA, CLAUSE_SPLIT_TXT_9, CLAUSE_PACKED_TXT_16},
	{FLAW_BEYOND, CLAUSE_SPLIT_TXT_10, CLAUSE_PACKED_TXT_16},
	{FLAW_STEP, CLAUSE_SPLIT_TXT_13, CLAUSE_PACKED_TXT_6},
	{FLAW_BACK, CLAUSE_SPLIT_TXT_17, CLAUSE_PACKED_TXT_6},
	{FLAW_SLOT, CLAUSE_SPLIT_TXT_15, CLAUSE_PACKED_TXT_6},
};

TEST(ring, whole_ring_can_be_outstanding,
     .about = "as many buffers as the ring has entries can be exposed at once", .needs = NEEDS_WORK,
     .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE,
     .judges = CLAUSES(PACKED_DESC_1, PACKED_TXT_16, PACKED_TXT_21, PACKED_TXT_5, PACKED_TXT_6,
		       SPLIT_DESC_1, SPLIT_DESC_3, SPLIT_TXT_10, SPLIT_TXT_13, SPLIT_TXT_15,
		       SPLIT_TXT_17, SPLIT_TXT_9, VQ_TXT_11, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	bring_up(t);
	traffic = traffic_start(t, TRAFFIC_DEPTH_MOST);
	traffic->out_parts = 1;
	traffic->in_parts = 1;
	for (unsigned n = 0; n < 3 && traffic_round(traffic, 0); n++)
		;
	check_service(traffic, CLAUSE_VQ_TXT_11, "all descriptors of the ring in use");
	/* What used lengths and flags say is judged by other tests. */
	for (unsigned n = 0; n < ARRAY_LENGTH(ring_flaws); n++)
		check_flaw(traffic, t->variant.packed ? ring_flaws[n].packed : ring_flaws[n].split,
			   ring_flaws[n].kind);
}

TEST(ring, split_indices_count_to_65535, .about = "available and used index run through 65535 to 0",
     .needs = NEEDS_WORK, .timeout_ms = 60000, .judges = CLAUSES(SPLIT_TXT_14, SPLIT_TXT_7))
{
	static const struct virtio_device *counted;
	struct virtqueue *queue;
	struct request *requests[127];
	unsigned depth, served = 0;

	if (!options.thorough && counted && counted != t->device)
		skip_test(t, "once a run is enough without vp.thorough: %s has counted",
			  counted->name);
	counted = t->device;
	bring_up(t);
	queue = work_queue(t);
	/* A number that the index is no multiple of when it wraps: the batch straddles it. */
	if (queue->size < 32 && strcmp(options.variant, "default") == 0)
		skip_test(t, "65536 requests take long in a ring of %u entries: see vp.variant=all",
			  queue->size);
	requests[0] = new_request(t, 0);
	depth = queue->size / request_least(requests[0]) - 1;
	depth = MINIMUM(depth | 1, (unsigned)ARRAY_LENGTH(requests));
	for (unsigned n = 1; n < depth; n++)
		requests[n] = new_request(t, n);
	while (served < 65536 + 2u * queue->size) {
		bool all = serve_again(t, queue, requests, depth, 1);
		uint16_t used = read16(&split_of(queue)->used->idx);

		served += depth;
		if (!CHECK(t, SPLIT_TXT_7, all,
			   "after the available idx went to %u, %u buffers are not used: used idx %u",
			   (uint16_t)served, queue->in_flight, used) ||
		    !CHECK(t, SPLIT_TXT_14, used == (uint16_t)served,
			   "%u buffers were used, used idx is %u instead of %u", served, used,
			   (uint16_t)served))
			return;
	}
}

/* Leaves the device at an odd place of an odd lap, then begins anew: what comes of the first request. */
static struct traffic *first_after(struct test_run *t, unsigned requests)
{
	struct traffic *traffic;

	bring_up(t);
	for (unsigned n = 0; n < requests; n++)
		work_once(t, n);
	start_over(t);
	bring_up(t);
	traffic = traffic_start(t, 1);
	traffic_round(traffic, 1);
	return traffic;
}

TEST(ring, split_ring_begins_at_0,
     .about = "after a reset the first used element goes to slot 0 and makes the index 1",
     .needs = NEEDS_WORK, .axes = AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_SIZE,
     .judges = CLAUSES(SPLIT_TXT_12))
{
	static const uint8_t before[] = {1, 3, 19};

	for (unsigned n = 0; n < ARRAY_LENGTH(before); n++) {
		struct traffic *traffic = first_after(t, before[n]);

		CHECK(t, SPLIT_TXT_12,
		      !*traffic->flaws[FLAW_SILENT] && !*traffic->flaws[FLAW_SLOT] &&
			      !*traffic->flaws[FLAW_STEP],
		      "reset after %u buffers: %s", before[n], traffic_first_flaw(traffic));
		start_over(t);
	}
}

TEST(ring, packed_ring_begins_at_wrap_1,
     .about = "after a reset slot 0 with wrap counter 1 is what both sides begin with",
     .needs = NEEDS_WORK, .axes = AXIS_EVENT_IDX | AXIS_INDIRECT, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .judges = CLAUSES(PACKED_DESC_1, PACKED_TXT_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	static const uint8_t before[] = {1, 3, 8, 19};

	t->variant.size = 8;
	for (unsigned n = 0; n < ARRAY_LENGTH(before); n++) {
		struct traffic *traffic = first_after(t, before[n]);

		CHECK(t, PACKED_TXT_1,
		      !*traffic_service_flaw(traffic) && !*traffic->flaws[FLAW_SLOT] &&
			      !*traffic->flaws[FLAW_WRAP],
		      "reset after %u buffers: %s", before[n], traffic_first_flaw(traffic));
		start_over(t);
	}
}

TEST(ring, spurious_kicks_do_no_harm,
     .about = "kicks without new buffers change nothing, whether the queue is idle or busy",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INTERRUPT | AXIS_KICK,
     .judges = CLAUSES(KICK_TXT_4, PACKED_DESC_1, SPLIT_DESC_1, SPLIT_KICK_5, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	require_plain_service(t);
	bring_up(t);
	traffic = traffic_start(t, 16);
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned n = 0; n < 20; n++)
			virtqueue_notify(traffic->queue);
		traffic->kick_always = true;
		traffic->extra_kicks = round;
		if (!traffic_round(traffic, 1 + round))
			break;
	}
	traffic_end(traffic);
	CHECK(t, SPLIT_KICK_5,
	      !*traffic_service_flaw(traffic) && !*traffic->flaws[FLAW_SLOT] &&
		      !*traffic->flaws[FLAW_STEP],
	      "%s", traffic_first_flaw(traffic));
	check_service(traffic, CLAUSE_KICK_TXT_4, "each kick sent many times");
}
