/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/diagnose.h"

#include "tests/harness/drive/drive.h"

#define SECOND_KICK_NS 100000000ull

static char words[512];
static struct text text = TEXT_ON(words);

const char *diagnosis(void)
{
	return words;
}

void diagnosis_clear(void)
{
	text = TEXT_ON(words);
	words[0] = '\0';
}

static bool pending(void *queue)
{
	return virtqueue_used_pending(queue);
}

void diagnose(struct test_run *t, struct virtqueue *queue)
{
	if (virtqueue_used_pending(queue) || !queue->in_flight) {
		text_add(&text,
			 "queue %u: lost call: the device has used what it was given, and no "
			 "interrupt came\n",
			 queue->index);
		return;
	}
	virtqueue_notify(queue);
	if (wait_until(pending, queue, clock_deadline(SECOND_KICK_NS)))
		text_add(&text, "queue %u: lost kick: the device went on after a second one\n",
			 queue->index);
	else
		text_add(&text,
			 "queue %u: the device is silent: nothing came after a second kick "
			 "either\n",
			 queue->index);
}
