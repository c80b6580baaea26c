/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/random.h"
#include "lib/string.h"

void random_seed(struct random *random, uint64_t seed)
{
	random->state = seed;
}

uint64_t random_next(struct random *random)
{
	uint64_t mixed = random->state += 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	/* The first 2^64 mod limit numbers are one time too often in the range: drawn again. */
	uint64_t excess = (0 - limit) % limit;
	uint64_t number;

	do {
		number = random_next(random);
	} while (number < excess);
	return number % limit;
}

void random_fill(struct random *random, void *buffer, size_t length)
{
	uint8_t *bytes = buffer;

	while (length > 0) {
		uint64_t word = random_next(random);
		size_t piece = MINIMUM(length, sizeof(word));

		memcpy(bytes, &word, piece);
		bytes += piece;
		length -= piece;
	}
}
