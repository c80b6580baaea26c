/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/console/console.h"

#include "arch/memory.h"
#include "lib/string.h"

#define PORT_QUEUE_SIZE 16 /* of ports behind the first: there may be many */
#define READY           1

struct receive_buffer {
	uint32_t port;
	uint8_t bytes[CONSOLE_BUFFER_BYTES];
};

static void negotiate_with(struct console *console, struct features features)
{
	struct virtio_device *device = console->device;
	const struct variant *variant = &console->t->variant;

	features_add(&features, VIRTIO_F_VERSION_1);
	features_add(&features, VIRTIO_F_ACCESS_PLATFORM);
	features_add(&features, VIRTIO_F_ORDER_PLATFORM);
	if (variant->packed)
		features_add(&features, VIRTIO_F_RING_PACKED);
	if (variant->event_idx)
		features_add(&features, VIRTIO_F_EVENT_IDX);
	if (variant->indirect)
		features_add(&features, VIRTIO_F_INDIRECT_DESC);
	if (variant->in_order)
		features_add(&features, VIRTIO_F_IN_ORDER);
	features = features_close(device->type, features_and(features, device->offered));
	accept_features(console->t, device, features);
}

static void make_queues(struct console *console, bool vectors)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = console->device;
	const struct ring_shape shape = {.indirect = console->t->variant.indirect};
	unsigned count = console->multiport ? console_transmit_queue(console->most - 1) + 1 : 2;

	if (console->multiport)
		count = MAXIMUM(count, (unsigned)CONSOLE_CONTROL_TRANSMIT_QUEUE + 1);
	for (unsigned n = 0; n < count; n++)
		requests[n] = (struct virtqueue_request){
			.size = n <= CONSOLE_CONTROL_TRANSMIT_QUEUE ? console->t->variant.size
								    : PORT_QUEUE_SIZE,
			.shape = &shape,
		};
	find_queues(console->t, device, count, requests,
		    vectors ? console->t->variant.interrupts
			    : least_interrupts(console->t, device));
}

static void post(struct console *console, struct virtqueue *queue, void *bytes, uint32_t length,
		 void *token)
{
	struct segment segment = {physical(bytes), length, true};

	memset(bytes, 0xff, length);
	add_segments(console->t, queue, &segment, 1, token);
}

static void post_control_buffers(struct console *console)
{
	struct virtqueue *queue = console->device->queues[CONSOLE_CONTROL_RECEIVE_QUEUE];
	unsigned count = MINIMUM((unsigned)queue->size, CONSOLE_PORTS_MOST);

	for (unsigned n = 0; n < count; n++) {
		void *buffer = test_memory(console->t, "control buffer", CONSOLE_MESSAGE_BYTES, 8);

		post(console, queue, buffer, CONSOLE_MESSAGE_BYTES, buffer);
	}
	virtqueue_publish(queue);
}

struct console *console_prepare(struct test_run *t, struct virtio_device *device,
				struct features features, bool vectors)
{
	struct console *console = test_memory(t, "console", sizeof(*console), 16);

	console->t = t;
	console->device = device;
	console->most = 1;
	negotiate_with(console, features);
	console->multiport = features_have(&device->negotiated, VIRTIO_CONSOLE_F_MULTIPORT);
	if (console->multiport)
		console->most = MINIMUM(console_config(device, max_nr_ports), CONSOLE_PORTS_MOST);
	INSIST(t, SANE_10, console->most > 0, "max_nr_ports reads 0");
	console->ports[0].added = !console->multiport;
	make_queues(console, vectors);
	if (console->multiport)
		post_control_buffers(console);
	return console;
}

void console_go(struct console *console)
{
	struct virtio_device *device = console->device;

	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	if (device == console->t->device)
		console->t->up = true;
	if (console->multiport)
		virtqueue_kick(device->queues[CONSOLE_CONTROL_RECEIVE_QUEUE]);
}

struct console *console_start(struct test_run *t, struct virtio_device *device,
			      struct features features, bool vectors)
{
	struct console *console = console_prepare(t, device, features, vectors);

	console_go(console);
	return console;
}

struct request *console_put(struct console *console, uint32_t port, const void *bytes,
			    uint32_t length, unsigned parts)
{
	struct virtqueue *queue = console->device->queues[console_transmit_queue(port)];
	struct request *request = test_memory(console->t, "request", sizeof(*request), 8);
	struct segment segments[REQUEST_SEGMENTS_MOST];
	unsigned count;

	if (!console_prepare_transmit(console->t->arena, length, request))
		error_in_test(console->t, "the DMA arena has no room for %u bytes", length);
	memcpy(request->out, bytes, length);
	count = request_cut(request, parts, 1, segments);
	add_segments(console->t, queue, segments, count, request);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	return request;
}

bool console_send(struct console *console, uint32_t port, const void *bytes, uint32_t length,
		  unsigned parts)
{
	struct virtqueue *queue = console->device->queues[console_transmit_queue(port)];
	struct completion completion;

	console_put(console, port, bytes, length, parts);
	return await_announced(console->t, queue, &completion);
}

void console_tell(struct console *console, uint32_t id, uint16_t event, uint16_t value)
{
	struct virtqueue *queue = console->device->queues[CONSOLE_CONTROL_TRANSMIT_QUEUE];
	struct request *request = test_memory(console->t, "request", sizeof(*request), 8);
	struct virtio_console_control control = {to_le32(id), to_le16(event), to_le16(value)};
	struct completion completion;

	if (!console_prepare_transmit(console->t->arena, sizeof(control), request))
		error_in_test(console->t, "the DMA arena has no room for a message");
	memcpy(request->out, &control, sizeof(control));
	submit(console->t, queue, request);
	INSIST(console->t, SANE_1, await_announced(console->t, queue, &completion),
	       "%s: control message %u is not used in time", console->device->name, event);
}

