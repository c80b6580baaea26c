/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/request.h"

#include "selfcheck/image/disguise/chains.h"

#define NOTED_QUEUES 32
#define NOTED_IDS    256

/* By queue and id: what the chain that has it now consists of. */
static struct request noted[NOTED_QUEUES][NOTED_IDS];
static struct chain_place places[VIRTIO_QUEUES_MOST];

void forget_requests(void)
{
	memset(noted, 0, sizeof(noted));
	memset(places, 0, sizeof(places));
}

/* Adds a piece to one direction of a request; false where it does not go on from the one before. */
static bool add_piece(uint8_t **bytes, uint32_t *length, const struct link *link)
{
	uint8_t *piece = (uint8_t *)(uintptr_t)from_le64(*link->addr);

	if (*length && *bytes + *length != piece)
		return false;
	if (!*length)
		*bytes = piece;
	*length += from_le32(*link->len);
	return true;
}

static void note_request(struct virtqueue *queue, struct chain_view *chain)
{
	struct request request = {0};
	bool whole = chain->count < CHAIN_LINKS_MOST;

	if (queue->index >= NOTED_QUEUES || chain->id >= NOTED_IDS)
		return;
	for (unsigned n = 0; n < chain->count && whole; n++)
		whole = link_is_writable(chain, n)
				? add_piece(&request.in, &request.in_length, &chain->links[n])
				: add_piece(&request.out, &request.out_length, &chain->links[n]);
	noted[queue->index][chain->id] = whole ? request : (struct request){0};
}

void note_requests(struct virtqueue *queue)
{
	visit_chains(queue, places, note_request);
}

struct request *used_request(struct virtqueue *queue, const struct used_element *element)
{
	struct request *request;

	if (queue->index >= NOTED_QUEUES || element->id >= NOTED_IDS)
		return NULL;
	request = &noted[queue->index][element->id];
	return request->out_length || request->in_length ? request : NULL;
}
