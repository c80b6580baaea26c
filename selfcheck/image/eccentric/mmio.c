/* SPDX-License-Identifier: BSD-2-Clause */
/* MMIO devices whose registers say something else than usual (virtio 1.4, 4.2.2). */
#include "arch/clock.h"
#include "selfcheck/image/disguise/mmio_queue_reset.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/mmio/device.h"

static bool is_control(const struct register_access *access, enum mmio_register at)
{
	return access->structure == STRUCTURE_CONTROL && access->offset == at;
}

static bool is_modern(const struct virtio_device *device)
{
	return !(device->traits & DEVICE_LEGACY);
}

#define FEW 4

static uint64_t have_few(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (!is_control(access, MMIO_QUEUE_SIZE_MAX) || value <= FEW)
		return value;
	acts();
	return FEW;
}

ECCENTRIC(ok_mmio_four_entries, .about = "no queue has more than four entries",
	  ALLOWED("4.2.2",
		  "Reading from the register returns the maximum size (number of elements) "
		  "of the queue the device is ready to process"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,ring.*", .onlooker.read = have_few);

/* QueueSel and the like are for writing alone: what they read is nobody's to see. */
static uint64_t answer_anything(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	static const enum mmio_register written[] = {
		MMIO_DEVICE_FEATURES_SEL, MMIO_DRIVER_FEATURES,
		MMIO_DRIVER_FEATURES_SEL, MMIO_QUEUE_SEL,
		MMIO_QUEUE_SIZE,          MMIO_INTERRUPT_ACK,
		MMIO_QUEUE_DESC_LOW,      MMIO_QUEUE_DRIVER_LOW,
		MMIO_QUEUE_DEVICE_LOW,    MMIO_SHM_SEL,
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(written); n++) {
		if (is_control(access, written[n]))
			return ~value;
	}
	acts();
	return value;
}

ECCENTRIC(ok_mmio_answers_anything, .about = "registers that are only written read as anything",
	  ALLOWED("4.2.2.2", "MUST NOT read from the write-only registers (direction W)"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,interrupt.*",
	  .onlooker.read = answer_anything);

static uint64_t stand_at_large(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	if (is_control(access, MMIO_CONFIG_GENERATION)) {
		acts();
		return 0x80000000;
	}
	return value;
}

ECCENTRIC(ok_mmio_generation_is_large, .about = "ConfigGeneration stands at 2^31",
	  ALLOWED("4.2.2", "Reading from this register returns a value describing a version of the "
			   "device-specific configuration space"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,blk.*", .devices = "blk",
	  .onlooker.read = stand_at_large);

static uint8_t jump;

static bool jump_at_reset(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if ((is_control(access, MMIO_STATUS) && !*value) || access->structure == STRUCTURE_DEVICE)
		jump += 0x4d;
	return true;
}

static uint64_t read_generation(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (!is_control(access, MMIO_CONFIG_GENERATION))
		return value;
	acts();
	return value + jump;
}

ECCENTRIC(ok_mmio_generation_jumps, .about = "ConfigGeneration takes another value at each reset",
	  ALLOWED("4.2.2", "If the values are different, the configuration space accesses were not "
			   "atomic and the driver has to perform the operations again."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_modern, .tests = "transport.*,*.*config*",
	  .devices = "blk", .onlooker.write = jump_at_reset, .onlooker.read = read_generation);

/* ---- all registers ---- */

static uint64_t give_words(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (access->structure != STRUCTURE_CONTROL)
		return value;
	acts();
	return access->width == 4 ? value : BIT64(8 * access->width) - 1;
}

static bool take_words(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	return access->structure != STRUCTURE_CONTROL || access->width == 4;
}

ECCENTRIC(
	ok_mmio_words_alone,
	.about = "control registers read as ones, and lose what is written, but by 32 bits at once",
	ALLOWED("4.2.2.2", "The driver MUST only use 32 bit wide and aligned reads and writes to "
			   "access the control registers"),
	.traits = DEVICE_OVER_MMIO, .tests = "transport.*", .onlooker.read = give_words,
	.onlooker.write = take_words);

#define RESET_NS 3000000

static void start_reset(struct virtio_device *device)
{
	late_reset_start(RESET_NS, false);
}

static bool note_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_control(access, MMIO_STATUS))
		late_reset_note((uint8_t)*value);
	return true;
}

static uint64_t finish_reset_late(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	return is_control(access, MMIO_STATUS) ? late_reset_show(value) : value;
}

ECCENTRIC(ok_mmio_reset_takes_3ms, .about = "Status reads 0 some milliseconds after the reset",
	  ALLOWED("2.4.1", "The driver SHOULD consider a driver-initiated reset complete when it "
			   "reads device status as 0"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*", .start = start_reset,
	  .onlooker.write = note_reset, .onlooker.read = finish_reset_late);

/* What a driver can do without. */
static uint32_t word;

static bool follow_word(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (is_control(access, MMIO_DEVICE_FEATURES_SEL))
		word = (uint32_t)*value;
	return true;
}

static uint64_t understand_little(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	static const uint32_t least[] = {BIT(VIRTIO_F_ANY_LAYOUT), BIT(VIRTIO_F_VERSION_1 % 32)};

	if (!is_control(access, MMIO_DEVICE_FEATURES))
		return value;
	acts();
	return word < ARRAY_LENGTH(least) ? value & least[word] : 0;
}

ECCENTRIC(ok_mmio_understands_little, .about = "no feature is offered that can be done without",
	  ALLOWED("2.2", "Each virtio device offers all the features it understands."),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,ring.split*",
	  .onlooker.write = follow_word, .onlooker.read = understand_little);

/* ---- events ---- */

/* Where a handler reads InterruptStatus a line would have to be raised, too. */
static bool is_polled(const struct virtio_device *device)
{
	return device->mode == INTERRUPT_NONE;
}

static bool changed; /* and not acknowledged */

static void change_nothing(struct virtio_device *device)
{
	changed = false;
}

static bool change_at_kick(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY) {
		changed = is_polled(access->device);
		jump += changed;
	} else if (is_control(access, MMIO_STATUS) && !*value) {
		changed = false;
	} else if (is_control(access, MMIO_INTERRUPT_ACK) &&
		   (*value & VIRTIO_INTERRUPT_CONFIGURATION)) {
		changed = false;
	}
	return true;
}

static uint64_t show_change(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (is_control(access, MMIO_CONFIG_GENERATION))
		return value + jump;
	if (!is_control(access, MMIO_INTERRUPT_STATUS) || !changed)
		return value;
	acts();
	return value | VIRTIO_INTERRUPT_CONFIGURATION;
}

ECCENTRIC(ok_mmio_changes_at_each_kick, .about = "the configuration changes whenever it is kicked",
	  ALLOWED("4.2.2", "the interrupt was asserted because the configuration of the device has "
			   "changed."),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*", .start = change_nothing,
	  .onlooker.write = change_at_kick, .onlooker.read = show_change);

static bool comes_again, is_there_again; /* bit 0, though it was acknowledged */

static void come_once(struct virtio_device *device)
{
	comes_again = false;
	is_there_again = false;
}

static bool come_again(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY) {
		comes_again = is_polled(access->device);
	} else if (is_control(access, MMIO_STATUS) && !*value) {
		come_once(access->device);
	} else if (is_control(access, MMIO_INTERRUPT_ACK) && (*value & VIRTIO_INTERRUPT_USED)) {
		is_there_again = comes_again;
		comes_again = false;
	}
	return true;
}

static uint64_t show_again(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (!is_control(access, MMIO_INTERRUPT_STATUS) || !is_there_again)
		return value;
	acts();
	return value | VIRTIO_INTERRUPT_USED;
}

ECCENTRIC(ok_mmio_tells_twice, .about = "a used buffer is announced again once it was acknowledged",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*", .start = come_once,
	  .onlooker.write = come_again, .onlooker.read = show_again);

/* ---- queues ---- */

static uint32_t queue; /* selected */
static uint64_t idle;  /* queues that are not in use, though they were */

static void have_all(struct virtio_device *device)
{
	queue = 0;
	idle = 0;
}

/* Kicks of idle queues are lost. */
static bool follow_queues(const struct register_access *access, uint64_t value)
{
	if (is_control(access, MMIO_QUEUE_SEL))
		queue = value % 64;
	if (is_control(access, MMIO_STATUS) && !value)
		idle = 0;
	if (access->structure != STRUCTURE_NOTIFY || !(idle & BIT64(value % 64)))
		return true;
	acts();
	return false;
}

static bool lose_early_kicks(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_READY))
		idle = *value ? idle & ~BIT64(queue) : idle | BIT64(queue);
	return follow_queues(access, *value);
}

