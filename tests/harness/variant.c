/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/variant.h"

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
	if (variant->access == ACCESS_WINDOW)
		text_add(&text, "+window");
	if (variant->size)
		text_add(&text, "+%u", variant->size);
}

/* The plainest variant that a device can do. */
static struct variant plainest(const struct virtio_device *device)
{
	return (struct variant){.interrupts = device->has_msix ? INTERRUPT_MSIX : INTERRUPT_NONE};
}

struct collection {
	struct variant *variants;
	unsigned count, most;
};

static bool variants_equal(const struct variant *a, const struct variant *b)
{
	return a->packed == b->packed && a->event_idx == b->event_idx &&
	       a->indirect == b->indirect && a->in_order == b->in_order &&
	       a->interrupts == b->interrupts && a->access == b->access && a->size == b->size;
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

/* One setting of one axis: how it changes a variant, and whether a device can do it. */
struct setting {
	uint32_t axis;
	unsigned feature; /* 0: none needed */
	void (*apply)(struct variant *variant);
};

static void set_event_idx(struct variant *variant)
{
	variant->event_idx = true;
}

static void set_indirect(struct variant *variant)
{
	variant->indirect = true;
}

static void set_shared(struct variant *variant)
{
	variant->interrupts = INTERRUPT_MSIX_SHARED;
}

static void set_polled(struct variant *variant)
{
	variant->interrupts = INTERRUPT_NONE;
}

static void set_window(struct variant *variant)
{
	variant->access = ACCESS_WINDOW;
}

static void set_size_16(struct variant *variant)
{
	variant->size = 16;
}

static void set_size_2(struct variant *variant)
{
	variant->size = 2;
}

static const struct setting settings[] = {
	{AXIS_EVENT_IDX, VIRTIO_F_EVENT_IDX, set_event_idx},
	{AXIS_INDIRECT, VIRTIO_F_INDIRECT_DESC, set_indirect},
	{AXIS_INTERRUPT, 0, set_shared},
	{AXIS_INTERRUPT, 0, set_polled},
	{AXIS_ACCESS, 0, set_window},
	{AXIS_SIZE, 0, set_size_16},
	{AXIS_SIZE, 0, set_size_2},
};

static bool possible(const struct virtio_device *device, const struct setting *setting,
		     uint32_t axes)
{
	if (!(axes & setting->axis))
		return false;
	if (setting->feature && !features_have(&device->offered, setting->feature))
		return false;
	if (setting->axis == AXIS_INTERRUPT && !device->has_msix)
		return false;
	return setting->axis != AXIS_ACCESS || device->window;
}

/* Every combination of the settings from n on: with and without each. */
static void product(struct collection *collection, const struct virtio_device *device,
		    uint32_t axes, unsigned n, struct variant variant)
{
	if (n == ARRAY_LENGTH(settings)) {
		collect(collection, &variant);
		return;
	}
	product(collection, device, axes, n + 1, variant);
	if (possible(device, &settings[n], axes)) {
		settings[n].apply(&variant);
		product(collection, device, axes, n + 1, variant);
	}
}

unsigned variants_of(const struct virtio_device *device, uint32_t axes, bool all,
		     struct variant *variants, unsigned most)
{
	struct collection collection = {.variants = variants, .most = most};
	struct variant base = plainest(device), options = base;

	if (all) {
		product(&collection, device, axes, 0, base);
		return collection.count;
	}
	collect(&collection, &base);
	for (unsigned n = 0; n < ARRAY_LENGTH(settings); n++) {
		struct variant variant = base;

		if (!possible(device, &settings[n], axes))
			continue;
		settings[n].apply(&variant);
		collect(&collection, &variant);
		if (settings[n].feature)
			settings[n].apply(&options);
	}
	collect(&collection, &options);
	return collection.count;
}
