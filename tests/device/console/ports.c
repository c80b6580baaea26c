/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports that come and go while the driver runs (virtio 1.4, 5.3.6): the host plugs them. */
#include "lib/string.h"
#include "tests/device/console/console.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/judge/finding.h"

#define HOT_NAME "virtproof.hot"
#define READY    1
#define MORE_MS  10000 /* the host takes part, several times */

static struct console *start(struct test_run *t)
{
	struct features features = NO_FEATURES;

	features_add(&features, VIRTIO_CONSOLE_F_MULTIPORT);
	return console_start(t, t->device, features, false);
}

static void ask_to_add(struct test_run *t, uint32_t port, bool is_console)
{
	struct ask ask = ask_for("port-add", t->device);

	ask_number(&ask, "port", port);
	ask_number(&ask, "console", is_console);
	ask_text(&ask, "name", HOT_NAME);
	ask_or_skip(t, &ask);
}

static void ask_to_remove(struct test_run *t, uint32_t port)
{
	struct ask ask = ask_for("port-remove", t->device);

	ask_number(&ask, "port", port);
	ask_or_skip(t, &ask);
}

/* A port number that no port has at present. */
static uint32_t free_port(struct test_run *t, const struct console *console)
{
	for (uint32_t port = console->most; port-- > 1;) {
		if (!console->ports[port].added)
			return port;
	}
	skip_test(t, "all of the device's %u ports are there already", console->most);
}

/*
 * Messages until none comes for a while, and, for as long as `wait`, until there is one of this event for this port; how
 * many of these there were.
 */
static unsigned count_messages(struct console *console, uint32_t port, uint16_t event,
			       uint64_t wait)
{
	uint64_t deadline = clock_deadline(wait);
	const struct message *message;
	unsigned count = 0;

	do {
		bool waits = !count && !clock_passed(deadline);
		uint64_t left = waits ? clock_to_ns(deadline - clock_now()) : 0;

		message = console_hear(console, MAXIMUM(left, (uint64_t)CONSOLE_QUIET_NS));
		count += message && message->id == port && message->event == event;
	} while (message);
	return count;
}

/* Whether a port that the host has configured is not added yet, as far as the device can have so many. */
static bool lacks_port(const struct console *console, const bool *configured)
{
	for (uint32_t port = 0; port < console->most; port++) {
		if (configured[port] && !console->ports[port].added)
			return true;
	}
	return false;
}

TEST(console, configured_ports_are_added,
     .about = "the ports that are added are exactly those that the host has configured",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_OP_6, SANE_10))
{
	struct console *console = start(t);
	struct ask ask = ask_for("property", t->device);
	bool configured[CONSOLE_PORTS_MOST] = {false};
	char text[256];

	ask_text(&ask, "name", "ports");
	ask_text_or_skip(t, &ask, text, sizeof(text));
	for (char *word = text; *word;) {
		uint32_t port = 0;

		while (*word >= '0' && *word <= '9')
			port = port * 10 + (uint32_t)(*word++ - '0');
		if (port < CONSOLE_PORTS_MOST)
			configured[port] = true;
		while (*word && (*word < '0' || *word > '9'))
			word++;
	}
	console_shake_hands(console);
	while (lacks_port(console, configured) && console_hear(console, PATIENCE_NS))
		;
	for (uint32_t port = 0; port < console->most; port++)
		CHECK(t, CONSOLE_OP_6, console->ports[port].added == configured[port],
		      "port %u is %s by the host and %s by the device", port,
		      configured[port] ? "configured" : "not configured",
		      console->ports[port].added ? "added" : "not added");
}

