/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the other CPUs: INIT, then STARTUP to a page below 640 KiB (Intel SDM 3A, 9.4.4.1).
 * One after the other, each as soon as the one before has arrived. Their stacks, with an unmapped
 * page below each, are laid out before the first starts, while no other CPU can hold old
 * translations.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86/cpu/hypervisor.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/cache.h"
#include "arch/x86/memory/paging.h"
#include "arch/x86/run/processor.h"
#include "arch/x86/run/smp.h"
#include "arch/x86/say/findings.h"
#include "arch/x86/time/timer.h"
#include "lib/string.h"

#define APIC_ID_MOST     0xfe /* of an xAPIC; 0xff is all of them */
#define STACK_PAGES      8
#define IST_PAGES        2
#define INIT_NS          (10 * 1000 * 1000ull) /* hardware only: hypervisors need no pause */
#define STARTUP_AGAIN_NS (5 * 1000 * 1000ull)
#define ARRIVE_NS        (300 * 1000 * 1000ull)
#define TAKEN_NS         (1000 * 1000 * 1000ull) /* it runs, but its host is busy */

/* A CPU that is about to start, and what it needs until it has arrived. */
struct newcomer {
	struct processor processor;
	uint64_t ist[IST_STACKS];
	uint64_t stack;
	volatile bool arrived;
};

extern const char trampoline_start[];
extern const uint32_t trampoline_size;
extern uint64_t trampoline_stack;
extern void (*trampoline_main)(struct newcomer *newcomer);
extern struct newcomer *trampoline_argument;
extern uint32_t trampoline_root, trampoline_efer;

static void processor_main(struct newcomer *newcomer)
{
	processor_join(&newcomer->processor);
	cpu_local_load(&newcomer->processor.local, newcomer->ist);
	cache_start();
	lapic_start();
	timer_start();
	newcomer->arrived = true;
	smp_idle();
}

/* Takes pages with an inaccessible one below them; the address of their upper end, or 0. */
static uint64_t allocate_stack(size_t pages)
{
	char *stack = memory_allocate_for_ever(pages + 1);

	if (stack == NULL)
		return 0;
	paging_forbid(stack, 1);
	return (uintptr_t)stack + (pages + 1) * PAGE_SIZE;
}

static struct newcomer *lay_out(void)
{
	struct newcomer *newcomer =
		memory_allocate_for_ever(ALIGN_UP(sizeof(*newcomer), PAGE_SIZE) / PAGE_SIZE);

	if (newcomer == NULL)
		return NULL;
	newcomer->stack = allocate_stack(STACK_PAGES);
	for (unsigned i = 0; i < IST_STACKS; i++) {
		newcomer->ist[i] = allocate_stack(IST_PAGES);
		if (newcomer->ist[i] == 0)
			return NULL;
	}
	return newcomer->stack != 0 ? newcomer : NULL;
}

static bool wait_for(const struct newcomer *newcomer, uint64_t nanoseconds)
{
	uint64_t deadline = clock_deadline(nanoseconds);

	while (!newcomer->arrived && !clock_passed(deadline))
		cpu_relax();
	return newcomer->arrived;
}

static bool start(struct newcomer *newcomer, uint32_t apic_id, uint32_t page)
{
	uint32_t startup = COMMAND_STARTUP | page / PAGE_SIZE;

	trampoline_argument = newcomer;
	__atomic_store_n(&trampoline_stack, newcomer->stack, __ATOMIC_SEQ_CST);
	lapic_send(apic_id, COMMAND_INIT);
	if (hypervisor_base("") == 0)
		clock_spin(INIT_NS);
	lapic_send(apic_id, startup);
	if (wait_for(newcomer, STARTUP_AGAIN_NS))
		return true;
	lapic_send(apic_id, startup);
	if (wait_for(newcomer, ARRIVE_NS))
		return true;
	/* Nobody took the stack: nobody will from now on. */
	if (__atomic_exchange_n(&trampoline_stack, 0, __ATOMIC_SEQ_CST) != 0)
		return false;
	return wait_for(newcomer, TAKEN_NS);
}

/* True when interrupt commands reach a CPU with such an id. */
static bool reachable(uint32_t apic_id)
{
	return lapic_is_x2() || apic_id <= APIC_ID_MOST;
}

/* The CPUs to start, without the one that runs: their ids to the front of `ids`. */
static unsigned choose(const struct topology *topology, unsigned at_most, uint32_t *ids)
{
	unsigned limit = at_most == 0 ? CPU_MOST : MINIMUM(at_most, (unsigned)CPU_MOST);
	unsigned chosen = 0, left_out = topology->cpus_left_out;

	for (unsigned i = 0; i < topology->cpus; i++) {
		if (topology->apic_ids[i] == cpu_apic_id(0))
			continue;
		if (chosen + 1 < limit && reachable(topology->apic_ids[i]))
			ids[chosen++] = topology->apic_ids[i];
		else
			left_out++;
	}
	if (left_out != 0 && at_most == 0)
		platform_add_finding("%u CPUs are listed that this image does not start", left_out);
	return chosen;
}

void smp_start_others(const struct topology *topology, unsigned at_most)
{
	static uint32_t ids[CPU_MOST];
	static struct newcomer *newcomers[CPU_MOST];
	unsigned chosen = choose(topology, at_most, ids);
	uint32_t page = memory_low_page();
	unsigned ready = 0;

	if (chosen == 0)
		return;
	while (page != 0 && ready < chosen && (newcomers[ready] = lay_out()) != NULL)
		ready++;
	if (page != 0)
		memcpy((void *)(uintptr_t)page, trampoline_start, trampoline_size);
	trampoline_main = processor_main;
	trampoline_root = paging_root();
	trampoline_efer = msr_read(MSR_EFER) & ~EFER_LMA; /* its own to set */
	for (unsigned i = 0; i < ready; i++) {
		struct newcomer *newcomer = newcomers[i];

		newcomer->processor.local.number = cpu_count();
		newcomer->processor.local.apic_id = ids[i];
		if (start(newcomer, ids[i], page))
			cpu_add(&newcomer->processor.local);
		else
			platform_add_finding("the CPU with APIC id %u did not start", ids[i]);
	}
	if (ready < chosen)
		platform_add_finding("not enough RAM to start %u more CPUs", chosen - ready);
}
