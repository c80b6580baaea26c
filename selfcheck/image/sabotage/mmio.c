/* SPDX-License-Identifier: BSD-2-Clause */
/* MMIO devices that break one rule of their registers (virtio 1.4, 4.2.2). */
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/type.h"
#include "virtio/transport/mmio/device.h"

/* In LIES(): a control register reads so. */
#define CONTROL_READS(register, bits_kept, bits_set, ...)                                          \
	{                                                                                          \
		.kind = LIE_READ, .structure = STRUCTURE_CONTROL, .offset = (register),            \
		.keep = (bits_kept), .set = (bits_set), __VA_ARGS__                                \
	}

SABOTEUR(mmio_magic_changes, .about = "MagicValue reads \"Virt\"", BREAKS(CLAUSE_MMIO_1),
	 LIES(CONTROL_READS(MMIO_MAGIC_VALUE, 0, 0x74726956)));

SABOTEUR(mmio_version_changes, .about = "Version reads 3", BREAKS(CLAUSE_MMIO_2),
	 LIES(CONTROL_READS(MMIO_VERSION, 0, 3)));

SABOTEUR(mmio_hides_used_buffers, .about = "InterruptStatus reads 0 after a buffer was used",
	 BREAKS(CLAUSE_MMIO_3), LIES(CONTROL_READS(MMIO_INTERRUPT_STATUS, 0, 0)));

SABOTEUR(mmio_undefined_bits, .about = "InterruptStatus shows a bit that stands for nothing",
	 BREAKS(CLAUSE_MMIO_5), LIES(CONTROL_READS(MMIO_INTERRUPT_STATUS, ALL_BITS, BIT(7))));

SABOTEUR(mmio_never_ready, .about = "QueueReady reads 0 of a queue that was made ready",
	 BREAKS(CLAUSE_MMIO_TXT_3), LIES(CONTROL_READS(MMIO_QUEUE_READY, 0, 0)));

SABOTEUR(mmio_empty_regions, .about = "a shared memory region that does not exist is 0 bytes long",
	 BREAKS(CLAUSE_MMIO_TXT_4),
	 LIES(CONTROL_READS(MMIO_SHM_LEN_LOW, 0, 0), CONTROL_READS(MMIO_SHM_LEN_LOW + 4, 0, 0)));

static bool is_control(const struct register_access *access, enum mmio_register at)
{
	return access->structure == STRUCTURE_CONTROL && access->offset == at;
}

static void own_write_control(struct onlooker *self, struct virtio_device *device,
			      enum mmio_register at, uint32_t value)
{
	onlooker_write(self, &(const struct register_access){device, STRUCTURE_CONTROL, at, 4},
		       value);
}

/* What the driver has done since the device was fresh. */
static struct {
	uint32_t queue, word;
	bool made_ready; /* some queue, at some time */
	bool was_reset;  /* behind that */
	bool used;       /* a buffer was used, at some time */
	bool forgotten;  /* … and a reset came behind it */
} so_far;

static void start_over(struct virtio_device *device)
{
	so_far = (typeof(so_far)){0};
}

static bool follow(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_SEL))
		so_far.queue = (uint32_t)*value;
	else if (is_control(access, MMIO_DEVICE_FEATURES_SEL))
		so_far.word = (uint32_t)*value;
	else if (is_control(access, MMIO_QUEUE_READY) && *value)
		so_far.made_ready = true;
	else if (is_control(access, MMIO_STATUS) && !*value) {
		so_far.was_reset = so_far.made_ready;
		so_far.forgotten = so_far.used;
	}
	return true;
}

/* In SABOTEUR(): what it reads, with the above. */
#define READS_AS(function)                                                                         \
	.start = start_over, .onlooker.write = follow, .onlooker.read = (function)

static uint64_t acknowledge_on_reading(struct onlooker *self, const struct register_access *access,
				       uint64_t value)
{
	if (is_control(access, MMIO_INTERRUPT_STATUS))
		own_write_control(self, access->device, MMIO_INTERRUPT_ACK, (uint32_t)value);
	return value;
}
SABOTEUR(mmio_reading_acknowledges, .about = "reading InterruptStatus clears it",
	 BREAKS(CLAUSE_MMIO_4), READS_AS(acknowledge_on_reading));

static bool acknowledge_all(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (is_control(access, MMIO_INTERRUPT_ACK))
		*value = VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION;
	return true;
}
SABOTEUR(mmio_acknowledges_all, .about = "whatever InterruptACK is written clears all events",
	 BREAKS(CLAUSE_MMIO_4), .onlooker.write = acknowledge_all);

static bool lose_acknowledgement(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	return !is_control(access, MMIO_INTERRUPT_ACK);
}
SABOTEUR(mmio_acknowledges_nothing, .about = "InterruptACK clears nothing", BREAKS(CLAUSE_MMIO_4),
	 .onlooker.write = lose_acknowledgement);

