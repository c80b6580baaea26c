/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/transport/common/transport.h"
#include "tests/harness/subject/subject.h"

struct features features_described(const struct virtio_device *device)
{
	struct features described = NO_FEATURES;

	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		if (features_have(&device->offered, bit) && feature_name(device->type, bit))
			features_add(&described, bit);
	}
	features_remove(&described, VIRTIO_F_NOTIFY_ON_EMPTY);
	features_remove(&described, VIRTIO_F_ANY_LAYOUT);
	features_remove(&described, VIRTIO_F_BAD_FEATURE);
	return features_close(device->type, described);
}

/* Bits without which a device may refuse to go on: chapter 6, and the types' own sections. */
static const struct {
	uint32_t type; /* 0: any */
	uint8_t bit;
} insisted_on[] = {
	{0, VIRTIO_F_VERSION_1},  {0, VIRTIO_F_ACCESS_PLATFORM}, {0, VIRTIO_F_ORDER_PLATFORM},
	{VIRTIO_TYPE_BLK, 17},    /* VIRTIO_BLK_F_ZONED of a host-managed device: 5.2.5.2 */
	{VIRTIO_TYPE_BALLOON, 0}, /* VIRTIO_BALLOON_F_MUST_TELL_HOST: 5.5.3.2 */
	{VIRTIO_TYPE_MEM, 1},     /* VIRTIO_MEM_F_UNPLUGGED_INACCESSIBLE: 5.15.5.2 */
};

struct features features_least(const struct virtio_device *device)
{
	struct features least = NO_FEATURES;

	for (unsigned n = 0; n < ARRAY_LENGTH(insisted_on); n++) {
		if (!insisted_on[n].type || insisted_on[n].type == device->type)
			features_add(&least, insisted_on[n].bit);
	}
	return features_and(least, device->offered);
}

unsigned queues_of(const struct virtio_device *device)
{
	return MINIMUM(offered_queues(device), (unsigned)VIRTIO_QUEUES_MOST);
}

bool queue_is_there(struct virtio_device *device, unsigned index)
{
	device->transport->select_queue(device, index);
	return device->transport->queue_size(device) != 0;
}

void meet_device(struct virtio_device *device)
{
	device->transport->set_status(device, STATUS_FOUND);
	device->transport->set_status(device, STATUS_DRIVEN);
}

void agree_on(struct test_run *t, struct features features)
{
	INSIST(t, SANE_4, negotiate(t, features),
	       "FEATURES_OK reads back clear after features %#lx", features.words[0]);
}

static unsigned queues_needed(const struct test_run *t)
{
	return t->workload ? t->workload->queues : 0;
}

void set_up_polled(struct test_run *t, unsigned count, uint64_t held)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;

	agree_on(t, features_for(t));
	for (unsigned n = 0; n < count; n++)
		requests[n] = (struct virtqueue_request){
			.held = n < 64 && held >> n & 1,
			.skip = n >= queues_needed(t) && !queue_is_there(device, n),
		};
	find_queues(t, device, count, requests, INTERRUPT_NONE);
}

#define QUEUES_WITHOUT_WORKLOAD 64u

void advance_to(struct test_run *t, uint8_t status)
{
	if (status & VIRTIO_STATUS_DRIVER_OK)
		set_up_polled(t,
			      t->workload ? t->workload->queues
					  : MINIMUM(queues_of(t->device), QUEUES_WITHOUT_WORKLOAD),
			      0);
	else if (status & VIRTIO_STATUS_FEATURES_OK)
		agree_on(t, features_least(t->device));
	else if (status & VIRTIO_STATUS_DRIVER)
		t->device->transport->set_status(t->device, STATUS_FOUND);
	t->device->transport->set_status(t->device, status);
}

struct gathering {
	struct virtio_device *device;
	uint8_t wanted, got;
};

static bool has_gathered(void *context)
{
	struct gathering *gathering = context;

	gathering->got |= gathering->device->transport->take_interrupt_status(gathering->device);
	return (gathering->got & gathering->wanted) == gathering->wanted;
}

uint8_t gather_interrupt_status(struct virtio_device *device, uint8_t wanted)
{
	struct gathering gathering = {.device = device, .wanted = wanted};

	wait_until(has_gathered, &gathering, clock_deadline(PATIENCE_NS));
	return gathering.got;
}
