/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/taker.h"

#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/iommu.h"
#include "tests/harness/subject/subject.h"

bool taker_is_needed(const struct virtio_device *device)
{
	const struct workload *workload = workload_of(device->type);

	return workload && (workload->needs_taker || iommu_in_the_way(device));
}

static void put_request(struct test_run *t)
{
	struct completion completion;

	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	t->subject->taker = TAKER_MISSING;
	if (await_completion(t, work_queue(t), &completion))
		t->subject->taker = TAKER_THERE;
}

const struct test taker_question = {.suite = "harness", .name = "taker", .run = put_request};
