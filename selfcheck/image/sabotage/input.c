/* SPDX-License-Identifier: BSD-2-Clause */
/* Input devices that break one rule. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/input.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_input_config, field)

/* What the driver has selected, and the event types that came out supported. */
static uint8_t select, subsel;
static uint32_t types;

static void begin(struct virtio_device *device)
{
	select = subsel = 0;
	types = 0;
}

static bool note_selection(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(select))
		select = (uint8_t)*value;
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(subsel))
		subsel = (uint8_t)*value;
	return true;
}

static uint64_t misjudge_sizes(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(size))
		return value;
	switch (select) {
	case VIRTIO_INPUT_CFG_ID_DEVIDS:
		return 10;
	case VIRTIO_INPUT_CFG_ABS_INFO:
		return value ? 16 : 0;
	case VIRTIO_INPUT_CFG_ID_SERIAL:
		return 200;
	default:
		return value ? value : 1;
	}
}

SABOTEUR(input_misjudges_sizes,
	 .about = "ids, axes and strings have wrong sizes, and what does not exist has one",
	 BREAKS(CLAUSE_INPUT_INIT_1, CLAUSE_INPUT_CFG_1, CLAUSE_INPUT_CFG_5, CLAUSE_INPUT_CFG_9),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.*", .onlooker.read = misjudge_sizes,
	 .onlooker.write = note_selection, .start = begin);

static uint64_t list_types(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || select != VIRTIO_INPUT_CFG_EV_BITS)
		return value;
	if (access->offset == CONFIG(size) && subsel == INPUT_EV_SYN)
		value = sizeof(types);
	if (access->offset == CONFIG(size) && subsel <= INPUT_EV_MAX && value)
		types |= BIT(subsel);
	if (access->offset >= CONFIG(u) && access->offset < CONFIG(u) + sizeof(types) &&
	    subsel == INPUT_EV_SYN)
		return (uint8_t)(types >> 8 * (access->offset - CONFIG(u)));
	return value;
}

SABOTEUR(input_lists_types, .about = "EV_BITS of type 0 is the list of supported types",
	 BREAKS(CLAUSE_INPUT_CFG_7, CLAUSE_INPUT_CFG_8), .type = VIRTIO_TYPE_INPUT,
	 .tests = "input.*", .onlooker.read = list_types, .onlooker.write = note_selection,
	 .start = begin);

static uint64_t invent_property(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || select != VIRTIO_INPUT_CFG_PROP_BITS)
		return value;
	if (access->offset == CONFIG(size))
		return 5;
	return access->offset == CONFIG(u) + 4 ? 1 : value;
}

SABOTEUR(input_invents_a_property, .about = "property 32 is set", BREAKS(CLAUSE_INPUT_CFG_6),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.*", .onlooker.read = invent_property,
	 .onlooker.write = note_selection, .start = begin);

static bool swallow_status(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || *value != INPUT_STATUS_QUEUE;
}

SABOTEUR(input_ignores_status, .about = "status events stay in their queue",
	 BREAKS(CLAUSE_INPUT_EV_5), .type = VIRTIO_TYPE_INPUT, .tests = "input.*",
	 .onlooker.write = swallow_status);

static struct features offered;

static void offer_a_bit(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, 5);
}

static void show_again(struct virtio_device *device)
{
	device->offered = offered;
}

SABOTEUR(input_offers_a_bit, .about = "feature bit 5 is offered, which nothing defines",
	 BREAKS(CLAUSE_INPUT_FEAT_1), .type = VIRTIO_TYPE_INPUT, .tests = "input.*",
	 .start = offer_a_bit, .stop = show_again);

static bool forget_early_subsel(struct onlooker *self, const struct register_access *access,
				uint64_t *value)
{
	note_selection(self, access, value);
	return access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(subsel) ||
	       select != VIRTIO_INPUT_CFG_UNSET;
}

SABOTEUR(input_forgets_early_subsel, .about = "subsel counts only when select was written before",
	 BREAKS(CLAUSE_INPUT_CFG_10), .type = VIRTIO_TYPE_INPUT, .tests = "input.selectors*",
	 .start = begin, .onlooker.write = forget_early_subsel);

static uint64_t lose_status_queue(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	return is_common(access, queue_size) &&
			       own_read(self, access->device, queue_select) == INPUT_STATUS_QUEUE
		       ? 0
		       : value;
}

SABOTEUR(input_lacks_status_queue, .about = "queue 1 has no size", BREAKS(CLAUSE_INPUT_VQ_1),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.has_event*",
	 .onlooker.read = lose_status_queue);

static uint64_t tell_nothing(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(size) ? 0 : value;
}

SABOTEUR(input_tells_nothing, .about = "every selection has size 0", BREAKS(CLAUSE_SANE_17),
	 .type = VIRTIO_TYPE_INPUT, .tests = "input.*", .onlooker.read = tell_nothing);
