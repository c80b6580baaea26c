/* SPDX-License-Identifier: BSD-2-Clause */
/* Displays whose size is changed by who looks at them, a viewer that speaks RFB (RFC 6143) (virtio 1.4, 5.7.4.2). */
#include "arch/interrupt.h"
#include "tests/device/gpu/command.h"
#include "tests/harness/drive/ask.h"

#define SET_DESKTOP_SIZE 251 /* a message of viewers, by the community's list of RFB's extensions */

static void connect_viewer(struct test_run *t, bool on)
{
	struct ask ask = ask_for("viewer-connect", t->device);

	ask_number(&ask, "on", on);
	ask_or_skip(t, &ask);
}

static void write_as_viewer(struct test_run *t, const void *bytes, size_t length)
{
	struct ask ask = ask_for("viewer-write", t->device);

	ask_bytes(&ask, "bytes", bytes, length);
	ask_or_skip(t, &ask);
}

/* Has the host give the first display this size, as a viewer whose window is resized would. */
static void resize(struct test_run *t, uint32_t width, uint32_t height)
{
	const uint8_t message[] = {SET_DESKTOP_SIZE,
				   0,
				   (uint8_t)(width >> 8),
				   (uint8_t)width,
				   (uint8_t)(height >> 8),
				   (uint8_t)height,
				   0,
				   0};

	write_as_viewer(t, message, sizeof(message));
}

static bool has_event(void *device)
{
	return config_read((struct virtio_device *)device, struct virtio_gpu_config, events_read) &
	       VIRTIO_GPU_EVENT_DISPLAY;
}

/* The first display as GET_DISPLAY_INFO has it. */
static const struct virtio_gpu_rect *first_display(struct gpu *gpu)
{
	return &gpu_display_info(gpu)->pmodes[0].r;
}

TEST(gpu, display_changes_are_told,
     .about =
	     "when a display gets another size there is an event, a message of it, and the new size, until it is cleared",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST | NEEDS_CONFIG | NEEDS_MSIX,
     .judges = CLAUSES(SANE_1, GPU_DISPINFO_1, GPU_DISPINFO_4, GPU_CFG_1, GPU_CFG_5))
{
	/* The version, no security, a session that others may share. */
	static const char greeting[] = "RFB 003.008\n\x01\x01";
	struct virtio_device *device = t->device;
	const struct virtio_gpu_rect *display;
	uint32_t width, height, seen_width, seen_height;
	uint64_t arrivals;
	bool event, told, kept;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	display = first_display(&gpu);
	width = from_le32(display->width);
	height = from_le32(display->height);
	config_write(device, struct virtio_gpu_config, events_clear, VIRTIO_GPU_EVENT_DISPLAY);
	connect_viewer(t, true);
	write_as_viewer(t, greeting, sizeof(greeting) - 1);
	arrivals = interrupt_count(device->config_vector);
	resize(t, width + 32, height + 16);
	event = wait_until(has_event, device, clock_deadline(PATIENCE_NS));
	told = event && await_interrupts(device->config_vector, arrivals + 1);
	display = first_display(&gpu);
	seen_width = from_le32(display->width);
	seen_height = from_le32(display->height);
	config_write(device, struct virtio_gpu_config, events_clear, VIRTIO_GPU_EVENT_DISPLAY);
	kept = has_event(device);
	/* Judged when all is as it was. */
	resize(t, width, height);
	wait_until(has_event, device, clock_deadline(PATIENCE_NS));
	config_write(device, struct virtio_gpu_config, events_clear, VIRTIO_GPU_EVENT_DISPLAY);
	connect_viewer(t, false);
	INSIST(t, GPU_CFG_5, event,
	       "the size of display 0 was changed, and events_read says nothing");
	CHECK(t, GPU_CFG_5, told,
	      "events_read has an event, and no configuration change was notified");
	CHECK(t, GPU_DISPINFO_4, seen_width == width + 32 && seen_height == height + 16,
	      "display 0 is %u by %u, was %u by %u, and shall be 32 and 16 pixels larger",
	      seen_width, seen_height, width, height);
	CHECK(t, GPU_CFG_1, !kept, "an event was cleared, and is still in events_read");
}
