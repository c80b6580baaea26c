/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/platform.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/findings.h"
#include "arch/hypervisor.h"
#include "arch/interrupt.h"
#include "tests/harness/report/report.h"

void report_findings(void)
{
	static unsigned told;

	for (; told < platform_findings(); told++)
		report_note(platform_finding(told));
}

void report_run(const struct boot_info *info, const char *command_line, uint64_t seed)
{
	REPORT("run", NUMBER("schema", REPORT_SCHEMA), TEXT("version", VIRTPROOF_VERSION),
	       TEXT("hypervisor", hypervisor_name()), TEXT("boot", info->entry),
	       TEXT("loader", info->loader), NUMBER("cpus", cpu_count()),
	       NUMBER("tsc_khz", clock_khz()), TEXT("tsc_source", clock_source()),
	       TEXT("interrupt_controller", interrupt_controller()), TEXT("cmdline", command_line),
	       NUMBER("seed", seed));
	report_findings();
	if (clock_disagreement())
		report_note(clock_disagreement());
}
