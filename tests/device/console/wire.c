/* SPDX-License-Identifier: BSD-2-Clause */
/* Which ports are joined: a line of text goes in at one and is looked for at all others. */
#include "lib/string.h"
#include "tests/device/console/console.h"
#include "tests/harness/subject/helper.h"

#define WIRE_WAIT_NS 100000000
#define TRIES        2
#define INPUT_ROOM   (256u * 1024)

static void open_all(struct console *console)
{
	for (uint32_t port = 0; port < console->most; port++) {
		if (console->ports[port].added)
			console_open(console, port, INPUT_ROOM);
	}
}

static struct console *start(struct test_run *t, struct virtio_device *device, bool multiport)
{
	struct features features = NO_FEATURES;
	struct console *console;

	if (multiport)
		features_add(&features, VIRTIO_CONSOLE_F_MULTIPORT);
	console = console_start(t, device, features, false);
	console_shake_hands(console);
	open_all(console);
	return console;
}

/* The port of a console whose input ends in the line; its number, or CONSOLE_PORTS_MOST. */
static uint32_t port_with(const struct console *console, const char *line, size_t length)
{
	for (uint32_t port = 0; port < console->most; port++) {
		const struct input *input = &console->input[port];

		if (input->length >= length &&
		    memcmp(input->bytes + input->length - length, line, length) == 0)
			return port;
	}
	return CONSOLE_PORTS_MOST;
}

/* Sends a line through a port and looks where it comes out, once. */
static bool follow_once(struct wire *wire, struct console *near, uint32_t port, struct console *far,
			unsigned attempt)
{
	char line[48];
	size_t length = (size_t)format_text(line, sizeof(line), "virtproof %s port %u try %u\n",
					    near->device->name, port, attempt);
	uint64_t deadline = clock_deadline(WIRE_WAIT_NS);

	if (!console_send(near, port, line, (uint32_t)length, 1))
		return false;
	do {
		*wire = (struct wire){near, far, port, port_with(far, line, length)};
	} while (wire->far_port >= CONSOLE_PORTS_MOST && console_wait(far, deadline));
	return wire->far_port < CONSOLE_PORTS_MOST;
}

/*
 * What an earlier test left in between may have to make room first. Each line is told from those before
 * it: when the last one is through, so are they.
 */
static bool follow(struct wire *wire, struct console *near, uint32_t port, struct console *far)
{
	for (unsigned n = 0; n < TRIES; n++) {
		if (follow_once(wire, near, port, far, n))
			return true;
	}
	return false;
}

static void forget_input(struct console *console)
{
	for (uint32_t port = 0; port < console->most; port++)
		console->input[port].length = 0;
}

static unsigned follow_all(struct console *near, struct console *far, struct wire *wires,
			   unsigned most)
{
	unsigned count = 0;

	for (uint32_t port = 0; port < near->most && count < most; port++) {
		if (near->ports[port].added && follow(&wires[count], near, port, far))
			count++;
	}
	forget_input(far);
	return count;
}

unsigned console_find_wires(struct test_run *t, bool multiport, struct wire *wires, unsigned most)
{
	struct console *near = start(t, t->device, multiport);
	struct virtio_device *other;
	unsigned count = multiport ? follow_all(near, near, wires, most) : 0;

	for (unsigned n = 0; count == 0 && (other = other_device(t, VIRTIO_TYPE_CONSOLE, n)); n++) {
		if (!take_helper(t, other))
			continue;
		count = follow_all(near, start(t, other, multiport), wires, most);
		if (count == 0)
			release_helper(t, other);
	}
	if (count == 0)
		skip_test(t, "no port of this device is joined to another port of this machine");
	return count;
}
