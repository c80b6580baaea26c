/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/noise.h"

#define PASSES_OF_A_GAP 20

void noise_begin(struct noise *noise, const struct histogram *passes, uint64_t least)
{
	noise->usual = histogram_quantile(passes, 50, 100);
	noise->limit = MAXIMUM(least, PASSES_OF_A_GAP * noise->usual);
	noise->whole = 0;
	noise->stolen = 0;
	histogram_reset(&noise->gaps);
}

void noise_pass(struct noise *noise, uint64_t length)
{
	noise->whole += length;
	if (length <= noise->limit)
		return;
	histogram_record(&noise->gaps, length);
	noise->stolen += length - noise->usual;
}

unsigned noise_stolen(const struct noise *noise)
{
	return noise->whole ? (unsigned)(noise->stolen * 1000 / noise->whole) : 0;
}
