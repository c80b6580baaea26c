/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes through the ports of a console device (virtio 1.4, 5.3.6). */
#include "lib/string.h"
#include "tests/device/console/console.h"

#define BATCHES     4
#define TEXT        16u
#define SIGNIFICANT 32u /* bytes that cannot be alike by chance */

static bool contains(const struct input *input, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t at = 0; at + length <= input->length; at++) {
		if (memcmp(input->bytes + at, bytes, length) == 0)
			return true;
	}
	return false;
}

/* Waits up to a second for these bytes to come in on a port, among others. */
static bool await_bytes(struct console *console, uint32_t port, const uint8_t *bytes,
			uint32_t length)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	while (!contains(&console->input[port], bytes, length)) {
		if (!console_wait(console, deadline))
			return false;
	}
	return true;
}

static void fill(uint8_t *bytes, uint32_t seed, uint32_t length)
{
	for (uint32_t n = 0; n < length; n++)
		bytes[n] = console_pattern(seed, n);
}

/* Takes back `count` buffers of the queue, each exactly once. */
static unsigned take_back(struct test_run *t, struct virtqueue *queue, unsigned count)
{
	struct completion completion;
	unsigned taken = 0;

	while (taken < count && await_completion(t, queue, &completion)) {
		struct request *request = completion.token;

		INSIST(t, VQ_TXT_2, request->out_length, "a buffer is used a second time");
		request->out_length = 0;
		taken++;
	}
	return taken;
}

TEST(console, transmit_buffers_come_back,
     .about = "every buffer of a full transmit queue is used, exactly once",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_WORK, .axes = AXES_OF_RING,
     .judges = CLAUSES(CONSOLE_OP_2, SANE_10, VQ_TXT_2))
{
	struct console *console = console_start(t, t->device, NO_FEATURES, false);
	struct virtqueue *queue = t->device->queues[CONSOLE_TRANSMIT_QUEUE];
	uint8_t text[TEXT];

	for (unsigned batch = 0; batch < BATCHES; batch++) {
		unsigned count = MINIMUM((unsigned)queue->size, 64u), taken;

		memset(text, '\n', sizeof(text));
		for (unsigned n = 0; n < count; n++)
			console_put(console, 0, text, 1 + n % TEXT, 1);
		taken = take_back(t, queue, count);
		CHECK(t, CONSOLE_OP_2, taken == count, "%u of %u buffers are used in time", taken,
		      count);
	}
}

/* As much as the other end has buffers for: nothing says that a device keeps what nobody takes. */
#define LONGEST (CONSOLE_BUFFERS * CONSOLE_BUFFER_BYTES)

struct shape {
	uint32_t length;
	unsigned parts;
};

static const struct shape shapes[] = {{1, 1},    {2, 2},     {3, 1},       {100, 7},
				      {4096, 1}, {4097, 15}, {LONGEST, 1}, {LONGEST, 16}};

static struct virtqueue *transmit_queue_of(const struct wire *wire)
{
	return wire->near->device->queues[console_transmit_queue(wire->near_port)];
}

/* Whether something is to be taken at one end or at the other. */
static bool either_end_moves(void *context)
{
	const struct wire *wire = context;

	return virtqueue_used_pending(transmit_queue_of(wire)) || console_has_input(wire->far);
}

/* Sends while the other end reads. False when the buffer is not used, and nothing more comes out, in time. */
static bool send_to_reader(struct wire *wire, const uint8_t *bytes, uint32_t length, unsigned parts)
{
	struct completion completion;

	console_put(wire->near, wire->near_port, bytes, length, parts);
	while (!virtqueue_take(transmit_queue_of(wire), &completion)) {
		if (!wait_until(either_end_moves, wire, clock_deadline(PATIENCE_NS)))
			return false;
		console_poll(wire->far);
	}
	return true;
}

TEST(console, output_is_complete,
     .about = "what is written to a port comes out at the other end, whole and in order",
     .type = VIRTIO_TYPE_CONSOLE, .judges = CLAUSES(CONSOLE_OP_1, CONSOLE_OP_2, SANE_10))
{
	struct wire wire;
	uint8_t *bytes;

	console_find_wires(t, false, &wire, 1);
	bytes = test_memory(t, "text", LONGEST, 16);
	for (unsigned n = 0; n < ARRAY_LENGTH(shapes); n++) {
		struct input *input = &wire.far->input[wire.far_port];
		uint32_t length = shapes[n].length;

		fill(bytes, n, length);
		input->length = 0;
		CHECK(t, CONSOLE_OP_2, send_to_reader(&wire, bytes, length, shapes[n].parts),
		      "a buffer of %u bytes is not used in time", length);
		console_await(wire.far, wire.far_port, length, PATIENCE_NS);
		CHECK(t, CONSOLE_OP_1, console_matches(input, n, length) && input->length == length,
		      "of %u bytes in %u descriptors %u come out, or others", length,
		      shapes[n].parts, input->length);
	}
}

#define CHUNK  8192u
#define CHUNKS 32u
#define MARKER "the end"

/* Lets everything that is under way come in, and then a marker behind it. */
static void wait_for_marker(struct wire *wire)
{
	struct input *input = &wire->far->input[wire->far_port];
	uint32_t length = sizeof(MARKER) - 1, before;

	do {
		before = input->length;
		console_await(wire->far, wire->far_port, before + 1, CONSOLE_QUIET_NS);
	} while (input->length != before);
	console_send(wire->near, wire->near_port, MARKER, length, 1);
	console_await(wire->far, wire->far_port, before + length, PATIENCE_NS);
	input->length -= MINIMUM(length, input->length);
}

