/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI devices that break one rule of their legacy interface (virtio 1.4, 4.1.2.3, 4.1.4.10, 4.1.5.1.3.1). */
#include "pci/config.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/legacy_registers.h"

/* In LIES(): a register of the header reads so, or loses what is written. */
#define HEADER_READS(register, bits_kept, bits_set)                                                \
	{                                                                                          \
		.kind = LIE_READ, .structure = STRUCTURE_CONTROL, .offset = (register),            \
		.keep = (bits_kept), .set = (bits_set)                                             \
	}
#define HEADER_SWALLOWS(register)                                                                  \
	{                                                                                          \
		.kind = LIE_SWALLOW, .structure = STRUCTURE_CONTROL, .offset = (register)          \
	}

/* ---- configuration space ---- */

/* A register of configuration space reads so. */
#define SPACE_SABOTEUR(symbol, register, instead, ...)                                             \
	static uint32_t symbol##_read(struct onlooker *self, const struct pci_function *function,  \
				      unsigned offset, unsigned width, uint32_t value)             \
	{                                                                                          \
		return offset == (register) ? (instead) : value;                                   \
	}                                                                                          \
	SABOTEUR(symbol, .onlooker.config_read = symbol##_read, __VA_ARGS__)

SPACE_SABOTEUR(pci_legacy_of_revision_1, PCI_REVISION_ID, 1, .about = "the revision id is 1",
	       BREAKS(CLAUSE_PCI_DISC_LEG_1));
SPACE_SABOTEUR(pci_legacy_of_no_type, PCI_SUBSYSTEM_ID, 0x1100,
	       .about = "the subsystem id is no device type", BREAKS(CLAUSE_PCI_DISC_LEG_2));
SPACE_SABOTEUR(pci_legacy_of_a_modern_id, PCI_DEVICE_ID, VIRTIO_PCI_DEVICE_MODERN + 1,
	       .about = "the device id is beyond the transitional range",
	       BREAKS(CLAUSE_PCI_DISC_LEG_3));
SPACE_SABOTEUR(pci_legacy_in_memory, PCI_BAR_0, value & ~1u, .about = "BAR 0 is a memory BAR",
	       BREAKS(CLAUSE_PCI_LEG_5), .tests = "transport.legacy_interface*");

/* ---- the header ---- */

SABOTEUR(pci_legacy_without_status, .about = "byte 18 of BAR 0 always reads 0",
	 BREAKS(CLAUSE_PCI_LEG_1), LIES(HEADER_READS(LEGACY_DEVICE_STATUS, 0, 0)));

static uint64_t swap_offer(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_legacy_header(access, LEGACY_DEVICE_FEATURES) ? __builtin_bswap32((uint32_t)value)
								: value;
}
SABOTEUR(pci_legacy_offer_is_swapped, .about = "device_features is big-endian",
	 BREAKS(CLAUSE_PCI_LEG_TXT_1), .tests = "transport.legacy_header*",
	 .onlooker.read = swap_offer);

SABOTEUR(pci_legacy_one_selection, .about = "whatever queue_select is written, queue 0 is selected",
	 BREAKS(CLAUSE_PCI_LEG_TXT_3), LIES(HEADER_SWALLOWS(LEGACY_QUEUE_SELECT)));

SABOTEUR(pci_legacy_features_are_not_read, .about = "driver_features reads 0",
	 BREAKS(CLAUSE_PCI_LEG_TXT_4), LIES(HEADER_READS(LEGACY_DRIVER_FEATURES, 0, 0)));

SABOTEUR(pci_legacy_selector_is_not_read, .about = "queue_select reads 0",
	 BREAKS(CLAUSE_PCI_LEG_TXT_4), LIES(HEADER_READS(LEGACY_QUEUE_SELECT, 0, 0)));

SABOTEUR(pci_legacy_takes_bit_30, .about = "driver_features reads with bit 30 set",
	 BREAKS(CLAUSE_RESV_LEG_5),
	 LIES(HEADER_READS(LEGACY_DRIVER_FEATURES, ALL_BITS, BIT(VIRTIO_F_BAD_FEATURE))));

SABOTEUR(pci_legacy_wants_layouts, .about = "VIRTIO_F_ANY_LAYOUT is not offered",
	 BREAKS(CLAUSE_RESV_LEG_4),
	 LIES(HEADER_READS(LEGACY_DEVICE_FEATURES, ~BIT64(VIRTIO_F_ANY_LAYOUT), 0)));

/* What was written where nothing can be. */
static struct {
	uint32_t offer;
	uint16_t size;
	bool has_offer, has_size;
} written;

static void forget_written(struct virtio_device *device)
{
	written = (typeof(written)){0};
}

static bool take_anything(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_FEATURES)) {
		written.offer = (uint32_t)*value;
		written.has_offer = true;
	} else if (is_legacy_header(access, LEGACY_QUEUE_SIZE)) {
		written.size = (uint16_t)*value;
		written.has_size = true;
	}
	return true;
}

