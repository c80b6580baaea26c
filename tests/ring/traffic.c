/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/ring/traffic.h"

#include "arch/memory.h"
#include "lib/string.h"
#include "tests/harness/judge/fault.h"

/* A byte that kept so many different patterns in a row was not written (one in 2^32 by chance). */
#define PROOF_ROUNDS 4

static struct traffic traffic_now;

/* What the plainest requests were answered, where that was the same each time: see require_plain_service. */
#define REPLY_MOST 64u
static struct {
	const struct test *test;
	const struct virtio_device *device;
	bool learning, known;
	bool varies[REPLY_MOST];
	uint8_t bytes[REPLY_MOST];
} reply;

static const struct traffic_format *format_of(const struct traffic *traffic)
{
	return ring_is_packed(traffic->queue) ? &traffic_packed : &traffic_split;
}

static void prepare_load(struct traffic *traffic, struct load *load, unsigned n)
{
	struct test_run *t = traffic->t;
	struct request *request = new_request(t, random_next(&t->random));

	load->request = request;
	load->fill = (uint8_t)(0x51 + 7 * n);
	if (request->out_length) {
		load->out_copy = test_memory(t, "copy", request->out_length, 8);
		memcpy(load->out_copy, request->out, request->out_length);
	}
	if (request->in_length)
		load->proofless = test_memory(t, "proof", request->in_length, 8);
	if (t->variant.indirect)
		load->table_copy =
			test_memory(t, "table copy",
				    2 * (TRAFFIC_PARTS_MOST + 1) * sizeof(struct virtq_desc), 8);
}

void require_plain_service(struct test_run *t)
{
	const struct ring_shape shape = t->shape;
	struct traffic *traffic;

	t->shape = (struct ring_shape){0};
	bring_up(t);
	memset(&reply, 0, sizeof(reply));
	reply.test = t->test;
	reply.device = t->device;
	reply.learning = true;
	traffic = traffic_start(t, 2);
	traffic->out_parts = 1;
	traffic->in_parts = 1;
	traffic_run(traffic, 8);
	if (!judge_service(traffic))
		leave_test(t);
	reply.learning = false;
	start_over(t);
	t->shape = shape;
}

struct traffic *traffic_start(struct test_run *t, unsigned depth)
{
	struct traffic *traffic = &traffic_now;
	struct virtqueue *queue = work_queue(t);

	if (reply.test != t->test || reply.device != t->device)
		memset(&reply, 0, sizeof(reply));
	*traffic = (struct traffic){.t = t, .queue = queue};
	traffic->depth = MINIMUM(MINIMUM(depth, (unsigned)queue->size), TRAFFIC_DEPTH_MOST);
	if (fault_of(t->faults, CLAUSE_SANE_18))
		traffic->depth = 1;
	traffic->desc_bytes = virtqueue_part_bytes(queue, 0);
	traffic->driver_bytes = virtqueue_part_bytes(queue, 1);
	traffic->device_bytes = virtqueue_part_bytes(queue, 2);
	traffic->desc_copy = test_memory(t, "descriptor copy", traffic->desc_bytes, 8);
	traffic->driver_copy = test_memory(t, "driver area copy", traffic->driver_bytes, 8);
	traffic->device_copy = test_memory(t, "device area copy", traffic->device_bytes, 8);
	traffic->exposed = test_memory(t, "order", traffic->depth * sizeof(uint16_t), 8);
	traffic->loads = test_memory(t, "loads", traffic->depth * sizeof(*traffic->loads), 8);
	for (unsigned n = 0; n < traffic->depth; n++)
		prepare_load(traffic, &traffic->loads[n], n);
	return traffic;
}

/* How many pieces a direction is cut into, so that the chain fits the ring. */
static unsigned parts(struct traffic *traffic, unsigned wanted, uint32_t length, unsigned room)
{
	unsigned most = MINIMUM(room, TRAFFIC_PARTS_MOST);

	if (!length)
		return 0;
	if (!wanted)
		wanted = 1 + (unsigned)random_below(&traffic->t->random, 4);
	return MAXIMUM(MINIMUM(wanted, most), 1u);
}

