/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests that never end, fault, or write where they must not. */
#include "arch/cpu.h"
#include "arch/guard.h"
#include "selfcheck/image/wrong/wrong.h"
#include "virtio/onlooker.h"

#define SHORT_MS   50     /* until the harness cuts a test off */
#define TELLING_NS 100000 /* in which no console takes a whole record */

WRONG(selftest, spins_for_ever, .about = "a test that never ends is cut off",
      .timeout_ms = SHORT_MS)
{
	for (;;)
		cpu_relax();
}

WRONG(selftest, sleeps_for_ever, .about = "a test that waits for what never comes is cut off",
      .timeout_ms = SHORT_MS)
{
	for (;;) {
		interrupts_close();
		cpu_halt_until(clock_deadline(NANOSECONDS_A_SECOND));
	}
}

static uint64_t never_answer(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	onlooker_pop(self);
	for (;;)
		cpu_relax();
	return value;
}

WRONG(selftest, finds_no_evidence,
      .about = "a check that fails is told, though registers hang while its evidence is gathered",
      .timeout_ms = SHORT_MS, .judges = CLAUSES(FEAT_1))
{
	static struct onlooker mute = {.read = never_answer};

	bring_up(t);
	onlooker_push(&mute);
	CHECK(t, FEAT_1, false, "this was seen");
}

static uint64_t leave_no_time(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	onlooker_pop(self);
	guard_extend(TELLING_NS);
	return value;
}

WRONG(selftest, tells_too_slowly,
      .about = "a check that fails is told whole, though the test is cut off while it is told",
      .judges = CLAUSES(FEAT_1))
{
	static struct onlooker hasty = {.read = leave_no_time};

	bring_up(t);
	onlooker_push(&hasty);
	CHECK(t, FEAT_1, false, "this was seen");
}

WRONG(selftest, dereferences_null, .about = "a test that reads through NULL is ended by the fault")
{
	const volatile uint32_t *volatile nowhere = NULL;
	uint32_t value = *nowhere;

	error_in_test(t, "NULL points to %#x", value);
}

WRONG(selftest, divides_by_zero, .about = "a test that divides by zero is ended by the fault")
{
	volatile unsigned one = 1, zero = 0;
	unsigned value = one / zero;

	error_in_test(t, "one by zero is %u", value);
}

WRONG(selftest, executes_nonsense, .about = "a test that runs into no instruction is ended")
{
	__asm__ volatile("ud2");
	error_in_test(t, "ud2 was executed");
}

WRONG(selftest, executes_data, .about = "a test that jumps into data is ended by the fault")
{
	static uint8_t instruction[] = {0xc3}; /* ret */
	void (*volatile function)(void) = (void (*)(void))(uintptr_t)instruction;

	function();
	error_in_test(t, "data was executed");
}

WRONG(selftest, writes_to_its_code, .about = "a test that overwrites code is ended by the fault")
{
	*(volatile uint8_t *)(uintptr_t)t->test->run = 0xc3;
	error_in_test(t, "code was overwritten");
}

/* Each call needs a frame of its own: the next one reads from it. */
static unsigned dig(const volatile unsigned *above)
{
	volatile unsigned deep[64];

	deep[0] = *above + 1;
	return deep[0] ? dig(deep) + deep[0] : 0;
}

WRONG(selftest, overflows_its_stack,
      .about = "a test without end of calls is ended by the guard page below its stack")
{
	volatile unsigned depth = 0;

	error_in_test(t, "%u calls fit the stack", dig(&depth));
}

WRONG(selftest, writes_beside_its_buffer,
      .about = "a byte written behind a buffer is found, with its place")
{
	volatile uint8_t *buffer = test_memory(t, "buffer", 16, 16);

	buffer[16] = 0x42;
}

/* Gives the boot CPU a moment to close its interrupts for good, and takes it out. */
static void rescue(void *argument)
{
	clock_spin(SHORT_MS * 1000000);
	cpu_stop(0);
}

WRONG(selftest, spins_with_interrupts_closed,
      .about = "a test that cannot be interrupted is ended by another CPU",
      .needs = NEEDS_SECOND_CPU)
{
	if (!cpu_start(1, rescue, NULL))
		error_in_test(t, "CPU 1 is busy");
	interrupts_close();
	for (;;)
		cpu_relax();
}

/* Out of sight of scripts/judges.pl, which looks at the bodies of tests. */
static void judge_in_passing(struct test_run *t)
{
	CHECK(t, RESV_1, true, "no device has type 0");
}

WRONG(selftest, judges_undeclared,
      .about = "a helper's check of a clause that the test does not declare is the suite's error")
{
	judge_in_passing(t);
}

WRONG(selftest, judges_nothing, .about = "a test that comes to none of its checks is no pass",
      .judges = CLAUSES(RESV_1))
{
	if (t->device->type == 0)
		CHECK(t, RESV_1, false, "no device has type 0");
}
