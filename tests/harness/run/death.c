/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/run/death.h"

#include "arch/clock.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/clause.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/step.h"
#include "tests/harness/subject/pulse.h"
#include "tests/harness/subject/subject.h"
#include "virtio/config.h"

/*
 * Whether nothing is served, be it after a reset. Asked twice, for it may be busy with what the test left: first
 * as guests drive it, then polled, in case that its messages are broken, where that is not known to be the end of it.
 */
static bool is_dead(struct virtio_device *device)
{
	bool bears_polling = !told_by_earlier_boot(device, CLAUSE_SANE_14);

	return ask_device(&pulse_question, device, usual_interrupts(device)) == VERDICT_FAIL &&
	       ask_device(&pulse_question, device,
			  bears_polling ? INTERRUPT_NONE : usual_interrupts(device)) ==
		       VERDICT_FAIL;
}

void tell_death(const struct virtio_device *device)
{
	const struct subject *subject = subject_of(device);
	bool needs_reset = subject->last_status & VIRTIO_STATUS_NEEDS_RESET;
	enum clause_id clause = subject->lost ? CLAUSE_RESET_1 : CLAUSE_SANE_1;
	const char *what = subject->lost ? "did not come back from a reset"
					 : "serves nothing, not even after a reset";
	char sentence[256];

	REPORT("finding", TEXT("device", device->name),
	       TEXT("clause", clause_name(&clauses[clause])), TEXT("since", subject->since),
	       TEXT("takes", "a device that serves requests"), TRUTH("death", true, FOR_PEOPLE));
	format_text(sentence, sizeof(sentence), "%s %s since %s%s", device->name, what,
		    subject->since,
		    needs_reset ? "; its device_status says that it needs a reset" : "");
	report_note(sentence);
}

bool look_for_death(struct virtio_device *device, const struct test *test,
		    const struct variant *variant)
{
	struct subject *subject = subject_of(device);
	char name[TEST_NAME_SIZE], variant_name[VARIANT_TEXT];

	if (*subject->since)
		return false;
	subject->last_status = 0;
	if (!subject->lost) {
		if (!pulse_can_be_felt(device) || !is_dead(device))
			return false;
		subject->dead = true;
	}
	test_full_name(test, name);
	variant_text(variant, variant_name);
	format_text(subject->since, sizeof(subject->since), "%s [%s]", name, variant_name);
	return true;
}

const char *death_in_the_way(const struct virtio_device *device, const struct test *test)
{
	static char why[SINCE_SIZE + 80];
	const struct subject *subject = subject_of(device);
	/* What has never served anything may still have registers to be judged: by tests of no type. */
	bool stops = subject->served || test->type || (test->needs & NEEDS_WORK);

	if (test->needs & NEEDS_CONFIGURATION_SPACE_ONLY || !*subject->since)
		return NULL;
	if (!subject->lost && !stops)
		return NULL;
	format_text(why, sizeof(why), "not judged since %s: the device %s", subject->since,
		    subject->lost ? "did not come back from its reset" : "serves nothing any more");
	return why;
}
