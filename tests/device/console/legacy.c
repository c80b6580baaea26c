/* SPDX-License-Identifier: BSD-2-Clause */
/* Console devices by their legacy interface (virtio 1.4, 5.3.6.1). */
#include "tests/device/console/console.h"

static bool is_known(uint16_t event)
{
	return event <= VIRTIO_CONSOLE_PORT_NAME;
}

TEST(console, legacy_messages_are_native,
     .about = "events of control messages make sense in the guest's byte order",
     .type = VIRTIO_TYPE_CONSOLE, WITH_FEATURE(VIRTIO_CONSOLE_F_MULTIPORT), .traits = DEVICE_LEGACY,
     .judges = CLAUSES(CONSOLE_OP_LEG_1, SANE_10))
{
	struct features features = NO_FEATURES;
	const struct message *message;
	struct console *console;
	unsigned heard = 0;

	features_add(&features, VIRTIO_CONSOLE_F_MULTIPORT);
	console = console_start(t, t->device, features, false);
	console_tell(console, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	while ((message = console_hear(console, CONSOLE_QUIET_NS))) {
		uint16_t swapped = __builtin_bswap16(message->event);

		CHECK(t, CONSOLE_OP_LEG_1, is_known(message->event) || !is_known(swapped),
		      "a message has event %#x: its bytes are swapped", message->event);
		heard++;
	}
	CAN_JUDGE(t, heard, "the device has no port to tell of");
}
