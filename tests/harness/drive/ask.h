/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the host for what a guest cannot bring about (docs/ask.md). Only for tests with NEEDS_HOST.
 *
 *	struct ask ask = ask_for("link", t->device);
 *
 *	ask_number(&ask, "up", 0);
 *	ask_or_skip(t, &ask);
 */
#ifndef TESTS_HARNESS_ASK_H
#define TESTS_HARNESS_ASK_H

#include "tests/harness/plan/test.h"
#include "tests/harness/report/record.h"

#define ASK_BYTES     4096 /* hexadecimal digits of an argument, and an answer, at most */
#define ASK_ARGUMENTS 6
#define ASK_WAIT_NS   (6 * NANOSECONDS_A_SECOND)  /* for the first word of the host */
#define ASK_BUSY_NS   (60 * NANOSECONDS_A_SECOND) /* for the answer of one who is busy with it */

/* A question that is being put together. */
struct ask {
	const char *verb;
	const struct virtio_device *device;        /* NULL: none is meant */
	struct field arguments[ASK_ARGUMENTS + 1]; /* the one behind the last is empty */
	unsigned count;
	bool cut; /* there were more, or longer ones, than there may be */
};

/* What came of it: an answer, a refusal with its reason, no answer in time. */
enum told { TOLD_OK, TOLD_REFUSED, TOLD_NOTHING };

/* A question without arguments yet. `verb` is kept, not copied. */
struct ask ask_for(const char *verb, const struct virtio_device *device);

/* Adds a number as an argument. */
void ask_number(struct ask *ask, const char *key, uint64_t value);

/* Adds a text, which is read when the question is put. */
void ask_text(struct ask *ask, const char *key, const char *value);

/* Adds bytes, likewise: in hexadecimal digits. */
void ask_bytes(struct ask *ask, const char *key, const void *bytes, size_t length);

/*
 * Puts the question and waits up to ASK_WAIT_NS, for a host that is busy with it up to ASK_BUSY_NS. The answer's
 * text, or the reason of a refusal, is in the buffer of `size` bytes, cut when it is longer.
 */
enum told ask_host(const struct ask *ask, char *text, size_t size);

/* The same; skips the test, saying why, when the answer is not "ok". */
void ask_or_skip(struct test_run *t, const struct ask *ask);

/* The same, with what the answer says in a buffer of `size` bytes. */
void ask_text_or_skip(struct test_run *t, const struct ask *ask, char *text, size_t size);

/*
 * Whatever stands behind a device speaks past the console: returns when the host has heard what it said by now, where
 * there is such a thing (vp.settle).
 */
void let_host_hear(const struct virtio_device *device);

/* Reads hexadecimal digits; the number of bytes, at most `most`. Stops at what is no digit pair. */
size_t told_bytes(const char *text, uint8_t *bytes, size_t most);

/*
 * The hash that the host computes ("checksum") over a part of the disk's backend, to be compared with
 * hash_add() of the same bytes here. Skips the test when the host cannot tell.
 */
uint64_t ask_hash_or_skip(struct test_run *t, uint64_t offset, uint64_t bytes);

/* 64-bit FNV-1a: HASH_START, or the hash so far, with more bytes added. */
#define HASH_START 14695981039346656037u
uint64_t hash_add(uint64_t sum, const void *bytes, size_t length);

#endif