/* One direction in two pieces, the second from byte `at` on. */
static unsigned cut_at(uint8_t *bytes, uint32_t length, uint32_t at, bool writable,
		       struct segment *segments)
{
	if (!length)
		return 0;
	if (!at || at >= length)
		at = length;
	segments[0] = (struct segment){physical(bytes), at, writable};
	segments[1] = (struct segment){physical(bytes + at), length - at, writable};
	return at < length ? 2 : 1;
}

/* Cuts a request so that its chain has at most `room` descriptors. */
static unsigned cut(struct traffic *traffic, const struct request *request, unsigned room,
		    struct segment *segments)
{
	unsigned in_least = request->in_length ? 1 : 0;
	unsigned out = parts(traffic, traffic->out_parts, request->out_length, room - in_least);
	unsigned in = parts(traffic, traffic->in_parts, request->in_length, room - out);

	if (!takes_any_layout(traffic->t->device))
		return request_cut(request, 1, 1, segments);
	if (traffic->out_at || traffic->in_at) {
		out = cut_at(request->out, request->out_length, traffic->out_at, false, segments);
		return out + cut_at(request->in, request->in_length, traffic->in_at, true,
				    segments + out);
	}

	if (traffic->cut_anywhere) {
		struct request loose = *request;

		loose.head = loose.status = 0;
		loose.whole = false;
		return request_cut(&loose, out, in, segments);
	}
	return request_cut(request, out, in, segments);
}

/* A new pattern into the writable bytes, and the request into the ring. */
static bool expose(struct traffic *traffic, struct load *load, unsigned waiting)
{
	struct segment segments[REQUEST_SEGMENTS_MOST];
	struct virtqueue *queue = traffic->queue;
	struct request *request = load->request;
	unsigned least = request_least(request), held = least * waiting + traffic->spare;
	/* Those that wait need their room too; with a table, too, no chain is longer than the queue (2.7.5.3.1). */
	unsigned room = queue->shape.indirect
				? MINIMUM(2 * TRAFFIC_PARTS_MOST, (unsigned)queue->size)
				: (queue->free > held ? queue->free - held : 1u);
	unsigned count;

	if (queue->free < (queue->shape.indirect ? 1u : least) + traffic->spare)
		return false;
	if (!queue->shape.indirect && room < least)
		room = queue->free - traffic->spare;
	load->fill = (uint8_t)(load->fill + 29);
	memset(request->in, load->fill, request->in_length);
	count = cut(traffic, request, room, segments);
	load->segments = (uint16_t)count;
	load->id = virtqueue_next_id(queue);
	if (!virtqueue_add(queue, segments, count, load))
		return false;
	load->in_flight = true;
	if (load->table_copy && queue->chains[load->id].table)
		memcpy(load->table_copy, queue->chains[load->id].table,
		       queue->chains[load->id].capacity * sizeof(struct virtq_desc));
	return true;
}

/* Which of the bytes have kept the pattern; counts how often in a row. */
static void judge_written(struct traffic *traffic, struct load *load,
			  const struct completion *completion)
{
	const struct request *request = load->request;
	uint32_t length = MINIMUM(completion->length, request->in_length);

	if (completion->length > request->in_length && request->in_length)
		traffic_note(
			traffic, FLAW_EXCESS,
			"request %u: used length %u, but the buffer's writable part has %u bytes",
			traffic->served, completion->length, request->in_length);
	for (uint32_t n = 0; n < length; n++) {
		load->proofless[n] = request->in[n] == load->fill ? load->proofless[n] + 1 : 0;
		if (load->proofless[n] >= PROOF_ROUNDS)
			traffic_note(traffic, FLAW_UNWRITTEN,
				     "used length is %u, but byte %u of the writable part kept its "
				     "pattern in %u requests one after the other",
				     completion->length, n, PROOF_ROUNDS);
	}
	for (uint32_t n = length; n < request->in_length; n++) {
		if (request->in[n] != load->fill)
			traffic_note(
				traffic, FLAW_SHORT,
				"used length is %u, but byte %u of the writable part was written",
				completion->length, n);
	}
}

