/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that use buffers in their own way and at their own time (2.7, 2.8). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/wait.h"
#include "lib/string.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/net.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/registers.h"

#define MILLISECOND 1000000ull

/* ---- kicks that are heard later ---- */

#define KICKS_MOST 16

struct late_kick {
	struct register_access access;
	uint64_t value, due;
};

static struct {
	struct onlooker *self;
	uint64_t delay; /* nanoseconds */
	bool gathers;   /* all are heard when the oldest is due */
	bool passing;
	unsigned count;
	struct late_kick kicks[KICKS_MOST];
} late;

/* Hears the kicks that are due; called while the driver waits. */
static void hear(void)
{
	bool heard = false;

	if (late.passing)
		return;
	late.passing = true;
	/* Each is gone before it is heard: another CPU may kick as soon as it is served. */
	while (late.count && (clock_passed(late.kicks[0].due) || (late.gathers && heard))) {
		struct late_kick first = late.kicks[0];

		late.count--;
		memmove(late.kicks, late.kicks + 1, late.count * sizeof(late.kicks[0]));
		onlooker_write(late.self, &first.access, first.value);
		heard = true;
	}
	late.passing = false;
}

static void start_late(struct virtio_device *device)
{
	late.count = 0;
	late.self = NULL;
	wait_in_company(hear);
}

static void stop_late(struct virtio_device *device)
{
	late.count = 0;
	wait_in_company(NULL);
}

static bool delay_kick(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if ((is_common(access, device_status) && !*value) || is_common(access, queue_reset))
		late.count = 0;
	if (access->structure != STRUCTURE_NOTIFY || late.count == KICKS_MOST)
		return true;
	late.self = self;
	late.gathers = (uintptr_t)self->context & 1;
	late.kicks[late.count].access = *access;
	late.kicks[late.count].value = *value;
	late.kicks[late.count].due =
		clock_deadline((uintptr_t)self->context / 2 * MILLISECOND / 10);
	late.count++;
	acts();
	return false;
}

static void hear_while_polled(struct onlooker *self, struct virtqueue *queue)
{
	hear();
}

/* Tenths of a millisecond. */
#define HEARS_AFTER(tenths, gathering)                                                             \
	.start = start_late, .stop = stop_late, .onlooker.write = delay_kick,                      \
	.onlooker.used = hear_while_polled,                                                        \
	.onlooker.context = (void *)((tenths)*2ul + (gathering)),                                  \
	ALLOWED("2.6",                                                                             \
		"Device executes the requests and - when complete - adds a used buffer to the "    \
		"queue")

ECCENTRIC(ok_slow_100us, .about = "a kick is heard after 0.1 ms", HEARS_AFTER(1, 0),
	  .tests = "ring.*,interrupt.*,transport.*,rng.*,blk.*,entropy.*");
ECCENTRIC(ok_slow_1ms, .about = "a kick is heard after 1 ms", HEARS_AFTER(10, 0),
	  .tests = "transport.*,entropy.*,blk.*,ring.split*,ring.packed*");
ECCENTRIC(ok_slow_50ms, .about = "a kick is heard after 50 ms", HEARS_AFTER(500, 0),
	  .devices = "rng", .tests = "transport.*,entropy.*", .variants = "split+msix");
ECCENTRIC(ok_slow_1s, .about = "a kick is heard after a second", HEARS_AFTER(10000, 0),
	  .devices = "rng", .tests = "transport.isr*,entropy.*", .variants = "split+msix");
ECCENTRIC(ok_slow_disk, .about = "a disk takes 5 ms a request", HEARS_AFTER(50, 0),
	  .devices = "blk", .tests = "blk.*");
ECCENTRIC(ok_slow_scsi, .about = "a SCSI host takes 5 ms a request", HEARS_AFTER(50, 0),
	  .devices = "scsi", .tests = "scsi.*");
