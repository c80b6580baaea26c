/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads or writes a file in blocks for some time; prints bytes a second. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double start, end;
	unsigned long long bytes = 0;
	size_t block;
	char *buffer;
	int file;

	if (argc != 5 || (*argv[1] != 'r' && *argv[1] != 'w')) {
		fprintf(stderr, "usage: stream r|w FILE BLOCK SECONDS\n");
		return 2;
	}
	block = strtoul(argv[3], NULL, 0);
	buffer = calloc(1, block);
	file = open(argv[2], *argv[1] == 'r' ? O_RDONLY : O_WRONLY);
	if (!buffer || file < 0) {
		perror(argv[2]);
		return 1;
	}
	start = now();
	end = start + strtod(argv[4], NULL);
	while (now() < end) {
		ssize_t done =
			*argv[1] == 'r' ? read(file, buffer, block) : write(file, buffer, block);

		if (done <= 0) {
			perror(argv[2]);
			return 1;
		}
		bytes += (unsigned long long)done;
	}
	printf("%.0f\n", (double)bytes / (now() - start));
	return 0;
}