static void plug_and_unplug(struct test_run *t, struct console *console, bool is_console)
{
	uint32_t id = free_port(t, console);
	const struct port *port = &console->ports[id];
	unsigned count;

	ask_to_add(t, id, is_console);
	count = count_messages(console, id, VIRTIO_CONSOLE_DEVICE_ADD, PATIENCE_NS);
	CHECK(t, CONSOLE_OP_7, count == 1, "port %u was plugged and is added %u times", id, count);
	console_tell(console, id, VIRTIO_CONSOLE_PORT_READY, READY);
	count_messages(console, id, VIRTIO_CONSOLE_CONSOLE_PORT,
		       is_console ? PATIENCE_NS : CONSOLE_QUIET_NS);
	if (!port->names)
		count_messages(console, id, VIRTIO_CONSOLE_PORT_NAME, PATIENCE_NS);
	CHECK(t, CONSOLE_CTRL_2, port->names == 1 && strcmp(port->name, HOT_NAME) == 0,
	      "port %u is called " HOT_NAME ", the device names it %u times, \"%s\"", id,
	      port->names, port->name);
	CHECK(t, CONSOLE_CTRL_6, port->is_console == is_console,
	      "port %u is %s console and is %snominated as one", id, is_console ? "a" : "no",
	      port->is_console ? "" : "not ");
	ask_to_remove(t, id);
	count = count_messages(console, id, VIRTIO_CONSOLE_DEVICE_REMOVE, PATIENCE_NS);
	CHECK(t, CONSOLE_CTRL_5, count == 1, "port %u was unplugged and is removed %u times", id,
	      count);
}

TEST(console, plugged_ports_are_told,
     .about = "a plugged port is added once, named, nominated if it is a console, and removed",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_CTRL_2, CONSOLE_CTRL_5, CONSOLE_CTRL_6, CONSOLE_OP_7, SANE_10))
{
	struct console *console = start(t);

	console_shake_hands(console);
	plug_and_unplug(t, console, true);
	plug_and_unplug(t, console, false);
}

TEST(console, early_ports_are_added_once,
     .about = "a port plugged before the driver is ready is added once when it is",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT), .judges = CLAUSES(CONSOLE_MULTI_1, SANE_10))
{
	struct console *console = start(t);
	uint32_t id = console->most - 1;
	unsigned count;

	ask_to_add(t, id, false);
	count = count_messages(console, id, VIRTIO_CONSOLE_DEVICE_ADD, CONSOLE_QUIET_NS);
	console_tell(console, 0, VIRTIO_CONSOLE_DEVICE_READY, READY);
	count += count_messages(console, id, VIRTIO_CONSOLE_DEVICE_ADD, PATIENCE_NS);
	ask_to_remove(t, id);
	CHECK(t, CONSOLE_MULTI_1, count <= 1,
	      "port %u, plugged between DRIVER_OK and DEVICE_READY, is added %u times", id, count);
}

TEST(console, unknown_ports_are_not_removed,
     .about = "a port that went before the driver was ready is not removed: it never was added",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT), .judges = CLAUSES(CONSOLE_MULTI_3, SANE_10))
{
	uint32_t id = MINIMUM(console_config(t->device, max_nr_ports), CONSOLE_PORTS_MOST) - 1;
	struct console *console;
	unsigned count;
	bool added;

	ask_to_add(t, id, false);
	console = start(t);
	count_messages(console, id, VIRTIO_CONSOLE_DEVICE_ADD, CONSOLE_QUIET_NS);
	added = console->ports[id].added;
	ask_to_remove(t, id);
	count = count_messages(console, id, VIRTIO_CONSOLE_DEVICE_REMOVE, CONSOLE_QUIET_NS);
	if (added)
		skip_test(t, "the port was added before DEVICE_READY");
	CHECK(t, CONSOLE_MULTI_3, count == 0, "port %u, never added, is removed", id);
}

/* Takes the port away again before the test is given up. */
static void ask_to_connect(struct test_run *t, uint32_t port, bool on)
{
	struct ask ask = ask_for("port-connect", t->device);
	char text[FINDING_WORDS / 2];

	ask_number(&ask, "port", port);
	ask_number(&ask, "on", on);
	if (ask_host(&ask, text, sizeof(text)) == TOLD_OK)
		return;
	ask_to_remove(t, port);
	skip_test(t, "the host was asked for \"port-connect\": %s", text);
}

/* The number of a new port that the driver has said to be ready. */
static uint32_t add_ready_port(struct test_run *t, struct console *console)
{
	uint32_t id;

	console_shake_hands(console);
	id = free_port(t, console);
	ask_to_add(t, id, false);
	count_messages(console, id, VIRTIO_CONSOLE_DEVICE_ADD, PATIENCE_NS);
	console_tell(console, id, VIRTIO_CONSOLE_PORT_READY, READY);
	return id;
}

