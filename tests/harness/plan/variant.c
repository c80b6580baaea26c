/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/variant.h"

#include "lib/format.h"
#include "lib/string.h"

static const char *const interrupt_names[] = {
	[INTERRUPT_MSIX] = "msix",
	[INTERRUPT_MSIX_SHARED] = "shared",
	[INTERRUPT_INTX] = "intx",
	[INTERRUPT_NONE] = "polled",
};

void variant_text(const struct variant *variant, char buffer[VARIANT_TEXT])
{
	struct text text = {.buffer = buffer, .size = VARIANT_TEXT};

	text_add(&text, "%s%s%s%s+%s", variant->packed ? "packed" : "split",
		 variant->event_idx ? "+event_idx" : "", variant->indirect ? "+indirect" : "",
		 variant->in_order ? "+in_order" : "", interrupt_names[variant->interrupts]);
	if (variant->kick_data)
		text_add(&text, "+kick_data");
	if (variant->kick_config)
		text_add(&text, "+kick_config");
	if (variant->access == ACCESS_WINDOW)
		text_add(&text, "+window");
	if (variant->size)
		text_add(&text, "+%u", variant->size);
}

/* The plainest variant that a device can do. */
static struct variant plainest(const struct abilities *abilities)
{
	return (struct variant){.interrupts = abilities->messages ? INTERRUPT_MSIX
					      : abilities->line   ? INTERRUPT_INTX
								  : INTERRUPT_NONE};
}

struct collection {
	struct variant *variants;
	unsigned count, most;
};

static bool variants_equal(const struct variant *a, const struct variant *b)
{
	return a->packed == b->packed && a->event_idx == b->event_idx &&
	       a->indirect == b->indirect && a->in_order == b->in_order &&
	       a->interrupts == b->interrupts && a->kick_data == b->kick_data &&
	       a->kick_config == b->kick_config && a->access == b->access && a->size == b->size;
}

static void collect(struct collection *collection, const struct variant *variant)
{
	for (unsigned n = 0; n < collection->count; n++) {
		if (variants_equal(&collection->variants[n], variant))
			return;
	}
	if (collection->count < collection->most)
		collection->variants[collection->count++] = *variant;
}

/* Copies of a variant with one setting of one axis applied, where the device can do it. */
struct setting {
	uint32_t axis;    /* one bit: settings of one axis exclude each other */
	uint32_t with;    /* other axes that the test must walk too */
	unsigned feature; /* 0: none needed */
	uint16_t size;    /* for AXIS_SIZE: the size, SIZE_ODD_MOST: the most less one */
	void (*apply)(struct variant *variant);
};

#define SIZE_ODD_MOST 0xffff

static void set_packed(struct variant *variant)
{
	variant->packed = true;
}

static void set_event_idx(struct variant *variant)
{
	variant->event_idx = true;
}

static void set_indirect(struct variant *variant)
{
	variant->indirect = true;
}

static void set_in_order(struct variant *variant)
{
	variant->in_order = true;
}

static void set_kick_data(struct variant *variant)
{
	variant->kick_data = true;
}

static void set_kick_config(struct variant *variant)
{
	variant->kick_config = true;
}

static void set_kick_both(struct variant *variant)
{
	variant->kick_data = true;
	variant->kick_config = true;
}

static void set_shared(struct variant *variant)
{
	variant->interrupts = INTERRUPT_MSIX_SHARED;
}

static void set_intx(struct variant *variant)
{
	variant->interrupts = INTERRUPT_INTX;
}

static void set_polled(struct variant *variant)
{
	variant->interrupts = INTERRUPT_NONE;
}

static void set_window(struct variant *variant)
{
	variant->access = ACCESS_WINDOW;
}