/* Every byte of a buffer that no used element names has to be written (2.7.9). */
static void judge_skipped(struct traffic *traffic, struct load *load)
{
	const struct request *request = load->request;

	for (uint32_t n = 0; n < request->in_length; n++) {
		load->proofless[n] = request->in[n] == load->fill ? load->proofless[n] + 1 : 0;
		if (load->proofless[n] >= PROOF_ROUNDS)
			traffic_note(traffic, FLAW_SKIPPED,
				     "id %u was skipped, but byte %u of its buffer was not written",
				     load->id, n);
	}
}

/* A reply that is always the same has to be so however the request was laid out. */
static void judge_reply(struct traffic *traffic, const struct request *request)
{
	uint32_t length = MINIMUM(request->in_length, REPLY_MOST);

	for (uint32_t n = 0; n < length; n++) {
		if (reply.learning && reply.known)
			reply.varies[n] = reply.varies[n] || reply.bytes[n] != request->in[n];
		else if (reply.learning)
			reply.bytes[n] = request->in[n];
		else if (reply.known && !reply.varies[n] && reply.bytes[n] != request->in[n])
			traffic_note(
				traffic, FLAW_REPLY,
				"byte %u of the reply is %#x, and %#x when the request is laid out plainly",
				n, request->in[n], reply.bytes[n]);
	}
	reply.known = reply.known || reply.learning;
}

static void judge_load(struct traffic *traffic, struct load *load,
		       const struct completion *completion)
{
	const struct request *request = load->request;
	const struct workload *workload = traffic->t->workload;
	const struct chain *chain = &traffic->queue->chains[load->id];
	char why[96];
	struct text text = TEXT_ON(why);
	bool written = !all_bytes_are(request->in, load->fill, request->in_length);

	if (memcmp(request->out, load->out_copy, request->out_length) != 0)
		traffic_note(traffic, FLAW_READABLE,
			     "request %u: its device-readable bytes have changed", traffic->served);
	if (completion->skipped) {
		traffic->skipped += request->in_length > 0;
		judge_skipped(traffic, load);
	}
	if (completion->has_length && request->in_length)
		judge_written(traffic, load, completion);
	else if (completion->has_length && completion->length)
		traffic_note(traffic, FLAW_NOT_ZERO,
			     "used length %u for a buffer without device-writable bytes",
			     completion->length);
	if (load->table_copy && chain->table &&
	    memcmp(load->table_copy, chain->table, chain->capacity * sizeof(struct virtq_desc)))
		traffic_note(traffic, FLAW_TABLE, "request %u: its indirect table has changed",
			     traffic->served);
	if (workload->verify && !workload->verify(traffic->t->device, request, &text))
		traffic_note(traffic, FLAW_CONTENT, "request %u of %u descriptors: %s",
			     traffic->served, load->segments, why);
	judge_reply(traffic, request);
	format_of(traffic)->element(traffic, completion, load, written);
}

/* Takes back what the round exposed. */
static bool collect(struct traffic *traffic)
{
	struct completion completion;

	while (traffic->taken < traffic->expected) {
		struct load *load;

		if (!virtqueue_take(traffic->queue, &completion))
			break;
		load = completion.token;
		if (!load) {
			if (completion.id == UNWRITTEN)
				traffic_note(
					traffic, FLAW_ID,
					"used idx moved on over an element that was not written");
			traffic_note(traffic, FLAW_ID, "used id %u is of no buffer in flight",
				     completion.id);
			traffic->broken = true;
			return false;
		}
		load->in_flight = false;
		traffic->taken++;
		traffic->served++;
		judge_load(traffic, load, &completion);
	}
	return traffic->taken == traffic->expected;
}

