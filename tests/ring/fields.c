/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver programs of its queues (virtio 1.4, 2.6, 4.1.4.3). */
#include "tests/harness/subject/subject.h"
#include "tests/ring/traffic.h"

/* Enough to tell one queue from another; devices may have hundreds. */
#define QUEUES_MOST 16u

TEST(ring, no_queue_is_larger_than_32768,
     .about = "queue_size stays within 32768, whatever ring format is negotiated",
     .judges = CLAUSES(VQ_TXT_8))
{
	static const unsigned formats[] = {VIRTIO_F_VERSION_1, VIRTIO_F_RING_PACKED};

	for (unsigned format = 0; format < ARRAY_LENGTH(formats); format++) {
		struct features features = features_for(t);

		features_add(&features, formats[format]);
		negotiate(t, features_and(features, t->device->offered));
		for (unsigned n = 0; n < offered_queues(t->device); n++) {
			unsigned size;

			t->device->transport->select_queue(t->device, n);
			size = t->device->transport->queue_size(t->device);
			if (!CHECK(t, VQ_TXT_8, size <= VIRTQ_SIZE_MOST,
				   "queue %u: queue_size is %u", n, size))
				return;
		}
		start_over(t);
	}
}

/* A number that no other field of any queue has. */
static uint64_t mark_of(unsigned queue, unsigned field)
{
	return 0x100000 + 0x10000ull * queue + 0x1000 * field;
}

#define AREAS 3

/* What a queue shows of what it was programmed with, right then. Whether that is what it was given is for others to judge. */
struct shown {
	uint16_t size; /* 0: the queue does not exist */
	uint64_t areas[AREAS];
};

/* Every second queue gets a smaller size than it has. */
static void program_size(struct virtio_device *device, unsigned n, struct shown *shown)
{
	uint16_t size;

	device->transport->select_queue(device, n);
	size = device->transport->queue_size(device);
	if (size)
		device->transport->set_queue_size(device, size > 1 && n % 2 ? size / 2 : size);
	shown->size = device->transport->queue_size(device);
}

static void program_area(struct virtio_device *device, unsigned n, enum queue_area area,
			 struct shown *shown)
{
	if (!shown->size)
		return;
	device->transport->select_queue(device, n);
	device->transport->set_queue_area(device, area, mark_of(n, area));
	shown->areas[area] = device->transport->queue_area(device, area);
}

static bool same(const struct shown *a, const struct shown *b)
{
	return a->size == b->size && a->areas[AREA_DESCRIPTOR] == b->areas[AREA_DESCRIPTOR] &&
	       a->areas[AREA_DRIVER] == b->areas[AREA_DRIVER] &&
	       a->areas[AREA_DEVICE] == b->areas[AREA_DEVICE];
}

/* What the selected queue shows now. */
static struct shown look(struct virtio_device *device)
{
	struct shown shown = {.size = device->transport->queue_size(device)};

	for (enum queue_area area = 0; area < AREAS; area++)
		shown.areas[area] = device->transport->queue_area(device, area);
	return shown;
}

TEST(ring, queues_keep_their_own_fields,
     .about = "what is programmed for one queue does not show in another",
     .judges = CLAUSES(VQ_TXT_9))
{
	struct virtio_device *device = t->device;
	unsigned count = MINIMUM(offered_queues(device), QUEUES_MOST);
	struct shown shown[QUEUES_MOST] = {0};

	CAN_JUDGE(t, device->transport->queue_area, "what was programmed cannot be read");
	CAN_JUDGE(t, count > 1, "there is no other queue");
	negotiate(t, features_for(t));
	for (unsigned n = 0; n < count; n++)
		program_size(device, n, &shown[n]);
	/* Field by field over all queues, up and down, not queue by queue. */
	for (enum queue_area area = 0; area < AREAS; area++) {
		for (unsigned n = 0; n < count; n++) {
			unsigned queue = area % 2 ? count - 1 - n : n;

			program_area(device, queue, area, &shown[queue]);
		}
	}
	for (unsigned n = 0; n < count; n++) {
		struct shown now;

		if (!shown[n].size)
			continue;
		device->transport->select_queue(device, n);
		now = look(device);
		if (!CHECK(t, VQ_TXT_9, same(&now, &shown[n]),
			   "queue %u showed size %u and areas %#lx, %#lx, %#lx when they were "
			   "written, and %u, %#lx, %#lx, %#lx once others were",
			   n, shown[n].size, shown[n].areas[0], shown[n].areas[1],
			   shown[n].areas[2], now.size, now.areas[0], now.areas[1], now.areas[2]))
			return;
	}
}
