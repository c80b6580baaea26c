/* SPDX-License-Identifier: BSD-2-Clause */
/* Console devices that break one rule. */
#include "lib/string.h"
#include "tests/device/console/console.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

/* The control message in a used buffer, or NULL for other queues. */
static struct virtio_console_control *message_of(struct virtqueue *queue,
						 const struct used_element *element)
{
	if (queue->index != CONSOLE_CONTROL_RECEIVE_QUEUE || element->id >= queue->size)
		return NULL;
	return queue->chains[element->id].token;
}

static bool is_event(const struct virtio_console_control *message, uint16_t event)
{
	return message && from_le16(message->event) == event;
}

static void add_the_first(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_DEVICE_ADD))
		message->id = to_le32(0);
}

SABOTEUR(console_adds_ports_twice, .about = "every port is added as port 0",
	 BREAKS(CLAUSE_CONSOLE_MULTI_1), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = add_the_first);

static void add_too_high(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_DEVICE_ADD))
		message->id = to_le32(console_config(queue->device, max_nr_ports));
}

SABOTEUR(console_adds_ports_too_high, .about = "a port is added with the number max_nr_ports",
	 BREAKS(CLAUSE_CONSOLE_MULTI_2), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = add_too_high);

static void remove_instead(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_DEVICE_ADD))
		message->event = to_le16(VIRTIO_CONSOLE_DEVICE_REMOVE);
}

SABOTEUR(console_removes_unknown_ports, .about = "ports are removed that were never added",
	 BREAKS(CLAUSE_CONSOLE_MULTI_3), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = remove_instead);

static void say_nonsense(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_DEVICE_ADD))
		message->event = to_le16(VIRTIO_CONSOLE_PORT_READY);
}

SABOTEUR(console_says_what_drivers_say, .about = "the device sends PORT_READY",
	 BREAKS(CLAUSE_CONSOLE_CTRL_4), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = say_nonsense);

static void shorten_message(struct virtqueue *queue, struct used_element *element)
{
	if (message_of(queue, element))
		element->length = 6;
}

SABOTEUR(console_shortens_messages, .about = "control messages have 6 bytes",
	 BREAKS(CLAUSE_CONSOLE_CTRL_3), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = shorten_message);

static void open_twice_over(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_PORT_OPEN))
		message->value = to_le16(2);
}

SABOTEUR(console_opens_twice_over, .about = "PORT_OPEN has the value 2",
	 BREAKS(CLAUSE_CONSOLE_CTRL_9), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = open_twice_over);

static void spoil_name(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message = message_of(queue, element);

	if (is_event(message, VIRTIO_CONSOLE_PORT_NAME))
		*(uint8_t *)(message + 1) = 0xff;
}

SABOTEUR(console_names_are_no_text, .about = "the name of a port is not UTF-8",
	 BREAKS(CLAUSE_CONSOLE_CTRL_11), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.messages*",
	 .used_element = spoil_name);

static void swap_characters(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->index != CONSOLE_TRANSMIT_QUEUE)
		return;
	for (unsigned id = 0; id < queue->size; id++) {
		struct request *request = queue->chains[id].token;

		if (request && request->out_length > 64)
			request->out[request->out_length - 1] ^= 1;
	}
}

SABOTEUR(console_mistypes, .about = "the last character of a long buffer is another",
	 BREAKS(CLAUSE_CONSOLE_OP_1), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.output_is*",
	 .onlooker.publish = swap_characters);

static void drop_a_character(struct virtqueue *queue, struct used_element *element)
{
	if (queue->index == CONSOLE_RECEIVE_QUEUE && element->length > 64)
		element->length--;
}

SABOTEUR(console_drops_input, .about = "the last character of long input is lost",
	 BREAKS(CLAUSE_CONSOLE_OP_3), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.input_fills*",
	 .used_element = drop_a_character);

static unsigned notifications;

static void count_anew(struct virtio_device *device)
{
	notifications = 0;
}