/* Also ends when the device gives up: the status is read now and then, for that is slow. */
static bool all_used(void *context)
{
	struct traffic *traffic = context;
	struct virtio_device *device = traffic->t->device;

	if (format_of(traffic)->look(traffic))
		return true;
	if (++traffic->looks % 64 == 0 &&
	    (device->transport->get_status(device) & VIRTIO_STATUS_NEEDS_RESET)) {
		traffic_note(
			traffic, FLAW_SILENT,
			"after %u requests the device set DEVICE_NEEDS_RESET instead of using the "
			"next buffer",
			traffic->served);
		traffic->broken = true;
		return true;
	}
	return false;
}

/* As long as some come back it is slow, not silent: how slow, a guest cannot know. */
static bool await_all(struct traffic *traffic)
{
	unsigned before;

	do {
		before = traffic->seen;
		if (wait_until(all_used, traffic, clock_deadline(PATIENCE_NS)))
			return true;
	} while (traffic->seen != before);
	return false;
}

static unsigned expose_all(struct traffic *traffic, unsigned count)
{
	unsigned exposed = 0;

	for (; exposed < count; exposed++) {
		struct load *load = &traffic->loads[(traffic->first + exposed) % traffic->depth];

		if (!expose(traffic, load, count - exposed - 1))
			break;
		traffic->exposed[exposed] = load->id;
	}
	traffic->first = (traffic->first + exposed) % traffic->depth;
	return exposed;
}

bool traffic_round(struct traffic *traffic, unsigned count)
{
	struct virtqueue *queue = traffic->queue;

	if (traffic->broken)
		return false;
	traffic->taken = 0;
	traffic->looks = 0;
	traffic->seen = 0;
	traffic->expected =
		expose_all(traffic, count ? MINIMUM(count, traffic->depth) : traffic->depth);
	format_of(traffic)->before(traffic);
	virtqueue_publish(queue);
	if (!virtqueue_kick(queue) && traffic->kick_always)
		virtqueue_notify(queue);
	for (unsigned n = 0; n < traffic->extra_kicks; n++)
		virtqueue_notify(queue);
	if (!await_all(traffic)) {
		traffic_note(
			traffic, FLAW_SILENT,
			"of %u buffers exposed after %u requests %u are used, and no other in %lu ms",
			traffic->expected, traffic->served, traffic->seen, PATIENCE_NS / 1000000);
		traffic->broken = true;
	}
	format_of(traffic)->after(traffic);
	return collect(traffic) && !traffic->broken;
}

bool traffic_run(struct traffic *traffic, unsigned requests)
{
	unsigned end = traffic->served + requests;
	unsigned count = 1;

	while (traffic->served < end) {
		if (!traffic_round(traffic, MINIMUM(count, traffic->depth)))
			return false;
		count = count < 4 ? count + 1
				  : (unsigned)random_below(&traffic->t->random, traffic->depth) + 1;
	}
	return true;
}

void traffic_end(struct traffic *traffic)
{
	struct arena_damage damage;
	struct completion completion;

	if (!arena_intact(traffic->t->arena, &damage))
		traffic_note(traffic, FLAW_BEYOND, "byte %ld of %s, which has %u bytes, is %#x",
			     damage.position, damage.name, damage.size, damage.found);
	if (traffic->broken)
		return;
	virtqueue_notify(traffic->queue);
	clock_spin(50000);
	if (virtqueue_take(traffic->queue, &completion))
		traffic_note(traffic, FLAW_AGAIN,
			     "no buffer is in flight, and yet one with id %u was used",
			     completion.id);
}

bool serve_again(struct test_run *t, struct virtqueue *queue, struct request **requests,
		 unsigned count, unsigned parts)
{
	struct segment segments[REQUEST_SEGMENTS_MOST];
	struct completion completion;

	for (unsigned n = 0; n < count; n++) {
		unsigned cut = request_cut(requests[n], parts, parts, segments);

		add_segments(t, queue, segments, cut, requests[n]);
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	for (unsigned n = 0; n < count; n++) {
		if (!await_completion(t, queue, &completion))
			return false;
	}
	return true;
}