/* Sorted by axis. A ring of one entry has room for the shortest requests alone; only packed rings can be odd. */
static const struct setting settings[] = {
	{AXIS_RING, 0, VIRTIO_F_RING_PACKED, 0, set_packed},
	{AXIS_EVENT_IDX, 0, VIRTIO_F_EVENT_IDX, 0, set_event_idx},
	{AXIS_INDIRECT, 0, VIRTIO_F_INDIRECT_DESC, 0, set_indirect},
	{AXIS_IN_ORDER, 0, VIRTIO_F_IN_ORDER, 0, set_in_order},
	{AXIS_KICK, 0, VIRTIO_F_NOTIFICATION_DATA, 0, set_kick_data},
	{AXIS_KICK, 0, VIRTIO_F_NOTIF_CONFIG_DATA, 0, set_kick_config},
	{AXIS_KICK, 0, VIRTIO_F_NOTIF_CONFIG_DATA, 0, set_kick_both},
	{AXIS_INTERRUPT, 0, 0, 0, set_shared},
	{AXIS_INTERRUPT, 0, 0, 0, set_intx},
	{AXIS_INTERRUPT, 0, 0, 0, set_polled},
	{AXIS_ACCESS, 0, 0, 0, set_window},
	{AXIS_SIZE, 0, 0, 16, NULL},
	{AXIS_SIZE, 0, 0, 2, NULL},
	{AXIS_SIZE, AXIS_INDIRECT, VIRTIO_F_INDIRECT_DESC, 1, set_indirect},
	{AXIS_SIZE, AXIS_RING, VIRTIO_F_RING_PACKED, 7, set_packed},
	{AXIS_SIZE, AXIS_RING, VIRTIO_F_RING_PACKED, SIZE_ODD_MOST, set_packed},
};

static bool possible(const struct abilities *abilities, const struct setting *setting,
		     uint32_t axes, uint32_t always)
{
	if ((axes & setting->axis) == 0 || ((axes | always) & setting->with) != setting->with)
		return false;
	if (setting->feature && !features_have(&abilities->offered, setting->feature))
		return false;
	if (setting->apply == set_kick_both &&
	    !features_have(&abilities->offered, VIRTIO_F_NOTIFICATION_DATA))
		return false;
	if (setting->apply == set_intx && !abilities->line)
		return false;
	if (setting->apply == set_shared && !abilities->messages)
		return false;
	switch (setting->axis) {
	case AXIS_ACCESS:
		return abilities->window;
	case AXIS_SIZE:
		return setting->size == SIZE_ODD_MOST ? abilities->size > 16
						      : setting->size < abilities->size;
	default:
		return true;
	}
}

static struct variant with(const struct abilities *abilities, struct variant variant,
			   const struct setting *setting)
{
	if (setting->size == SIZE_ODD_MOST)
		variant.size = abilities->size - 1;
	else if (setting->size)
		variant.size = setting->size;
	if (setting->apply)
		setting->apply(&variant);
	return variant;
}

/* Every combination from setting n on, which begins an axis: without it, or one of its settings. */
static void product(struct collection *collection, const struct abilities *abilities, uint32_t axes,
		    uint32_t always, unsigned n, struct variant variant)
{
	unsigned end = n;

	if (n == ARRAY_LENGTH(settings)) {
		collect(collection, &variant);
		return;
	}
	while (end < ARRAY_LENGTH(settings) && settings[end].axis == settings[n].axis)
		end++;
	product(collection, abilities, axes, always, end, variant);
	for (; n < end; n++) {
		if (possible(abilities, &settings[n], axes, always))
			product(collection, abilities, axes, always, end,
				with(abilities, variant, &settings[n]));
	}
}

/*
 * The plainest variant with the first setting of each of these axes; false: it lacks one that the
 * device cannot do.
 */
static bool always_with(const struct abilities *abilities, uint32_t always, struct variant *variant)
{
	*variant = plainest(abilities);
	for (unsigned n = 0; n < ARRAY_LENGTH(settings); n++) {
		if (!possible(abilities, &settings[n], always, 0))
			continue;
		*variant = with(abilities, *variant, &settings[n]);
		always &= ~settings[n].axis;
	}
	return always == 0;
}

unsigned variants_of(const struct abilities *abilities, uint32_t axes, uint32_t always, bool all,
		     struct variant *variants, unsigned most)
{
	struct collection collection = {.variants = variants, .most = most};
	struct variant base, options;

	/* A test that cannot run need not be skipped more than once. */
	if (!always_with(abilities, always, &base))
		axes = 0;
	axes &= ~always;
	options = base;

	if (all) {
		product(&collection, abilities, axes, always, 0, base);
		return collection.count;
	}
	collect(&collection, &base);
	for (unsigned n = 0; n < ARRAY_LENGTH(settings); n++) {
		struct variant variant;

		if (!possible(abilities, &settings[n], axes, always))
			continue;
		variant = with(abilities, base, &settings[n]);
		collect(&collection, &variant);
		if (settings[n].feature && !settings[n].size && settings[n].apply != set_packed)
			options = with(abilities, options, &settings[n]);
	}
	collect(&collection, &options);
	if (possible(abilities, &settings[0], axes, always)) {
		set_packed(&options);
		collect(&collection, &options);
	}
	return collection.count;
}
