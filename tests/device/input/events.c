/* SPDX-License-Identifier: BSD-2-Clause */
/* Events that the host injects (virtio 1.4, 5.8.6). */
#include "lib/string.h"
#include "tests/device/input/query.h"
#include "tests/harness/drive/ask.h"

#define KEY_A 30

static void press(struct test_run *t, bool down)
{
	struct ask ask = ask_for("key", t->device);

	ask_number(&ask, "code", KEY_A);
	ask_number(&ask, "down", down);
	ask_or_skip(t, &ask);
}

static void post(struct test_run *t, unsigned count, uint32_t bytes)
{
	for (unsigned n = 0; n < count; n++) {
		struct request *request = test_memory(t, "request", sizeof(*request), 8);

		*request = (struct request){.in = test_memory(t, "event", bytes, 8),
					    .in_length = bytes};
		submit(t, t->device->queues[INPUT_EVENT_QUEUE], request);
	}
}

/* Takes the next event; false when none comes. */
static bool take(struct test_run *t, struct virtio_input_event *event, uint32_t *length)
{
	struct completion completion;
	const struct request *request;

	if (!await_completion(t, t->device->queues[INPUT_EVENT_QUEUE], &completion))
		return false;
	request = completion.token;
	*event = *(const struct virtio_input_event *)request->in;
	*length = completion.length;
	return true;
}

static bool has_code(struct test_run *t, uint8_t type, uint16_t code, struct input_answer *codes)
{
	input_query(t, VIRTIO_INPUT_CFG_EV_BITS, type, codes);
	return input_bit(codes, code);
}

/* Each of press and release is the key's event, then the end of the update. */
TEST(input, keys_arrive,
     .about = "a key pressed and released on the host arrives so, in 8-byte events",
     .type = VIRTIO_TYPE_INPUT, .needs = NEEDS_HOST,
     .judges = CLAUSES(INPUT_EV_1, INPUT_EV_2, INPUT_EV_3, INPUT_EV_4))
{
	struct virtio_input_event event;
	struct input_answer keys;
	uint32_t length;

	input_ready(t);
	if (!has_code(t, INPUT_EV_KEY, KEY_A, &keys))
		skip_test(t, "the device has no key A");
	start_over(t);
	bring_up(t);
	post(t, 4, sizeof(event));
	post(t, 4, 64);
	for (uint32_t down = 1; down != UINT32_MAX; down--) {
		press(t, down);
		if (!CHECK(t, INPUT_EV_1, take(t, &event, &length),
			   "a key was %s on the host, and no event came",
			   down ? "pressed" : "released"))
			return;
		CHECK(t, INPUT_EV_2, length == sizeof(event), "an event is used with length %u",
		      length);
		CHECK(t, INPUT_EV_1,
		      from_le16(event.type) == INPUT_EV_KEY && from_le16(event.code) == KEY_A &&
			      from_le32(event.value) == down,
		      "key A was %s, and type %#x, code %#x, value %u came",
		      down ? "pressed" : "released", from_le16(event.type), from_le16(event.code),
		      from_le32(event.value));
		CHECK(t, INPUT_EV_3,
		      from_le16(event.type) == INPUT_EV_KEY &&
			      input_bit(&keys, from_le16(event.code)),
		      "type %#x, code %#x came, which EV_BITS does not list", from_le16(event.type),
		      from_le16(event.code));
		CHECK(t, INPUT_EV_4,
		      take(t, &event, &length) && from_le16(event.type) == INPUT_EV_SYN &&
			      from_le16(event.code) == INPUT_SYN_REPORT,
		      "no synchronisation event ends the update");
	}
}

static void point(struct test_run *t, uint64_t x, uint64_t y)
{
	struct ask ask = ask_for("pointer", t->device);

	ask_number(&ask, "x", x);
	ask_number(&ask, "y", y);
	ask_number(&ask, "absolute", 1);
	ask_or_skip(t, &ask);
}

#define LINGER_NS 20000000

static bool events_pending(void *queue)
{
	return virtqueue_used_pending(queue);
}

TEST(input, updates_come_whole,
     .about = "an update of x, y and their end that lacks buffers is held back or dropped whole",
     .type = VIRTIO_TYPE_INPUT, .needs = NEEDS_HOST, .judges = CLAUSES(INPUT_OP_2, INPUT_OP_3))
{
	struct virtio_input_event event;
	struct input_answer axes;
	struct virtqueue *queue;
	unsigned early = 0, first = 0, ends = 0;
	uint32_t length;

	input_ready(t);
	if (!has_code(t, INPUT_EV_ABS, 0, &axes))
		skip_test(t, "the device has no absolute axes");
	start_over(t);
	bring_up(t);
	queue = t->device->queues[INPUT_EVENT_QUEUE];
	post(t, 1, sizeof(event));
	point(t, 1000, 2000);
	while (wait_until(events_pending, queue, clock_deadline(LINGER_NS)) &&
	       take(t, &event, &length))
		early++;
	post(t, 16, sizeof(event));
	point(t, 3000, 4000);
	/* Whole updates have three events; those of the first may still come, all of them or none. */
	while (ends < 2 && wait_until(events_pending, queue, clock_deadline(LINGER_NS)) &&
	       take(t, &event, &length)) {
		ends += from_le16(event.type) == INPUT_EV_SYN;
		first += !ends;
	}
	CHECK(t, INPUT_OP_2, early == 0 || early == 3,
	      "an update of 3 events found 1 buffer, and %u of its events came", early);
	CHECK(t, INPUT_OP_3, ends > 0 && first == 2,
	      "the events behind an update without buffers begin with %u before an end, not 2",
	      first);
}

/* Whether a string of the device is what the host says; a NUL behind it is another clause's matter. */
static bool is_as_told(struct test_run *t, const char *property, uint8_t select, char *text,
		       size_t size, struct input_answer *answer)
{
	struct ask ask = ask_for("property", t->device);
	size_t length;

	ask_text(&ask, "name", property);
	ask_text_or_skip(t, &ask, text, size);
	length = strlen(text);
	input_query(t, select, 0, answer);
	return (answer->size == length ||
		(answer->size == length + 1 && answer->data[length] == '\0')) &&
	       memcmp(answer->data, text, length) == 0;
}

TEST(input, name_is_as_configured, .about = "ID_NAME is the name that the host knows the device by",
     .type = VIRTIO_TYPE_INPUT, .needs = NEEDS_HOST, .judges = CLAUSES(INPUT_CFG_3))
{
	struct input_answer answer;
	char text[VIRTIO_INPUT_UNION];

	input_ready(t);
	CHECK(t, INPUT_CFG_3,
	      is_as_told(t, "device-name", VIRTIO_INPUT_CFG_ID_NAME, text, sizeof(text), &answer),
	      "the host says \"%s\", ID_NAME has size %u", text, answer.size);
}

TEST(input, serial_is_as_configured, .about = "ID_SERIAL is the serial number that the host gave",
     .type = VIRTIO_TYPE_INPUT, .needs = NEEDS_HOST, .judges = CLAUSES(INPUT_CFG_4))
{
	struct input_answer answer;
	char text[VIRTIO_INPUT_UNION];

	input_ready(t);
	CHECK(t, INPUT_CFG_4,
	      is_as_told(t, "serial", VIRTIO_INPUT_CFG_ID_SERIAL, text, sizeof(text), &answer),
	      "the host says \"%s\", ID_SERIAL has size %u", text, answer.size);
}
