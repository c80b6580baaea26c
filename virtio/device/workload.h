/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How any device is made to complete one buffer without the host's help. Ring, interrupt,
 * transport, hostile and bench tests are written once against this. Any CPU, one at a time for an
 * arena and for a queue.
 */
#ifndef VIRTIO_WORKLOAD_H
#define VIRTIO_WORKLOAD_H

#include "virtio/device/type.h"
#include "virtio/ring/queue.h"

struct slots;

/*
 * One request as two runs of bytes: what the device reads, then what it writes. Either may be
 * empty, not both. How they are cut into descriptors is the test's business (2.7.4: any layout).
 */
struct request {
	uint8_t *out;
	uint32_t out_length;
	uint8_t *in;
	uint32_t in_length;
	uint32_t written_least; /* the used length a conforming device reports lies between these */
	uint32_t written_most;
	/*
	 * request_cut() leaves each direction in one piece: for types whose devices are known to want
	 * it so. That they must not is for a test of the type to say (SPLIT-FRAME-1), not for every
	 * test that cuts. The same goes for the bytes at the start of the readable and at the end of the
	 * writable ones that request_cut() keeps in descriptors of their own: header and status.
	 */
	bool whole;
	uint8_t head, status;
};

/* How requests of one device type are made and judged. */
struct workload {
	uint32_t type;     /* device type */
	const char *about; /* "GET_ID" */
	unsigned queue;    /* the queue that takes these requests */
	unsigned queues;   /* how many queues a driver has to set up, at least */
	/* Feature bits of the type that the thin driver understands and wants when they are offered. */
	uint64_t features;
	/* Requests wait, rightly, while nobody behind the device takes what they send. */
	bool needs_taker;
	bool described; /* by the user, for a type that has none here */
	/* Makes one request in the arena; false when the arena is full. seed varies its content. */
	bool (*prepare)(struct virtio_device *device, struct arena *arena, uint64_t seed,
			struct request *request);
	/*
	 * Whether a completed request is right; else says what is wrong. NULL: any content is right.
	 */
	bool (*verify)(struct virtio_device *device, const struct request *request,
		       struct text *why);
	/*
	 * What the device needs between DRIVER_OK and the first request (NULL: nothing); false with
	 * device->problem set.
	 */
	bool (*start)(struct virtio_device *device, struct arena *arena);
};

/* Puts a workload among those that workload_of() finds. */
#define WORKLOAD(symbol)                                                                           \
	static const struct workload *const symbol##_entry                                         \
		__attribute__((section("registry_workloads"), used)) = &symbol

/* The workload of a device type, or NULL. Any CPU. */
const struct workload *workload_of(uint32_t type);

/* Another one, for a type that has none, or with type 0 for any such; NULL takes it back. Boot CPU. */
void workload_fall_back(const struct workload *workload);

#define REQUEST_SEGMENTS_MOST 64

/*
 * Cuts a request into a chain of at most REQUEST_SEGMENTS_MOST segments: its readable bytes into
 * `out_parts` and its writable bytes into `in_parts` pieces of nearly the same size (a part never
 * gets less than one byte). Returns how many segments there are.
 */
unsigned request_cut(const struct request *request, unsigned out_parts, unsigned in_parts,
		     struct segment *segments);

/* How many segments there are at least, however many parts are asked for. */
unsigned request_least(const struct request *request);

/* Adds a request to a queue, uncut, in request_least() segments. The token is the request. */
bool request_add(struct virtqueue *queue, struct request *request) MUST_CHECK;

/*
 * Makes `count` slots (virtio/ring/slots.h) on a queue that nothing was added to: requests[n] is slot n, in
 * request_least() segments, of which all have the same number. indirect: one table each. False when the arena
 * is full or the ring too small.
 */
bool request_slots(struct slots *slots, struct virtqueue *queue, const struct request *requests,
		   unsigned count, bool indirect, struct arena *arena) MUST_CHECK;

#endif
