/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other end of QEMU's "-netdev stream" over a UNIX socket: sends frames of one size to one address as
 * fast as QEMU reads them, each behind its length, until QEMU ends.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ETHERNET_HEADER  14
#define LOCAL_EXPERIMENT 0x88b5 /* an EtherType that nobody answers */

static int join(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int end = socket(AF_UNIX, SOCK_STREAM, 0);

	if (end < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	return connect(end, (struct sockaddr *)&address, sizeof(address)) ? -1 : end;
}

/* Fills a buffer with as many frames as fit; its length. */
static size_t fill(uint8_t *buffer, size_t room, uint32_t size, const uint8_t to[6])
{
	const uint16_t type = htons(LOCAL_EXPERIMENT);
	const uint32_t length = htonl(size);
	size_t used = 0;

	for (; used + sizeof(length) + size <= room; used += size) {
		memcpy(buffer + used, &length, sizeof(length));
		used += sizeof(length);
		memset(buffer + used, 0, size);
		memcpy(buffer + used, to, 6);
		buffer[used + 6] = 2;
		buffer[used + 11] = 0x99;
		memcpy(buffer + used + 12, &type, sizeof(type));
	}
	return used;
}

int main(int argc, char **argv)
{
	static uint8_t buffer[65536];
	uint8_t to[6];
	size_t length;
	unsigned long size = argc == 4 ? strtoul(argv[3], NULL, 0) : 0;
	int end;

	if (size < ETHERNET_HEADER || size > 1514 ||
	    sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to[0], &to[1], &to[2], &to[3], &to[4],
		   &to[5]) != 6) {
		fprintf(stderr, "usage: send-frames SOCKET ADDRESS SIZE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	end = join(argv[1]);
	if (end < 0) {
		perror(argv[1]);
		return 1;
	}
	length = fill(buffer, sizeof(buffer), (uint32_t)size, to);
	for (size_t at = 0;;) {
		ssize_t done = write(end, buffer + at, length - at);

		if (done <= 0)
			return 0;
		at = (at + (size_t)done) % length;
	}
}
