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

	if (!await_announced(t, t->device->queues[INPUT_EVENT_QUEUE], &completion))
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

#define UPDATE_MOST 8 /* events; a key may come with its scan code and the like */

static bool ends_update(const struct virtio_input_event *event)
{
	return from_le16(event->type) == INPUT_EV_SYN && from_le16(event->code) == INPUT_SYN_REPORT;
}

/* What came of a key until the update ended. */
struct update {
	bool any, key, ended;
	uint32_t value; /* of the key */
};

/* Takes events until one ends the update, or none comes; each is judged for itself. */
static struct update take_update(struct test_run *t, const struct input_answer *keys)
{
	struct update update = {0};
	struct virtio_input_event event;
	uint32_t length;

	for (unsigned n = 0; n < UPDATE_MOST && !update.ended && take(t, &event, &length); n++) {
		bool key = from_le16(event.type) == INPUT_EV_KEY;

		update.any = true;
		update.ended = ends_update(&event);
		CHECK(t, INPUT_EV_2, length == sizeof(event), "an event is used with length %u",
		      length);
		if (!key)
			continue;
		CHECK(t, INPUT_EV_3, input_bit(keys, from_le16(event.code)),
		      "key %#x came, which EV_BITS does not list", from_le16(event.code));
		if (from_le16(event.code) == KEY_A) {
			update.key = true;
			update.value = from_le32(event.value);
		}
	}
	return update;
}

TEST(input, keys_arrive,
     .about = "a key pressed and released on the host arrives so, in 8-byte events",
     .type = VIRTIO_TYPE_INPUT, .needs = NEEDS_HOST,
     .judges = CLAUSES(INPUT_EV_1, INPUT_EV_2, INPUT_EV_3, INPUT_EV_4))
{
	struct input_answer keys;

	input_ready(t);
	if (!has_code(t, INPUT_EV_KEY, KEY_A, &keys))
		skip_test(t, "the device has no key A");
	start_over(t);
	bring_up(t);
	post(t, UPDATE_MOST, sizeof(struct virtio_input_event));
	post(t, UPDATE_MOST, 64);
	for (uint32_t down = 1; down != UINT32_MAX; down--) {
		struct update update;

		press(t, down);
		update = take_update(t, &keys);
		if (!CHECK(t, INPUT_EV_1, update.any, "a key was %s on the host, and no event came",
			   down ? "pressed" : "released"))
			return;
		CHECK(t, INPUT_EV_1, update.key && update.value == down,
		      "key A was %s, and %s, value %u, came", down ? "pressed" : "released",
		      update.key ? "it" : "no key A", update.value);
		CHECK(t, INPUT_EV_4, update.ended, "no synchronisation event ends the update");
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
	/* Whole updates have three events; those of the first may still come: all that are left of them or none. */
	while (ends < 2 &&
	       wait_until(events_pending, queue,
			  clock_deadline(ends && !early ? LINGER_NS : PATIENCE_NS)) &&
	       take(t, &event, &length)) {
		ends += ends_update(&event);
		first += !ends;
	}
	/* What has begun to come is held back and comes to its end, and then comes the other update (5.8.6.2). */
	CHECK(t, INPUT_OP_2, !early || (early + first == 2 && ends == 2),
	      "an update of 3 events found 1 buffer: %u came, and then %u before an end, and %u ends",
	      early, first, ends);
	CHECK(t, INPUT_OP_3, ends > 0 && early + first == 2,
	      "with %u that came at once, %u events come before the end of an update of 3", early,
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