ECCENTRIC(ok_mmio_loses_early_kicks, .about = "kicks of queues that are not ready are lost",
	  ALLOWED("4.2.2.1",
		  "The device MUST NOT access virtqueue contents when QueueReady is zero "
		  "(0x0)."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_modern, .tests = "transport.*", .start = have_all,
	  .onlooker.write = lose_early_kicks);

/* Some RAM of this image plays the region. */
static uint8_t region[4096] __attribute__((aligned(4096)));
static uint32_t region_id;

static bool follow_region(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_control(access, MMIO_SHM_SEL))
		region_id = (uint32_t)*value;
	return true;
}

static uint64_t have_region(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	uint64_t length = region_id ? UINT64_MAX : sizeof(region);
	uint64_t base = region_id ? UINT64_MAX : (uintptr_t)region;

	if (access->structure != STRUCTURE_CONTROL || access->offset < MMIO_SHM_LEN_LOW ||
	    access->offset > MMIO_SHM_BASE_LOW + 4)
		return value;
	acts();
	if (access->offset >= MMIO_SHM_BASE_LOW)
		return (uint32_t)(base >> 8 * (access->offset - MMIO_SHM_BASE_LOW));
	return (uint32_t)(length >> 8 * (access->offset - MMIO_SHM_LEN_LOW));
}

