/* SPDX-License-Identifier: BSD-2-Clause */
/* What an MMIO device says of itself (virtio 1.4, 4.2.2). */
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/registers.h"
#include "virtio/transport/setup.h"

#define SHM_ID_UNUSED 0xff /* no device type has so many regions */

TEST(transport, magic_and_version_are_those_of_virtio,
     .about = "MagicValue reads \"virt\" and Version 2, time after time",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(MMIO_1, MMIO_2))
{
	struct virtio_device *device = t->device;

	CAN_JUDGE(t, virtio_mmio(device)->mapping, "%s", device->problem);
	for (unsigned n = 0; n < 2; n++) {
		uint32_t magic = mmio_read(device, MMIO_MAGIC_VALUE);
		uint32_t version = mmio_read(device, MMIO_VERSION);

		CHECK(t, MMIO_1, magic == MMIO_MAGIC, "MagicValue reads %#x", magic);
		CHECK(t, MMIO_2, version == MMIO_MODERN, "Version reads %u", version);
	}
}

TEST(transport, administration_is_not_offered_over_mmio,
     .about = "VIRTIO_F_ADMIN_VQ is not offered over MMIO", .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(FEAT_6, MMIO_FEAT_1))
{
	struct features offered;

	meet_device(t->device);
	offered = virtio_read_offer(t->device);
	CHECK(t, FEAT_6, !features_have(&offered, VIRTIO_F_ADMIN_VQ),
	      "bit %u is offered, and MMIO has no administration queues", VIRTIO_F_ADMIN_VQ);
	CHECK(t, MMIO_FEAT_1, !features_have(&offered, VIRTIO_F_ADMIN_VQ), "bit %u is offered",
	      VIRTIO_F_ADMIN_VQ);
}

TEST(transport, queues_that_are_not_there_have_no_size,
     .about = "QueueSizeMax stays within 32768, and reads 0 beyond the last queue",
     .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_TXT_2))
{
	static const uint32_t absent[] = {0x3ff, 0x7fff, 0xffff};
	struct virtio_device *device = t->device;

	meet_device(device);
	for (unsigned n = 0; n < offered_queues(device); n++) {
		uint32_t size;

		device->transport->select_queue(device, n);
		size = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
		CHECK(t, MMIO_TXT_2, size <= VIRTQ_SIZE_MOST, "queue %u: QueueSizeMax reads %u", n,
		      size);
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(absent); n++) {
		uint32_t size;

		if (absent[n] < offered_queues(device))
			continue;
		device->transport->select_queue(device, absent[n]);
		size = mmio_read(device, MMIO_QUEUE_SIZE_MAX);
		CHECK(t, MMIO_TXT_2, size == 0, "queue %u, and there are %u: QueueSizeMax reads %u",
		      absent[n], offered_queues(device), size);
	}
}

TEST(transport, shared_memory_that_is_not_there_has_no_place,
     .about = "SHMLen and SHMBase read -1 for a region that does not exist",
     .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_TXT_4, MMIO_TXT_5))
{
	struct virtio_device *device = t->device;
	uint64_t length, base;

	meet_device(device);
	mmio_write(device, MMIO_SHM_SEL, SHM_ID_UNUSED);
	length = mmio_read_pair(device, MMIO_SHM_LEN_LOW);
	base = mmio_read_pair(device, MMIO_SHM_BASE_LOW);
	CHECK(t, MMIO_TXT_4, length == UINT64_MAX, "region %u: SHMLen reads %#lx", SHM_ID_UNUSED,
	      length);
	CHECK(t, MMIO_TXT_5, base == UINT64_MAX, "region %u: SHMBase reads %#lx", SHM_ID_UNUSED,
	      base);
}
