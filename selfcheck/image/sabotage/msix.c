/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs of MSI-X: the capability, the table, the pending bits. */
#include "arch/io.h"
#include "lib/string.h"
#include "pci/msix.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/device.h"

#define ENTRIES 64 /* of which the state is kept; the devices of the self-test have fewer */

static struct {
	bool masked; /* as the driver wrote it */
	bool open;   /* the entry has been unmasked once */
	uint32_t words[MSIX_ENTRY_SIZE / 4];
} shadow[ENTRIES];
static bool drop_next, function_masked, enabled, was_enabled;

static void start(struct virtio_device *device)
{
	hand_start(device);
	for (unsigned n = 0; n < ENTRIES; n++) {
		shadow[n].masked = true;
		shadow[n].open = false;
	}
	drop_next = false;
	function_masked = false;
	enabled = false;
	was_enabled = false;
}

static bool is_control(const struct pci_function *function, unsigned offset)
{
	return function == virtio_pci(victim)->function && victim->vectors &&
	       offset == virtio_pci(victim)->msix.capability + MSIX_CONTROL;
}

/* ---- masks ---- */

static bool swallow_mask(struct onlooker *self, const struct msix *msix, unsigned entry,
			 unsigned offset, uint32_t *value)
{
	if (offset != MSIX_ENTRY_CONTROL || entry >= ENTRIES)
		return true;
	shadow[entry].masked = *value & MSIX_ENTRY_CONTROL_MASK;
	if (msix_enabled(msix))
		*value &= ~MSIX_ENTRY_CONTROL_MASK;
	return true;
}

static uint32_t show_shadow_mask(struct onlooker *self, const struct msix *msix, unsigned entry,
				 unsigned offset, uint32_t value)
{
	if (offset != MSIX_ENTRY_CONTROL || entry >= ENTRIES)
		return value;
	return shadow[entry].masked ? value | MSIX_ENTRY_CONTROL_MASK
				    : value & ~MSIX_ENTRY_CONTROL_MASK;
}

SABOTEUR(mask_ignored, .about = "the Mask bit of an entry does nothing",
	 BREAKS(CLAUSE_MSIX_PCI_5, CLAUSE_MSIX_PCI_6), .start = start,
	 .onlooker.msix_write = swallow_mask, .onlooker.msix_read = show_shadow_mask);

static bool swallow_function_mask(struct onlooker *self, const struct pci_function *function,
				  unsigned offset, unsigned width, uint32_t *value)
{
	if (is_control(function, offset)) {
		function_masked = *value & MSIX_CONTROL_FUNCTION_MASK;
		*value &= ~MSIX_CONTROL_FUNCTION_MASK;
	}
	return true;
}

static uint32_t show_function_mask(struct onlooker *self, const struct pci_function *function,
				   unsigned offset, unsigned width, uint32_t value)
{
	if (is_control(function, offset) && function_masked)
		value |= MSIX_CONTROL_FUNCTION_MASK;
	return value;
}

SABOTEUR(function_mask_ignored, .about = "Function Mask does nothing", BREAKS(CLAUSE_MSIX_PCI_9),
	 .start = start, .onlooker.config_write = swallow_function_mask,
	 .onlooker.config_read = show_function_mask);

static bool take_words_alone(struct onlooker *self, const struct pci_function *function,
			     unsigned offset, unsigned width, uint32_t *value)
{
	return width != 1 || offset == 0 || !is_control(function, offset - 1);
}

SABOTEUR(function_mask_by_words_alone, .about = "a byte that is written to Message Control is lost",
	 BREAKS(CLAUSE_MSIX_PCI_9), .tests = "interrupt.message_control*", .start = start,
	 .onlooker.config_write = take_words_alone);

static bool unmask_all_with_function(struct onlooker *self, const struct pci_function *function,
				     unsigned offset, unsigned width, uint32_t *value)
{
	bool masked = *value & MSIX_CONTROL_FUNCTION_MASK;

	if (!is_control(function, offset))
		return true;
	for (unsigned entry = 0;
	     function_masked && !masked && entry < virtio_pci(victim)->msix.entries; entry++)
		write32(virtio_pci(victim)->msix.table + entry * MSIX_ENTRY_SIZE +
				MSIX_ENTRY_CONTROL,
			0);
	function_masked = masked;
	return true;
}

