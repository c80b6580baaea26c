/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/parameters.h"
#include "lib/format.h"
#include "lib/string.h"

#define PREFIX "vp."

/* One word of ours, cut up: value is NULL when there is no '='. */
struct word {
	const char *key;
	const char *value;
};

static bool is_blank(char character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

static char *find_blank(char *text)
{
	while (*text != '\0' && !is_blank(*text))
		text++;
	return text;
}

/* Where a quote that is opened before text closes, or NULL. */
static char *find_quote(char *text)
{
	return strchr(text, '"');
}

/*
 * The end of a foreign word. Its quotes may hide blanks from us too, but one that never closes
 * must not swallow the words behind it.
 */
static char *skip_foreign(char *text)
{
	while (*text != '\0' && !is_blank(*text)) {
		char *closing = *text == '"' ? find_quote(text + 1) : NULL;

		text = (closing ? closing : text) + 1;
	}
	return text;
}

/* Ends the text at `end` and returns where the next word may begin. */
static char *cut_at(char *end)
{
	if (*end == '\0')
		return end;
	*end = '\0';
	return end + 1;
}

/*
 * Cuts one word of ours, which begins at text behind the prefix. GRUB quotes a word with blanks as
 * a whole ("vp.key=a b"); people quote the value (vp.key="a b"). NULL when a quote never closes or
 * has something behind it.
 */
static char *cut_word(char *text, bool quoted, struct word *word)
{
	char *end;

	word->key = text;
	word->value = NULL;
	if (quoted) {
		end = find_quote(text);
		if (!end || (end[1] != '\0' && !is_blank(end[1])))
			return NULL;
		text = cut_at(end);
		char *equals = strchr(word->key, '=');
		if (equals) {
			*equals = '\0';
			word->value = equals + 1;
		}
		return text;
	}

	while (*text != '\0' && *text != '=' && !is_blank(*text))
		text++;
	if (*text != '=')
		return cut_at(text);
	*text++ = '\0';
	if (*text != '"') {
		word->value = text;
		return cut_at(find_blank(text));
	}
	word->value = text + 1;
	end = find_quote(text + 1);
	if (!end || (end[1] != '\0' && !is_blank(end[1])))
		return NULL;
	return cut_at(end);
}

static const struct parameter *find_parameter(const struct parameter *parameters, size_t count,
					      const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(parameters[i].key, key) == 0)
			return &parameters[i];
	}
	return NULL;
}

static bool store_flag(const struct parameter *parameter, const char *value, struct text *message)
{
	static const char *const on[] = {"1", "on", "yes"};
	static const char *const off[] = {"0", "off", "no"};
	bool *flag = parameter->value;

	if (!value) {
		*flag = true;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(on); i++) {
		if (strcmp(value, on[i]) == 0 || strcmp(value, off[i]) == 0) {
			*flag = strcmp(value, on[i]) == 0;
			return true;
		}
	}
	text_add(message, PREFIX "%s=%s: must be 1, on, yes, 0, off or no.", parameter->key, value);
	return false;
}

static bool store_number(const struct parameter *parameter, const char *value, struct text *message)
{
	uint64_t number;

	if (!parse_number(value, &number)) {
		text_add(message,
			 PREFIX "%s=%s: must be a number such as 10, 0x1f or 4k (k, M, G).",
			 parameter->key, value);
		return false;
	}

	bool any = parameter->minimum == 0 && parameter->maximum == 0;
	if (!any && (number < parameter->minimum || number > parameter->maximum)) {
		text_add(message, PREFIX "%s=%s: must be from %llu to %llu.", parameter->key, value,
			 (unsigned long long)parameter->minimum,
			 (unsigned long long)parameter->maximum);
		return false;
	}
	*(uint64_t *)parameter->value = number;
	return true;
}

static bool store_time(const struct parameter *parameter, const char *value, struct text *message)
{
	size_t length = strlen(value);
	char unit = value[length - 1], digits[16];
	uint64_t number, each = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;

	if (unit == 'h' || unit == 'm' || unit == 's')
		length--;
	copy_string(digits, MINIMUM(length + 1, sizeof(digits)), value);
	if (length >= sizeof(digits) || !parse_number(digits, &number) || !number ||
	    number > UINT32_MAX) {
		text_add(message, PREFIX "%s=%s: must be a time such as 90s, 5m or 2h.",
			 parameter->key, value);
		return false;
	}
	*(uint64_t *)parameter->value = number * each;
	return true;
}

static bool store_choice(const struct parameter *parameter, const char *value, struct text *message)
{
	const char *choice = parameter->choices;
	size_t length = strlen(value);

	for (unsigned index = 0;; index++) {
		const char *end = strchr(choice, '|');
		size_t choice_length = end ? (size_t)(end - choice) : strlen(choice);

		if (length == choice_length && strncmp(choice, value, length) == 0) {
			*(unsigned *)parameter->value = index;
			return true;
		}
		if (!end)
			break;
		choice = end + 1;
	}
	text_add(message, PREFIX "%s=%s: must be one of %s.", parameter->key, value,
		 parameter->choices);
	return false;
}

static bool store(const struct parameter *parameter, const char *value, struct text *message)
{
	bool may_be_bare = parameter->kind == PARAMETER_FLAG ||
			   parameter->kind == PARAMETER_OPTION ||
			   parameter->kind == PARAMETER_REFUSED;

	if (!may_be_bare && (!value || *value == '\0')) {
		text_add(message, PREFIX "%s needs a value: " PREFIX "%s=… (%s).", parameter->key,
			 parameter->key, parameter->about);
		return false;
	}
	switch (parameter->kind) {
	case PARAMETER_FLAG:
		return store_flag(parameter, value, message);
	case PARAMETER_NUMBER:
		return store_number(parameter, value, message);
	case PARAMETER_TIME:
		return store_time(parameter, value, message);
	case PARAMETER_CHOICE:
		return store_choice(parameter, value, message);
	case PARAMETER_TEXT:
	case PARAMETER_OPTION:
		*(const char **)parameter->value = value ? value : "";
		return true;
	case PARAMETER_REFUSED:
		text_add(message, PREFIX "%s: %s.", parameter->key, parameter->about);
		return false;
	}
	return false;
}

static void name_known(const struct parameter *parameters, size_t count, const char *key,
		       struct text *message)
{
	text_add(message, PREFIX "%s is not known; known are", key);
	for (size_t i = 0; i < count; i++) {
		if (parameters[i].kind != PARAMETER_REFUSED)
			text_add(message, "%s " PREFIX "%s", i == 0 ? "" : ",", parameters[i].key);
	}
	text_add(message, ".");
}

bool parameters_parse(const struct parameter *parameters, size_t count, char *command_line,
		      char *message, size_t size)
{
	struct text complaint = {.buffer = message, .size = size};
	char *text = command_line;

	while (*text != '\0') {
		bool quoted = starts_with(text, "\"" PREFIX);
		struct word word;

		if (is_blank(*text)) {
			text++;
			continue;
		}
		if (!quoted && !starts_with(text, PREFIX)) {
			text = skip_foreign(text);
			continue;
		}
		text = cut_word(text + strlen(quoted ? "\"" PREFIX : PREFIX), quoted, &word);
		if (!text) {
			text_add(&complaint, PREFIX "%s: the quote must close at the word's end.",
				 word.key);
			return false;
		}

		const struct parameter *parameter = find_parameter(parameters, count, word.key);
		if (!parameter) {
			name_known(parameters, count, word.key, &complaint);
			return false;
		}
		if (!store(parameter, word.value, &complaint))
			return false;
	}
	return true;
}
