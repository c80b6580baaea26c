/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands behind a device goes while requests are on their way, and comes back. */
#include "tests/harness/drive/ask.h"
#include "tests/transport/common/transport.h"

#define REQUESTS 4u

TEST(transport, serves_behind_a_back_end_that_came_back,
     .about =
	     "after a reset a device serves whose back end has ended amid requests and was started again",
     .needs = NEEDS_WORK | NEEDS_HOST, .timeout_ms = 60000, .judges = CLAUSES(SANE_1))
{
	struct ask stop = ask_for("stop", t->device), start = ask_for("start", t->device);
	struct completion completion;

	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	INSIST(t, SANE_1, await_completion(t, work_queue(t), &completion),
	       "a plain request is not completed in time");
	ask_or_skip(t, &stop);
	for (unsigned n = 0; n < REQUESTS; n++)
		submit(t, work_queue(t), new_request(t, n));
	ask_or_skip(t, &start);
	start_over(t);
	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	INSIST(t, SANE_1, await_completion(t, work_queue(t), &completion),
	       "a plain request is not completed in time since the back end was started again, and the device reset");
}
