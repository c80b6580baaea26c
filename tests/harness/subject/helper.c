/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/helper.h"

#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/subject.h"

struct virtio_device *other_device(const struct test_run *t, uint32_t type, unsigned n)
{
	for_each_subject (other) {
		struct virtio_device *device = subject_device(other);

		if (device && other != t->subject && (type == ANY_TYPE || device->type == type) &&
		    n-- == 0)
			return device;
	}
	return NULL;
}

static void end_service(struct virtio_device *device)
{
	if (!virtio_reset(device)) {
		subject_of(device)->lost = true;
		return;
	}
	settle_device(device);
	virtio_give_back_queues(device);
}

void release_helper(struct test_run *t, struct virtio_device *device)
{
	unsigned kept = 0;

	for (unsigned n = 0; n < t->helper_count; n++) {
		if (t->helpers[n] == device)
			end_service(device);
		else
			t->helpers[kept++] = t->helpers[n];
	}
	t->helper_count = kept;
}

void release_helpers(struct test_run *t)
{
	while (t->helper_count)
		release_helper(t, t->helpers[0]);
}

bool take_helper(struct test_run *t, struct virtio_device *device)
{
	release_helper(t, device);
	if (t->helper_count == HELPERS_MOST)
		return false;
	if (!make_fresh(device)) {
		subject_of(device)->lost = true;
		return false;
	}
	t->helpers[t->helper_count++] = device;
	return true;
}
