/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/kinds.h"

#include "virtio/device/blk.h"
#include "virtio/device/console.h"
#include "virtio/device/entropy.h"
#include "virtio/device/net.h"

/* Queues of its own for every worker begin at the workload's and go up by one. */
static int blk_queue(struct virtio_device *device, unsigned n)
{
	return n < device->queues_offered ? (int)n : -1;
}

static bool blk_load(struct test_run *t, const struct load_settings *settings,
		     struct request *request, le64 **sector)
{
	enum virtio_blk_type type = settings->write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN;

	if (!blk_prepare(t->arena, type, 0, settings->write ? settings->size : 0,
			 settings->write ? 0 : settings->size, request))
		return false;
	*sector = &((struct virtio_blk_req *)request->out)->sector;
	return true;
}

static int transmit_queue(struct virtio_device *device, unsigned n)
{
	(void)device;
	return n == 0 ? NET_TRANSMIT_QUEUE : -1;
}

static bool net_load(struct test_run *t, const struct load_settings *settings,
		     struct request *request, le64 **sector)
{
	static const uint8_t header[] = {0x02, 0x76, 0x70, 0xff, 0xff, 0xfe, /* to nobody */
					 0x02, 0x76, 0x70, 0x00, 0x00, 0x01, /* from */
					 0x88, 0xb5};                        /* local experiment */

	*sector = NULL;
	if (!net_prepare_transmit(t->device, t->arena, settings->size, request))
		return false;
	for (unsigned n = 0; n < sizeof(header); n++)
		request->out[sizeof(struct virtio_net_hdr) + n] = header[n];
	return true;
}

static bool console_load(struct test_run *t, const struct load_settings *settings,
			 struct request *request, le64 **sector)
{
	*sector = NULL;
	return console_prepare_transmit(t->arena, settings->size, request);
}

static int only_queue(struct virtio_device *device, unsigned n)
{
	(void)device;
	return n == 0 ? 0 : -1;
}

static bool entropy_load(struct test_run *t, const struct load_settings *settings,
			 struct request *request, le64 **sector)
{
	*sector = NULL;
	return entropy_prepare(t->arena, settings->size, request);
}

static int workload_queue(struct virtio_device *device, unsigned n)
{
	return n == 0 ? (int)workload_of(device->type)->queue : -1;
}

static bool workload_load(struct test_run *t, const struct load_settings *settings,
			  struct request *request, le64 **sector)
{
	(void)settings;
	*sector = NULL;
	return t->workload->prepare(t->device, t->arena, 1, request);
}

static const struct load_kind kinds[] = {
	{
		.type = VIRTIO_TYPE_BLK,
		.about = "blk",
		.features = BIT64(VIRTIO_BLK_F_MQ),
		.disk = true,
		.size = 4096,
		.queue = blk_queue,
		.prepare = blk_load,
	},
	{
		.type = VIRTIO_TYPE_NET,
		.about = "net.transmit",
		.size = 64,
		.queue = transmit_queue,
		.prepare = net_load,
	},
	{
		.type = VIRTIO_TYPE_CONSOLE,
		.about = "console.transmit",
		.size = 32768,
		.queue = transmit_queue,
		.prepare = console_load,
	},
	{
		.type = VIRTIO_TYPE_ENTROPY,
		.about = "rng.read",
		.size = 64,
		.queue = only_queue,
		.prepare = entropy_load,
	},
};

static const struct load_kind plain = {
	.about = "work",
	.size = 0,
	.queue = workload_queue,
	.prepare = workload_load,
};

const struct load_kind *load_kind_of(const struct test_run *t)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(kinds); n++) {
		if (kinds[n].type == t->device->type)
			return &kinds[n];
	}
	return &plain;
}
