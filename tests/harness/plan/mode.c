/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/mode.h"

#include "lib/format.h"

static const struct mode *chosen;

bool mode_choose(char *message, size_t size)
{
	const struct mode *unasked = NULL;

	for_each_mode (entry) {
		const struct mode *mode = *entry;

		if (mode->needs_no_device)
			continue;
		if (!mode->is_asked) {
			unasked = mode;
		} else if (mode->is_asked() && chosen) {
			format_text(message, size, "%s and %s are not done in one run",
				    chosen->name, mode->name);
			return false;
		} else if (mode->is_asked()) {
			chosen = mode;
		}
	}
	if (!chosen)
		chosen = unasked;
	return true;
}

const struct mode *mode_chosen(void)
{
	return chosen;
}
