/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the TSC runs. Asked in order of trust: the hypervisor's timing leaf, CPUID 0x15 and
 * 0x16 (Intel SDM 3B, 18.7.3), kvmclock, and two counters of known frequency that are measured
 * against it. The best answer counts; a second one checks it.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86/cpu/hypervisor.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/time/clock.h"
#include "arch/x86/time/counters.h"
#include "lib/format.h"

#define HYPERVISOR_TIMING_LEAF 0x10 /* from the base: EAX is the TSC in kHz */
#define CPUID_TSC_RATIO        0x15
#define CPUID_FREQUENCY        0x16
#define KVM_FEATURES           1
#define KVM_FEATURE_CLOCK_2    BIT(3)
#define MSR_KVM_SYSTEM_TIME_2  0x4b564d01
#define KVM_CLOCK_ENABLED      1
#define ASSUMED_KHZ            1000000
#define TOLERANCE_PERCENT      2

struct answer {
	const char *source;
	uint32_t khz; /* 0: no answer */
};

static struct answer best;
static char disagreement[160];

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

/* The first answer is kept, the second one compared with it; later ones are not needed. */
static void take(const char *source, uint32_t khz, unsigned *answers)
{
	uint32_t difference;

	if (khz == 0 || *answers >= 2)
		return;
	if ((*answers)++ == 0) {
		best = (struct answer){source, khz};
		return;
	}
	difference = khz > best.khz ? khz - best.khz : best.khz - khz;
	if ((uint64_t)difference * 100 > (uint64_t)best.khz * TOLERANCE_PERCENT)
		format_text(disagreement, sizeof(disagreement),
			    "the TSC runs at %u kHz by %s but at %u kHz by %s", best.khz,
			    best.source, khz, source);
}

void clock_start(uint16_t pm_timer)
{
	struct counter_rates rates;
	unsigned answers = 0;

	take("cpuid-0x40000010", ask_timing_leaf(), &answers);
	take("cpuid-0x15", ask_ratio_leaf(), &answers);
	take("kvmclock", ask_kvm_clock(), &answers);
	if (answers < 2) {
		rates = counters_measure(pm_timer);
		take("pm-timer", rates.pm_timer_khz, &answers);
		take("pit", rates.pit_khz, &answers);
		if (hypervisor_base("KVMKVMKVM") != 0 || hypervisor_base("TCGTCGTCGTCG") != 0)
			take("lapic-timer", rates.lapic_timer_khz, &answers);
	}
	/* The nominal frequency of the CPU, not what the TSC runs at: better than nothing. */
	take("cpuid-0x16", ask_frequency_leaf(), &answers);
	if (answers == 0)
		take("assumed", ASSUMED_KHZ, &answers);
}

uint32_t clock_khz(void)
{
	return best.khz != 0 ? best.khz : ASSUMED_KHZ;
}

const char *clock_source(void)
{
	return best.source;
}

const char *clock_disagreement(void)
{
	return disagreement[0] != '\0' ? disagreement : NULL;
}

/* value * multiplier / divisor without a 128-bit division, saturating. */
static uint64_t scale(uint64_t value, uint64_t multiplier, uint64_t divisor)
{
	uint64_t whole, rest = value % divisor * multiplier / divisor;

	if (__builtin_mul_overflow(value / divisor, multiplier, &whole) ||
	    __builtin_add_overflow(whole, rest, &whole))
		return UINT64_MAX;
	return whole;
}

uint64_t clock_to_ns(uint64_t ticks)
{
	return scale(ticks, 1000000, clock_khz());
}

uint64_t clock_from_ns(uint64_t nanoseconds)
{
	return scale(nanoseconds, clock_khz(), 1000000);
}

void clock_spin(uint64_t nanoseconds)
{
	uint64_t deadline = clock_deadline(nanoseconds);

	while (!clock_passed(deadline))
		cpu_relax();
}