static uint64_t keep_status(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	if (!is_control(access, MMIO_INTERRUPT_STATUS))
		return value;
	so_far.used = so_far.used || (value & VIRTIO_INTERRUPT_USED);
	return so_far.forgotten ? value | VIRTIO_INTERRUPT_USED : value;
}
SABOTEUR(mmio_events_survive_reset, .about = "InterruptStatus keeps its bits over a reset",
	 BREAKS(CLAUSE_MMIO_6), READS_AS(keep_status));

static uint64_t keep_ready(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_control(access, MMIO_QUEUE_READY) && so_far.was_reset ? 1 : value;
}
SABOTEUR(mmio_queues_stay_ready, .about = "QueueReady reads 1 after a reset", BREAKS(CLAUSE_MMIO_7),
	 READS_AS(keep_ready));

static uint64_t show_any_queue(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_control(access, MMIO_QUEUE_SIZE_MAX) && !value && so_far.queue > 64 ? 64 : value;
}
SABOTEUR(mmio_has_every_queue, .about = "QueueSizeMax reads 64 of queues that are not there",
	 BREAKS(CLAUSE_MMIO_TXT_2), READS_AS(show_any_queue));

static uint64_t offer_administration(struct onlooker *self, const struct register_access *access,
				     uint64_t value)
{
	if (is_control(access, MMIO_DEVICE_FEATURES) && so_far.word == VIRTIO_F_ADMIN_VQ / 32)
		return value | BIT(VIRTIO_F_ADMIN_VQ % 32);
	return value;
}
SABOTEUR(mmio_offers_administration, .about = "VIRTIO_F_ADMIN_VQ is offered over MMIO",
	 BREAKS(CLAUSE_FEAT_6, CLAUSE_MMIO_FEAT_1), READS_AS(offer_administration));

/* A queue is made ready as soon as it has its areas. */
static bool ready_too_early(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_DEVICE_LOW + 4)) {
		own_write_control(self, access->device, MMIO_QUEUE_DEVICE_LOW + 4,
				  (uint32_t)*value);
		own_write_control(self, access->device, MMIO_QUEUE_READY, 1);
		return false;
	}
	return true;
}
SABOTEUR(mmio_serves_unready_queues, .about = "a queue is served before QueueReady is 1",
	 BREAKS(CLAUSE_MMIO_9), .onlooker.write = ready_too_early);

/* ---- legacy devices ---- */

SABOTEUR(mmio_legacy_version_changes, .about = "Version of a legacy device reads 2",
	 BREAKS(CLAUSE_MMIO_LEG_1), LIES(CONTROL_READS(MMIO_VERSION, 0, 2)));

SABOTEUR(mmio_legacy_has_every_queue, .about = "QueueSizeMax reads 64 of queues that are not there",
	 BREAKS(CLAUSE_MMIO_LEG_2), READS_AS(show_any_queue));

SABOTEUR(mmio_legacy_hides_pages, .about = "QueuePFN reads 0 of a queue that has a page",
	 BREAKS(CLAUSE_MMIO_LEG_3), LIES(CONTROL_READS(MMIO_QUEUE_PFN, 0, 0)));

/* What the register is written becomes this. */
static bool write_instead(const struct register_access *access, enum mmio_register at,
			  uint64_t *value, uint64_t instead)
{
	if (is_control(access, at))
		*value = instead;
	return true;
}

static bool keep_page_size(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	return write_instead(access, MMIO_GUEST_PAGE_SIZE, value, MMIO_LEGACY_PAGE);
}
SABOTEUR(mmio_legacy_pages_have_4096, .about = "whatever GuestPageSize is, pages have 4096 bytes",
	 BREAKS(CLAUSE_MMIO_LEG_4), .onlooker.write = keep_page_size);

static bool keep_alignment(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	return write_instead(access, MMIO_QUEUE_ALIGN, value, MMIO_LEGACY_ALIGNMENT);
}
SABOTEUR(mmio_legacy_rings_align_to_4096,
	 .about = "whatever QueueAlign is, the used ring begins at a multiple of 4096",
	 BREAKS(CLAUSE_MMIO_LEG_5), .onlooker.write = keep_alignment);

/* Once a queue has had a page, and a reset came behind it. */
static bool follow_pages(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	if (is_control(access, MMIO_QUEUE_PFN) && *value)
		so_far.made_ready = true;
	return follow(self, access, value);
}

static uint64_t keep_page(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_control(access, MMIO_QUEUE_PFN) && so_far.was_reset ? 0x123 : value;
}
SABOTEUR(mmio_legacy_keeps_pages, .about = "QueuePFN keeps its page over a reset",
	 BREAKS(CLAUSE_MMIO_LEG_6), .start = start_over, .onlooker.write = follow_pages,
	 .onlooker.read = keep_page);

/* ---- the ways of other drivers (docs/personas.md) ---- */

SABOTEUR(mmio_wants_more_alignment,
	 .about = "the low bits of QueueDeviceLow are lost, up to 64 bytes",
	 BREAKS(CLAUSE_SPLIT_TXT_2), .type = VIRTIO_TYPE_BLK, .tests = "persona.sel4*",
	 LIES({.kind = LIE_WRITE,
	       .structure = STRUCTURE_CONTROL,
	       .offset = MMIO_QUEUE_DEVICE_LOW,
	       .keep = ~63ull}));
