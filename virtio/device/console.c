/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/console.h"

#include "lib/string.h"
#include "virtio/config.h"

static const struct feature_bit features[] = {
	{VIRTIO_CONSOLE_F_SIZE, "VIRTIO_CONSOLE_F_SIZE"},
	{VIRTIO_CONSOLE_F_MULTIPORT, "VIRTIO_CONSOLE_F_MULTIPORT"},
	{VIRTIO_CONSOLE_F_EMERG_WRITE, "VIRTIO_CONSOLE_F_EMERG_WRITE"},
	{0, NULL},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_console_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(cols, CONFIG_OF(VIRTIO_CONSOLE_F_SIZE)),
	FIELD(rows, CONFIG_OF(VIRTIO_CONSOLE_F_SIZE)),
	FIELD(max_nr_ports, CONFIG_OF(VIRTIO_CONSOLE_F_MULTIPORT)),
	FIELD(emerg_wr, .flags = CONFIG_WRITE_ONLY | CONFIG_ANY_TIME,
	      CONFIG_OF(VIRTIO_CONSOLE_F_EMERG_WRITE)),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type console_type = {
	.id = VIRTIO_TYPE_CONSOLE,
	.name = "console",
	.area = "CONSOLE",
	.features = features,
	.additions = BIT64(VIRTIO_CONSOLE_F_SIZE) | BIT64(VIRTIO_CONSOLE_F_EMERG_WRITE),
	.config_size = sizeof(struct virtio_console_config),
	.fields = fields,
};
VIRTIO_TYPE(console_type);

uint32_t console_config_at(struct virtio_device *device, uint32_t offset, uint32_t length)
{
	uint32_t value = 0;

	config_get(device, offset, &value, length);
	return value;
}

void console_emergency_write(struct virtio_device *device, uint32_t value)
{
	le32 field = to_le32(value);

	config_set(device, offsetof(struct virtio_console_config, emerg_wr), &field, sizeof(field));
}

bool console_prepare_transmit(struct arena *arena, uint32_t length, struct request *request)
{
	*request = (struct request){.out_length = length};
	request->out = arena_allocate(arena, "console text", length, 16);
	return request->out;
}

static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	if (!console_prepare_transmit(arena, 16, request))
		return false;
	memset(request->out, 'a' + (int)(seed % 26), request->out_length);
	return true;
}

static const struct workload console_workload = {
	.type = VIRTIO_TYPE_CONSOLE,
	.about = "the transmission of 16 bytes",
	.queue = CONSOLE_TRANSMIT_QUEUE,
	.queues = 2,
	.needs_taker = true,
	.prepare = prepare,
};
WORKLOAD(console_workload);
