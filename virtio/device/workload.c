/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/workload.h"

#include "arch/memory.h"
#include "virtio/ring/slots.h"

extern const struct workload *const __start_registry_workloads[];
extern const struct workload *const __stop_registry_workloads[];

static const struct workload *fall_back;

void workload_fall_back(const struct workload *workload)
{
	fall_back = workload;
}

const struct workload *workload_of(uint32_t type)
{
	for (const struct workload *const *workload = __start_registry_workloads;
	     workload < __stop_registry_workloads; workload++) {
		if ((*workload)->type == type)
			return *workload;
	}
	return fall_back && (fall_back->type == 0 || fall_back->type == type) ? fall_back : NULL;
}

static unsigned cut(uint8_t *bytes, uint32_t length, unsigned parts, bool writable,
		    struct segment *segments)
{
	uint32_t done = 0;

	parts = MINIMUM(parts, length);
	for (unsigned n = 0; n < parts; n++) {
		uint32_t end = (uint32_t)((uint64_t)length * (n + 1) / parts);

		segments[n] = (struct segment){.address = physical(bytes + done),
					       .length = end - done,
					       .writable = writable};
		done = end;
	}
	return parts;
}

unsigned request_cut(const struct request *request, unsigned out_parts, unsigned in_parts,
		     struct segment *segments)
{
	uint32_t body = request->out_length - request->head;
	uint32_t reply = request->in_length - request->status;
	const unsigned most = REQUEST_SEGMENTS_MOST / 2u - 1;
	unsigned count;

	if (request->whole)
		out_parts = in_parts = 1;
	count = cut(request->out, request->head, 1, false, segments);
	count += cut(request->out + request->head, body, MINIMUM(out_parts, most), false,
		     segments + count);
	count += cut(request->in, reply, MINIMUM(in_parts, most), true, segments + count);

	return count + cut(request->in + reply, request->status, 1, true, segments + count);
}

unsigned request_least(const struct request *request)
{
	struct segment segments[REQUEST_SEGMENTS_MOST];

	return request_cut(request, 1, 1, segments);
}

bool request_add(struct virtqueue *queue, struct request *request)
{
	struct segment segments[REQUEST_SEGMENTS_MOST];
	unsigned count = request_cut(request, 1, 1, segments);

	return virtqueue_add(queue, segments, count, request);
}

bool request_slots(struct slots *slots, struct virtqueue *queue, const struct request *requests,
		   unsigned count, bool indirect, struct arena *arena)
{
	unsigned stride = request_least(&requests[0]);
	struct segment *segments =
		arena_allocate(arena, "slot segments", count * stride * sizeof(*segments), 8);

	if (!segments)
		return false;
	for (unsigned slot = 0; slot < count; slot++)
		request_cut(&requests[slot], 1, 1, segments + slot * stride);
	return slots_lay(slots, queue, segments, stride, count, indirect, arena);
}
