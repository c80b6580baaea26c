/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the TSC runs. Asked in order of trust: the hypervisor's timing leaf, CPUID 0x15 and
 * 0x16 (Intel SDM 3B, 20.7.3), kvmclock, and two counters of known frequency that are measured
 * against it. The best answer counts, a second one checks it; the clock is handed both.
 */
#include "arch/cpu.h"
#include "arch/x86/cpu/hypervisor.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/say/findings.h"
#include "arch/x86/time/calibrate.h"
#include "arch/x86/time/clock.h"
#include "arch/x86/time/counters.h"

#define HYPERVISOR_TIMING_LEAF 0x10 /* from the base: EAX is the TSC in kHz */
#define CPUID_TSC_RATIO        0x15
#define CPUID_FREQUENCY        0x16
#define KVM_FEATURES           1
#define KVM_FEATURE_CLOCK_2    BIT(3)
#define MSR_KVM_SYSTEM_TIME_2  0x4b564d01
#define KVM_CLOCK_ENABLED      1
#define FAST_KHZ               5000000 /* a TSC that runs slower makes no wait too short */
#define ANSWERS                2

static uint32_t ask_timing_leaf(void)
{
	uint32_t base = hypervisor_base("");

	/* Hyper-V uses the same leaf number for something else. */
	if (base == 0 || hypervisor_base("Microsoft Hv") == base ||
	    hypervisor_highest_leaf(base) < base + HYPERVISOR_TIMING_LEAF)
		return 0;
	return cpuid(base + HYPERVISOR_TIMING_LEAF, 0).eax;
}

/* EAX and EBX are the ratio of the TSC to the crystal, whose Hz are in ECX, or 0. */
static uint32_t ask_ratio_leaf(void)
{
	struct cpuid leaf;

	if (cpuid(0, 0).eax < CPUID_TSC_RATIO)
		return 0;
	leaf = cpuid(CPUID_TSC_RATIO, 0);
	if (leaf.eax == 0 || leaf.ebx == 0 || leaf.ecx == 0)
		return 0;
	return (uint64_t)leaf.ecx * leaf.ebx / leaf.eax / 1000;
}

static uint32_t ask_frequency_leaf(void)
{
	if (cpuid(0, 0).eax < CPUID_FREQUENCY)
		return 0;
	return (cpuid(CPUID_FREQUENCY, 0).eax & 0xffff) * 1000;
}

/* What KVM writes for a virtual CPU (Linux, Documentation/virt/kvm/x86/msr.rst). */
struct kvm_clock {
	le32 version;
	le32 padding;
	le64 tsc_timestamp;
	le64 system_time;
	le32 tsc_to_system_multiplier;
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t padding_2[2];
};
static_assert(sizeof(struct kvm_clock) == 32, "msr.rst");

static uint32_t ask_kvm_clock(void)
{
	static volatile struct kvm_clock clock __attribute__((aligned(32)));
	uint32_t base = hypervisor_base("KVMKVMKVM");
	uint64_t khz;

	if (base == 0 || !(cpuid(base + KVM_FEATURES, 0).eax & KVM_FEATURE_CLOCK_2))
		return 0;
	msr_write(MSR_KVM_SYSTEM_TIME_2, (uintptr_t)&clock | KVM_CLOCK_ENABLED);
	/* Filled before the guest runs on; an odd version would mean: being written. */
	(void)msr_read(MSR_KVM_SYSTEM_TIME_2);
	msr_write(MSR_KVM_SYSTEM_TIME_2, 0);
	if (clock.version.raw == 0 || clock.tsc_to_system_multiplier.raw == 0)
		return 0;
	/* nanoseconds = (ticks << shift) * multiplier >> 32 */
	khz = (1000000ull << 32) / clock.tsc_to_system_multiplier.raw;
	return clock.tsc_shift < 0 ? khz << -clock.tsc_shift : khz >> clock.tsc_shift;
}

struct answers {
	unsigned count;
	struct clock_rate rates[ANSWERS];
};

/* The first answer is kept, and a second one to check it; later ones are not needed. */
static void take(struct answers *answers, const char *source, uint32_t khz)
{
	if (khz != 0 && answers->count < ANSWERS)
		answers->rates[answers->count++] = (struct clock_rate){source, khz};
}

static void take_counters(struct answers *answers, uint16_t pm_timer, volatile uint8_t *hpet)
{
	struct counter_rates rates = counters_measure(pm_timer, hpet);

	take(answers, "pm-timer", rates.pm_timer_khz);
	take(answers, "hpet", rates.hpet_khz);
	take(answers, "pit", rates.pit_khz);
	if (hypervisor_base("KVMKVMKVM") != 0 || hypervisor_base("TCGTCGTCGTCG") != 0)
		take(answers, "lapic-timer", rates.lapic_timer_khz);
}

void clock_calibrate(uint16_t pm_timer, volatile uint8_t *hpet)
{
	struct answers answers = {0};

	take(&answers, "cpuid-0x40000010", ask_timing_leaf());
	take(&answers, "cpuid-0x15", ask_ratio_leaf());
	take(&answers, "kvmclock", ask_kvm_clock());
	if (answers.count < ANSWERS)
		take_counters(&answers, pm_timer, hpet);
	/* The nominal frequency of the CPU, not what the TSC runs at: better than nothing. */
	take(&answers, "cpuid-0x16", ask_frequency_leaf());
	if (answers.count == 0) {
		take(&answers, "assumed", FAST_KHZ);
		platform_add_finding(
			"no clock tells how fast the TSC runs: 5 GHz are assumed, so times are too short "
			"and waits too long");
	}
	clock_learn(&answers.rates[0], answers.count > 1 ? &answers.rates[1] : NULL);
}
