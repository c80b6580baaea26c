/* SPDX-License-Identifier: BSD-2-Clause */
/* Persistent memory as a region of shared memory (virtio 1.4, 5.19.5.1). */
#include "tests/harness/drive/drive.h"
#include "virtio/config.h"
#include "virtio/device/pmem.h"

#define IDS 256

/* The least id above 0 of a region that there is, or 0. */
static unsigned other_region(struct virtio_device *device)
{
	uint64_t address, length;

	for (unsigned id = 1; id < IDS; id++) {
		if (device->transport->shared_memory(device, (uint8_t)id, &address, &length))
			return id;
	}
	return 0;
}

TEST(pmem, region_takes_the_place_of_the_configuration,
     .about =
	     "with VIRTIO_PMEM_F_SHMEM_REGION the memory is shared memory region 0, and start and size are 0",
     .type = VIRTIO_TYPE_PMEM, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_PMEM_F_SHMEM_REGION),
     .judges = CLAUSES(PMEM_INIT_1, PMEM_INIT_2, PMEM_INIT_3, PMEM_INIT_4))
{
	struct virtio_device *device = t->device;
	struct features features = features_for(t);
	uint64_t address, length = 0, start, size;
	unsigned other = other_region(device);
	bool found;

	features_add(&features, VIRTIO_PMEM_F_SHMEM_REGION);
	features = features_and(features, virtio_read_offer(device));
	CAN_JUDGE(t, features_have(&features, VIRTIO_PMEM_F_SHMEM_REGION),
		  "the feature is offered no more");
	set_up(t, features, usual_queues(t));
	go_live(t);
	found = device->transport->shared_memory(device, VIRTIO_PMEM_REGION, &address, &length);
	CHECK(t, PMEM_INIT_2, found || !other, "the region of shared memory has the id %u", other);
	CHECK(t, PMEM_INIT_1, found || other, "there is no region of shared memory");
	CHECK(t, PMEM_INIT_1, !found || length > 0, "the region of shared memory is 0 bytes long");
	start = config_read(device, struct virtio_pmem_config, start);
	size = config_read(device, struct virtio_pmem_config, size);
	CHECK(t, PMEM_INIT_3, start == 0, "start reads %#lx", start);
	CHECK(t, PMEM_INIT_4, size == 0, "size reads %#lx", size);
}
