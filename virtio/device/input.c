/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/input.h"

static const struct feature_bit features[] = {{0, NULL}};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_input_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(select, .flags = CONFIG_CHANGES | CONFIG_WRITE_ONLY),
	FIELD(subsel, .flags = CONFIG_CHANGES | CONFIG_WRITE_ONLY),
	FIELD(size, .flags = CONFIG_CHANGES),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type input_type = {
	.id = VIRTIO_TYPE_INPUT,
	.name = "input",
	.area = "INPUT",
	.features = features,
	.config_size = sizeof(struct virtio_input_config),
	.fields = fields,
};
VIRTIO_TYPE(input_type);

bool input_prepare_status(struct arena *arena, uint16_t led, uint32_t value,
			  struct request *request)
{
	struct virtio_input_event *event = arena_allocate(arena, "status event", sizeof(*event), 8);

	if (!event)
		return false;
	*event = (struct virtio_input_event){to_le16(INPUT_EV_LED), to_le16(led), to_le32(value)};
	*request = (struct request){.out = (uint8_t *)event, .out_length = sizeof(*event)};
	return true;
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	return input_prepare_status(arena, INPUT_LED_SCROLLL, 0, request);
}

static const struct workload input_workload = {
	.type = VIRTIO_TYPE_INPUT,
	.about = "a status event",
	.queue = INPUT_STATUS_QUEUE,
	.queues = 2,
	.prepare = prepare,
};
WORKLOAD(input_workload);
