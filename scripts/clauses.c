/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: turns tests/clauses.tsv, and catalogues beside it, into C.
 *
 *	clauses header CATALOGUE.tsv …				the enumerators
 *	clauses table tests/conditions.tsv CATALOGUE.tsv … SOURCE …	the rows, conditions and texts
 *
 * What a clause needs is compiled to terms that the image asks of a device (clause.h: the conditions): features
 * by their bits, which the sources define, and the words of tests/conditions.tsv. A word that is in neither
 * ends the build.
 *
 * What a clause says is printed where it was judged, so only those that the sources name keep their statement
 * and section.
 *
 * The texts are most of the image's read-only data, so they are kept as a grammar (pair by pair
 * replacement): the most frequent pair of symbols becomes a symbol of its own, again and again, until
 * no pair is worth it. Symbols have 12 bits. Any text can be read alone, without decoding another
 * (tests/harness/judge/clause_text.c).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MOST     4096
#define COLUMNS       8
#define TEXTS_MOST    (4 * ROWS_MOST)
#define WORDS_MOST    256
#define FEATURES_MOST 512
#define TERMS_MOST    8192
#define POOL_MOST     (1u << 20)
#define RULES_FIRST   128 /* symbols below are characters; 0 ends a text */
#define SYMBOLS_MOST  4096
#define WORTH_IT      3 /* a rule takes 3 bytes, and each use saves 1.5 */

enum column { ID, SECTION, LEVEL, APPLIES, NEEDS, STATEMENT, OBSERVE, HOW };

static char *rows[ROWS_MOST][COLUMNS];
static char *places[ROWS_MOST]; /* "tests/clauses.tsv:12" */
static unsigned row_count;
static int cited[ROWS_MOST];

/* Words of conditions and who tells them; "-": no guest can, and they count as met. */
static const char *words[WORDS_MOST][2];
static unsigned word_count;

/* Feature bits by name, as the sources define them. */
static struct {
	const char *name;
	unsigned bit;
} features[FEATURES_MOST];
static unsigned feature_count;

/* The conditions of the rows one after another, each ended by an END_OF_TERMS. */
static uint16_t terms[TERMS_MOST];
static unsigned term_count;

/* The texts one after another, each ended by a 0; grows shorter as pairs are replaced. */
static uint16_t pool[POOL_MOST];
static size_t pool_length;
static const char *texts[TEXTS_MOST];
static unsigned text_count;
static uint16_t rules[SYMBOLS_MOST][2];
static unsigned symbol_count = RULES_FIRST;

/* What a row does is wrong; the first one stands for what all do. */
static void die(unsigned row, const char *what, const char *value)
{
	fprintf(stderr, "%s: %s%s%s\n", places[row], what, value ? " " : "", value ? value : "");
	exit(1);
}

static const char *one_of(unsigned row, const char *what, const char *value,
			  const char *const names[][2])
{
	for (unsigned n = 0; names[n][0]; n++) {
		if (strcmp(names[n][0], value) == 0)
			return names[n][1];
	}
	die(row, what, value);
	return NULL;
}

static const char *level_of(unsigned row)
{
	static const char *const names[][2] = {
		{"MUST", "LEVEL_MUST"},     {"MUST NOT", "LEVEL_MUST_NOT"},
		{"SHOULD", "LEVEL_SHOULD"}, {"SHOULD NOT", "LEVEL_SHOULD_NOT"},
		{"MAY", "LEVEL_MAY"},       {NULL, NULL},
	};

	return one_of(row, "unknown level", rows[row][LEVEL], names);
}

static const char *interfaces_of(unsigned row)
{
	if (strcmp(rows[row][APPLIES], "modern") == 0)
		return "INTERFACE_MODERN";
	if (strcmp(rows[row][APPLIES], "legacy") == 0)
		return "INTERFACE_LEGACY";
	if (strcmp(rows[row][APPLIES], "both") == 0)
		return "INTERFACE_MODERN | INTERFACE_LEGACY";
	die(row, "applies to no interface", rows[row][APPLIES]);
	return NULL;
}

