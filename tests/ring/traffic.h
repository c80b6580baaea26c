/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests on the work queue under observation: everything that the device may touch is compared
 * with how it was before. What is wrong is noted as a flaw in words; tests turn flaws into verdicts
 * on clauses, each test for what it set up.
 */
#ifndef TESTS_RING_TRAFFIC_H
#define TESTS_RING_TRAFFIC_H

#include "tests/harness/drive/drive.h"

enum flaw {
	FLAW_SILENT,      /* a buffer was not used in time */
	FLAW_ID,          /* a used element names no buffer in flight */
	FLAW_AGAIN,       /* a buffer was used twice */
	FLAW_CONTENT,     /* the reply is wrong */
	FLAW_REPLY,       /* the reply differs from that to a request laid out plainly */
	FLAW_READABLE,    /* a device-readable buffer has changed */
	FLAW_EXCESS,      /* used length beyond the writable bytes */
	FLAW_UNWRITTEN,   /* used length counts bytes that were not written */
	FLAW_SHORT,       /* packed: bytes behind the used length were written */
	FLAW_NOT_ZERO,    /* split: a used length, though there was nothing to write */
	FLAW_DESCRIPTOR,  /* a descriptor that is none of the device's business has changed */
	FLAW_TABLE,       /* an indirect table has changed */
	FLAW_DRIVER_AREA, /* the available ring or the driver's event structure has changed */
	FLAW_BEYOND,      /* memory beside the ring parts and the buffers has changed */
	FLAW_STEP,  /* split: the used index grew by another number than of the buffers used */
	FLAW_BACK,  /* split: the used index went back or passed the available index */
	FLAW_SLOT,  /* a used element came to stand in another slot */
	FLAW_FLAGS, /* the device's flags word holds what it must not hold */
	FLAW_AVAIL_EVENT,   /* split: avail_event was written without EVENT_IDX */
	FLAW_WRAP,          /* packed: AVAIL and USED are not both the wrap counter */
	FLAW_FLAG_MISSING,  /* packed: no WRITE flag, though data was written */
	FLAW_FLAG_STRAY,    /* packed: a WRITE flag, though nothing was written */
	FLAW_CHANGED_LATER, /* packed: a used descriptor changed after it was marked */
	FLAW_ORDER,         /* IN_ORDER: a buffer was used before an earlier one */
	FLAW_BATCH_ID,      /* IN_ORDER: a used element does not end with an outstanding buffer */
	FLAW_BATCH_PLACE, /* IN_ORDER: a batch has no used element where its first buffer has its place */
	FLAW_SKIPPED, /* IN_ORDER: a buffer that was skipped has not been written completely */
	FLAWS,
};

/* Stands in used elements that the device has not written: an id that no head has, and a length. */
#define UNWRITTEN          0xb5b5b5b5u

#define FLAW_SIZE          200
#define TRAFFIC_DEPTH_MOST 1024u
/* Pieces of a direction: chains stay far below any reasonable limit (2.7.4.1). */
#define TRAFFIC_PARTS_MOST 16u

/* A request that is sent again and again, each time to a freshly patterned buffer. */
struct load {
	struct request *request;
	uint8_t *out_copy;  /* what the readable bytes have to stay */
	uint8_t *proofless; /* by written byte: rounds in a row in which it kept the pattern */
	void *table_copy;
	uint16_t segments;
	uint16_t id; /* by which the ring knows it */
	uint8_t fill;
	bool in_flight;
};

