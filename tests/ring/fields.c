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

/* Whether the selected queue shows the areas that queue n was given. */
static bool areas_are_of(struct virtio_device *device, unsigned n)
{
	return device->transport->queue_area(device, AREA_DESCRIPTOR) == mark_of(n, 0) &&
	       device->transport->queue_area(device, AREA_DRIVER) == mark_of(n, 1) &&
	       device->transport->queue_area(device, AREA_DEVICE) == mark_of(n, 2);
}

TEST(ring, queues_keep_their_own_fields,
     .about = "what is programmed for one queue does not show in another",
     .judges = CLAUSES(VQ_TXT_9))
{
	struct virtio_device *device = t->device;
	unsigned count = MINIMUM(offered_queues(device), QUEUES_MOST);
	uint64_t sizes[QUEUES_MOST];
	bool shown = true;

	negotiate(t, features_for(t));
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		sizes[n] = device->transport->queue_size(device);
		if (sizes[n] > 1 && n % 2)
			sizes[n] /= 2;
		if (!sizes[n])
			continue;
		device->transport->set_queue_size(device, sizes[n]);
		/* Whether a size is taken is PCI-COMMON-TXT-6; here it is to stay as it reads now. */
		sizes[n] = device->transport->queue_size(device);
	}
	/* Field by field over all queues, not queue by queue. */
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		device->transport->set_queue_area(device, AREA_DESCRIPTOR, mark_of(n, 0));
		/* Whether areas can be read back at all is another clause. */
		shown = shown && (!sizes[n] || device->transport->queue_area(
						       device, AREA_DESCRIPTOR) == mark_of(n, 0));
	}
	for (unsigned n = count; n-- > 0;) {
		device->transport->select_queue(device, n);
		device->transport->set_queue_area(device, AREA_DRIVER, mark_of(n, 1));
		device->transport->set_queue_area(device, AREA_DEVICE, mark_of(n, 2));
	}
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		if (!sizes[n])
			continue;
		if (!CHECK(t, VQ_TXT_9,
			   device->transport->queue_size(device) == sizes[n] &&
				   (!shown || areas_are_of(device, n)),
			   "queue %u was given size %lu, areas %#lx, %#lx, %#lx and shows %u, %#lx, "
			   "%#lx, %#lx",
			   n, sizes[n], mark_of(n, 0), mark_of(n, 1), mark_of(n, 2),
			   device->transport->queue_size(device),
			   device->transport->queue_area(device, AREA_DESCRIPTOR),
			   device->transport->queue_area(device, AREA_DRIVER),
			   device->transport->queue_area(device, AREA_DEVICE)))
			return;
	}
}