static bool overlook_later_buffers(struct onlooker *self, const struct register_access *access,
				   uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY ||
	       (uint16_t)*value != CONSOLE_TRANSMIT_QUEUE || ++notifications < 4;
}

SABOTEUR(console_falls_asleep, .about = "the fourth notification of the transmit queue is lost",
	 BREAKS(CLAUSE_CONSOLE_OP_2), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.transmit*",
	 .start = count_anew, .onlooker.write = overlook_later_buffers);

static bool swallow_emergency(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	return access->structure != STRUCTURE_DEVICE ||
	       access->offset != offsetof(struct virtio_console_config, emerg_wr) ||
	       features_have(&access->device->negotiated, VIRTIO_CONSOLE_F_EMERG_WRITE);
}

SABOTEUR(console_ignores_emergencies,
	 .about = "what is written to emerg_wr is lost while the feature is not accepted",
	 BREAKS(CLAUSE_CONSOLE_INIT_2, CLAUSE_CONSOLE_EMERG_1, CLAUSE_CONSOLE_EMERG_2),
	 .type = VIRTIO_TYPE_CONSOLE, .tests = "console.emergency_write_comes*",
	 .onlooker.write = swallow_emergency);

static uint16_t selected;

static bool note_selection(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (is_common(access, queue_select))
		selected = (uint16_t)*value;
	return true;
}

static uint64_t hide_queues(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (is_common(access, queue_size) && (selected == 1 || selected == 7))
		return 0;
	if (access->structure == STRUCTURE_DEVICE &&
	    access->offset == offsetof(struct virtio_console_config, max_nr_ports))
		return value * 2;
	return value;
}

SABOTEUR(console_lacks_queues,
	 .about = "queues 1 and 7 do not exist, max_nr_ports says twice as many",
	 BREAKS(CLAUSE_CONSOLE_VQ_1, CLAUSE_CONSOLE_VQ_3, CLAUSE_CONSOLE_CFG_2),
	 .type = VIRTIO_TYPE_CONSOLE, .tests = "console.first*,console.every*",
	 .onlooker.read = hide_queues, .onlooker.write = note_selection);

static bool written;

static void forget_writing(struct virtio_device *device)
{
	written = false;
}

static bool note_emergency(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE &&
	    access->offset == offsetof(struct virtio_console_config, emerg_wr))
		written = true;
	if (is_common(access, device_status) && *value == 0)
		written = false;
	return true;
}

static uint64_t break_down(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (written && is_common(access, device_status))
		return value | VIRTIO_STATUS_NEEDS_RESET;
	return value;
}

SABOTEUR(console_breaks_in_emergencies, .about = "an emergency write sets DEVICE_NEEDS_RESET",
	 BREAKS(CLAUSE_CONSOLE_INIT_1), .type = VIRTIO_TYPE_CONSOLE,
	 .tests = "console.emergency_write_needs*", .start = forget_writing,
	 .onlooker.read = break_down, .onlooker.write = note_emergency);

static struct features offered;

static void hide_multiport(struct virtio_device *device)
{
	offered = device->offered;
	features_remove(&device->offered, VIRTIO_CONSOLE_F_MULTIPORT);
}

static void show_again(struct virtio_device *device)
{
	device->offered = offered;
}

SABOTEUR(console_hides_its_ports, .about = "MULTIPORT is not offered, its queues are there",
	 BREAKS(CLAUSE_CONSOLE_VQ_2), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.single*",
	 .start = hide_multiport, .stop = show_again);

/* What is written to any port but the first changes. */
static void mix_up(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->index <= CONSOLE_CONTROL_TRANSMIT_QUEUE || queue->index % 2 == 0)
		return;
	for (unsigned id = 0; id < queue->size; id++) {
		struct request *request = queue->chains[id].token;

		if (request && request->out_length > 64)
			memset(request->out, 'x', request->out_length);
	}
}

SABOTEUR(console_mixes_ports_up, .about = "what is written to a port behind the first gets lost",
	 BREAKS(CLAUSE_CONSOLE_OP_4), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.input_comes*",
	 .onlooker.publish = mix_up);