static uint64_t show_offer(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_legacy_header(access, LEGACY_DEVICE_FEATURES) && written.has_offer ? written.offer
										     : value;
}
SABOTEUR(pci_legacy_offer_is_written, .about = "device_features reads as what was written there",
	 BREAKS(CLAUSE_PCI_LEG_TXT_4), .start = forget_written, .onlooker.write = take_anything,
	 .onlooker.read = show_offer, .tests = "transport.legacy_offer*");

static uint64_t show_size(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return is_legacy_header(access, LEGACY_QUEUE_SIZE) && written.has_size ? written.size
									       : value;
}
SABOTEUR(pci_legacy_size_is_written, .about = "queue_size reads as what was written there",
	 BREAKS(CLAUSE_PCI_LEG_TXT_9), .start = forget_written, .onlooker.write = take_anything,
	 .onlooker.read = show_size);

/* ---- rings ---- */

#define FAR_AWAY 0xf00000 /* pages: nothing is there */

static bool place_far_away(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_QUEUE_ADDRESS) && *value)
		*value += FAR_AWAY;
	return true;
}
SABOTEUR(pci_legacy_pages_elsewhere, .about = "queue_address is taken for another page",
	 BREAKS(CLAUSE_PCI_LEG_TXT_7), .onlooker.write = place_far_away);

/* The index of a used ring that begins as soon as it can. */
static void use_in_front(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used = split_of(queue)->used;

	if (!from_le16(used->idx))
		return;
	*(le16 *)((uint8_t *)used - sizeof(le16)) = used->idx;
	used->idx = to_le16(0);
}
SABOTEUR(pci_legacy_used_ring_in_front, .about = "the used ring begins in front of the boundary",
	 BREAKS(CLAUSE_PCI_LEG_TXT_8, CLAUSE_SPLIT_LEG_1), .onlooker.used = use_in_front,
	 .tests = "transport.legacy_ring*");

static uint16_t shown_index;

static void show_no_index(struct virtio_device *device)
{
	shown_index = 0;
}

static void swap_index(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used = split_of(queue)->used;

	if (used->idx.raw == shown_index)
		return;
	shown_index = __builtin_bswap16(used->idx.raw);
	used->idx.raw = shown_index;
}
SABOTEUR(pci_legacy_index_is_swapped, .about = "the used index is big-endian",
	 BREAKS(CLAUSE_SPLIT_LEG_2), .start = show_no_index, .onlooker.used = swap_index,
	 .tests = "transport.legacy_ring*");

/* ---- the configuration ---- */

static uint64_t answer_no_bytes(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->width == 1 ? 0 : value;
}
SABOTEUR(pci_legacy_configuration_without_bytes,
	 .about = "the configuration reads 0 by accesses of one byte", BREAKS(CLAUSE_PCI_LEG_2),
	 .onlooker.read = answer_no_bytes);

/* What stands `by` bytes further. */
static uint64_t read_further(struct onlooker *self, const struct register_access *access, int by)
{
	struct register_access other = *access;

	other.offset += (uint32_t)by;
	return onlooker_read(self, &other);
}

static uint64_t shift_configuration(struct onlooker *self, const struct register_access *access,
				    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE ? read_further(self, access, 4) : value;
}
SABOTEUR(pci_legacy_configuration_too_early,
	 .about = "the configuration begins 4 bytes in front of the end of the header",
	 BREAKS(CLAUSE_PCI_LEG_3), .onlooker.read = shift_configuration);

static uint64_t swap_configuration(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE
		       ? __builtin_bswap64(value) >> (64 - 8 * access->width)
		       : value;
}
SABOTEUR(pci_legacy_configuration_is_swapped, .about = "the configuration is big-endian",
	 BREAKS(CLAUSE_PCI_LEG_TXT_2, CLAUSE_BLK_CFG_LEG_1, CLAUSE_CONSOLE_CFG_LEG_1,
		CLAUSE_SCSI_CFG_LEG_1),
	 .tests = "transport.legacy_configuration_is*", .onlooker.read = swap_configuration);

static bool has_vectors(const struct register_access *access)
{
	return msix_enabled(&virtio_pci(access->device)->msix);
}

static uint64_t give_no_room(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_CONTROL &&
			       access->offset >= LEGACY_END_WITH_VECTORS && has_vectors(access)
		       ? read_further(self, access, 4)
		       : value;
}
SABOTEUR(pci_legacy_vectors_have_no_room,
	 .about = "the configuration begins at 20, though MSI-X is enabled",
	 BREAKS(CLAUSE_PCI_LEG_TXT_5), .onlooker.read = give_no_room);