ECCENTRIC(ok_slow_net, .about = "a network device looks at its queues every 2 ms",
	  HEARS_AFTER(20, 1), .devices = "net", .tests = "net.*");
ECCENTRIC(ok_slow_console, .about = "a console takes 5 ms for what is written", HEARS_AFTER(50, 0),
	  .devices = "console", .tests = "console.*");
ECCENTRIC(ok_slow_balloon, .about = "a balloon takes 5 ms", HEARS_AFTER(50, 0),
	  .devices = "balloon", .tests = "balloon.*");
ECCENTRIC(ok_gathers_kicks, .about = "kicks are gathered, and heard together after 1 ms",
	  HEARS_AFTER(10, 1), .tests = "ring.*,interrupt.*");

/* ---- one buffer after the other ---- */

#define EACH_MS 450 /* so that a queue of eight entries takes longer than vp.patience */

static uint16_t shown[VIRTIO_QUEUES_MOST]; /* by queue: the used index that the driver sees */

static struct {
	struct virtqueue *queue; /* whose used ring is gone through, NULL: the driver sees all */
	uint64_t next;           /* when it sees one more */
	uint16_t all;            /* the used index that the device has written */
} slow;

/* Whether the driver asks for a message of used buffer `index` (2.7.7). */
static bool is_asked_for(const struct virtqueue *queue, uint16_t index)
{
	const struct split_virtqueue *ring = split_of(queue);

	if (queue->event_idx)
		return read16(ring->used_event) == index;
	return !(read16(&ring->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

/* The device has announced all of them at once: each but the last gets a message by hand when it is shown. */
static void show_next(void)
{
	struct virtqueue *queue = slow.queue;
	uint16_t index;

	if (!queue || !clock_passed(slow.next))
		return;
	index = shown[queue->index]++;
	split_of(queue)->used->idx = to_le16(shown[queue->index]);
	if (queue->vector && is_asked_for(queue, index))
		interrupt_send(queue->cpu, queue->vector);
	slow.next = clock_deadline(EACH_MS * MILLISECOND);
	if (shown[queue->index] == slow.all)
		slow.queue = NULL;
}

static void forget_pace(struct virtio_device *device)
{
	memset(shown, 0, sizeof(shown));
	memset(&slow, 0, sizeof(slow));
}

static void start_slowly(struct virtio_device *device)
{
	forget_pace(device);
	wait_in_company(show_next);
}

static void stop_slowly(struct virtio_device *device)
{
	forget_pace(device);
	wait_in_company(NULL);
}

static bool see_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if ((is_common(access, device_status) && !*value) || is_common(access, queue_reset))
		forget_pace(access->device);
	return true;
}

/* Once the device has used all there is, and writes no index any more, the driver sees one after the other. */
static void show_one_by_one(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used;
	uint16_t seen;

	if (ring_is_packed(queue) || slow.queue)
		return;
	used = split_of(queue)->used;
	seen = shown[queue->index];
	shown[queue->index] = slow.all = from_le16(used->idx);
	if (slow.all != split_of(queue)->avail_index || (uint16_t)(slow.all - seen) < 2)
		return;
	acts();
	slow.queue = queue;
	shown[queue->index] = seen;
	used->idx = to_le16(seen);
	slow.next = clock_deadline(EACH_MS * MILLISECOND);
}

ECCENTRIC(ok_one_by_one, .about = "buffers are used one by one, each 0.45 s after the one before",
	  ALLOWED("2.6",
		  "Device executes the requests and - when complete - adds a used buffer to the "
		  "queue"),
	  .tests = "ring.whole_ring*,ring.one_notification*,interrupt.batch_is*",
	  .variants = "split+msix", .start = start_slowly, .stop = stop_slowly,
	  .onlooker.write = see_reset, .onlooker.used = show_one_by_one);

/* ---- the order of use ---- */

static uint16_t turned[VIRTIO_QUEUES_MOST]; /* by queue: the used index up to which that was done */

static void start_turning(struct virtio_device *device)
{
	memset(turned, 0, sizeof(turned));
}

/* What has come in between two looks is shown the other way round: requests, not a stream or events. */
static void turn_round(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used;
	uint16_t from, to;

	if (ring_is_packed(queue) || queue->in_order)
		return;
	used = split_of(queue)->used;
	from = turned[queue->index];
	to = from_le16(used->idx);
	if ((uint16_t)(to - from) > queue->size || split_of(queue)->used_index == 0)
		from = split_of(queue)->used_index;
	turned[queue->index] = to;
	while ((uint16_t)(to - from) > 1 && (uint16_t)(to - from) <= queue->size) {
		struct virtq_used_elem *one = &used->ring[from++ % queue->size];
		struct virtq_used_elem *other = &used->ring[--to % queue->size], kept = *one;

		*one = *other;
		*other = kept;
		acts();
	}
}

ECCENTRIC(ok_scsi_out_of_order, .about = "a target completes the youngest command first",
	  ALLOWED("2.6", "Device is not generally required to use buffers in the same order in "
			 "which they have been made available by the driver."),
	  .devices = "scsi", .tests = "scsi.*,transport.*", .start = start_turning,
	  .onlooker.used = turn_round);
ECCENTRIC(ok_out_of_order, .about = "what was used between two looks appears the other way round",
	  ALLOWED("2.6", "Device is not generally required to use buffers in the same order in "
			 "which they have been made available by the driver."),
	  .devices = "rng,blk,scsi", .tests = "ring.*,interrupt.*,blk.*,scsi.*",
	  .start = start_turning, .onlooker.used = turn_round);

static uint16_t batched; /* the available index when elements were last gathered */

static void start_batches(struct virtio_device *device)
{
	batched = 0;
}

/* All that was exposed is one batch, told by its one element; the elements behind are written with it, as zeros. */
static void write_whole_lines(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used_elem *elements;
	uint16_t first, end;

	if (ring_is_packed(queue) || !queue->in_order)
		return;
	elements = split_of(queue)->used->ring;
	first = split_of(queue)->used_index;
	end = from_le16(split_of(queue)->used->idx);
	if (end != split_of(queue)->avail_index || end == batched || (uint16_t)(end - first) < 2)
		return;
	batched = end;
	elements[first % queue->size] = elements[(uint16_t)(end - 1) % queue->size];
	for (first++; first != end; first++)
		elements[first % queue->size] = (struct virtq_used_elem){to_le32(0), to_le32(0)};
	acts();
}

ECCENTRIC(ok_batches_in_whole_lines,
	  .about = "a batch is told by one element, and zeros are written behind it",
	  ALLOWED("2.7.9",
		  "this knowledge allows devices to notify the use of a batch of buffers to the "
		  "driver by only writing out a single used ring entry"),
	  .devices = "rng", .tests = "ring.split*,ring.full_ring*", .variants = "*in_order*",
	  .offers = BIT64(VIRTIO_F_IN_ORDER), .start = start_batches,
	  .onlooker.used = write_whole_lines);

/* Frames that lie in one buffer each. */
static void turn_frames(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->index == NET_RECEIVE_QUEUE &&
	    !features_have(&queue->device->negotiated, VIRTIO_NET_F_MRG_RXBUF))
		turn_round(self, queue);
}

ECCENTRIC(ok_network_reorders,
	  .about = "of frames that are on their way together the last comes first",
	  ALLOWED("5.1",
		  "The device receives incoming packets from the link; the device places these "
		  "incoming packets in the receive virtqueue buffers."),
	  .devices = "net", .tests = "net.*", .start = start_turning, .onlooker.used = turn_frames);

/* ---- what it says of a buffer ---- */

static void count_less(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue) || !element->length)
		return;
	acts();
	element->length /= 2;
}

