/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices whose registers take their time, or say something else than usual (2, 4.1.4). */
#include "arch/clock.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/registers.h"

/* ---- slowness ---- */

#define SLOW_REGISTER_NS 100000
#define RESET_NS         (500 * 1000000ull)
#define QUEUE_RESET_NS   (20 * 1000000ull)

static uint64_t read_slowly(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	acts();
	clock_spin(SLOW_REGISTER_NS);
	return value;
}

ECCENTRIC(ok_slow_registers, .about = "each read of a register takes 0.1 ms",
	  ALLOWED("4.1.4.3", "The device MUST present the feature bits it is offering"),
	  .devices = "rng", .tests = "transport.*", .onlooker.read = read_slowly);

static uint64_t reset_at; /* TSC of the last write of status 0, 0: none is under way */
static bool was_live;     /* what is reset had been in use */

static void start_reset(struct virtio_device *device)
{
	reset_at = 0;
	was_live = false;
}

static bool note_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (!is_common(access, device_status))
		return true;
	if (!*value && was_live)
		reset_at = clock_now();
	was_live = *value & VIRTIO_STATUS_DRIVER_OK;
	return true;
}

static uint64_t finish_reset_late(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	if (!is_common(access, device_status) || !reset_at)
		return value;
	if (clock_passed(reset_at + clock_from_ns(RESET_NS))) {
		reset_at = 0;
		return value;
	}
	acts();
	return VIRTIO_STATUS_DRIVER_OK;
}

ECCENTRIC(ok_reset_takes_500ms, .about = "device_status reads 0 half a second after the reset",
	  ALLOWED("2.4.1", "The driver SHOULD consider a driver-initiated reset complete when it "
			   "reads device status as 0"),
	  .devices = "rng", .tests = "transport.reset*", .start = start_reset,
	  .onlooker.write = note_reset, .onlooker.read = finish_reset_late);

static uint64_t queue_reset_at;

static void start_queue_reset(struct virtio_device *device)
{
	queue_reset_at = 0;
}

static bool note_queue_reset(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_common(access, queue_reset) && *value == 1)
		queue_reset_at = clock_now();
	if (is_common(access, device_status) && *value == 0)
		queue_reset_at = 0;
	return true;
}

static uint64_t finish_queue_reset_late(struct onlooker *self, const struct register_access *access,
					uint64_t value)
{
	if (!is_common(access, queue_reset) || !queue_reset_at ||
	    clock_passed(queue_reset_at + clock_from_ns(QUEUE_RESET_NS)))
		return value;
	acts();
	return 1;
}

ECCENTRIC(ok_queue_reset_takes_20ms, .about = "queue_reset reads 1 for 20 ms",
	  ALLOWED("2.6.1.1", "While the queue is being reset, the device MUST present 1"),
	  .tests = "*.*queue_reset*,*.queue*reset*", .start = start_queue_reset,
	  .onlooker.write = note_queue_reset, .onlooker.read = finish_queue_reset_late);

/* ---- the interrupt status ---- */

static bool isr_is_set;

static void start_isr(struct virtio_device *device)
{
	isr_is_set = false;
}

static bool set_isr(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY)
		isr_is_set = access->device->mode != INTERRUPT_INTX;
	return true;
}

static uint64_t show_isr(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (access->structure != STRUCTURE_ISR || !isr_is_set)
		return value;
	acts();
	isr_is_set = false;
	return value | VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION;
}

ECCENTRIC(ok_isr_under_msix, .about = "with MSI-X both bits of the ISR status are set at each kick",
	  ALLOWED("4.1.5.1.2", "When MSI-X capability is present and enabled in the device ... In "
			       "this case, the ISR Status is unused."),
	  .start = start_isr, .onlooker.write = set_isr, .onlooker.read = show_isr);
