/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts the image by libkrun (https://github.com/containers/libkrun), which is a library: what host/vmm/libkrun.ini takes
 * for the VMM. COM1 is the standard output, and what the guest reads there the standard input.
 *
 *	cc -o virtproof-krun contrib/libkrun/launch.c $(pkg-config --cflags --libs libkrun) \
 *		-DVERSION="\"$(pkg-config --modversion libkrun)\""
 */
#include <fcntl.h>
#include <getopt.h>
#include <libkrun.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "of an unknown version"
#endif

/* What a call of the library returned; ends the program where that is an error. */
static int must(const char *what, int result)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "virtproof-krun: %s: %s\n", what, strerror(-result));
	exit(2);
}
#define MUST(call) must(#call, call)

static void add_disk(uint32_t vm, char *words)
{
	static unsigned disks;
	char *read_only = strstr(words, ",ro"), name[16];

	if (read_only)
		*read_only = 0;
	snprintf(name, sizeof(name), "disk%u", disks++);
	MUST(krun_add_disk2(vm, name, words, KRUN_DISK_FORMAT_RAW, read_only));
}

static void add_network(uint32_t vm, char *tap)
{
	static uint8_t mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0};

	MUST(krun_add_net_tap(vm, tap, mac, COMPAT_NET_FEATURES, 0));
	mac[5]++;
}

static void add_console(uint32_t vm)
{
	uint32_t console = (uint32_t)MUST(krun_add_virtio_console_multiport(vm));
	int nowhere = open("/dev/null", O_RDWR);

	MUST(krun_add_console_port_inout(vm, console, "nowhere", nowhere, nowhere));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"cpus", required_argument, NULL, 'c'},
		{"memory", required_argument, NULL, 'm'},
		{"kernel", required_argument, NULL, 'k'},
		{"append", required_argument, NULL, 'a'},
		{"disk", required_argument, NULL, 'd'},
		{"tap", required_argument, NULL, 't'},
		{"folder", required_argument, NULL, 'f'},
		{"vsock", no_argument, NULL, 's'},
		{"console", no_argument, NULL, 'o'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	const char *kernel = NULL, *words = "";
	unsigned cpus = 1, memory = 128;
	uint32_t vm;
	int option;

	MUST(krun_set_log_level(1));
	vm = (uint32_t)MUST(krun_create_ctx());
	MUST(krun_disable_implicit_console(vm));
	MUST(krun_disable_implicit_vsock(vm));
	MUST(krun_add_serial_console_default(vm, 0, 1));
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			cpus = (unsigned)atoi(optarg);
			break;
		case 'm':
			memory = (unsigned)atoi(optarg);
			break;
		case 'k':
			kernel = optarg;
			break;
		case 'a':
			words = optarg;
			break;
		case 'd':
			add_disk(vm, optarg);
			break;
		case 't':
			add_network(vm, optarg);
			break;
		case 'f':
			MUST(krun_add_virtiofs(vm, "tag", optarg));
			break;
		case 's':
			MUST(krun_add_vsock(vm, 0));
			break;
		case 'o':
			add_console(vm);
			break;
		case 'v':
			puts("libkrun " VERSION);
			return 0;
		default:
			return 2;
		}
	}
	MUST(krun_set_vm_config(vm, (uint8_t)cpus, memory));
	MUST(krun_set_kernel(vm, kernel, KRUN_KERNEL_FORMAT_ELF, NULL, words));
	return MUST(krun_start_enter(vm));
}
