/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/net_control.h"

#include "lib/string.h"

bool net_prepare_command(struct arena *arena, uint8_t class, uint8_t command, const void *data,
			 uint32_t length, uint32_t result_length, struct request *request)
{
	struct virtio_net_ctrl_hdr header = {class, command};

	*request = (struct request){
		.out_length = sizeof(header) + length,
		.in_length = 1 + result_length,
		.written_least = 1,
		.written_most = 1 + result_length,
	};
	request->out = arena_allocate(arena, "net command", request->out_length, 16);
	request->in = arena_allocate(arena, "net command ack", request->in_length, 16);
	if (!request->out || !request->in)
		return false;
	memcpy(request->out, &header, sizeof(header));
	memcpy(request->out + sizeof(header), data, length);
	memset(request->in, 0xff, request->in_length);
	return true;
}

uint8_t net_command_ack(const struct request *request)
{
	return *(volatile uint8_t *)request->in;
}