static const char *observer_of(unsigned row)
{
	static const char *const names[][2] = {
		{"guest", "OBSERVED_BY_GUEST"},
		{"host", "OBSERVED_BY_HOST"},
		{"none", "OBSERVED_BY_NONE"},
		{NULL, NULL},
	};

	return one_of(row, "unknown observer", rows[row][OBSERVE], names);
}

static void check_text(unsigned row, const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			die(row, "a text has a byte that is no printable ASCII", NULL);
	}
}

static char *place_of(const char *file, unsigned line)
{
	char *place = NULL;

	if (asprintf(&place, "%s:%u", file, line) < 0)
		exit(1);
	return place;
}

static void read_rows(const char *name)
{
	FILE *file = fopen(name, "r");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;

	if (!file) {
		perror(name);
		exit(1);
	}
	while (getline(&line, &size, file) > 0) {
		char *rest = line;
		unsigned column = 0;

		line[strcspn(line, "\n")] = '\0';
		if (++number == 1)
			continue;
		if (row_count == ROWS_MOST)
			die(row_count - 1, "more rows than this tool holds", NULL);
		places[row_count] = place_of(name, number);
		for (char *word = strsep(&rest, "\t"); word; word = strsep(&rest, "\t"), column++) {
			if (column < COLUMNS)
				rows[row_count][column] = strdup(word);
			check_text(row_count, word);
		}
		if (column != COLUMNS)
			die(row_count, "a row has 8 columns, this one does not", NULL);
		for (unsigned n = 0; n < row_count; n++) {
			if (strcmp(rows[n][ID], rows[row_count][ID]) == 0)
				die(row_count, "this id appears twice:", rows[n][ID]);
		}
		row_count++;
	}
	free(line);
	fclose(file);
}

/* The number of a text in the list, each kept once. */
static unsigned place(const char *text)
{
	for (unsigned n = 0; n < text_count; n++) {
		if (strcmp(texts[n], text) == 0)
			return n;
	}
	texts[text_count] = text;
	return text_count++;
}

static void fill_pool(void)
{
	for (unsigned n = 0; n < text_count; n++) {
		const char *text = texts[n];

		if (pool_length + strlen(text) + 1 > POOL_MOST)
			die(0, "the texts are longer than this tool holds", NULL);
		do
			pool[pool_length++] = (uint8_t)*text;
		while (*text++);
	}
}

/* How often each pair stands in the pool, and the most frequent one; 0 when none is worth a rule. */
static uint32_t best_pair(void)
{
	static uint16_t counts[(size_t)SYMBOLS_MOST * SYMBOLS_MOST];
	uint32_t best = 0;

	for (size_t n = 0; n + 1 < pool_length; n++) {
		uint32_t pair = (uint32_t)pool[n] * SYMBOLS_MOST + pool[n + 1];

		if (pool[n] && pool[n + 1] && ++counts[pair] > counts[best])
			best = pair;
	}
	if (counts[best] < WORTH_IT)
		best = 0;
	for (size_t n = 0; n + 1 < pool_length; n++)
		counts[(uint32_t)pool[n] * SYMBOLS_MOST + pool[n + 1]] = 0;
	return best;
}

static void replace(uint32_t pair)
{
	uint16_t first = (uint16_t)(pair / SYMBOLS_MOST), second = (uint16_t)(pair % SYMBOLS_MOST);
	size_t to = 0;

	rules[symbol_count][0] = first;
	rules[symbol_count][1] = second;
	for (size_t from = 0; from < pool_length; from++) {
		if (from + 1 < pool_length && pool[from] == first && pool[from + 1] == second) {
			pool[to++] = (uint16_t)symbol_count;
			from++;
		} else {
			pool[to++] = pool[from];
		}
	}
	pool_length = to;
	symbol_count++;
}

