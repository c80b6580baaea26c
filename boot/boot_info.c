/* SPDX-License-Identifier: BSD-2-Clause */
/* What the ways in share when they copy what a loader left in RAM. */
#include "boot/boot_info.h"
#include "lib/string.h"

extern char image_start[], image_end[];

bool boot_in_image(const void *at)
{
	return (const char *)at >= image_start && (const char *)at < image_end;
}

bool boot_copy_text(char *copy, size_t room, const char *text, size_t size)
{
	size_t most = MINIMUM(size, boot_reach(text)), length = 0;

	while (length < most && length < room && text[length] != '\0')
		length++;
	memcpy(copy, text, MINIMUM(length, room - 1));
	copy[MINIMUM(length, room - 1)] = '\0';
	return length < room;
}

void boot_copy_command_line(struct boot_info *info, const char *text, size_t size)
{
	info->command_line_cut =
		!boot_copy_text(info->command_line, sizeof(info->command_line), text, size);
}
