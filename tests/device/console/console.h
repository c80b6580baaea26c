/* SPDX-License-Identifier: BSD-2-Clause */
/* A live console device: its ports, its control messages, and whoever is at the other end. */
#ifndef TESTS_DEVICE_CONSOLE_CONSOLE_H
#define TESTS_DEVICE_CONSOLE_CONSOLE_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/console.h"

#define CONSOLE_PORTS_MOST    32u
#define CONSOLE_BUFFERS       8u /* receive buffers of a port */
#define CONSOLE_BUFFER_BYTES  4096u
#define CONSOLE_MESSAGE_BYTES 256u        /* a control buffer */
#define CONSOLE_QUIET_NS      10000000ull /* no message for so long: all have come */

/* A control message of the device. */
struct message {
	uint32_t id;
	uint16_t event, value;
	uint32_t length; /* as used, with the header */
	uint8_t bytes[CONSOLE_MESSAGE_BYTES];
};

/* What the device has told of a port. */
struct port {
	bool added; /* by DEVICE_ADD, or port 0 without MULTIPORT */
	bool is_console;
	bool host_open; /* the last PORT_OPEN of the device said so */
	unsigned names; /* PORT_NAME messages */
	char name[64];
};

/* Bytes that came in, in order. */
struct input {
	uint8_t *bytes;
	uint32_t length, room;
};

/* A device in use; console_start() makes it in the test's arena. */
struct console {
	struct test_run *t;
	struct virtio_device *device;
	bool multiport;
	uint32_t most; /* ports that there can be: those numbered below this */
	struct port ports[CONSOLE_PORTS_MOST];
	struct message last;
	struct input input[CONSOLE_PORTS_MOST]; /* room 0: port not opened by console_open() */
};

/*
 * Brings a device (that of the test or one that was taken as its helper) to DRIVER_OK with these
 * features (VERSION_1 and ring features are added), its queues and control buffers ready; nothing is
 * said on the control queue yet. Fails the test when the device refuses. `vectors`: interrupts as the
 * test's variant has them, else polled.
 */
struct console *console_start(struct test_run *t, struct virtio_device *device,
			      struct features features, bool vectors);

/* The same up to, but without, DRIVER_OK. */
struct console *console_prepare(struct test_run *t, struct virtio_device *device,
				struct features features, bool vectors);

/* Sets DRIVER_OK on a prepared console. */
void console_go(struct console *console);

/* Sends a control message and waits until it is used. */
void console_tell(struct console *console, uint32_t id, uint16_t event, uint16_t value);

/*
 * The next message of the device, or NULL when none comes within `nanoseconds`. What it says is entered
 * in console->ports, where its id lies below console->most. It is good until the next call.
 */
const struct message *console_hear(struct console *console, uint64_t nanoseconds);

/*
 * DEVICE_READY; then PORT_READY and PORT_OPEN for each port that is added, until no more messages come.
 * Does nothing without MULTIPORT.
 */
void console_shake_hands(struct console *console);

/* Posts receive buffers for a port and keeps up to `room` bytes of what comes. */
void console_open(struct console *console, uint32_t port, uint32_t room);

/* Takes what has come on all opened ports. */
void console_poll(struct console *console);

/* Whether something has come in on one of them. */
bool console_has_input(struct console *console);

/* Waits until that is so, and takes what has come. False when nothing has before the deadline (TSC). */
bool console_wait(struct console *console, uint64_t deadline);

/*
 * Adds, publishes and kicks `length` bytes on the transmit queue of a port, cut into `parts`; the
 * request is the token of its completion.
 */
struct request *console_put(struct console *console, uint32_t port, const void *bytes,
			    uint32_t length, unsigned parts);

/* The same, and waits until they are used. False when they are not in time. */
bool console_send(struct console *console, uint32_t port, const void *bytes, uint32_t length,
		  unsigned parts);

/* The two ends of one wire: a port of the device and one of another (or the same) console device. */
struct wire {
	struct console *near, *far;
	uint32_t near_port, far_port;
};

/*
 * Finds, by a line of text sent through each port, which of them are joined. `multiport`: the device
 * offers several ports, else port 0 alone is tried. Starts the device and the other one. Returns how
 * many wires there are, at most `most`. Skips the test when there is none.
 */
unsigned console_find_wires(struct test_run *t, bool multiport, struct wire *wires, unsigned most);

/* The byte at `position` of the pattern that tests send. */
uint8_t console_pattern(uint32_t seed, uint32_t position);

/* Whether the first `length` bytes that came in are the pattern of that seed. */
bool console_matches(const struct input *input, uint32_t seed, uint32_t length);

/* Waits until `length` bytes have come in on a port, at most `quiet` nanoseconds after the last of them. */
bool console_await(struct console *console, uint32_t port, uint32_t length, uint64_t quiet);

#endif
