/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/usage.h"

#include "lib/parameters.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/plan/options.h"

/* The number behind "name=" among words; false when it is not there. */
static bool read_word(const char *words, const char *name, uint64_t *number)
{
	size_t length = strlen(name);
	char digits[24];

	for (const char *at = words; at; at = strchr(at, ' ')) {
		size_t count = 0;

		at += *at == ' ';
		if (!starts_with(at, name) || at[length] != '=')
			continue;
		at += length + 1;
		while (at[count] && at[count] != ' ' && count + 1 < sizeof(digits))
			count++;
		copy_string(digits, count + 1, at);
		return parse_number(digits, number);
	}
	return false;
}

void usage_ask(struct usage *usage)
{
	struct ask ask = ask_for("usage", NULL);
	char words[160];

	*usage = (struct usage){};
	if (!options.host || ask_host(&ask, words, sizeof(words)) != TOLD_OK)
		return;
	usage->known = read_word(words, "cpu_us", &usage->cpu_us) &&
		       read_word(words, "memory_kib", &usage->memory_kib) &&
		       read_word(words, "cpus", &usage->cpus) &&
		       read_word(words, "others", &usage->others);
	usage->has_exits = usage->known && read_word(words, "exits", &usage->exits);
}