TEST(console, host_ends_are_told,
     .about = "PORT_OPEN tells when the host's end of a port is opened and closed",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT), .judges = CLAUSES(CONSOLE_CTRL_10, SANE_10))
{
	struct console *console = start(t);
	uint32_t id = add_ready_port(t, console);

	count_messages(console, id, VIRTIO_CONSOLE_PORT_OPEN, CONSOLE_QUIET_NS);
	for (unsigned n = 0; n < 2; n++) {
		bool on = n == 0;

		ask_to_connect(t, id, on);
		count_messages(console, id, VIRTIO_CONSOLE_PORT_OPEN, PATIENCE_NS);
		CHECK(t, CONSOLE_CTRL_10, console->ports[id].host_open == on,
		      "the host's end of port %u was %s, the device says that it is %s", id,
		      on ? "opened" : "closed", console->ports[id].host_open ? "open" : "closed");
	}
	ask_to_remove(t, id);
}

#define DATA 96u

/* A plain port that the host has opened too; its number. */
static uint32_t open_both_ends(struct test_run *t, struct console *console)
{
	uint32_t id = add_ready_port(t, console);

	console_tell(console, id, VIRTIO_CONSOLE_PORT_OPEN, READY);
	ask_to_connect(t, id, true);
	count_messages(console, id, VIRTIO_CONSOLE_PORT_OPEN, PATIENCE_NS);
	return id;
}

/* Whether the host's end has read just these bytes, in a few attempts. */
static bool host_reads(struct test_run *t, uint32_t port, const uint8_t *bytes)
{
	static uint8_t read[2 * DATA];
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	char text[4 * DATA + 1];
	size_t length = 0;

	while (length < DATA && !clock_passed(deadline)) {
		struct ask ask = ask_for("port-read", t->device);

		ask_number(&ask, "port", port);
		if (ask_host(&ask, text, sizeof(text)) != TOLD_OK)
			break;
		length += told_bytes(text, read + length, sizeof(read) - length);
	}
	return length == DATA && memcmp(read, bytes, DATA) == 0;
}

TEST(console, host_end_hears_and_speaks,
     .about = "what the host writes to a port comes in on it, what the driver writes comes out",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_HOST, .timeout_ms = MORE_MS,
     WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT),
     .judges = CLAUSES(CONSOLE_OP_1, CONSOLE_OP_2, CONSOLE_OP_3, CONSOLE_OP_4, SANE_10))
{
	struct console *console = start(t);
	uint32_t id = open_both_ends(t, console);
	struct ask ask = ask_for("port-write", t->device);
	bool used, came_in, came_out;
	uint8_t bytes[DATA];
	char text[FINDING_WORDS / 2];

	for (uint32_t n = 0; n < DATA; n++)
		bytes[n] = console_pattern(id, n);
	console_open(console, id, 2 * DATA);
	ask_number(&ask, "port", id);
	ask_bytes(&ask, "bytes", bytes, DATA);
	if (ask_host(&ask, text, sizeof(text)) != TOLD_OK) {
		ask_to_connect(t, id, false);
		ask_to_remove(t, id);
		skip_test(t, "the host was asked for \"port-write\": %s", text);
	}
	console_await(console, id, DATA, PATIENCE_NS);
	came_in =
		console->input[id].length == DATA && console_matches(&console->input[id], id, DATA);
	used = console_send(console, id, bytes, DATA, 3);
	came_out = host_reads(t, id, bytes);
	ask_to_connect(t, id, false);
	ask_to_remove(t, id);
	CHECK(t, CONSOLE_OP_3, came_in, "of %u bytes from the host %u come in, or others", DATA,
	      console->input[id].length);
	CHECK(t, CONSOLE_OP_4, came_in, "of %u bytes for port %u %u come in there, or others", DATA,
	      id, console->input[id].length);
	CHECK(t, CONSOLE_OP_2, used, "a buffer of %u bytes is not used within 1 s", DATA);
	CHECK(t, CONSOLE_OP_1, came_out, "the host does not read the %u bytes that were written",
	      DATA);
}
