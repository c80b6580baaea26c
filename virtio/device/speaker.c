/* SPDX-License-Identifier: BSD-2-Clause */
/* A console device with all that port 0 takes (5.3.2, 5.3.6), and nothing negotiated that could bring more. */
#include "virtio/device/speaker.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "virtio/device/console.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/setup.h"

#define ARENA_PAGES 64 /* both queues, of some thousand entries */
#define PIECE       4096
#define FIRST_NS    NANOSECONDS_A_SECOND
#define PATIENT_NS  (20 * NANOSECONDS_A_SECOND)

static struct virtqueue *queue;
static char *piece;
static bool heard;  /* it has used a buffer: it will again, be it slow */
static bool mute;   /* it let us wait in vain */
static bool speaks; /* what is said meanwhile comes from looking on at this */

static bool set_up(struct virtio_device *device, struct arena *arena)
{
	static const struct virtqueue_request requests[CONSOLE_TRANSMIT_QUEUE + 1];
	struct features features = NO_FEATURES;

	if (!virtio_reset(device))
		return false;
	if (device->transport->has_features_ok)
		features_add(&features, VIRTIO_F_VERSION_1);
	if (!virtio_negotiate(device, features)) {
		device->problem = "it refuses a driver that wants no features";
		return false;
	}
	return virtio_set_up_queues(device, ARRAY_LENGTH(requests), requests, INTERRUPT_NONE,
				    arena);
}

bool speaker_open(struct virtio_device *device)
{
	static struct arena arena;
	void *memory = memory_take(ARENA_PAGES);

	if (!memory) {
		virtio_lack(device, "no room for its queues");
		return false;
	}
	arena_start(&arena, memory, ARENA_PAGES * PAGE_SIZE);
	piece = arena_allocate(&arena, "piece", PIECE, 16);
	if (!piece || !set_up(device, &arena)) {
		virtio_reset(device);
		return false;
	}
	queue = device->queues[CONSOLE_TRANSMIT_QUEUE];
	virtqueue_suppress(queue);
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	return true;
}

/* As send_notification() does it where nobody looks on. */
static void notify(void)
{
	queue->kicks++;
	if (!queue->notify_place.address)
		queue->device->transport->notify(queue, queue->notify_value);
	else if (queue->notify_place.width == 4)
		write32(queue->notify_place.address, queue->notify_value);
	else
		write16(queue->notify_place.address, queue->notify_value);
}

/* The format is asked itself: whether devices under test get on with their work is not seen by this. */
static bool send(size_t length)
{
	uint64_t deadline = clock_deadline(heard ? PATIENT_NS : FIRST_NS);
	struct segment segment = {.address = physical(piece), .length = (uint32_t)length};
	uint16_t id = virtqueue_next_id(queue);

	if (!virtqueue_add(queue, &segment, 1, piece))
		return false;
	queue->format->publish(queue);
	notify();
	while (!virtqueue_shows_used(queue)) {
		if (clock_passed(deadline))
			return false;
		cpu_relax();
	}
	queue->format->retire(queue, id);
	queue->in_flight--;
	return true;
}

void speaker_write(const char *text, size_t length)
{
	if (speaks)
		return;
	speaks = true;
	while (length > 0 && !mute) {
		size_t part = MINIMUM(length, (size_t)PIECE);

		memcpy(piece, text, part);
		heard = send(part);
		mute = !heard;
		text += part;
		length -= part;
	}
	speaks = false;
}
