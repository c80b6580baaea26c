/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/load_memory.h"

#include "arch/memory.h"
#include "virtio/config.h"
#include "virtio/device/blk.h"
#include "virtio/device/workload.h"

/* What rings, stamps and the like may take of the arena. */
#define ARENA_RESERVE (4 * MIB)

/* Backends that bypass the host's cache want whole sectors at such addresses. */
#define DISK_ALIGNMENT 512u
#define LINE           64u

/* The longest descriptor that the device takes for data. */
static uint32_t longest_piece(struct test_run *t)
{
	if (t->device->type == VIRTIO_TYPE_BLK &&
	    features_have(&t->device->offered, VIRTIO_BLK_F_SIZE_MAX))
		return MAXIMUM((uint32_t)config_read(t->device, struct virtio_blk_config, size_max),
			       1u);
	return UINT32_MAX;
}

static uint32_t trail_of(const struct load_shape *shape)
{
	return shape->payload_in && !shape->status_first && !shape->apart ? shape->status : 0;
}

/* What lies in front of the payload in the same run: the head, or the status that comes first. */
static uint32_t lead_of(const struct load_shape *shape)
{
	if (shape->apart)
		return 0;
	if (!shape->payload_in)
		return shape->head;
	return shape->status_first ? shape->status : 0;
}

/* Segments of a chain: what touches and has one direction is one, but for the longest piece. */
static unsigned segments_of(const struct load_plan *plan, bool shared)
{
	const struct load_shape *shape = &plan->shape;
	bool whole = plan->piece == UINT32_MAX;
	unsigned pieces =
		whole ? 1 : plan->payload / plan->piece + (plan->payload % plan->piece > 0);
	bool joined = !shared && whole && (plan->lead || trail_of(shape));

	return (shape->head > 0) + (shape->status > 0) + pieces - joined;
}

/* Segments of a request that the workload makes. */
static unsigned workload_segments(struct test_run *t)
{
	struct segment segments[REQUEST_SEGMENTS_MOST];
	struct request request;

	if (!t->workload->prepare(t->device, t->arena, 0, &request))
		error_in_test(t, "the DMA arena has no room for a request");
	return request_cut(&request, 1, 1, segments);
}

struct load_plan load_plan_of(struct test_run *t, const struct load_kind *kind,
			      const struct load_settings *settings)
{
	uint64_t room = t->arena->size > 2 * ARENA_RESERVE ? t->arena->size - ARENA_RESERVE
							   : t->arena->size / 2;
	struct load_plan plan = {
		.payload = settings->size,
		.alignment = kind->disk ? DISK_ALIGNMENT : LINE,
		.payloads = settings->depth,
	};

	if (!kind->shape) {
		plan.segments = workload_segments(t);
		return plan;
	}
	plan.shape = kind->shape(t, settings);
	plan.lead = lead_of(&plan.shape);
	if (plan.payload + plan.lead + trail_of(&plan.shape) <= longest_piece(t))
		plan.piece = UINT32_MAX;
	else
		plan.piece = longest_piece(t);
	plan.stride =
		ALIGN_UP(ALIGN_UP(plan.lead, plan.alignment) + plan.payload + trail_of(&plan.shape),
			 plan.alignment);
	plan.payloads =
		(unsigned)MINIMUM((uint64_t)settings->depth, room / settings->queues / plan.stride);
	plan.segments = segments_of(&plan, plan.payloads < settings->depth);
	return plan;
}

/* Appends a run of bytes to a chain, joined with the last segment where they touch. */
static unsigned append(struct segment *chain, unsigned count, uint8_t *bytes, uint32_t length,
		       bool writable, uint32_t piece)
{
	struct segment *last = count ? &chain[count - 1] : NULL;

	if (last && last->writable == writable && piece == UINT32_MAX &&
	    last->address + last->length == physical(bytes)) {
		last->length += length;
		return count;
	}
	for (uint32_t done = 0; done < length;) {
		uint32_t part = MINIMUM(length - done, piece);

		chain[count++] = (struct segment){physical(bytes + done), part, writable};
		done += part;
	}
	return count;
}

static void make_chain(const struct load_plan *plan, const struct load_request *request,
		       struct segment *chain)
{
	const struct load_shape *shape = &plan->shape;
	unsigned count = append(chain, 0, request->head, shape->head, false, UINT32_MAX);

	if (!shape->payload_in)
		count = append(chain, count, request->payload, plan->payload, false, plan->piece);
	if (!shape->payload_in || shape->status_first)
		count = append(chain, count, request->status, shape->status, true, UINT32_MAX);
	if (shape->payload_in)
		count = append(chain, count, request->payload, plan->payload, true, plan->piece);
	if (shape->payload_in && !shape->status_first)
		append(chain, count, request->status, shape->status, true, UINT32_MAX);
}

/* Places that lie apart from the payloads, a cache line or more for each request. */
static uint8_t *places(struct test_run *t, const char *name, uint32_t bytes, unsigned count)
{
	return bytes ? test_memory(t, name, (size_t)count * ALIGN_UP(bytes, LINE), LINE) : NULL;
}

static uint8_t *nth(uint8_t *places, uint32_t bytes, unsigned n)
{
	return places ? places + (size_t)n * ALIGN_UP(bytes, LINE) : NULL;
}

/* The requests of the type's own workload, which lie where it puts them. */
static bool workload_chains(struct test_run *t, unsigned depth, unsigned segments,
			    struct segment *chain)
{
	for (unsigned n = 0; n < depth; n++, chain += segments) {
		struct request request;

		if (!t->workload->prepare(t->device, t->arena, n, &request) ||
		    request_cut(&request, 1, 1, chain) != segments)
			return false;
	}
	return true;
}

struct segment *load_chains(struct test_run *t, const struct load_kind *kind,
			    const struct load_settings *settings, const struct load_plan *plan,
			    struct load_request *requests)
{
	bool apart = plan->payloads < settings->depth || plan->shape.apart;
	bool head_leads = !plan->shape.payload_in && !apart;
	uint32_t lead = ALIGN_UP(plan->lead, plan->alignment);
	unsigned depth = settings->depth;
	struct segment *chains =
		test_memory(t, "chains", (size_t)depth * plan->segments * sizeof(*chains), 8);
	uint8_t *heads, *statuses, *payloads;

	if (!kind->shape)
		return workload_chains(t, depth, plan->segments, chains) ? chains : NULL;
	heads = places(t, "heads", head_leads ? 0 : plan->shape.head, depth);
	statuses = places(t, "statuses", apart || !plan->shape.payload_in ? plan->shape.status : 0,
			  depth);
	payloads = arena_allocate(t->arena, "payloads", (size_t)plan->payloads * plan->stride,
				  plan->alignment);
	if (!payloads)
		return NULL;
	for (unsigned n = 0; n < depth; n++) {
		struct load_request *request = &requests[n];

		request->payload = payloads + (size_t)(n % plan->payloads) * plan->stride + lead;
		request->head = head_leads ? request->payload - plan->shape.head
					   : nth(heads, plan->shape.head, n);
		if (statuses)
			request->status = nth(statuses, plan->shape.status, n);
		else if (plan->shape.status_first)
			request->status = request->payload - plan->shape.status;
		else
			request->status = request->payload + plan->payload;
		for (uint32_t byte = 0; byte < plan->shape.status; byte++)
			request->status[byte] = 0xff;
		if (kind->fill)
			kind->fill(t, settings, request);
		make_chain(plan, request, chains + (size_t)n * plan->segments);
	}
	return chains;
}