struct traffic {
	struct test_run *t;
	struct virtqueue *queue;
	unsigned depth;               /* most requests in flight */
	unsigned out_parts, in_parts; /* pieces of each direction; 0: 1 … 4 at random */
	uint32_t out_at, in_at;       /* cut in two before this byte instead; 0: not */
	unsigned spare;               /* descriptors of the ring that are left free */
	bool kick_always;             /* also when the device does not ask for it */
	bool cut_anywhere;            /* also where the type would rather not be cut */
	unsigned extra_kicks;         /* sent while the buffers of a round are being used */
	struct load *loads;
	uint8_t *desc_copy, *driver_copy, *device_copy;
	uint32_t desc_bytes, driver_bytes, device_bytes;
	uint16_t *exposed;    /* ids of this round, in the order in which they were exposed */
	uint16_t round_start; /* split: the used index; packed: the slot, as a round begins */
	unsigned first;       /* of the loads: the one that the next round begins with */
	uint16_t sampled;     /* split: the used index when it was last looked at */
	bool start_wrap;
	unsigned expected; /* buffers of this round */
	unsigned seen;     /* of them used when the ring was last looked at */
	unsigned taken;    /* of them taken back */
	unsigned served;   /* requests since the start */
	unsigned skipped;  /* of them those with writable bytes that no used element names */
	unsigned looks;    /* at the ring in this round */
	bool broken;       /* the ring cannot be used any more */
	char flaws[FLAWS][FLAW_SIZE];
};

/*
 * Fails the test where even the plainest traffic goes wrong, so that a liberty is not blamed for it; then
 * starts the device over. For tests that take liberties, before they do.
 */
void require_plain_service(struct test_run *t);

/*
 * Prepares up to `depth` requests (less where the ring is smaller) on the work queue of the device,
 * which is up. The traffic is one static object: each start forgets the one before.
 */
struct traffic *traffic_start(struct test_run *t, unsigned depth);

/*
 * Exposes `count` requests (at most depth, 0: as many as the ring takes) by one publication, waits
 * until all are used and compares. False when the ring is of no use any more; the flaw says why.
 */
bool traffic_round(struct traffic *traffic, unsigned count);

/* Rounds of mixed sizes until at least `requests` were served. False as above. */
bool traffic_run(struct traffic *traffic, unsigned requests);

/* Looks at the canaries of the whole arena and for elements that nobody waits for; ends a traffic. */
void traffic_end(struct traffic *traffic);

/*
 * Without observation: exposes `count` requests, new or used before, cut into `parts` pieces a direction,
 * by one publication, and takes them back by polling. False when not all come back in time.
 */
bool serve_again(struct test_run *t, struct virtqueue *queue, struct request **requests,
		 unsigned count, unsigned parts);

/* The first of all flaws, "" when there is none. */
const char *traffic_first_flaw(const struct traffic *traffic);

/* The first flaw that shows that a buffer was not served as it should, "" when there is none. */
const char *traffic_service_flaw(const struct traffic *traffic);

/*
 * Judges by each of the flaws that show that a buffer was not served as it should the clause that it breaks
 * whatever is tested. True when there is none.
 */
bool judge_service(const struct traffic *traffic);

/* Judges a clause by a flaw; true when it holds. */
bool check_flaw(const struct traffic *traffic, enum clause_id id, enum flaw flaw);

/*
 * Judges a clause by whether any buffer was served otherwise than it should; `what` is what was tried.
 * True when it holds.
 */
bool check_service(const struct traffic *traffic, enum clause_id id, const char *what);

/*
 * check_service() for how a buffer was laid out: where nothing is sent back, nothing shows which bytes were read, and
 * the test ends there without judging.
 */
bool check_layout(const struct traffic *traffic, enum clause_id id, const char *what);

/* For the ring formats: notes a flaw unless there is one of its kind already. */
void traffic_note(struct traffic *traffic, enum flaw flaw, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Which of the round is the buffer with this id, from the from-th on; the number of all when none is. */
unsigned traffic_rank(const struct traffic *traffic, uint32_t id, unsigned from);

/* What a ring format contributes: see traffic_split.c and traffic_packed.c. */
struct traffic_format {
	/* Copies what is to stay, patterns what is to change; buffers are added, not published. */
	void (*before)(struct traffic *traffic);
	/* A look at the ring while it is being waited on; true when all of the round are used. */
	bool (*look)(struct traffic *traffic);
	/* All are used and none is taken: compares the ring. */
	void (*after)(struct traffic *traffic);
	/* The element that is taken next, as the device left it. */
	void (*element)(struct traffic *traffic, const struct completion *completion,
			const struct load *load, bool written);
};
extern const struct traffic_format traffic_split, traffic_packed;

#endif