ECCENTRIC(ok_counts_less, .about = "used lengths in a split ring count half of what was written",
	  ALLOWED("2.7.8.2", "The device MAY write more than len bytes to descriptor."),
	  .devices = "rng,blk,scsi", .tests = "ring.*,blk.*,scsi.*,entropy.*",
	  .used_element = count_less);

/* ---- messages ---- */

static unsigned countdown;

static void start_messages(struct virtio_device *device)
{
	hand_start(device);
	countdown = 0;
}

/* One message in so many comes twice. */
static bool send_more(struct onlooker *self, unsigned vector)
{
	/* What comes over a line is no message, and an edge more would upset the line's level. */
	if (hand_passes() || victim->mode == INTERRUPT_INTX || !victim_queue(vector) ||
	    ++countdown % 16)
		return true;
	acts();
	hand_send(cpu_current(), vector);
	return true;
}

ECCENTRIC(ok_spurious_messages, .about = "one message in 16 comes twice",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .start = start_messages, .onlooker.arrival = send_more,
	  .tests = "ring.*,interrupt.*,transport.*");

/* One message in so many comes with one for another queue. */
static bool wake_another(struct onlooker *self, unsigned vector)
{
	if (hand_passes() || victim->mode == INTERRUPT_INTX || !victim_queue(vector) ||
	    ++countdown % 8)
		return true;
	for (unsigned n = 0; n < victim->queue_count; n++) {
		const struct virtqueue *other = victim->queues[n];

		if (!other || !other->vector || other->vector == vector)
			continue;
		acts();
		hand_send(other->cpu, other->vector);
		break;
	}
	return true;
}

