/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build tool: writes down what an image can judge, for the program on the host, which so need not boot it.
 *
 *	catalogue IMAGE.debug.elf SECTIONS.tsv CATALOGUE.tsv …
 *
 * A line for each, columns apart by tabs, "-" for none, blanks between several:
 *
 *	clause	id	level	who can observe it	section	its number	where to read it	statement
 *	type	name of a device type
 *	test	suite.test	device type	groups	file:line	clauses	rules for drivers broken on purpose	about
 *	bench	the same
 *
 * The tests are read out of the image itself, by the structs that it was built with; the clauses out of the
 * catalogues that their numbers come from; where their sections stand in the published specification out of SECTIONS.tsv.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/plan/test.h"

#include "generated/driver_clause_names.h"

/* What the catalogues are of. */
#define SPECIFICATION "https://docs.oasis-open.org/virtio/virtio/v1.4/cs01/virtio-v1.4-cs01.html"

/* Where a section stands there. */
struct place {
	const char *section, *number, *anchor;
};

static char *image;
static struct place *places;
static unsigned place_count;
static const char *ids[CLAUSE_COUNT];

static void die(const char *what, const char *why)
{
	fprintf(stderr, "catalogue: %s: %s\n", what, why);
	exit(1);
}

/* The whole file with a 0 behind it. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long size = 0;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		die(path, "cannot be read");
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
		die(path, "cannot be read");
	fclose(file);
	return text;
}

static const Elf64_Shdr *sections(void)
{
	return (const Elf64_Shdr *)(image + ((const Elf64_Ehdr *)image)->e_shoff);
}

static unsigned section_count(void)
{
	return ((const Elf64_Ehdr *)image)->e_shnum;
}

/* What the image has at an address of its own. */
static const void *at(uint64_t address)
{
	for (unsigned n = 0; n < section_count(); n++) {
		const Elf64_Shdr *section = &sections()[n];

		if (section->sh_type == SHT_PROGBITS && section->sh_flags & SHF_ALLOC &&
		    address - section->sh_addr < section->sh_size)
			return image + section->sh_offset + (address - section->sh_addr);
	}
	die("the image", "an address lies in no section of it");
	return NULL;
}

static const void *in_image(const void *pointer)
{
	return at((uint64_t)(uintptr_t)pointer);
}

static uint64_t symbol(const char *name)
{
	for (unsigned n = 0; n < section_count(); n++) {
		const Elf64_Shdr *section = &sections()[n];
		const Elf64_Sym *symbols = (const Elf64_Sym *)(image + section->sh_offset);
		const char *names = image + sections()[section->sh_link].sh_offset;

		for (size_t i = 0;
		     section->sh_type == SHT_SYMTAB && i < section->sh_size / sizeof(*symbols);
		     i++) {
			if (strcmp(names + symbols[i].st_name, name) == 0)
				return symbols[i].st_value;
		}
	}
	die(name, "no such symbol");
	return 0;
}

/* The columns of a line, as many as wanted: whether it has them. */
static bool split(char *line, char **columns, unsigned wanted)
{
	char *end;
	unsigned n = 0;

	for (char *column = strtok_r(line, "\t", &end); column && n < wanted;
	     column = strtok_r(NULL, "\t", &end))
		columns[n++] = column;
	return n == wanted;
}

static void read_places(char *text)
{
	char *line_end, *line = strtok_r(text, "\n", &line_end);

	/* The first line names the columns. */
	while ((line = strtok_r(NULL, "\n", &line_end))) {
		char *columns[3];

		if (!split(line, columns, 3))
			die(line, "is no place of a section");
		places = realloc(places, (place_count + 1) * sizeof(*places));
		if (!places)
			die(line, "no memory");
		places[place_count++] = (struct place){columns[0], columns[1], columns[2]};
	}
}

/* That of a section. The table has all of the first catalogue; a further one may have sections of its own. */
static const struct place *place_of(const char *section, bool first)
{
	static const struct place nowhere = {"", "-", "-"};

	for (unsigned n = 0; n < place_count; n++) {
		if (strcmp(places[n].section, section) == 0)
			return &places[n];
	}
	if (first)
		die(section, "has no place in tests/sections.tsv, which scripts/sections.pl makes");
	return &nowhere;
}