static void encode(void)
{
	uint32_t pair;

	while (symbol_count < SYMBOLS_MOST && (pair = best_pair()) != 0)
		replace(pair);
}

/* Symbols of 12 bits, two in three bytes, the lower half first. */
static void print_symbols(const char *name, const uint16_t *symbols, size_t count)
{
	printf("const uint8_t %s[] = {", name);
	for (size_t n = 0; n < count; n += 2) {
		unsigned first = symbols[n], second = n + 1 < count ? symbols[n + 1] : 0;

		printf("%s%u,%u,%u,", n % 16 ? "" : "\n\t", first & 0xff,
		       first >> 8 | (second & 0xf) << 4, second >> 4);
	}
	printf("\n};\n");
}

static const char *symbol(const char *id)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s", id);
	for (char *at = name; *at; at++) {
		if (*at == '-')
			*at = '_';
	}
	return name;
}

static int row_of(const char *id)
{
	for (unsigned n = 0; n < row_count; n++) {
		if (strcmp(symbol(rows[n][ID]), id) == 0)
			return (int)n;
	}
	return -1;
}

static void note_word(char *word)
{
	static const char prefix[] = "CLAUSE_";
	int row;

	if (strncmp(word, prefix, strlen(prefix)) == 0)
		word += strlen(prefix);
	/* An id ends with a number and has a part before it. */
	if (!strchr(word, '_') || !isdigit((unsigned char)word[strlen(word) - 1]))
		return;
	row = row_of(word);
	if (row >= 0)
		cited[row] = 1;
}

/* Keeps the bit of a feature: "VIRTIO_BLK_F_RO = 5"; `feature` is the word before, when it was one. */
static void note_feature(char feature[64], const char *word)
{
	if (*feature && isdigit((unsigned char)*word) && feature_count < FEATURES_MOST) {
		features[feature_count].name = strdup(feature);
		features[feature_count++].bit = (unsigned)strtoul(word, NULL, 0);
	}
	feature[0] = '\0';
	if (strncmp(word, "VIRTIO_", 7) == 0 && strstr(word, "F_"))
		strcpy(feature, word);
}

/* Marks the clauses that a source names, and keeps the features that it defines. */
static void read_source(const char *name)
{
	FILE *file = fopen(name, "r");
	char word[64], feature[64] = "";
	size_t length = 0;
	int byte;

	if (!file) {
		perror(name);
		exit(1);
	}
	do {
		byte = getc(file);
		if (byte != EOF && (isalnum(byte) || byte == '_')) {
			if (length < sizeof(word) - 1)
				word[length++] = (char)byte;
			continue;
		}
		word[length] = '\0';
		if (length) {
			note_word(word);
			note_feature(feature, word);
		}
		if (byte != ' ' && byte != '=')
			feature[0] = '\0';
		length = 0;
	} while (byte != EOF);
	fclose(file);
}

/* A text of a clause that is printed with verdicts alone. */
static const char *text_of(unsigned row, enum column column)
{
	return cited[row] ? rows[row][column] : "";
}

static void read_words(const char *name)
{
	FILE *file = fopen(name, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		perror(name);
		exit(1);
	}
	while (getline(&line, &size, file) > 0 && word_count < WORDS_MOST) {
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		words[word_count][0] = strdup(strsep(&rest, "\t"));
		words[word_count++][1] = rest ? strdup(rest) : "-";
	}
	free(line);
	fclose(file);
}

/*
 * A term, as tests/harness/judge/clause.h has them: a kind in the upper byte, in the lower the bit of a
 * feature; TERM_WORD has the enumerator of a condition there, by name.
 */
enum {
	TERM_OFFERED = 0x100,
	TERM_NOT_OFFERED = 0x200,
	TERM_WORD = 0x300,
	TERM_NEVER = 0x400, /* a feature of a device type that nothing here drives */
	TERM_DECLINED = 0x500,
	TERM_ALWAYS = 0x600,
	TERM_OR = 0x8000, /* the next is an alternative */
};

