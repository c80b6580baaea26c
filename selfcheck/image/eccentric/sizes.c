/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues that are small, and of another size each (2.6, 4.1.4.3). */
#include "lib/string.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/registers.h"

static unsigned selected;

static void start_sizes(struct virtio_device *device)
{
	selected = 0;
}

/* The largest size of the selected queue: the context, or one that halves from queue to queue. */
static uint64_t size_most(const struct onlooker *self)
{
	return self->context ? (uintptr_t)self->context : 128u >> selected % 5;
}

/* The device behind may have more: it gets to know the size that the driver sees. */
static uint64_t show_small_size(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (!is_common(access, queue_size) || value <= size_most(self))
		return value;
	acts();
	onlooker_write(self, access, size_most(self));
	return size_most(self);
}

static bool refuse_large_size(struct onlooker *self, const struct register_access *access,
			      uint64_t *value)
{
	if (is_common(access, queue_select))
		selected = (unsigned)*value;
	return !is_common(access, queue_size) || *value <= size_most(self);
}

#define LARGEST(size)                                                                              \
	.start = start_sizes, .onlooker.read = show_small_size,                                    \
	.onlooker.write = refuse_large_size, .onlooker.context = (void *)(size)

ECCENTRIC(ok_queues_of_1, .about = "queues have one entry",
	  ALLOWED("2.7", "Queue Size corresponds to the maximum number of buffers in the "
			 "virtqueue. Queue Size value is always a power of 2."),
	  LARGEST(1));
ECCENTRIC(ok_queues_of_2, .about = "queues have two entries",
	  ALLOWED("2.7", "Queue Size value is always a power of 2."), LARGEST(2));
ECCENTRIC(ok_queues_of_4, .about = "queues have four entries",
	  ALLOWED("2.7", "Queue Size value is always a power of 2."), LARGEST(4));
ECCENTRIC(ok_queues_of_8, .about = "queues have eight entries",
	  ALLOWED("2.7", "Queue Size value is always a power of 2."), .devices = "blk",
	  .tests = "ring.*,blk.*", LARGEST(8));
ECCENTRIC(ok_queues_differ, .about = "queues have 128, 64, 32, 16 and 8 entries",
	  ALLOWED("4.1.4.3", "On reset, specifies the maximum queue size supported by the device."),
	  .devices = "scsi", .tests = "transport.*,ring.*,scsi.*", LARGEST(0));
