/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/input.h"

#include "virtio/config.h"

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

#define KNOWN_MOST 16

/* Whether EV_BITS has the LED, asked once a device: not each of many status events shall cost so many exits. */
static bool has_led(struct virtio_device *device)
{
	static struct {
		const struct virtio_device *device;
		bool has;
	} known[KNOWN_MOST];
	static unsigned count;
	unsigned place = count % KNOWN_MOST;

	for (unsigned n = 0; n < MINIMUM(count, (unsigned)KNOWN_MOST); n++) {
		if (known[n].device == device)
			return known[n].has;
	}
	if (device->config_length <= offsetof(struct virtio_input_config, u))
		return false;
	config_write(device, struct virtio_input_config, select, VIRTIO_INPUT_CFG_EV_BITS);
	config_write(device, struct virtio_input_config, subsel, INPUT_EV_LED);
	known[place].device = device;
	known[place].has = config_read(device, struct virtio_input_config, size) > 0 &&
			   config_read(device, struct virtio_input_config, u.bitmap[0]) &
				   BIT(INPUT_LED_SCROLLL);
	count++;
	return known[place].has;
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	struct virtio_input_event *event = arena_allocate(arena, "status event", sizeof(*event), 8);
	bool led = has_led(device);

	if (!event)
		return false;
	/* An LED where there is one; else the end of an update, which every evdev device knows. */
	*event = (struct virtio_input_event){to_le16(led ? INPUT_EV_LED : INPUT_EV_SYN),
					     to_le16(led ? INPUT_LED_SCROLLL : INPUT_SYN_REPORT),
					     to_le32(0)};
	*request = (struct request){.out = (uint8_t *)event, .out_length = sizeof(*event)};
	return true;
}

static const struct workload input_workload = {
	.type = VIRTIO_TYPE_INPUT,
	.about = "a status event",
	.queue = INPUT_STATUS_QUEUE,
	.queues = 2,
	.prepare = prepare,
};
WORKLOAD(input_workload);
