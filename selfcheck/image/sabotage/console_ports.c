/* SPDX-License-Identifier: BSD-2-Clause */
/* Console devices that say wrong things of their ports. */
#include "tests/device/console/console.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* The control message in a used buffer when it is of this kind, or NULL. */
static struct virtio_console_control *message_of(struct virtqueue *queue,
						 const struct used_element *element, uint16_t event)
{
	struct virtio_console_control *message = NULL;

	if (queue->index == CONSOLE_CONTROL_RECEIVE_QUEUE && element->id < queue->size)
		message = queue->chains[element->id].token;
	return message && from_le16(message->event) == event ? message : NULL;
}

static bool spoken;

static void begin_silent(struct virtio_device *device)
{
	spoken = false;
}

static void speak_first(struct onlooker *self, struct virtqueue *queue)
{
	struct virtio_console_control message = {to_le32(0), to_le16(VIRTIO_CONSOLE_DEVICE_ADD),
						 to_le16(0)};

	if (spoken || queue->index != CONSOLE_CONTROL_RECEIVE_QUEUE)
		return;
	spoken = true;
	use_falsely(queue, &message, sizeof(message));
}

SABOTEUR(console_speaks_first, .about = "a port is added before the driver is ready",
	 BREAKS(CLAUSE_CONSOLE_CTRL_1), .type = VIRTIO_TYPE_CONSOLE,
	 .tests = "console.messages_wait*", .start = begin_silent, .onlooker.publish = speak_first);

static void add_the_next(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		message_of(queue, element, VIRTIO_CONSOLE_DEVICE_ADD);

	if (message)
		message->id = to_le32(from_le32(message->id) ^ 1);
}

SABOTEUR(console_adds_other_ports, .about = "ports are added under the number of their neighbours",
	 BREAKS(CLAUSE_CONSOLE_OP_6, CLAUSE_CONSOLE_OP_7), .type = VIRTIO_TYPE_CONSOLE,
	 .tests = "console.configured*,console.plugged*", .used_element = add_the_next);

static void keep_ports(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		message_of(queue, element, VIRTIO_CONSOLE_DEVICE_REMOVE);

	if (message)
		message->event = to_le16(VIRTIO_CONSOLE_PORT_OPEN);
}

SABOTEUR(console_keeps_ports, .about = "a port that goes is closed, not removed",
	 BREAKS(CLAUSE_CONSOLE_CTRL_5), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.plugged*",
	 .used_element = keep_ports);

static void nominate_none(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		message_of(queue, element, VIRTIO_CONSOLE_CONSOLE_PORT);

	if (message)
		message->event = to_le16(VIRTIO_CONSOLE_PORT_OPEN);
}

SABOTEUR(console_nominates_none, .about = "no port is said to be a console",
	 BREAKS(CLAUSE_CONSOLE_CTRL_6), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.plugged*",
	 .used_element = nominate_none);

static void misname(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		message_of(queue, element, VIRTIO_CONSOLE_PORT_NAME);

	if (message)
		*(uint8_t *)(message + 1) ^= 1;
}

SABOTEUR(console_misnames_ports, .about = "the first letter of a port's name is another",
	 BREAKS(CLAUSE_CONSOLE_CTRL_2), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.plugged*",
	 .used_element = misname);

static void turn_around(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_console_control *message =
		message_of(queue, element, VIRTIO_CONSOLE_PORT_OPEN);

	if (message)
		message->value = to_le16(from_le16(message->value) ^ 1);
}

SABOTEUR(console_turns_ends_around, .about = "a port that is opened on the host is said to close",
	 BREAKS(CLAUSE_CONSOLE_CTRL_10), .type = VIRTIO_TYPE_CONSOLE, .tests = "console.host_ends*",
	 .used_element = turn_around);