/* No part of this stands in any other place by chance. */
static uint8_t scattered(uint32_t position)
{
	uint32_t mixed = position * 0x9e3779b1u;

	mixed = (mixed ^ mixed >> 15) * 0x85ebca6bu;
	return (uint8_t)(mixed >> 24);
}

/* Whether all that came in was sent, each byte behind the one before it. */
static bool in_order(const struct input *input, uint32_t length)
{
	uint32_t at = 0;

	for (uint32_t n = 0; n < input->length; n++) {
		while (at < length && scattered(at) != input->bytes[n])
			at++;
		if (at++ >= length)
			return false;
	}
	return true;
}

/* A terminal may lose what it is sent while nobody reads; what it shows stays in order. */
TEST(console, output_keeps_its_order,
     .about = "what comes out of much that was written while nobody read is in order",
     .type = VIRTIO_TYPE_CONSOLE, .judges = CLAUSES(CONSOLE_OP_1, CONSOLE_OP_2, SANE_10, VQ_TXT_2))
{
	struct virtqueue *queue;
	struct input *input;
	struct wire wire;
	uint8_t *bytes;
	unsigned used;

	console_find_wires(t, false, &wire, 1);
	queue = t->device->queues[CONSOLE_TRANSMIT_QUEUE];
	input = &wire.far->input[wire.far_port];
	input->length = 0;
	bytes = test_memory(t, "text", CHUNK * CHUNKS, 16);
	for (uint32_t n = 0; n < CHUNK * CHUNKS; n++)
		bytes[n] = scattered(n);
	for (unsigned n = 0; n < CHUNKS; n++)
		console_put(wire.near, wire.near_port, bytes + n * CHUNK, CHUNK, 1);
	wait_for_marker(&wire);
	CHECK(t, CONSOLE_OP_1, in_order(input, CHUNK * CHUNKS),
	      "of %u bytes that were written at once %u come out, out of order or others",
	      CHUNK * CHUNKS, input->length);
	used = take_back(t, queue, CHUNKS);
	CHECK(t, CONSOLE_OP_2, used == CHUNKS, "%u of %u buffers are used", used, CHUNKS);
}

/* What is still under way to the device from earlier tests comes in first. */
static bool clear_the_way_back(struct wire *wire)
{
	static const char line[] = "virtproof is ready to receive\n";
	uint32_t length = sizeof(line) - 1;

	return console_send(wire->far, wire->far_port, line, length, 1) &&
	       await_bytes(wire->near, wire->near_port, (const uint8_t *)line, length);
}

TEST(console, input_fills_receive_buffers,
     .about = "what the other end writes comes in, whole and in order, in buffers of all shapes",
     .type = VIRTIO_TYPE_CONSOLE, .judges = CLAUSES(CONSOLE_OP_3, SANE_10))
{
	struct wire wire, back;
	uint8_t *bytes;

	console_find_wires(t, false, &wire, 1);
	back = (struct wire){wire.far, wire.near, wire.far_port, wire.near_port};
	bytes = test_memory(t, "text", LONGEST, 16);
	if (!CHECK(t, CONSOLE_OP_3, clear_the_way_back(&wire),
		   "a line that the other end writes does not come in"))
		return;
	for (unsigned n = 0; n < ARRAY_LENGTH(shapes); n++) {
		struct input *input = &wire.near->input[wire.near_port];
		uint32_t length = shapes[n].length;

		fill(bytes, n, length);
		input->length = 0;
		CAN_JUDGE(t, send_to_reader(&back, bytes, length, 1),
			  "%s, which is at the other end, does not take %u bytes in time",
			  wire.far->device->name, length);
		console_await(wire.near, wire.near_port, length, PATIENCE_NS);
		CHECK(t, CONSOLE_OP_3, console_matches(input, n, length) && input->length == length,
		      "of %u bytes %u come in, or others", length, input->length);
	}
}

TEST(console, input_comes_in_on_its_port,
     .about = "what is written to one port comes in on the queue of the port it is joined to alone",
     .type = VIRTIO_TYPE_CONSOLE, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_OP_4, SANE_1, SANE_10))
{
	struct wire wires[4];
	unsigned count = console_find_wires(t, true, wires, ARRAY_LENGTH(wires));
	uint8_t bytes[256];

	for (unsigned n = 0; n < count; n++) {
		struct console *far = wires[n].far;

		for (uint32_t port = 0; port < far->most; port++)
			far->input[port].length = 0;
		fill(bytes, n, sizeof(bytes));
		INSIST(t, SANE_1,
		       console_send(wires[n].near, wires[n].near_port, bytes, sizeof(bytes), 1),
		       "port %u does not take its bytes in time", wires[n].near_port);
		CHECK(t, CONSOLE_OP_4, await_bytes(far, wires[n].far_port, bytes, sizeof(bytes)),
		      "what is written does not come in on port %u", wires[n].far_port);
		for (uint32_t port = 0; port < far->most; port++)
			CHECK(t, CONSOLE_OP_4,
			      port == wires[n].far_port ||
				      !contains(&far->input[port], bytes, SIGNIFICANT),
			      "what is for port %u comes in on port %u", wires[n].far_port, port);
	}
}