static int bit_of(const char *name)
{
	for (unsigned n = 0; n < feature_count; n++) {
		if (strcmp(features[n].name, name) == 0)
			return (int)features[n].bit;
	}
	return -1;
}

/* Whether the sources know features of the same device type: then they know all of its features. */
static int type_is_known(const char *name)
{
	const char *end = strstr(name, "F_");

	for (unsigned n = 0; end && n < feature_count; n++) {
		if (strncmp(features[n].name, name, (size_t)(end + 2 - name)) == 0)
			return 1;
	}
	return 0;
}

static uint16_t feature_term(unsigned row, const char *name, uint16_t kind)
{
	int bit = bit_of(name);

	if (bit < 0 && type_is_known(name))
		die(row, "unknown feature:", name);
	if (bit < 0)
		return kind == TERM_DECLINED ? TERM_ALWAYS : TERM_NEVER;
	return (uint16_t)(kind | bit);
}

/*
 * "VIRTIO_BLK_F_RO", alone or with what device or driver make of it, one of the words, either after "!" or
 * "no ": a driver can decline whatever it likes.
 */
static uint16_t term_of(unsigned row, char *text)
{
	static const struct {
		const char *verb;
		uint16_t kind;
	} verbs[] = {
		{"", TERM_OFFERED},
		{" offered", TERM_OFFERED},
		{" accepted", TERM_OFFERED},
		{" declined", TERM_OFFERED},
		{" not offered", TERM_NOT_OFFERED},
		{" not negotiated", TERM_DECLINED},
	};
	char *word = text + (*text == '!' ? 1 : strncmp(text, "no ", 3) == 0 ? 3 : 0);
	size_t length = strcspn(word, " ");

	for (unsigned n = 0; n < word_count; n++) {
		if (strcmp(words[n][0], word) != 0)
			continue;
		return word == text && strcmp(words[n][1], "-") ? (uint16_t)(TERM_WORD | n)
								: TERM_ALWAYS;
	}
	for (unsigned n = 0; n < sizeof(verbs) / sizeof(*verbs) && strncmp(word, "VIRTIO_", 7) == 0;
	     n++) {
		if (strcmp(word + length, verbs[n].verb) != 0)
			continue;
		word[length] = '\0';
		return feature_term(row, word, word == text ? verbs[n].kind : TERM_DECLINED);
	}
	die(row, "unknown condition:", text);
	return 0;
}

/* "A|B, C": of each group between commas one alternative has to be met. */
static void add_group(unsigned row, char *group)
{
	uint16_t alternatives[16];
	unsigned count = 0;

	for (char *text = strsep(&group, "|"); text; text = strsep(&group, "|")) {
		uint16_t term = term_of(row, text + strspn(text, " "));

		if (term == TERM_ALWAYS)
			return;
		if (count == 16)
			die(row, "more alternatives than this tool holds", NULL);
		alternatives[count++] = term;
	}
	for (unsigned n = 0; n < count; n++)
		terms[term_count++] = (uint16_t)(alternatives[n] | (n + 1 < count ? TERM_OR : 0));
}

/* Where the terms of a row begin. */
static unsigned compile(unsigned row)
{
	unsigned start = term_count, length;
	char *needs = strdup(rows[row][NEEDS]), *rest = needs;

	for (char *group = strsep(&rest, ",;"); group && strcmp(needs, "-");
	     group = strsep(&rest, ",;"))
		add_group(row, group);
	free(needs);
	terms[term_count++] = 0;
	length = term_count - start;
	if (term_count > TERMS_MOST - 64)
		die(row, "more conditions than this tool holds", NULL);
	/* The same conditions stand there once. */
	for (unsigned n = 0; n < start; n++) {
		if (memcmp(&terms[n], &terms[start], length * sizeof(*terms)) == 0 &&
		    (n == 0 || terms[n - 1] == 0)) {
			term_count = start;
			return n;
		}
	}
	return start;
}