/* The rows of a catalogue; their numbers are those of the clauses, over all catalogues. */
static unsigned print_clauses(char *text, unsigned count)
{
	char *line_end, *line = strtok_r(text, "\n", &line_end);
	bool first = count == 0;

	/* The first line names the columns. */
	while ((line = strtok_r(NULL, "\n", &line_end))) {
		char *columns[8];
		const struct place *place;

		if (!split(line, columns, 8) || count == CLAUSE_COUNT)
			die(line, "the image was built of other catalogues");
		ids[count++] = columns[0];
		place = place_of(columns[1], first);
		printf("clause\t%s\t%s\t%s\t%s\t%s\t", columns[0], columns[2], columns[6],
		       columns[1], place->number);
		if (strcmp(place->anchor, "-") == 0)
			printf("-");
		else
			printf("%s#%s", SPECIFICATION, place->anchor);
		printf("\t%s\n", columns[5]);
	}
	return count;
}

static const struct virtio_type *type_at(uint64_t entry)
{
	return in_image(*(const struct virtio_type *const *)at(entry));
}

static void print_types(void)
{
	uint64_t end = symbol("__stop_registry_virtio_types");

	for (uint64_t entry = symbol("__start_registry_virtio_types"); entry < end;
	     entry += sizeof(void *))
		printf("type\t%s\n", (const char *)in_image(type_at(entry)->name));
}

static const char *type_name(uint32_t id)
{
	uint64_t end = symbol("__stop_registry_virtio_types");

	for (uint64_t entry = symbol("__start_registry_virtio_types"); entry < end;
	     entry += sizeof(void *)) {
		if (type_at(entry)->id == id)
			return in_image(type_at(entry)->name);
	}
	return "-";
}

static void print_list(const uint16_t *list, unsigned end, const char *const *names)
{
	const uint16_t *item = list ? in_image(list) : NULL;

	putchar('\t');
	if (!item || *item == end)
		putchar('-');
	for (unsigned n = 0; item && item[n] != end; n++)
		printf("%s%s", n ? " " : "", names[item[n]]);
}

/* By what a user chooses: tests of one device type; those that break rules for drivers; those that do not walk rings and interrupts in all variants. */
static void print_groups(const struct test *test)
{
	const struct {
		const char *name;
		bool is_one;
	} groups[] = {
		{"device", test->type},
		{"hostile", test->breaks},
		{"quick", test->type || strcmp(in_image(test->suite), "transport") == 0},
	};
	const char *before = "\t";

	for (unsigned n = 0; n < ARRAY_LENGTH(groups); n++) {
		if (!groups[n].is_one)
			continue;
		printf("%s%s", before, groups[n].name);
		before = " ";
	}
	if (*before == '\t')
		printf("\t-");
}

static void print_tests(const char *kind, const char *start, const char *stop)
{
	uint64_t end = symbol(stop);

	for (uint64_t entry = symbol(start); entry < end; entry += sizeof(void *)) {
		const struct test *test = in_image(*(const struct test *const *)at(entry));

		printf("%s\t%s.%s\t%s", kind, (const char *)in_image(test->suite),
		       (const char *)in_image(test->name), type_name(test->type));
		print_groups(test);
		printf("\t%s:%u", (const char *)in_image(test->file), test->line);
		print_list(test->judges, CLAUSE_COUNT, ids);
		print_list(test->breaks, DRIVER_CLAUSE_COUNT, driver_clause_names);
		printf("\t%s\n", test->about ? (const char *)in_image(test->about) : "-");
	}
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	if (argc < 4)
		die("usage", "catalogue IMAGE.debug.elf SECTIONS.tsv CATALOGUE.tsv …");
	image = slurp(argv[1]);
	if (memcmp(image, ELFMAG, SELFMAG) != 0)
		die(argv[1], "is no ELF file");
	read_places(slurp(argv[2]));
	for (int n = 3; n < argc; n++)
		count = print_clauses(slurp(argv[n]), count);
	if (count != CLAUSE_COUNT)
		die(argv[1], "was built of other catalogues");
	print_types();
	print_tests("test", "__start_registry_tests", "__stop_registry_tests");
	print_tests("bench", "__start_registry_benches", "__stop_registry_benches");
	return 0;
}
