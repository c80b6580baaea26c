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