ECCENTRIC(ok_wakes_another_queue,
	  .about = "one message in eight comes with one for another queue of the device",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .devices = "scsi", .start = start_messages, .onlooker.arrival = wake_another,
	  .tests = "interrupt.*,transport.*");

static void forget_suppression(struct onlooker *self, struct virtqueue *queue)
{
	if (++countdown % 100)
		return;
	acts();
	if (ring_is_packed(queue) && !queue->event_idx)
		write16(&packed_of(queue)->driver->flags, VIRTQ_EVENT_FLAGS_ENABLE);
	else if (!ring_is_packed(queue) && !queue->event_idx)
		write16(&split_of(queue)->avail->flags, 0);
}

ECCENTRIC(ok_overlooks_suppression, .about = "suppression is overlooked at one buffer in 100",
	  ALLOWED("2.7.7",
		  "Neither of these notification suppression methods are reliable, as they "
		  "are not synchronized with the device"),
	  .start = start_messages, .onlooker.publish = forget_suppression,
	  .tests = "interrupt.*,ring.*suppress*,ring.*event*",
	  .variants = "split+msix,packed+msix");

/* ---- what the device asks of the driver ---- */

static bool look_twice(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY) {
		acts();
		onlooker_write(self, access, *value);
	}
	return true;
}

ECCENTRIC(ok_looks_twice, .about = "the device looks at a queue twice at each kick",
	  ALLOWED("2.7.10.2", "The device MUST handle spurious notifications from the driver."),
	  .onlooker.write = look_twice);

static void want_each_kick(struct onlooker *self, struct virtqueue *queue)
{
	if (ring_is_packed(queue) || !queue->event_idx)
		return;
	acts();
	write16(split_of(queue)->avail_event, (uint16_t)(split_of(queue)->avail_index - 1));
}

ECCENTRIC(ok_wants_each_kick, .about = "avail_event asks for a kick at each buffer",
	  ALLOWED("2.7.10.2",
		  "The device MAY use avail_event to advise the driver that notifications "
		  "are unnecessary until the driver writes entry with an index specified "
		  "by avail_event"),
	  .onlooker.publish = want_each_kick, .tests = "ring.*,interrupt.*",
	  .variants = "*split+event_idx*");
