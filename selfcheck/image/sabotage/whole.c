/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole run of the tests with one saboteur between them and the first device that vp.device selects: what
 * a user would read who tests such a device. See selfcheck/root-faults/.
 */
#include "lib/string.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/sum_up.h"
#include "tests/harness/subject/subject.h"

static const char *wanted; /* the name of a saboteur; NULL: an honest run */

static bool is_asked(void)
{
	return wanted;
}

static const struct saboteur *find(const char *name)
{
	for_each_saboteur (entry) {
		if (strcmp((*entry)->name, name) == 0)
			return *entry;
	}
	return NULL;
}

/* It stands there from the start, and sees the device being met, until the machine is switched off. */
static enum verdict run_spoiled(uint64_t start)
{
	const struct saboteur *saboteur = find(wanted);
	struct virtio_device *device = first_device();

	if (!saboteur || !device) {
		report_note("vp.spoiled names no saboteur, or vp.device no device");
		return VERDICT_ERROR;
	}
	interpose(&(struct interposed){
		.onlooker = saboteur->onlooker,
		.offers = saboteur->offers,
		.used_element = saboteur->used_element,
		.start = saboteur->start,
		.stop = saboteur->stop,
	});
	interposition.begin(device);
	make_contact(&face_of(device)->contact, device);
	return run_and_sum_up(start);
}

MODE(spoiled,
     .words = WORDS({"spoiled", "run the tests on a device that this saboteur spoils",
		     PARAMETER_OPTION, .value = &wanted}),
     .is_asked = is_asked, .tests = {__start_registry_tests, __stop_registry_tests},
     .repeat = "vp.spoiled", .run = run_spoiled);
