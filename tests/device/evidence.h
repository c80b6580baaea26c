/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which bytes of a buffer a device really wrote. A request is sent twice, its writable bytes preset
 * to EVIDENCE_FIRST, then to EVIDENCE_SECOND: a byte that keeps both was not written.
 */
#ifndef TESTS_DEVICE_EVIDENCE_H
#define TESTS_DEVICE_EVIDENCE_H

#include "lib/base.h"

#define EVIDENCE_FIRST  0x5a
#define EVIDENCE_SECOND 0xa5

/* The index of the first of `length` bytes that neither time was written; `length` when there is none. */
static inline uint32_t first_unwritten(const uint8_t *first, const uint8_t *second, uint32_t length)
{
	uint32_t n = 0;

	while (n < length) {
		/* What is the same in both was written: by words, for hosts where instructions are dear. */
		if (length - n >= 8 &&
		    *(const uint64_t *)(first + n) == *(const uint64_t *)(second + n)) {
			n += 8;
			continue;
		}
		if (first[n] == EVIDENCE_FIRST && second[n] == EVIDENCE_SECOND)
			return n;
		n++;
	}
	return length;
}

/* How many of `length` bytes neither time were written. */
static inline uint32_t count_unwritten(const uint8_t *first, const uint8_t *second, uint32_t length)
{
	uint32_t count = 0;

	for (uint32_t n = 0; n < length; n++)
		count += first[n] == EVIDENCE_FIRST && second[n] == EVIDENCE_SECOND;
	return count;
}

/* Whether two buffers of a multiple of 8 bytes hold the same. */
static inline bool same_words(const uint8_t *a, const uint8_t *b, uint32_t length)
{
	const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;

	for (uint32_t n = 0; n < length / 8; n++) {
		if (x[n] != y[n])
			return false;
	}
	return true;
}

#endif