/* Enters what a message says. */
static void note(struct console *console, const struct message *message)
{
	struct port *port;

	if (message->id >= console->most)
		return;
	port = &console->ports[message->id];
	switch (message->event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
		*port = (struct port){.added = true};
		break;
	case VIRTIO_CONSOLE_DEVICE_REMOVE:
		port->added = false;
		break;
	case VIRTIO_CONSOLE_CONSOLE_PORT:
		port->is_console = true;
		break;
	case VIRTIO_CONSOLE_PORT_OPEN:
		port->host_open = message->value;
		break;
	case VIRTIO_CONSOLE_PORT_NAME:
		port->names++;
		if (message->length > sizeof(struct virtio_console_control))
			memcpy(port->name, message->bytes + sizeof(struct virtio_console_control),
			       MINIMUM((size_t)message->length -
					       sizeof(struct virtio_console_control),
				       sizeof(port->name) - 1));
		break;
	}
}

const struct message *console_hear(struct console *console, uint64_t nanoseconds)
{
	struct virtqueue *queue = console->device->queues[CONSOLE_CONTROL_RECEIVE_QUEUE];
	struct message *message = &console->last;
	struct virtio_console_control control;
	struct completion completion;

	if (!await_use(queue, clock_deadline(nanoseconds)) || !virtqueue_take(queue, &completion))
		return NULL;
	insist_on_chain(console->t, queue, &completion, NULL);
	memcpy(message->bytes, completion.token, CONSOLE_MESSAGE_BYTES);
	memcpy(&control, message->bytes, sizeof(control));
	message->id = from_le32(control.id);
	message->event = from_le16(control.event);
	message->value = from_le16(control.value);
	message->length = MINIMUM(completion.length, CONSOLE_MESSAGE_BYTES);
	note(console, message);
	post(console, queue, completion.token, CONSOLE_MESSAGE_BYTES, completion.token);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	return message;
}

void console_shake_hands(struct console *console)
{
	const struct message *message;

	if (!console->multiport)
		return;
	console_tell(console, 0, VIRTIO_CONSOLE_DEVICE_READY, READY);
	while ((message = console_hear(console, CONSOLE_QUIET_NS))) {
		uint32_t id = message->id;

		if (message->event != VIRTIO_CONSOLE_DEVICE_ADD || id >= console->most)
			continue;
		console_tell(console, id, VIRTIO_CONSOLE_PORT_READY, READY);
		console_tell(console, id, VIRTIO_CONSOLE_PORT_OPEN, READY);
	}
}

void console_open(struct console *console, uint32_t port, uint32_t room)
{
	struct virtqueue *queue = console->device->queues[console_receive_queue(port)];
	struct input *input = &console->input[port];

	input->bytes = test_memory(console->t, "console input", room, 16);
	input->room = room;
	for (unsigned n = 0; n < CONSOLE_BUFFERS; n++) {
		struct receive_buffer *buffer =
			test_memory(console->t, "console buffer", sizeof(*buffer), 16);

		buffer->port = port;
		post(console, queue, buffer->bytes, sizeof(buffer->bytes), buffer);
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

static void take_input(struct console *console, uint32_t port)
{
	struct virtqueue *queue = console->device->queues[console_receive_queue(port)];
	struct input *input = &console->input[port];
	struct completion completion;

	while (virtqueue_take(queue, &completion)) {
		struct receive_buffer *buffer = completion.token;
		uint32_t length;

		insist_on_chain(console->t, queue, &completion, NULL);
		length = MINIMUM(MINIMUM(completion.length, (uint32_t)sizeof(buffer->bytes)),
				 input->room - input->length);
		memcpy(input->bytes + input->length, buffer->bytes, length);
		input->length += length;
		post(console, queue, buffer->bytes, sizeof(buffer->bytes), buffer);
		virtqueue_publish(queue);
		virtqueue_kick(queue);
	}
}

void console_poll(struct console *console)
{
	for (uint32_t port = 0; port < console->most; port++) {
		if (console->input[port].room)
			take_input(console, port);
	}
}

bool console_has_input(struct console *console)
{
	for (uint32_t port = 0; port < console->most; port++) {
		if (console->input[port].room &&
		    virtqueue_used_pending(console->device->queues[console_receive_queue(port)]))
			return true;
	}
	return false;
}

static bool has_input(void *console)
{
	return console_has_input(console);
}

bool console_wait(struct console *console, uint64_t deadline)
{
	bool came = wait_until(has_input, console, deadline);

	console_poll(console);
	return came;
}

bool console_await(struct console *console, uint32_t port, uint32_t length, uint64_t quiet)
{
	struct input *input = &console->input[port];
	uint64_t deadline = clock_deadline(quiet);
	uint32_t before = input->length;

	while (input->length < length && console_wait(console, deadline)) {
		if (input->length != before)
			deadline = clock_deadline(quiet);
		before = input->length;
	}
	return input->length >= length;
}

uint8_t console_pattern(uint32_t seed, uint32_t position)
{
	return (uint8_t)(' ' + (seed * 31 + position * 7 + (position >> 8)) % 95);
}

bool console_matches(const struct input *input, uint32_t seed, uint32_t length)
{
	if (input->length < length)
		return false;
	for (uint32_t n = 0; n < length; n++) {
		if (input->bytes[n] != console_pattern(seed, n))
			return false;
	}
	return true;
}
