/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of a console device with several ports (virtio 1.4, 5.3.6.2). */
#include "lib/string.h"
#include "tests/device/console/console.h"
#include "tests/harness/plan/options.h"

#define SILENCE_NS 20000000ull
#define READY      1
#define HEADER     ((uint32_t)sizeof(struct virtio_console_control))

static struct features multiport(void)
{
	struct features features = NO_FEATURES;

	features_add(&features, VIRTIO_CONSOLE_F_MULTIPORT);
	return features;
}

TEST(console, messages_wait_for_the_driver,
     .about = "no control message comes before the driver has said that it is ready",
     .type = VIRTIO_TYPE_CONSOLE, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_CTRL_1, SANE_10))
{
	struct console *console = console_start(t, t->device, multiport(), false);
	const struct message *message = console_hear(console, SILENCE_NS);

	CHECK(t, CONSOLE_CTRL_1, !message, "event %u for port %u came before DEVICE_READY",
	      message ? message->event : 0, message ? message->id : 0);
}

/* The used length that an event of the device has; 0: none is defined for this direction. */
static uint32_t least_length(uint16_t event)
{
	switch (event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
	case VIRTIO_CONSOLE_DEVICE_REMOVE:
	case VIRTIO_CONSOLE_CONSOLE_PORT:
	case VIRTIO_CONSOLE_PORT_OPEN:
		return HEADER;
	case VIRTIO_CONSOLE_RESIZE:
		return HEADER + sizeof(struct virtio_console_resize);
	case VIRTIO_CONSOLE_PORT_NAME:
		return HEADER + 1;
	default:
		return 0;
	}
}

/* True when bytes are UTF-8 (RFC 3629), without overlong forms beyond two bytes being told apart. */
static bool is_utf8(const uint8_t *bytes, uint32_t length)
{
	for (uint32_t n = 0; n < length; n++) {
		unsigned more = bytes[n] < 0x80                       ? 0
				: bytes[n] >= 0xc2 && bytes[n] < 0xe0 ? 1
				: bytes[n] >= 0xe0 && bytes[n] < 0xf0 ? 2
				: bytes[n] >= 0xf0 && bytes[n] < 0xf5 ? 3
								      : 4;

		if (more == 4 || n + more >= length)
			return false;
		for (; more; more--) {
			if ((bytes[++n] & 0xc0) != 0x80)
				return false;
		}
	}
	return true;
}

static void check_name(struct test_run *t, const struct message *message)
{
	const uint8_t *name = message->bytes + HEADER;
	uint32_t length = message->length - HEADER;

	CHECK(t, CONSOLE_CTRL_11, is_utf8(name, length), "port %u: its name is not UTF-8",
	      message->id);
	CHECK(t, CONSOLE_CTRL_12, name[length - 1] != '\0',
	      "port %u: the name \"%.*s\" ends with a NUL within the used length of %u",
	      message->id, (int)length, (const char *)name, message->length);
}

/* One message by itself. `added`: the port existed before it. */
static void check_message(struct test_run *t, const struct console *console,
			  const struct message *message, bool added)
{
	uint32_t least = least_length(message->event);

	/* A later version may have more events, and more to say with one. */
	if (message->event > VIRTIO_CONSOLE_PORT_NAME && !*options.version)
		return;
	if (!CHECK(t, CONSOLE_CTRL_4, least != 0, "event %u for port %u is none of the device's",
		   message->event, message->id))
		return;
	if (!CHECK(t, CONSOLE_CTRL_3, message->length >= least,
		   "event %u for port %u has %u bytes, not %u", message->event, message->id,
		   message->length, least))
		return;
	switch (message->event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
		CHECK(t, CONSOLE_MULTI_1, !added, "port %u is added while it exists", message->id);
		CHECK(t, CONSOLE_MULTI_2,
		      message->id < console_config(console->device, max_nr_ports),
		      "port %u is added, max_nr_ports is %u", message->id,
		      console_config(console->device, max_nr_ports));
		break;
	case VIRTIO_CONSOLE_DEVICE_REMOVE:
		CHECK(t, CONSOLE_MULTI_3, added, "port %u is removed, which was never added",
		      message->id);
		break;
	case VIRTIO_CONSOLE_PORT_OPEN:
		CHECK(t, CONSOLE_CTRL_9, message->value <= 1, "PORT_OPEN of port %u has value %u",
		      message->id, message->value);
		break;
	case VIRTIO_CONSOLE_PORT_NAME:
		check_name(t, message);
		break;
	}
}

TEST(console, messages_are_well_formed,
     .about = "what the device says of its ports decodes, adds each port once and names it well",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_CTRL_11, CONSOLE_CTRL_12, CONSOLE_CTRL_3, CONSOLE_CTRL_4,
		       CONSOLE_CTRL_9, CONSOLE_MULTI_1, CONSOLE_MULTI_2, CONSOLE_MULTI_3, SANE_10))
{
	struct console *console = console_start(t, t->device, multiport(), false);
	bool added[CONSOLE_PORTS_MOST] = {false};
	const struct message *message;
	unsigned ports = 0;

	console_tell(console, 0, VIRTIO_CONSOLE_DEVICE_READY, READY);
	while ((message = console_hear(console, CONSOLE_QUIET_NS))) {
		uint32_t id = message->id;
		bool known = id < CONSOLE_PORTS_MOST;

		check_message(t, console, message, known && added[id]);
		if (known && message->event == VIRTIO_CONSOLE_DEVICE_REMOVE)
			added[id] = false;
		if (message->event != VIRTIO_CONSOLE_DEVICE_ADD || !known)
			continue;
		ports++;
		added[id] = true;
		console_tell(console, id, VIRTIO_CONSOLE_PORT_READY, READY);
		console_tell(console, id, VIRTIO_CONSOLE_PORT_OPEN, READY);
	}
	if (!ports)
		skip_test(t, "the device has no port at present");
}
