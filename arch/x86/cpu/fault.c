/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions by their vector (Intel SDM 3A, table 6-1; APM 2, table 8-1). Upward: name and address.
 */
#include "arch/x86/cpu/fault.h"
#include "arch/x86/cpu/registers.h"

static const char *const names[EXCEPTIONS] = {
	[0] = "#DE divide error",
	[1] = "#DB debug",
	[2] = "NMI",
	[3] = "#BP breakpoint",
	[4] = "#OF overflow",
	[5] = "#BR bound range exceeded",
	[6] = "#UD invalid opcode",
	[7] = "#NM device not available",
	[8] = "#DF double fault",
	[10] = "#TS invalid TSS",
	[11] = "#NP segment not present",
	[12] = "#SS stack-segment fault",
	[13] = "#GP general protection",
	[14] = "#PF page fault",
	[16] = "#MF x87 error",
	[17] = "#AC alignment check",
	[18] = "#MC machine check",
	[19] = "#XM SIMD exception",
	[20] = "#VE virtualization exception",
	[21] = "#CP control protection",
	[29] = "#VC VMM communication",
	[30] = "#SX security exception",
};

const char *exception_name(unsigned vector)
{
	return vector < EXCEPTIONS && names[vector] != NULL ? names[vector] : "reserved exception";
}

uint64_t exception_address(const struct trap_frame *frame)
{
	/* A double fault most often is a page fault on the stack itself: CR2 then says where. */
	if (frame->vector == EXCEPTION_PAGE_FAULT || frame->vector == EXCEPTION_DOUBLE_FAULT)
		return cr2_read();
	return 0;
}
