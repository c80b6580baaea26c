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
	for (uint32_t n = 0; n < length; n++) {
		if (first[n] == EVIDENCE_FIRST && second[n] == EVIDENCE_SECOND)
			return n;
	}
	return length;
}

#endif
