/* SPDX-License-Identifier: BSD-2-Clause */
/* A variant: one combination of ring format, ring options, interrupt mode and queue size. */
#ifndef TESTS_HARNESS_VARIANT_H
#define TESTS_HARNESS_VARIANT_H

#include "virtio/device.h"

/* The axes that a test can declare. */
enum {
	AXIS_RING = BIT(0), /* split, packed */
	AXIS_EVENT_IDX = BIT(1),
	AXIS_INDIRECT = BIT(2),
	AXIS_IN_ORDER = BIT(3),
	AXIS_INTERRUPT = BIT(4), /* msix, shared, intx, polled */
	AXIS_SIZE = BIT(5),      /* the largest, a middle one, small ones, odd ones */
	AXIS_ACCESS = BIT(6),    /* BARs, configuration window alone */
	AXIS_KICK = BIT(
		7), /* what notifications carry: the index, NOTIFICATION_DATA, NOTIF_CONFIG_DATA */
};
#define AXES_OF_RING (AXIS_RING | AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_IN_ORDER)

struct variant {
	bool packed, event_idx, indirect, in_order;
	bool kick_data, kick_config;
	enum interrupt_mode interrupts;
	enum virtio_access access;
	uint16_t size; /* 0: the largest */
};

/* What of a device decides in which variants a test can run on it. */
struct abilities {
	struct features offered;
	bool messages; /* MSI-X */
	bool line;     /* a line whose input is known */
	bool window;   /* ACCESS_WINDOW */
	uint16_t size; /* entries of its largest queue */
};

#define VARIANT_TEXT 96

/* "split+event_idx+msix+16": what records and vp.variant call it. */
void variant_text(const struct variant *variant, char text[VARIANT_TEXT]);

/*
 * The variants that a device can do, for the given axes, at most `most`, the plainest first. The first setting of
 * each axis in `always` is part of every variant. `all` takes the full product; otherwise each axis is
 * varied alone, and all options together once.
 */
unsigned variants_of(const struct abilities *abilities, uint32_t axes, uint32_t always, bool all,
		     struct variant *variants, unsigned most);

#endif
