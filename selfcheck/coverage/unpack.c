/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the stream of arch/x86/board/coverage.c apart into .gcda files.
 * usage: unpack STREAM FOLDER; each file is written to FOLDER followed by its own path.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC     0x47435331u /* "GCS1" */
#define NAME_MOST 4096u
#define DATA_MOST (64u << 20)

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) && errno != EEXIST) {
			perror(path);
			exit(1);
		}
		*slash = '/';
	}
}

static void die(const char *sentence)
{
	fprintf(stderr, "unpack: %s\n", sentence);
	exit(1);
}

static void unpack_file(FILE *stream, const char *folder)
{
	uint32_t lengths[2];
	char path[2 * NAME_MOST];
	char *data;
	FILE *file;
	int prefix;

	if (fread(lengths, sizeof(lengths), 1, stream) != 1)
		die("the stream ends inside a header");
	if (lengths[0] >= NAME_MOST || lengths[1] > DATA_MOST)
		die("a length in the stream is out of range");
	prefix = snprintf(path, NAME_MOST, "%s", folder);
	if (prefix < 0 || (unsigned)prefix >= NAME_MOST)
		die("the folder's name is too long");
	data = malloc(lengths[1]);
	if (!data || fread(path + prefix, 1, lengths[0], stream) != lengths[0] ||
	    fread(data, 1, lengths[1], stream) != lengths[1])
		die("the stream ends inside a file");
	path[(unsigned)prefix + lengths[0]] = '\0';
	make_folders(path);
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, lengths[1], file) != lengths[1] || fclose(file)) {
		perror(path);
		exit(1);
	}
	free(data);
}

int main(int count, char **arguments)
{
	uint32_t magic = 0;
	int byte;
	unsigned files = 0;
	FILE *stream;

	if (count != 3)
		die("usage: unpack STREAM FOLDER");
	stream = fopen(arguments[1], "rb");
	if (!stream) {
		perror(arguments[1]);
		return 1;
	}
	/* What is printed on the same port lies between the records. */
	while ((byte = getc(stream)) != EOF) {
		magic = magic << 8 | (uint32_t)byte;
		if (magic != MAGIC)
			continue;
		unpack_file(stream, arguments[2]);
		files++;
	}
	fclose(stream);
	if (!files)
		die("the stream holds no file: did the run end?");
	return 0;
}
