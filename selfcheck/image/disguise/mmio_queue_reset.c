/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/mmio_queue_reset.h"

#include "virtio/transport/mmio/device.h"

#define RING_RESET_WORD (VIRTIO_F_RING_RESET / 32)
#define RING_RESET_BIT  BIT(VIRTIO_F_RING_RESET % 32)

static unsigned faults;
static bool device_was_reset; /* behind a reset of the queue */
static struct {
	uint32_t offered_word, word; /* selected */
	uint32_t features[2];        /* as the driver has accepted them */
	uint8_t status;
	bool accepted, was_reset, ready_again;
} so_far;

void queue_reset_begin(unsigned chosen)
{
	faults = chosen;
	device_was_reset = false;
	so_far = (typeof(so_far)){0};
}

static void own_write(const struct onlooker *self, struct virtio_device *device,
		      enum mmio_register at, uint32_t value)
{
	onlooker_write(self, &(const struct register_access){device, STRUCTURE_CONTROL, at, 4},
		       value);
}

/* What the driver has done so far is done once more, up to where queues are set up. */
static void reset_behind(const struct onlooker *self, struct virtio_device *device)
{
	static const uint8_t steps[] = {VIRTIO_STATUS_ACKNOWLEDGE,
					VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER};

	own_write(self, device, MMIO_STATUS, 0);
	for (unsigned n = 0; n < ARRAY_LENGTH(steps); n++)
		own_write(self, device, MMIO_STATUS, steps[n]);
	for (unsigned n = 0; n < ARRAY_LENGTH(so_far.features); n++) {
		own_write(self, device, MMIO_DRIVER_FEATURES_SEL, n);
		own_write(self, device, MMIO_DRIVER_FEATURES, so_far.features[n]);
	}
	own_write(self, device, MMIO_STATUS, so_far.status & ~VIRTIO_STATUS_DRIVER_OK);
	own_write(self, device, MMIO_STATUS, so_far.status);
}

static void start_over(void)
{
	device_was_reset = device_was_reset || so_far.was_reset;
	so_far = (typeof(so_far)){0};
}

static void accept(uint64_t *value)
{
	if (so_far.word >= ARRAY_LENGTH(so_far.features))
		return;
	if (so_far.word == RING_RESET_WORD) {
		so_far.accepted = *value & RING_RESET_BIT;
		*value &= ~(uint64_t)RING_RESET_BIT;
	}
	so_far.features[so_far.word] = (uint32_t)*value;
}

bool queue_reset_write(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure != STRUCTURE_CONTROL)
		return true;
	switch (access->offset) {
	case MMIO_DEVICE_FEATURES_SEL:
		so_far.offered_word = (uint32_t)*value;
		return true;
	case MMIO_DRIVER_FEATURES_SEL:
		so_far.word = (uint32_t)*value;
		return true;
	case MMIO_DRIVER_FEATURES:
		accept(value);
		return true;
	case MMIO_STATUS:
		so_far.status = (uint8_t)*value;
		if (!*value)
			start_over();
		return true;
	case MMIO_QUEUE_READY:
		so_far.ready_again = so_far.was_reset && *value;
		return true;
	case MMIO_QUEUE_RESET:
		if (!so_far.accepted || *value != 1)
			return false;
		so_far.was_reset = true;
		so_far.ready_again = false;
		if (faults & QUEUE_RESET_IS_NONE)
			own_write(self, access->device, MMIO_QUEUE_READY, 0);
		else
			reset_behind(self, access->device);
		return false;
	default:
		return true;
	}
}

uint64_t queue_reset_read(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	if (access->structure != STRUCTURE_CONTROL)
		return value;
	switch (access->offset) {
	case MMIO_DEVICE_FEATURES:
		return so_far.offered_word == RING_RESET_WORD ? value | RING_RESET_BIT : value;
	case MMIO_QUEUE_RESET:
		return ((faults & QUEUE_RESET_NEVER_ENDS) && so_far.was_reset) ||
		       ((faults & QUEUE_RESET_OUTLIVES_READY) && so_far.ready_again) ||
		       ((faults & QUEUE_RESET_OUTLIVES_DEVICE) && device_was_reset);
	case MMIO_QUEUE_READY:
		return (faults & QUEUE_RESET_LEAVES_QUEUE_READY) && so_far.was_reset ? 1 : value;
	default:
		return value;
	}
}
