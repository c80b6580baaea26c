/* SPDX-License-Identifier: BSD-2-Clause */
/* Persistent memory that is odd, and conforms. */
#include "selfcheck/image/disguise/offer.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/pmem.h"
#include "virtio/transport/pci/registers.h"

static uint64_t see_it_accepted(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure == STRUCTURE_DEVICE && offer_accepted(VIRTIO_PMEM_F_SHMEM_REGION))
		acts();
	return value;
}

ECCENTRIC(ok_pmem_in_a_region,
	  .about = "the memory is a region of shared memory, and start and size are 0",
	  ALLOWED("5.19.5.1", "The device SHOULD set start and size to zero."), .devices = "pmem",
	  .tests = "pmem.*", .offers = BIT64(VIRTIO_PMEM_F_SHMEM_REGION),
	  .onlooker.read = see_it_accepted);

static void fail(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request)
		return;
	acts();
	memset(request->in, 0xff, sizeof(struct virtio_pmem_resp));
}

ECCENTRIC(ok_pmem_fails_to_flush, .about = "each flush fails",
	  ALLOWED("5.19.7.3", "The device MUST return \"0\" for success and \"-1\" for failure."),
	  .devices = "pmem", .tests = "pmem.*", .used_element = fail);
