/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices whose registers take their time, or say something else than usual (2, 4.1.4). */
#include "arch/clock.h"
#include "lib/string.h"
#include "selfcheck/image/disguise/hand.h"
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

static struct {
	uint64_t ns, at; /* TSC of the write of status 0, 0: none is under way */
	bool of_live, live;
} late;

void late_reset_start(uint64_t ns, bool of_live)
{
	memset(&late, 0, sizeof(late));
	late.ns = ns;
	late.of_live = of_live;
}

void late_reset_note(uint8_t status)
{
	if (status)
		late.at = 0;
	else if (late.live || !late.of_live)
		late.at = clock_now();
	late.live = status & VIRTIO_STATUS_DRIVER_OK;
}

uint64_t late_reset_show(uint64_t status)
{
	if (!late.at)
		return status;
	if (clock_passed(late.at + clock_from_ns(late.ns))) {
		late.at = 0;
		return status;
	}
	acts();
	return VIRTIO_STATUS_ACKNOWLEDGE;
}

static void start_reset(struct virtio_device *device)
{
	late_reset_start(RESET_NS, true);
}

static bool note_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status))
		late_reset_note((uint8_t)*value);
	return true;
}

static uint64_t finish_reset_late(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	return is_common(access, device_status) ? late_reset_show(value) : value;
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
	  ALLOWED("4.1.4.3.1",
		  "The device MUST continue to present 1 in queue_reset as long as the "
		  "queue reset is ongoing."),
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

/* How often the driver must look in vain: what it would be told by a bit comes later than the used buffer. */
#define LATE_NS 400000

static uint8_t isr_held;
static uint64_t isr_due;

static void start_late_isr(struct virtio_device *device)
{
	isr_held = 0;
	isr_due = clock_now();
}

static uint64_t show_isr_late(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	uint8_t shown;

	/* A line that was read away would not be raised again for what is held back here. */
	if (access->structure != STRUCTURE_ISR || access->device->mode != INTERRUPT_NONE)
		return value;
	if (!isr_held && value) {
		acts();
		isr_due = clock_deadline(LATE_NS);
	}
	isr_held |= (uint8_t)value;
	if (!clock_passed(isr_due))
		return 0;
	shown = isr_held;
	isr_held = 0;
	return shown;
}

ECCENTRIC(ok_isr_late, .about = "ISR bits are seen 0.4 ms later by who polls",
	  ALLOWED("2.6", "Device can then trigger a device event, i.e., send a used buffer "
			 "notification to the driver."),
	  .start = start_late_isr, .onlooker.read = show_isr_late,
	  .tests = "transport.isr*,interrupt.*,transport.reset*", .variants = "*");

static uint64_t show_isr_without_need(struct onlooker *self, const struct register_access *access,
				      uint64_t value)
{
	if (access->structure != STRUCTURE_ISR || !isr_is_set)
		return value;
	acts();
	isr_is_set = false;
	return value | VIRTIO_INTERRUPT_USED;
}

static bool set_isr_at_kick(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY)
		isr_is_set = access->device->mode == INTERRUPT_NONE;
	if (is_common(access, device_status) && !*value)
		isr_is_set = false;
	return true;
}

ECCENTRIC(ok_isr_without_need, .about = "the queue bit of the ISR is set by each kick, too",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .start = start_isr, .onlooker.write = set_isr_at_kick,
	  .onlooker.read = show_isr_without_need,
	  .tests = "transport.isr*,interrupt.*,transport.reset*", .variants = "*");

/* ---- a driver's error ---- */

static bool needs_reset;
static uint64_t enabled, selected; /* queues */

static void start_sound(struct virtio_device *device)
{
	needs_reset = false;
	enabled = 0;
}

/* A kick of a queue that is not enabled is no driver's in its right mind. */
static bool break_at_wild_kick(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_common(access, device_status) && !*value)
		start_sound(access->device);
	if (is_common(access, queue_select))
		selected = *value % 64;
	if (is_common(access, queue_enable) && *value)
		enabled |= BIT64(selected);
	if (access->structure != STRUCTURE_NOTIFY)
		return true;
	if (!needs_reset && !(enabled & BIT64(*value % 64))) {
		acts();
		needs_reset = true;
		if (access->device->config_vector)
			hand_send(0, access->device->config_vector);
	}
	return !needs_reset;
}

static uint64_t show_need(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_common(access, device_status) && needs_reset ? value | VIRTIO_STATUS_NEEDS_RESET
							       : value;
}

ECCENTRIC(ok_needs_reset_after_error,
	  .about = "a driver that kicks a queue that is not enabled has to reset the device",
	  ALLOWED("2.1.2", "The device SHOULD set DEVICE_NEEDS_RESET when it enters an error "
			   "state that a reset is needed."),
	  .tests = "transport.*,interrupt.nothing*", .start = start_sound,
	  .onlooker.write = break_at_wild_kick, .onlooker.read = show_need);

/* ---- a line that an interrupt controller has latched ---- */

#define LATCHED_NS 3000000

/* While the driver still has handlers for it. */
static bool latch_before_reset(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_common(access, device_status) && !*value && access->device->mode == INTERRUPT_INTX &&
	    victim_vector()) {
		acts();
		hand_send_later(0, victim_vector(), LATCHED_NS);
	}
	return true;
}

ECCENTRIC(
	ok_line_is_latched,
	.about =
		"an interrupt of a line is delivered some milliseconds after a reset that came behind it",
	ALLOWED("2.4.1", "The device MUST NOT send notifications or interact with the queues after "
			 "indicating completion of the reset"),
	.devices = "rng", .tests = "interrupt.reset_*,transport.reset_*", .variants = "*intx",
	.start = hand_start, .stop = hand_stop, .onlooker.write = latch_before_reset);
