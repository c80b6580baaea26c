/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU's TCG: how often each instruction of a range of guest addresses was executed.
 * Arguments: start, end (addresses), out (a file: "address count" a line at exit). Up to VCPUS_MOST vCPUs, each
 * with counters of its own, since they run at the same time.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is used of QEMU's plugin interface (docs/devel/tcg-plugins); distributions ship no header. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
typedef void on_exit_callback(plugin_id id, void *context);
typedef void on_translation(plugin_id id, struct qemu_plugin_tb *block);
typedef void on_execution(unsigned vcpu, void *context);
enum { NO_REGISTERS = 0 };
void qemu_plugin_register_atexit_cb(plugin_id id, on_exit_callback *callback, void *context);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, on_translation *callback);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
					    on_execution *callback, int registers, void *context);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = PLUGIN_INTERFACE;

#define VCPUS_MOST 16

static uint64_t start, end;
static uint64_t (*counts)[VCPUS_MOST]; /* by address */
static const char *out;

static void executed(unsigned vcpu, void *context)
{
	((uint64_t *)context)[vcpu % VCPUS_MOST]++;
}

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
	(void)id;
	for (size_t n = 0; n < qemu_plugin_tb_n_insns(block); n++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, n);
		uint64_t address = qemu_plugin_insn_vaddr(instruction);

		if (address >= start && address < end)
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed, NO_REGISTERS,
							       counts[address - start]);
	}
}

static void finished(plugin_id id, void *context)
{
	FILE *file = fopen(out, "w");

	(void)id;
	(void)context;
	if (!file)
		return;
	for (uint64_t at = 0; at < end - start; at++) {
		uint64_t count = 0;

		for (unsigned vcpu = 0; vcpu < VCPUS_MOST; vcpu++)
			count += counts[at][vcpu];
		if (count)
			fprintf(file, "%#" PRIx64 " %" PRIu64 "\n", start + at, count);
	}
	fclose(file);
}

EXPORTED int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int n = 0; n < argc; n++) {
		if (strncmp(argv[n], "start=", 6) == 0)
			start = strtoull(argv[n] + 6, NULL, 0);
		else if (strncmp(argv[n], "end=", 4) == 0)
			end = strtoull(argv[n] + 4, NULL, 0);
		else if (strncmp(argv[n], "out=", 4) == 0)
			out = strdup(argv[n] + 4);
	}
	if (end <= start || !out)
		return -1;
	counts = calloc(end - start, sizeof(*counts));
	if (!counts)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finished, NULL);
	return 0;
}