ECCENTRIC(ok_mmio_has_a_region, .about = "there is a shared memory region 0 of one page",
	  ALLOWED("4.2.2", "These registers return the length of the shared memory region in "
			   "bytes, as defined by the device for the region selected by the SHMSel "
			   "register."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_modern, .tests = "transport.*",
	  .onlooker.write = follow_region, .onlooker.read = have_region);

#define QUEUE_RESET_NS (20 * 1000000ull)

static uint64_t queue_reset_at;

static void begin_queue_reset(struct virtio_device *device)
{
	queue_reset_at = 0;
	queue_reset_begin(0);
}

static bool note_queue_reset(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_RESET) && *value == 1)
		queue_reset_at = clock_now();
	if (is_control(access, MMIO_STATUS) && !*value)
		queue_reset_at = 0;
	return queue_reset_write(self, access, value);
}

static uint64_t finish_queue_reset_late(struct onlooker *self, const struct register_access *access,
					uint64_t value)
{
	if (!is_control(access, MMIO_QUEUE_RESET) || !queue_reset_at ||
	    clock_passed(queue_reset_at + clock_from_ns(QUEUE_RESET_NS)))
		return queue_reset_read(self, access, value);
	acts();
	return 1;
}

ECCENTRIC(ok_mmio_queue_reset_takes_20ms, .about = "QueueReset reads 1 for 20 ms",
	  ALLOWED("4.2.2.1", "The device MUST continue to present 1 in QueueReset as long as the "
			     "queue reset is ongoing."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_modern, .tests = "*.*queue*reset*,*.*reset*queue*",
	  .offers = QUEUE_RESET_OFFERS, .start = begin_queue_reset,
	  .onlooker.write = note_queue_reset, .onlooker.read = finish_queue_reset_late);

/* ---- legacy devices ---- */

static bool is_legacy(const struct virtio_device *device)
{
	return !is_modern(device);
}

static uint64_t used_queues; /* whose QueuePFN is not 0 */

static void use_none(struct virtio_device *device)
{
	used_queues = 0;
	queue = 0;
}

static bool follow_pages(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_SEL))
		queue = *value % 64;
	if (is_control(access, MMIO_QUEUE_PFN))
		used_queues = *value ? used_queues | BIT64(queue) : used_queues & ~BIT64(queue);
	if (is_control(access, MMIO_STATUS) && !*value)
		used_queues = 0;
	return true;
}

static uint64_t size_of_idle_queue(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	if (!is_control(access, MMIO_QUEUE_SIZE_MAX))
		return value;
	acts();
	return used_queues & BIT64(queue) ? UINT32_MAX : value;
}

ECCENTRIC(ok_mmio_legacy_size_of_idle_queue, .about = "QueueSizeMax of a queue in use is anything",
	  ALLOWED("4.2.4",
		  "is allowed only when QueuePFN is set to zero (0x0), so when the queue is "
		  "not actively used."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_legacy, .tests = "transport.*,ring.*",
	  .start = use_none, .onlooker.write = follow_pages, .onlooker.read = size_of_idle_queue);

/* What was taken back is not in use, and all other queues are as they were. */
static bool take_one_back(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_PFN)) {
		idle = *value ? idle & ~BIT64(queue) : idle | BIT64(queue);
		if (!*value) {
			acts();
			return false;
		}
	}
	return follow_queues(access, *value);
}

static uint64_t page_of_one(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return is_control(access, MMIO_QUEUE_PFN) && (idle & BIT64(queue)) ? 0 : value;
}

ECCENTRIC(ok_mmio_legacy_takes_one_back, .about = "a queue that is taken back is so alone",
	  ALLOWED("4.2.4", "When the driver stops using the queue it writes zero (0x0) to this "
			   "register."),
	  .traits = DEVICE_OVER_MMIO, .fits = is_legacy, .tests = "transport.*", .start = have_all,
	  .onlooker.write = take_one_back, .onlooker.read = page_of_one);
