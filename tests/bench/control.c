/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control measurements: what the host charges for things that no device has a part in, what the
 * instrument itself costs, and how much of the CPU is really there. Once a run.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/memory.h"
#include "pci/bus.h"
#include "tests/bench/lab.h"
#include "tests/bench/options.h"
#include "tests/harness/drive/drive.h"

#define DELAY_PORT 0x80       /* where BIOSes write their codes; nobody listens */
#define UNASSIGNED 0xfef00000 /* between the local APICs and the firmware */
#define OTHER      1
#define TIMER_NS   100000

static struct histogram histogram;
static volatile void *unassigned;
static const struct pci_function *function; /* any one; NULL: there is no PCI */

/* ---- instructions that leave the guest, and some that do not ---- */

static void nothing(struct test_run *t)
{
}

static void do_cpuid(struct test_run *t)
{
	cpuid(0, 0);
}

static void write_port(struct test_run *t)
{
	port_write8(DELAY_PORT, 0);
}

static void read_unassigned(struct test_run *t)
{
	read32(unassigned);
}

static void read_status(struct test_run *t)
{
	t->device->transport->get_status(t->device);
}

static void read_isr(struct test_run *t)
{
	t->device->transport->take_interrupt_status(t->device);
}

static void read_function(struct test_run *t)
{
	pci_read32(function, PCI_VENDOR_ID);
}

static const struct control {
	const char *name;
	void (*act)(struct test_run *t);
} controls[] = {
	{"control rdtsc pair", nothing},
	{"control cpuid", do_cpuid},
	{"control port 0x80 write", write_port},
	{"control unassigned MMIO read", read_unassigned},
	{"control common configuration read", read_status},
	{"control ISR status read", read_isr},
	{"control configuration space read", read_function},
};

static bool is_there(const struct control *control)
{
	return (control->act != read_unassigned || unassigned) &&
	       (control->act != read_function || function);
}

static void measure_control(struct test_run *t, const struct control *control)
{
	uint64_t samples = bench_options.samples;

	histogram_reset(&histogram);
	for (uint64_t n = lab_warm_up(samples) + samples; n > 0; n--) {
		uint64_t before = clock_now();

		control->act(t);
		before = clock_now() - before;
		if (n <= samples)
			lab_record(&histogram, (int64_t)before);
	}
	lab_report(t, control->name, "", &histogram);
}

/* ---- interrupts between CPUs ---- */

static volatile bool spin;

static void spin_open(void *context)
{
	while (spin)
		;
}

/* From the command to the first instruction of the handler on `cpu`. */
static void measure_ipi(struct test_run *t, unsigned cpu, const char *state, int64_t offset)
{
	unsigned vector = interrupt_allocate();

	histogram_reset(&histogram);
	for (uint64_t n = lab_warm_up(bench_options.samples) + bench_options.samples; n > 0; n--) {
		int64_t ticks = lab_send(t, cpu, vector, offset);

		if (n <= bench_options.samples)
			lab_record(&histogram, ticks);
		/* Back into its halt, or its loop. */
		clock_spin(5000);
	}
	interrupt_free(vector);
	lab_report(t, "control IPI to handler", state, &histogram);
}

static void measure_ipis(struct test_run *t)
{
	struct clock_offset offset;

	measure_ipi(t, cpu_current(), "self", 0);
	if (cpu_count() < 2)
		return;
	if (!lab_offset(OTHER, &offset))
		return;
	spin = true;
	if (!cpu_start(OTHER, spin_open, NULL))
		error_in_test(t, "CPU %u is busy", OTHER);
	measure_ipi(t, OTHER, "spinning", offset.ticks);
	spin = false;
	if (!cpu_finish(OTHER, clock_deadline(PATIENCE_NS), NULL))
		error_in_test(t, "CPU %u does not come back", OTHER);
	measure_ipi(t, OTHER, "halted", offset.ticks);
}

/* ---- time ---- */

static void measure_timer(struct test_run *t)
{
	histogram_reset(&histogram);
	for (uint64_t n = bench_options.samples / 10 + 1; n > 0; n--) {
		uint64_t deadline = clock_deadline(TIMER_NS);

		while (!clock_passed(deadline)) {
			interrupts_close();
			cpu_halt_until(deadline);
		}
		lab_record(&histogram, (int64_t)(clock_now() - deadline));
	}
	lab_report(t, "control timer overshoot", "halted", &histogram);
}

BENCH(interrupt, controls,
      .about = "what exits, IPIs and timers cost without any device, and the noise",
      .timeout_ms = 120000)
{
	static bool done;
	unsigned functions;

	if (done)
		skip_test(t, "once a run is enough");
	done = true;
	lab_noise(t);
	unassigned = memory_map_device(UNASSIGNED, PAGE_SIZE);
	function = pci_functions(&functions);
	if (!functions)
		function = NULL;
	for (unsigned n = 0; n < ARRAY_LENGTH(controls); n++) {
		if (is_there(&controls[n]))
			measure_control(t, &controls[n]);
	}
	measure_ipis(t);
	measure_timer(t);
}
