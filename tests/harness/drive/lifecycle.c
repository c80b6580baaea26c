/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/lifecycle.h"

#include "tests/harness/drive/ask.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/options.h"

#define PAUSE_MS 10

const struct lifecycle_event machine_paused = {"vm-pause", "the machine was paused"};
const struct lifecycle_event machine_restored = {"vm-restore", "the machine was restored"};
const struct lifecycle_event machine_migrated = {"vm-migrate", "the machine was migrated"};

static unsigned events;

unsigned lifecycle_events(void)
{
	return events;
}

void need_lifecycle(struct test_run *t, const struct lifecycle_event *event)
{
	CAN_JUDGE(t, event == &machine_paused || options.lifecycle,
		  "the host is asked for \"%s\" with vp.lifecycle alone", event->verb);
}

bool try_to_live_through(const struct lifecycle_event *event, char *why, size_t size)
{
	struct ask ask = ask_for(event->verb, NULL);

	if (event == &machine_paused)
		ask_number(&ask, "ms", PAUSE_MS);
	if (ask_host(&ask, why, size) != TOLD_OK)
		return false;
	events++;
	return true;
}

void live_through(struct test_run *t, const struct lifecycle_event *event)
{
	char why[FINDING_WORDS / 2];

	if (!try_to_live_through(event, why, sizeof(why)))
		skip_test(t, "the host was asked for \"%s\": %s", event->verb, why);
}
