/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/transport/pci/msix/msix.h"

struct pending_bit {
	const struct msix *msix;
	unsigned entry;
	bool wanted;
};

static bool pending_is(void *context)
{
	const struct pending_bit *bit = context;

	return msix_pending(bit->msix, bit->entry) == bit->wanted;
}

bool await_pending(const struct msix *msix, unsigned entry, bool wanted)
{
	struct pending_bit bit = {msix, entry, wanted};

	return wait_until(pending_is, &bit, clock_deadline(PATIENCE_NS));
}

void note_pending(const struct msix *msix, struct pending_bits *bits)
{
	*bits = (struct pending_bits){0};
	for (unsigned entry = 0; entry < msix->entries; entry++)
		bits->words[entry / 32] |= (uint32_t)msix_pending(msix, entry) << entry % 32;
}

unsigned newly_pending(const struct virtqueue *queue, const struct pending_bits *before,
		       unsigned but)
{
	const struct msix *msix = &virtio_pci(queue->device)->msix;

	for (unsigned entry = 0; entry < msix->entries; entry++) {
		if (entry != but && msix_pending(msix, entry) &&
		    !entry_tells_by_itself(queue, entry) &&
		    !(before->words[entry / 32] & BIT(entry % 32)))
			return entry;
	}
	return msix->entries;
}