static void print_term(uint16_t term)
{
	unsigned kind = term & 0x7f00u;

	if (kind == TERM_WORD)
		printf("%#x | %s, ", term & 0xff00u, words[term & 0xff][1]);
	else
		printf("%#x, ", term);
}

/* The areas of ids: their part before the first dash. */
static const char *areas[256];
static unsigned area_count;

static unsigned area_of(unsigned row)
{
	size_t length = strcspn(rows[row][ID], "-");

	for (unsigned n = 0; n < area_count; n++) {
		if (strlen(areas[n]) == length && strncmp(areas[n], rows[row][ID], length) == 0)
			return n;
	}
	areas[area_count] = strndup(rows[row][ID], length);
	return area_count++;
}

static void print_header(void)
{
	printf("/* Generated from tests/clauses.tsv. */\n#ifndef GENERATED_CLAUSES_H\n#define GENERATED_CLAUSES_H\n\n"
	       "enum clause_id {\n");
	for (unsigned n = 0; n < row_count; n++)
		printf("\tCLAUSE_%s,\n", symbol(rows[n][ID]));
	printf("\tCLAUSE_COUNT\n};\n\n#endif\n");
}

static void print_table(void)
{
	static size_t starts[TEXTS_MOST];
	unsigned text = 0;

	for (unsigned n = 0; n < row_count; n++) {
		place(rows[n][ID]);
		place(text_of(n, SECTION));
		place(text_of(n, STATEMENT));
	}
	fill_pool();
	encode();
	for (size_t at = 0; at < pool_length; at++) {
		if (at == 0 || !pool[at - 1])
			starts[text++] = at;
	}
	if (pool_length > UINT16_MAX)
		die(0, "the texts no longer fit places of 16 bits", NULL);
	printf("/* Generated from tests/clauses.tsv. */\nconst struct clause clauses[CLAUSE_COUNT] = {\n");
	for (unsigned n = 0; n < row_count; n++)
		printf("\t[CLAUSE_%s] = {%zu, %zu, %zu, %u, %u, %s, %s, %s},\n",
		       symbol(rows[n][ID]), starts[place(text_of(n, STATEMENT))],
		       starts[place(rows[n][ID])], starts[place(text_of(n, SECTION))], compile(n),
		       area_of(n), level_of(n), observer_of(n), interfaces_of(n));
	printf("};\n");
	printf("const uint16_t clause_terms[] = {");
	for (unsigned n = 0; n < term_count; n++)
		print_term(terms[n]);
	printf("};\nconst char *const clause_areas[] = {");
	for (unsigned n = 0; n < area_count; n++)
		printf("\"%s\", ", areas[n]);
	printf("};\n");
	print_symbols("clause_text_rules", rules[RULES_FIRST],
		      2 * (size_t)(symbol_count - RULES_FIRST));
	print_symbols("clause_text_symbols", pool, pool_length);
}

static int is_catalogue(const char *name)
{
	const char *ending = strrchr(name, '.');

	return ending && strcmp(ending, ".tsv") == 0;
}

int main(int count, char **arguments)
{
	int table = count > 3 && strcmp(arguments[1], "table") == 0;
	int n = table ? 3 : 2;

	if (count < 3 || (!table && strcmp(arguments[1], "header"))) {
		fprintf(stderr, "usage: clauses header CATALOGUE.tsv... | "
				"clauses table CONDITIONS.tsv CATALOGUE.tsv... [SOURCE...]\n");
		return 2;
	}
	for (; n < count && is_catalogue(arguments[n]); n++)
		read_rows(arguments[n]);
	if (table)
		read_words(arguments[2]);
	for (; n < count; n++)
		read_source(arguments[n]);
	if (table)
		print_table();
	else
		print_header();
	return fflush(stdout) || ferror(stdout);
}