SABOTEUR(function_mask_clears_mask_bits, .about = "clearing Function Mask clears all Mask bits",
	 BREAKS(CLAUSE_MSIX_PCI_10), .start = start,
	 .onlooker.config_write = unmask_all_with_function);

static uint32_t show_no_mask(struct onlooker *self, const struct msix *msix, unsigned entry,
			     unsigned offset, uint32_t value)
{
	return offset == MSIX_ENTRY_CONTROL ? value & ~MSIX_ENTRY_CONTROL_MASK : value;
}

SABOTEUR(mask_bit_reads_0, .about = "Mask bits always read 0", BREAKS(CLAUSE_MSIX_PCI_17),
	 .start = start, .onlooker.msix_read = show_no_mask);

/* ---- pending bits ---- */

static uint32_t nothing_pending(struct onlooker *self, const struct msix *msix, unsigned word,
				uint32_t value)
{
	return 0;
}

SABOTEUR(pending_bits_stuck_at_0, .about = "pending bits are never set", BREAKS(CLAUSE_MSIX_PCI_6),
	 .start = start, .onlooker.pba_read = nothing_pending);

static uint32_t all_pending(struct onlooker *self, const struct msix *msix, unsigned word,
			    uint32_t value)
{
	return UINT32_MAX;
}

SABOTEUR(pending_bits_stuck_at_1, .about = "pending bits are always set",
	 BREAKS(CLAUSE_MSIX_PCI_14), .start = start, .onlooker.pba_read = all_pending);

static uint32_t ever_pending[ENTRIES / 32];

static void start_pending(struct virtio_device *device)
{
	start(device);
	memset(ever_pending, 0, sizeof(ever_pending));
}

static uint32_t pending_for_ever(struct onlooker *self, const struct msix *msix, unsigned word,
				 uint32_t value)
{
	return word < ARRAY_LENGTH(ever_pending) ? ever_pending[word] |= value : value;
}

SABOTEUR(pending_bits_never_cleared, .about = "a pending bit that was set stays set",
	 BREAKS(CLAUSE_MSIX_PCI_8), .start = start_pending, .onlooker.pba_read = pending_for_ever);

static bool note_unmask(struct onlooker *self, const struct msix *msix, unsigned entry,
			unsigned offset, uint32_t *value)
{
	if (offset == MSIX_ENTRY_CONTROL && !(*value & MSIX_ENTRY_CONTROL_MASK))
		drop_next = read32(msix->pba + entry / 32 * 4) & BIT(entry % 32);
	return true;
}

static bool drop_the_next(struct onlooker *self, unsigned vector)
{
	bool drop = drop_next && victim_queue(vector);

	if (drop)
		drop_next = false;
	return !drop;
}

SABOTEUR(unmasking_forgets, .about = "unmasking clears the pending bit and sends nothing",
	 BREAKS(CLAUSE_MSIX_PCI_7), .start = start, .onlooker.msix_write = note_unmask,
	 .onlooker.arrival = drop_the_next);

static bool note_mask_under_way(struct onlooker *self, const struct msix *msix, unsigned entry,
				unsigned offset, uint32_t *value)
{
	for (unsigned n = 0; n < victim->queue_count; n++) {
		const struct virtqueue *queue = victim->queues[n];

		if (queue && queue->entry == entry && queue->in_flight &&
		    !virtqueue_shows_used(queue) && offset == MSIX_ENTRY_CONTROL &&
		    (*value & MSIX_ENTRY_CONTROL_MASK))
			drop_next = true;
	}
	return true;
}

SABOTEUR(masking_forgets, .about = "what is under way when its entry is masked is not announced",
	 BREAKS(CLAUSE_MSIX_PCI_7), .tests = "interrupt.masking_under*", .start = start,
	 .onlooker.msix_write = note_mask_under_way, .onlooker.arrival = drop_the_next);

/* ---- the table ---- */

