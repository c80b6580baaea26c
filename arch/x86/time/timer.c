/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The LAPIC timer (Intel SDM 3A, 11.5.4): TSC deadline where the CPU has it, else one-shot. It is
 * set only when something is due earlier than it would fire anyway: setting it is an exit to the
 * hypervisor, and a timer that fires early does no harm, because its handler looks again. Upward:
 * it fires at the deadline or before.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/cpu/trap.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/time/timer.h"

#define CPUID_1_ECX_TSC_DEADLINE BIT(24)
#define LVT_TSC_DEADLINE         (2u << 17)
#define LVT_ONE_SHOT             0
#define DIVIDE_BY_1              0xb
#define CALIBRATION_NS           500000

static bool by_deadline;
static uint32_t timer_khz; /* one-shot only: counts a millisecond */

void timer_count_freely(void)
{
	lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	lapic_write(LAPIC_TIMER_INITIAL, UINT32_MAX);
}

static uint32_t measure_khz(void)
{
	uint64_t begin, passed;
	uint32_t counted;

	timer_count_freely();
	begin = clock_now();
	clock_spin(CALIBRATION_NS);
	passed = clock_now() - begin;
	counted = UINT32_MAX - lapic_read(LAPIC_TIMER_CURRENT);
	lapic_write(LAPIC_TIMER_INITIAL, 0);
	return MAXIMUM((uint64_t)counted * clock_khz() / MAXIMUM(passed, 1u), 1u);
}

void timer_calibrate(void)
{
	by_deadline = cpuid(1, 0).ecx & CPUID_1_ECX_TSC_DEADLINE;
	if (!by_deadline)
		timer_khz = measure_khz();
}

void timer_start(void)
{
	if (by_deadline) {
		lapic_write(LAPIC_LVT_TIMER, LVT_TSC_DEADLINE | VECTOR_TIMER);
		/* Orders the MMIO write before the MSR write (SDM 3A, 11.5.4.1). */
		__asm__ volatile("mfence" : : : "memory");
		msr_write(MSR_TSC_DEADLINE, 0);
	} else {
		lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_1);
		lapic_write(LAPIC_LVT_TIMER, LVT_ONE_SHOT | VECTOR_TIMER);
		lapic_write(LAPIC_TIMER_INITIAL, 0);
	}
}

static void arm(uint64_t deadline)
{
	int64_t left = (int64_t)(deadline - clock_now());
	uint64_t most = (uint64_t)UINT32_MAX * clock_khz() / timer_khz;
	uint64_t count = MINIMUM((uint64_t)MAXIMUM(left, 0), most) * timer_khz / clock_khz();

	lapic_write(LAPIC_TIMER_INITIAL, MAXIMUM(count, 1u));
}

void timer_want(uint64_t deadline)
{
	struct timer_state *timer = cpu_local()->timer;

	if (deadline == 0)
		deadline = 1; /* 0 stops the timer in deadline mode */
	if (timer->armed != 0 && (int64_t)(deadline - timer->armed) >= 0)
		return;
	timer->armed = deadline;
	if (by_deadline)
		msr_write(MSR_TSC_DEADLINE, deadline);
	else
		arm(deadline);
}

void cpu_halt_until(uint64_t deadline)
{
	struct timer_state *timer = cpu_local()->timer;

	if (clock_passed(deadline)) {
		interrupts_open();
		return;
	}
	timer->halt_deadline = deadline;
	timer_want(deadline);
	/* STI opens interrupts only behind the next instruction: HLT cannot miss one. */
	__asm__ volatile("sti; hlt" : : : "memory");
	timer->halt_deadline = 0;
}