static bool had_vectors;

static void have_no_vectors(struct virtio_device *device)
{
	had_vectors = false;
}

static bool note_vectors(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	had_vectors = had_vectors || is_legacy_header(access, LEGACY_CONFIG_VECTOR);
	return true;
}

static uint64_t keep_room(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	return access->structure == STRUCTURE_CONTROL &&
			       access->offset >= LEGACY_END_WITH_VECTORS && had_vectors &&
			       !has_vectors(access)
		       ? read_further(self, access, -4)
		       : value;
}
SABOTEUR(pci_legacy_vectors_keep_their_room,
	 .about = "the configuration begins at 24 once MSI-X was enabled",
	 BREAKS(CLAUSE_PCI_LEG_TXT_6), .start = have_no_vectors, .onlooker.write = note_vectors,
	 .onlooker.read = keep_room);

/* ---- use ---- */

static uint8_t status;

static void have_no_status(struct virtio_device *device)
{
	status = 0;
}

static bool wait_for_driver_ok(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS))
		status = (uint8_t)*value;
	return access->structure != STRUCTURE_NOTIFY || (status & VIRTIO_STATUS_DRIVER_OK);
}
SABOTEUR(pci_legacy_waits_for_driver_ok, .about = "nothing is served before DRIVER_OK",
	 BREAKS(CLAUSE_INIT_LEG_2), .start = have_no_status, .onlooker.write = wait_for_driver_ok);

/* Without FEATURES_OK it sleeps: no kick is heard, and it does not go live whatever it says. */
static bool is_asleep(void)
{
	return !(status & VIRTIO_STATUS_FEATURES_OK);
}

static bool wait_for_features_ok(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS)) {
		status = (uint8_t)*value;
		if (is_asleep())
			*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	}
	return access->structure != STRUCTURE_NOTIFY || !is_asleep();
}

static uint64_t show_driver_ok(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_legacy_header(access, LEGACY_DEVICE_STATUS) && is_asleep()
		       ? value | (status & VIRTIO_STATUS_DRIVER_OK)
		       : value;
}
SABOTEUR(pci_legacy_waits_for_features_ok, .about = "nothing is served before FEATURES_OK",
	 BREAKS(CLAUSE_FEAT_LEG_3), .tests = "transport.legacy_device*", .start = have_no_status,
	 .onlooker.write = wait_for_features_ok, .onlooker.read = show_driver_ok);

static bool decline_empty(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES))
		*value &= ~BIT64(VIRTIO_F_NOTIFY_ON_EMPTY);
	return true;
}
SABOTEUR(pci_legacy_empty_is_quiet,
	 .about = "a queue that runs out of buffers is suppressed like any other",
	 BREAKS(CLAUSE_RESV_LEG_2, CLAUSE_RESV_LEG_3), .onlooker.write = decline_empty);

/* ---- the ways of other drivers (docs/personas.md) ---- */

/* What the driver has done since the reset: a ring has its place; and what the device minds. */
static bool has_ring, minds;

static void begin_to_mind(struct virtio_device *device)
{
	has_ring = minds = false;
}

/* Kicks are lost once it minds. */
static bool mind_late_messages(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS) && !*value)
		begin_to_mind(access->device);
	if (is_legacy_header(access, LEGACY_QUEUE_ADDRESS))
		has_ring = true;
	if (is_legacy_header(access, LEGACY_CONFIG_VECTOR) &&
	    access->device->mode == INTERRUPT_MSIX)
		minds = minds || has_ring;
	return !minds || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(pci_legacy_minds_late_messages,
	 .about = "nothing is served where the first event was mapped behind the first ring",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_BLK, .tests = "persona.openbsd*",
	 .start = begin_to_mind, .onlooker.write = mind_late_messages);

static uint64_t mind_bytes(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	minds = minds || (access->structure == STRUCTURE_DEVICE && access->width == 1);
	return value;
}

static bool lose_kicks(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS) && !*value)
		begin_to_mind(access->device);
	return !minds || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(pci_legacy_minds_bytes,
	 .about = "nothing is served where the configuration was read byte by byte",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_BLK, .tests = "persona.linux_legacy",
	 .start = begin_to_mind, .onlooker.read = mind_bytes, .onlooker.write = lose_kicks);

static bool accept_or_lose(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS) && !*value)
		minds = true;
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES))
		minds = false;
	return !minds || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(pci_legacy_wants_features,
	 .about = "nothing is served where no features were written, not even none",
	 BREAKS(CLAUSE_SANE_1), .type = VIRTIO_TYPE_SCSI, .tests = "persona.seabios_legacy*",
	 .start = begin_to_mind, .onlooker.write = accept_or_lose);
