/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entropy device whose queue has as many entries as a queue can have (2.7): no device at hand has, so its
 * queue is served here, and the device behind, which has no queue that is enabled, keeps the registers.
 */
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/wait.h"
#include "lib/random.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/ring/event.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport.h"
#include "virtio/transport/pci/registers.h"

static struct {
	uint64_t size, enabled;
	uint16_t at; /* split: the next available entry; packed: the next slot */
	bool wrap;
	struct random random;
	const struct virtqueue *held; /* whose message is masked */
} served;

/* The message that is held, once nothing masks it; called while the driver waits. */
static void release(void)
{
	const struct virtqueue *queue = served.held;

	if (!queue || queue->device->transport->messages->is_masked(queue->device, queue->entry))
		return;
	served.held = NULL;
	interrupt_send(queue->cpu, queue->vector);
}

static void begin_anew(struct virtio_device *device)
{
	served.size = VIRTQ_SIZE_MOST;
	served.enabled = 0;
	served.at = 0;
	served.wrap = true;
	served.held = NULL;
}

static void start_large(struct virtio_device *device)
{
	begin_anew(device);
	wait_in_company(release);
}

static void stop_large(struct virtio_device *device)
{
	begin_anew(device);
	wait_in_company(NULL);
}

/* The device behind is not to be reset queue by queue: it has none. */
static bool lacks_queue_reset(const struct virtio_device *device)
{
	return !features_have(&device->offered, VIRTIO_F_RING_RESET);
}

static void *pointer(le64 address)
{
	return (void *)(uintptr_t)from_le64(address);
}

/* Fills what may be written of one element; how much that is. */
static uint32_t fill(le64 address, le32 length, uint16_t flags)
{
	if (!(flags & VIRTQ_DESC_F_WRITE))
		return 0;
	random_fill(&served.random, pointer(address), from_le32(length));
	return from_le32(length);
}

static void notify(const struct virtqueue *queue)
{
	if (!queue->vector)
		return;
	served.held = queue;
	release();
}

static uint32_t show_held(struct onlooker *self, const struct msix *msix, unsigned word,
			  uint32_t value)
{
	bool held = served.held && served.held->entry / 32 == word;

	return held ? value | BIT(served.held->entry % 32) : value;
}

/* ---- split ---- */

static uint32_t fill_split(const struct virtqueue *queue, uint16_t at)
{
	const struct virtq_desc *table = split_of(queue)->desc;
	uint32_t written = 0;

	for (;;) {
		uint16_t flags = read16(&table[at].flags);

		if (flags & VIRTQ_DESC_F_INDIRECT) {
			table = pointer(table[at].addr);
			at = 0;
			continue;
		}
		written += fill(table[at].addr, table[at].len, flags);
		if (!(flags & VIRTQ_DESC_F_NEXT))
			return written;
		at = read16(&table[at].next);
	}
}

static void serve_split(const struct virtqueue *queue)
{
	struct split_virtqueue *ring = split_of(queue);
	uint16_t before = served.at, event;

	while (served.at != read16(&ring->avail->idx)) {
		uint16_t head = read16(&ring->avail->ring[served.at % queue->size]);
		struct virtq_used_elem *used = &ring->used->ring[served.at % queue->size];

		used->len = to_le32(fill_split(queue, head));
		used->id = to_le32(head);
		served.at++;
	}
	if (served.at == before)
		return;
	publish();
	write16(&ring->used->idx, served.at);
	if (queue->event_idx)
		write16(ring->avail_event, served.at);
	publish_then_observe();
	event = read16(&ring->avail->ring[queue->size]);
	if (queue->event_idx ? event_passed(event, served.at, before)
			     : !(read16(&ring->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT))
		notify(queue);
}

/* ---- packed ---- */

static bool is_available(const struct virtq_packed_desc *desc)
{
	uint16_t flags = read16(&desc->flags);

	return !(flags & VIRTQ_PACKED_DESC_F_AVAIL) == !served.wrap &&
	       !(flags & VIRTQ_PACKED_DESC_F_USED) == served.wrap;
}

static uint32_t fill_table(const struct virtq_packed_desc *reference)
{
	const struct virtq_packed_desc *table = pointer(reference->addr);
	uint32_t written = 0;

	for (unsigned n = 0; n < from_le32(reference->len) / sizeof(*table); n++)
		written += fill(table[n].addr, table[n].len, from_le16(table[n].flags));
	return written;
}

/* Uses the list that begins at the slot; whether its driver wants to be told. */
static bool use_list(const struct virtqueue *queue)
{
	struct packed_virtqueue *ring = packed_of(queue);
	struct virtq_packed_desc *first = &ring->desc[served.at], *desc = first;
	uint16_t asked = read16(&ring->driver->flags), place = read16(&ring->driver->desc);
	bool met = place == (served.at | (unsigned)served.wrap << 15);
	uint16_t wrap = served.wrap ? VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED : 0;
	uint32_t written = 0;
	unsigned slots = 0;

	for (bool more = true; more; slots++) {
		uint16_t flags;

		desc = &ring->desc[(served.at + slots) % queue->size];
		flags = read16(&desc->flags);
		written += flags & VIRTQ_DESC_F_INDIRECT ? fill_table(desc)
							 : fill(desc->addr, desc->len, flags);
		more = flags & VIRTQ_DESC_F_NEXT;
	}
	first->id = desc->id;
	first->len = to_le32(written);
	publish();
	write16(&first->flags, (uint16_t)(wrap | (written ? VIRTQ_DESC_F_WRITE : 0)));
	served.wrap ^= served.at + slots >= queue->size;
	served.at = (uint16_t)((served.at + slots) % queue->size);
	return asked == VIRTQ_EVENT_FLAGS_ENABLE || (asked == VIRTQ_EVENT_FLAGS_DESC && met);
}

static void serve_packed(const struct virtqueue *queue)
{
	bool wanted = false;

	while (is_available(&packed_of(queue)->desc[served.at]))
		wanted = use_list(queue) || wanted;
	if (wanted)
		notify(queue);
}

/* ---- registers ---- */

static bool serve_or_keep(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	struct virtio_device *device = access->device;

	if (is_common(access, device_status) && !*value)
		begin_anew(device);
	if (is_common(access, queue_size))
		served.size = *value;
	if (is_common(access, queue_enable))
		served.enabled = *value;
	if (is_common(access, queue_size) || is_common(access, queue_enable))
		return false;
	if (access->structure != STRUCTURE_NOTIFY)
		return true;
	if (!served.enabled || !device->queue_count || !device->queues[0] ||
	    !(own_read(self, device, device_status) & VIRTIO_STATUS_DRIVER_OK))
		return false;
	acts();
	if (ring_is_packed(device->queues[0]))
		serve_packed(device->queues[0]);
	else
		serve_split(device->queues[0]);
	return false;
}

static uint64_t show_what_is_kept(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	/* Queues behind the first are not there. */
	if (is_common(access, queue_size))
		return value ? served.size : 0;
	return is_common(access, queue_enable) && served.enabled ? 1 : value;
}

ECCENTRIC(ok_queue_of_32768, .about = "a queue has as many entries as a queue can have",
	  ALLOWED("2.7", "The maximum Queue Size value is 32768."), .devices = "rng",
	  .fits = lacks_queue_reset,
	  .tests = "ring.whole*,ring.split_r*,ring.packed_r*,ring.no_queue*,entropy.*",
	  .variants = "*+msix,*+polled", .start = start_large, .stop = stop_large,
	  .onlooker.write = serve_or_keep, .onlooker.pba_read = show_held,
	  .onlooker.read = show_what_is_kept);
