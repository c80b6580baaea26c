/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver must not do to the registers of a device over MMIO. */
#include "selfcheck/image/watch/planted.h"

#include "arch/io.h"
#include "virtio/onlooker.h"
#include "virtio/transport/mmio/registers.h"

/* Between registers, and of no meaning: nothing comes of it. */
#define NOWHERE 0x0f0

PLANTED_OVER_MMIO(DRIVER_MMIO_1)
{
	mmio_read(t->device, NOWHERE);
}

PLANTED_OVER_MMIO(DRIVER_MMIO_2)
{
	mmio_write(t->device, MMIO_VENDOR_ID, 1);
}

PLANTED_OVER_MMIO(DRIVER_MMIO_3)
{
	mmio_read(t->device, MMIO_QUEUE_SEL);
}

/* Not by the road, which knows no such width: only the onlooker sees it. */
PLANTED_OVER_MMIO(DRIVER_MMIO_4)
{
	onlookers_read(
		&(const struct register_access){t->device, STRUCTURE_CONTROL, MMIO_MAGIC_VALUE, 1},
		0);
}

PLANTED_OVER_MMIO(DRIVER_MMIO_5)
{
	mmio_write(t->device, MMIO_INTERRUPT_ACK, BIT(7));
}
