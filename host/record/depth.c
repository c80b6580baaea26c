/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/depth.h"

#include <string.h>

static gboolean is_of_transport(const struct test_result *test)
{
	return strcmp(test->suite, "transport") == 0 || strcmp(test->suite, "lifecycle") == 0;
}

static gboolean is_of_rings(const struct test_result *test)
{
	return strcmp(test->suite, "ring") == 0 || strcmp(test->suite, "interrupt") == 0 ||
	       strcmp(test->suite, "persona") == 0;
}

struct depth depth_of(const struct job *job, const struct device *device)
{
	struct depth depth = {.why = ""};

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		gboolean judged = test_is_judged(test);

		if (strcmp(test->device, device->bdf) != 0)
			continue;
		/* Without requests those of rings see no more than the registers of queues. */
		if (is_of_transport(test) ||
		    (is_of_rings(test) && device->workload == WORKLOAD_NONE)) {
			depth.transport += judged;
		} else if (is_of_rings(test)) {
			depth.rings += judged;
		} else {
			depth.own++;
			depth.behaviour += judged;
			if (!judged && *depth.why == '\0')
				depth.why = test->reason;
		}
	}
	return depth;
}
