/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/figures/headline.h"

#include <string.h>

/* In the order in which they are told. */
static const struct headline headlines[] = {
	{"end to end t3-t0 *", "p50", "end to end", 1, 200},
	{"end to end t3-t0 *", "p99", "end to end p99", 2, 1000},
	{"device t2-t1 *", "p50", "device", 1, 200},
	{"device t2-t1 *", "p99", "device p99", 2, 1000},
	{"injection t3-t2 *", "p50", "injection", 1, 200},
	{"injection t3-t2 *", "p99", "injection p99", 2, 1000},
	{"*.requests *", "value", "requests a second", 1, 100},
	{"*.frames *", "value", "frames a second", 1, 100},
	{"*.payload *", "value", "bytes a second", 1, 100000},
	{"boot to the first record", "value", "boot", 1, 20},
};

const struct headline *headline_of(const char *measure, const char *member)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(headlines); i++) {
		if (strcmp(headlines[i].member, member) == 0 &&
		    g_pattern_match_simple(headlines[i].pattern, measure))
			return &headlines[i];
	}
	return NULL;
}
