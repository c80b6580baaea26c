/* SPDX-License-Identifier: BSD-2-Clause */
/* The emergency write: a character without queues (virtio 1.4, 5.3.4, 5.3.5). */
#include "lib/string.h"
#include "tests/device/console/console.h"

#define JUNK    0xa5c3f100u /* of which the device must not make characters */
#define NEWLINE '\n'

TEST(console, emergency_write_needs_no_driver,
     .about = "emerg_wr may be written while the device is unconfigured, which it survives",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_CONFIG | NEEDS_WORK,
     WITH_FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE), .judges = CLAUSES(CONSOLE_INIT_1, SANE_10))
{
	struct virtio_device *device = t->device;
	struct console *console;
	uint8_t status;

	for (unsigned n = 0; n < 3; n++)
		console_emergency_write(device, NEWLINE);
	status = device->transport->get_status(device);
	CHECK(t, CONSOLE_INIT_1, status == 0, "after three characters device_status reads %#x",
	      status);
	console = console_start(t, device, NO_FEATURES, false);
	CHECK(t, CONSOLE_INIT_1, console_send(console, 0, "\n", 1, 1),
	      "after emergency writes the device does not take a transmit buffer");
}

/* Writes the characters of a text, with junk above each, and whether the other end reads just these. */
static bool comes_out(struct wire *wire, const char *text)
{
	struct input *input = &wire->far->input[wire->far_port];
	uint32_t length = (uint32_t)strlen(text);

	input->length = 0;
	for (uint32_t n = 0; n < length; n++)
		console_emergency_write(wire->near->device, JUNK | (uint8_t)text[n]);
	console_await(wire->far, wire->far_port, length, PATIENCE_NS);
	return input->length == length && memcmp(input->bytes, text, length) == 0;
}

/*
 * 5.3.5.1 has the characters go to "an appropriate log or output method", which need not be the port. Where
 * they come out with the feature accepted it is.
 */
static bool comes_out_accepted(struct test_run *t, struct wire *wire)
{
	struct features features = NO_FEATURES;

	features_add(&features, VIRTIO_CONSOLE_F_EMERG_WRITE);
	console_start(t, t->device, features, false);
	return comes_out(wire, "accepted");
}

TEST(console, emergency_write_comes_out,
     .about = "the low byte of each emergency write comes out, configured or not, even when failed",
     .type = VIRTIO_TYPE_CONSOLE, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE),
     .judges = CLAUSES(CONSOLE_EMERG_1, CONSOLE_EMERG_2, CONSOLE_INIT_2, RESET_1, SANE_10))
{
	struct virtio_device *device = t->device;
	bool declined, failed, reset;
	struct wire wire;

	console_find_wires(t, false, &wire, 1);
	if (wire.far->device == device)
		skip_test(t, "the port is joined to another of the same device");
	declined = comes_out(&wire, "declined");
	virtio_add_status(device, VIRTIO_STATUS_FAILED);
	failed = comes_out(&wire, "failed");
	start_over(t);
	reset = comes_out(&wire, "reset");
	if (!declined && !failed && !reset && !comes_out_accepted(t, &wire))
		skip_test(t, "no emergency write comes out at this end: it may go to a log");
	CHECK(t, CONSOLE_EMERG_1, declined,
	      "with the feature declined and DRIVER_OK set the characters do not come out");
	CHECK(t, CONSOLE_EMERG_2, failed, "with FAILED set the characters do not come out");
	CHECK(t, CONSOLE_INIT_2, reset, "after a reset the characters do not come out");
}