static bool keep_first_message(struct onlooker *self, const struct msix *msix, unsigned entry,
			       unsigned offset, uint32_t *value)
{
	if (entry >= ENTRIES)
		return true;
	if (offset == MSIX_ENTRY_CONTROL) {
		shadow[entry].open = shadow[entry].open || !(*value & MSIX_ENTRY_CONTROL_MASK);
		return true;
	}
	shadow[entry].words[offset / 4] = *value;
	return !shadow[entry].open;
}

static uint32_t show_written(struct onlooker *self, const struct msix *msix, unsigned entry,
			     unsigned offset, uint32_t value)
{
	if (offset == MSIX_ENTRY_CONTROL || entry >= ENTRIES || !shadow[entry].open)
		return value;
	return shadow[entry].words[offset / 4];
}

SABOTEUR(rewritten_entry_not_noticed,
	 .about = "address and data of an entry count as they were when it was first unmasked",
	 BREAKS(CLAUSE_MSIX_PCI_11), .start = start, .onlooker.msix_write = keep_first_message,
	 .onlooker.msix_read = show_written);

static uint32_t cut_data(struct onlooker *self, const struct msix *msix, unsigned entry,
			 unsigned offset, uint32_t value)
{
	return offset == MSIX_ENTRY_DATA ? value & 0xffff : value;
}

SABOTEUR(table_data_has_16_bits, .about = "the upper half of an entry's data reads 0",
	 BREAKS(CLAUSE_MSIX_PCI_16), .start = start, .onlooker.msix_read = cut_data);

/* ---- the capability ---- */

static uint16_t written_size;
static bool size_written;

static bool take_size(struct onlooker *self, const struct pci_function *function, unsigned offset,
		      unsigned width, uint32_t *value)
{
	if (is_control(function, offset)) {
		written_size = *value & MSIX_CONTROL_SIZE;
		size_written = true;
	}
	return true;
}

static uint32_t show_size(struct onlooker *self, const struct pci_function *function,
			  unsigned offset, unsigned width, uint32_t value)
{
	if (is_control(function, offset) && size_written)
		value = (value & ~MSIX_CONTROL_SIZE) | written_size;
	return value;
}

static void start_size(struct virtio_device *device)
{
	start(device);
	size_written = false;
}

SABOTEUR(table_size_writable, .about = "Table Size reads back what was written",
	 BREAKS(CLAUSE_MSIX_PCI_4), .start = start_size, .onlooker.config_write = take_size,
	 .onlooker.config_read = show_size);

static bool never_enable(struct onlooker *self, const struct pci_function *function,
			 unsigned offset, unsigned width, uint32_t *value)
{
	if (is_control(function, offset))
		*value &= ~MSIX_CONTROL_ENABLE;
	return true;
}

SABOTEUR(pin_stays_with_msix, .about = "the pin goes on when MSI-X is turned on",
	 BREAKS(CLAUSE_MSIX_PCI_12), .tests = "interrupt.*pin*", .start = start,
	 .onlooker.config_write = never_enable);

static bool never_disable(struct onlooker *self, const struct pci_function *function,
			  unsigned offset, unsigned width, uint32_t *value)
{
	if (!is_control(function, offset))
		return true;
	enabled = *value & MSIX_CONTROL_ENABLE;
	was_enabled = was_enabled || enabled;
	if (was_enabled)
		*value |= MSIX_CONTROL_ENABLE;
	return true;
}

SABOTEUR(messages_without_msix, .about = "messages go on when MSI-X is turned off",
	 BREAKS(CLAUSE_MSIX_PCI_13), .start = start, .onlooker.config_write = never_disable);

/* ---- as the image met the function ---- */

static struct virtio_snapshot truth;

static void claim_open(struct virtio_device *device)
{
	struct virtio_snapshot *found = &face_of(device)->contact.found;

	start(device);
	truth = *found;
	found->msix_control |= MSIX_CONTROL_ENABLE | MSIX_CONTROL_FUNCTION_MASK;
	found->msix_unmasked = 1;
}

static void claim_no_more(struct virtio_device *device)
{
	face_of(device)->contact.found = truth;
}

SABOTEUR(msix_on_from_the_start, .about = "MSI-X is on and unmasked after power-on",
	 BREAKS(CLAUSE_MSIX_PCI_1, CLAUSE_MSIX_PCI_2, CLAUSE_MSIX_PCI_3), .start = claim_open,
	 .stop = claim_no_more);
