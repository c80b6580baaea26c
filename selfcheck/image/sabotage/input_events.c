/* SPDX-License-Identifier: BSD-2-Clause */
/* Input devices whose events are wrong. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/input.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_input_config, field)

/* The event in a used buffer, or NULL for other queues. */
static struct virtio_input_event *event_of(struct virtqueue *queue,
					   const struct used_element *element)
{
	struct request *request = used_request(queue, element);

	return request && queue->index == INPUT_EVENT_QUEUE
		       ? (struct virtio_input_event *)request->in
		       : NULL;
}

static bool is_end(const struct virtio_input_event *event)
{
	return from_le16(event->type) == INPUT_EV_SYN;
}

static void turn_keys_around(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_input_event *event = event_of(queue, element);

	if (event)
		event->value = to_le32(from_le32(event->value) ^ 1);
}

SABOTEUR(input_turns_keys_around, .about = "a key that is pressed is said to be released",
	 BREAKS(CLAUSE_INPUT_EV_1), .type = VIRTIO_TYPE_INPUT, .tests = "input.keys*",
	 .used_element = turn_keys_around);

static void shorten_event(struct virtqueue *queue, struct used_element *element)
{
	if (event_of(queue, element))
		element->length = 6;
}

SABOTEUR(input_shortens_events, .about = "events have 6 bytes", BREAKS(CLAUSE_INPUT_EV_2),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.keys*", .used_element = shorten_event);

static void invent_key(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_input_event *event = event_of(queue, element);

	if (event && !is_end(event))
		event->code = to_le16(0x2fe);
}

SABOTEUR(input_invents_keys, .about = "the key that is pressed is not among those listed",
	 BREAKS(CLAUSE_INPUT_EV_3), .type = VIRTIO_TYPE_INPUT, .tests = "input.keys*",
	 .used_element = invent_key);

static void hide_end(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_input_event *event = event_of(queue, element);

	if (event && is_end(event))
		event->code = to_le16(1);
}

SABOTEUR(input_ends_no_update, .about = "no SYN_REPORT ends an update", BREAKS(CLAUSE_INPUT_EV_4),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.keys*", .used_element = hide_end);

static void end_at_once(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_input_event *event = event_of(queue, element);

	if (event)
		event->type = to_le16(INPUT_EV_SYN);
}

SABOTEUR(input_loses_axes, .about = "of an update nothing but its end arrives",
	 BREAKS(CLAUSE_INPUT_OP_3), .type = VIRTIO_TYPE_INPUT, .tests = "input.updates*",
	 .used_element = end_at_once);

static bool delivered;

static void begin(struct virtio_device *device)
{
	delivered = false;
}

static void deliver_one(struct onlooker *self, struct virtqueue *queue)
{
	const struct virtio_input_event event = {to_le16(INPUT_EV_ABS), to_le16(0), to_le32(1000)};

	if (delivered || queue->index != INPUT_EVENT_QUEUE)
		return;
	delivered = true;
	use_falsely(queue, &event, sizeof(event));
}

SABOTEUR(input_delivers_parts, .about = "of an update that lacks buffers the first event arrives",
	 BREAKS(CLAUSE_INPUT_OP_2), .type = VIRTIO_TYPE_INPUT, .tests = "input.updates*",
	 .start = begin, .onlooker.publish = deliver_one);

static uint64_t change_strings(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(u) ? value ^ 1
										    : value;
}

SABOTEUR(input_changes_strings, .about = "the first letter of name and serial number is another",
	 BREAKS(CLAUSE_INPUT_CFG_3, CLAUSE_INPUT_CFG_4), .type = VIRTIO_TYPE_INPUT,
	 .tests = "input.*_is_as_configured", .onlooker.read = change_strings);
