/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/runner.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "pci/bus.h"
#include "pci/intx.h"
#include "tests/harness/diagnose.h"
#include "tests/harness/drive.h"
#include "tests/harness/line.h"
#include "tests/harness/options.h"
#include "tests/harness/selection.h"
#include "virtio/registers.h"

#define TIMEOUT_NS    (5 * NANOSECONDS_A_SECOND)
#define VARIANTS_MOST 512
#define ARENA_MOST    (16 * MIB)
#define REASONS_BYTES 8192

static struct test_run current;
static struct result current_result;
static struct arena arena;
static struct virtio_device *known_devices;
static unsigned known_count;
static bool lost_devices[PCI_FUNCTIONS_MOST]; /* that a reset did not bring back */

static void weigh(struct test_run *t, enum verdict verdict)
{
	t->verdict = MAXIMUM(t->verdict, verdict);
}

/* Keeps a reason for the end of the run, each text once. */
static const char *keep_reason(const char *reason)
{
	static char kept[REASONS_BYTES];
	static size_t used;

	for (size_t at = 0; at < used; at += strlen(kept + at) + 1) {
		if (strcmp(kept + at, reason) == 0)
			return kept + at;
	}
	if (strlen(reason) + 1 > sizeof(kept) - used)
		return "a test that judges it was skipped";

	char *place = kept + used;

	copy_string(place, sizeof(kept) - used, reason);
	used += strlen(reason) + 1;
	return place;
}

static void mark_skipped(const struct test *test, const char *reason)
{
	for_each_citation (citation) {
		struct clause_state *state = clause_state((*citation)->id);

		if (!cites(test, *citation))
			continue;
		state->skipped = true;
		state->reason = keep_reason(reason);
	}
}

void check_held(struct test_run *t, const struct citation *citation)
{
	t->checks++;
	clause_state(citation->id)->held++;
}

static const char *repeat_words(const struct test_run *t)
{
	static char words[256];
	struct text text = TEXT_ON(words);

	text_add(&text, "vp.tests=%s.%s vp.device=%s vp.variant=%s vp.seed=%lu", t->test->suite,
		 t->test->name, t->device->name, current_result.variant, options.seed);
	if (t->test->needs & NEEDS_SCRATCH)
		text_add(&text, " vp.scratch=%s", t->device->name);
	if (t->test->needs & NEEDS_SELF_TEST)
		text_add(&text, " vp.selftest");
	return words;
}

/* The rings of the device, and what its vectors have done. */
static const char *dump(const struct test_run *t)
{
	static char words[4096];
	struct text text = TEXT_ON(words);
	struct virtio_device *device = t->device;

	words[0] = '\0';
	if (!t->up)
		return words;
	text_add(&text, "status %#x, controller errors %#x\n",
		 device->transport->get_status(device), interrupt_errors());
	for (unsigned n = 0; n < device->queue_count && !text.cut; n++) {
		struct virtqueue *queue = device->queues[n];

		if (!queue || (n && !queue->in_flight && !queue->kicks))
			continue;
		virtqueue_dump(queue, &text);
		if (queue->vector && device->mode != INTERRUPT_INTX)
			text_add(
				&text,
				"  MSI-X entry %u%s, pending %u; vector %#x on CPU %u: %lu arrivals, "
				"IRR %u ISR %u\n",
				queue->entry,
				msix_entry_masked(&device->msix, queue->entry) ? " masked" : "",
				msix_pending(&device->msix, queue->entry), queue->vector,
				queue->cpu, interrupt_count(queue->vector),
				interrupt_requested(queue->vector),
				interrupt_in_service(queue->vector));
		else if (queue->vector)
			text_add(
				&text,
				"  pin on line %u%s, vector %#x: %lu arrivals, ISR status seen %#x\n",
				device->line,
				interrupt_line_pending(device->line) ? " awaiting its EOI" : "",
				queue->vector, interrupt_count(queue->vector), device->isr_seen);
	}
	text_add(&text, "%s", diagnosis());
	return words;
}

void check_violated(struct test_run *t, const struct citation *citation, const char *format, ...)
{
	const struct clause *clause = &clauses[citation->id];
	char message[REASON_SIZE];
	va_list arguments;

	va_start(arguments, format);
	format_text_list(message, sizeof(message), format, arguments);
	va_end(arguments);
	t->checks++;
	clause_state(citation->id)->violated++;
	switch (clause->level) {
	case LEVEL_MUST:
	case LEVEL_MUST_NOT:
		weigh(t, VERDICT_FAIL);
		break;
	case LEVEL_SHOULD:
	case LEVEL_SHOULD_NOT:
		weigh(t, VERDICT_WARN);
		break;
	case LEVEL_MAY:
		break;
	}
	if (!*t->reason)
		format_text(t->reason, sizeof(t->reason), "%s: %s", clause_name(clause), message);
	reporter->check(&(struct broken_check){
		.clause = clause,
		.result = &current_result,
		.message = message,
		.repeat = repeat_words(t),
		.dump = dump(t),
	});
}

/* Sets the reason of a test that is about to be left. */
static void give_reason(struct test_run *t, const char *format, va_list arguments)
{
	format_text_list(t->reason, sizeof(t->reason), format, arguments);
}

void fail_test(struct test_run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	give_reason(t, format, arguments);
	va_end(arguments);
	weigh(t, VERDICT_FAIL);
	guard_leave(0);
}

void skip_test(struct test_run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	give_reason(t, format, arguments);
	va_end(arguments);
	weigh(t, VERDICT_SKIP);
	mark_skipped(t->test, t->reason);
	guard_leave(0);
}

void error_in_test(struct test_run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	give_reason(t, format, arguments);
	va_end(arguments);
	weigh(t, VERDICT_ERROR);
	guard_leave(0);
}

void *test_memory(struct test_run *t, const char *name, size_t size, size_t alignment)
{
	void *memory = arena_allocate(t->arena, name, size, alignment);

	if (!memory)
		error_in_test(t, "the DMA arena has no room for %s", name);
	return memory;
}

static void call_test(void *context)
{
	struct test_run *t = context;

	t->test->run(t);
}

/* The device as it is after power-on, as far as a driver can bring that about. */
static bool reset_fully(struct virtio_device *device)
{
	device->access = ACCESS_BAR;
	device->negotiated = NO_FEATURES;
	device->rings = (struct virtio_rings){0};
	if (!device->transport->reset(device))
		return false;
	if (device->has_msix) {
		msix_enable(&device->msix, false);
		msix_function_mask(&device->msix, false);
		for (unsigned entry = 0; entry < device->msix.entries; entry++) {
			msix_mask_entry(&device->msix, entry, true);
			msix_write_entry(&device->msix, entry, 0, 0);
		}
	}
	intx_disable(device->function, true);
	device->queue_count = 0;
	return true;
}

static bool make_fresh(struct test_run *t)
{
	if (!reset_fully(t->device))
		return false;
	arena_empty(t->arena);
	diagnosis_clear();
	t->device->access = t->variant.access;
	return true;
}

void know_devices(struct virtio_device *devices, unsigned count)
{
	known_devices = devices;
	known_count = count;
}

static bool can_serve(unsigned place)
{
	return !lost_devices[place] && !known_devices[place].unusable;
}

struct virtio_device *other_device(const struct test_run *t, uint32_t type, unsigned n)
{
	for (unsigned place = 0; place < known_count; place++) {
		struct virtio_device *device = &known_devices[place];

		if (device != t->device && device->type == type && can_serve(place) && n-- == 0)
			return device;
	}
	return NULL;
}

struct virtio_device *any_other_device(const struct test_run *t, unsigned n)
{
	for (unsigned place = 0; place < known_count; place++) {
		struct virtio_device *device = &known_devices[place];

		if (device != t->device && can_serve(place) && n-- == 0)
			return device;
	}
	return NULL;
}

/* Ends the service of a device that helped. */
static void release(struct virtio_device *device)
{
	if (!device->transport->reset(device)) {
		lost_devices[device - known_devices] = true;
		return;
	}
	settle_interrupts();
	device->transport->del_vqs(device);
}

static void release_companion(struct test_run *t)
{
	if (t->companion)
		release(t->companion);
	t->companion = NULL;
}

bool join_device(struct test_run *t, struct virtio_device *device)
{
	if (t->joined_count == JOINED_MOST)
		return false;
	if (!reset_fully(device)) {
		lost_devices[device - known_devices] = true;
		return false;
	}
	t->joined[t->joined_count++] = device;
	return true;
}

void drive_device(struct test_run *t, struct virtio_device *device)
{
	t->device = device;
	t->workload = workload_of(device->type);
}

bool take_companion(struct test_run *t, struct virtio_device *device)
{
	release_companion(t);
	if (!reset_fully(device)) {
		lost_devices[device - known_devices] = true;
		return false;
	}
	t->companion = device;
	return true;
}

static void note_end(struct test_run *t, const struct guard_report *report)
{
	struct text text = {.buffer = t->reason, .size = sizeof(t->reason)};

	switch (report->end) {
	case GUARD_RETURNED:
	case GUARD_LEFT:
		return;
	case GUARD_TIMEOUT:
		text_add(&text, "cut off after %lu ms at %#lx", current_result.microseconds / 1000,
			 report->rip);
		break;
	case GUARD_FAULT:
	case GUARD_STOPPED:
		guard_describe(report, &text);
		break;
	}
	weigh(t, VERDICT_FAIL);
}

/* Leaves nothing behind: the device is reset, its vectors are given back, the canaries looked at. */
static void clean_up(struct test_run *t, uint64_t strays, bool *lost)
{
	struct virtio_device *device = t->device;
	struct arena_damage damage;
	uint64_t arrivals;
	unsigned vector;

	release_companion(t);
	for (unsigned n = 0; n < t->joined_count; n++)
		release(t->joined[n]);
	device->access = ACCESS_BAR;
	if (!CHECK(t, RESET_1, device->transport->reset(device), "after the test: %s",
		   device->problem)) {
		*lost = true;
		return;
	}
	if (device->queue_count || device->config_vector)
		settle_interrupts();
	arrivals = interrupt_total();
	device->transport->del_vqs(device);
	CHECK(t, RESET_2, interrupt_total() == arrivals,
	      "%lu interrupts arrived after device_status read 0", interrupt_total() - arrivals);
	if (interrupt_strays(&vector) != strays) {
		format_text(t->reason, sizeof(t->reason),
			    "an interrupt came on vector %#x, which was given to nobody", vector);
		weigh(t, VERDICT_FAIL);
	}
	if (!arena_intact(t->arena, &damage)) {
		format_text(
			t->reason, sizeof(t->reason),
			"memory outside the buffers was written: byte %ld of %s (%u bytes) is %#x",
			damage.position, damage.name, damage.size, damage.found);
		weigh(t, VERDICT_FAIL);
	}
}

/* True when the test had to be cut off. */
static bool execute(struct test_run *t, const struct interference *interference, bool *lost)
{
	struct guard_report report;
	uint64_t timeout = options.timeout_ms ? options.timeout_ms * 1000000
			   : t->test->timeout ? t->test->timeout
					      : TIMEOUT_NS;
	uint64_t strays = interrupt_strays(NULL), start;
	struct virtio_device *device = t->device;

	if (!device->unusable && !make_fresh(t)) {
		*lost = true;
		format_text(t->reason, sizeof(t->reason), "before the test: %s",
			    t->device->problem);
		weigh(t, VERDICT_FAIL);
		return false;
	}
	if (interference)
		interference->begin(t->device);
	start = clock_now();
	guard_call(call_test, t, timeout, &report);
	current_result.microseconds = clock_to_ns(clock_now() - start) / 1000;
	note_end(t, &report);
	/* A broken check has brought its own. */
	if (report.end != GUARD_RETURNED && t->verdict == VERDICT_FAIL)
		current_result.dump = dump(t);
	drive_device(t, device);
	if (!device->unusable)
		clean_up(t, strays, lost);
	if (interference)
		interference->end(t->device);
	return report.end == GUARD_TIMEOUT;
}

/* Makes ready for one test on one device in one variant. */
static void set_step(const struct test *test, struct virtio_device *device,
		     const struct variant *variant, unsigned number, unsigned of)
{
	static char variant_name[VARIANT_TEXT];

	variant_text(variant, variant_name);
	current_result = (struct result){.test = test,
					 .device = device,
					 .variant = variant_name,
					 .dump = "",
					 .number = number,
					 .of = of};
	current = (struct test_run){
		.test = test,
		.variant_name = variant_name,
		.device = device,
		.variant = *variant,
		.workload = workload_of(device->type),
		.arena = &arena,
	};
	random_seed(&current.random, options.seed + number);
}

/* One step of the plan. */
static void run_step(const struct test *test, struct virtio_device *device, bool *lost,
		     const struct variant *variant, unsigned number, unsigned of,
		     struct totals *totals)
{
	const char *skip;

	set_step(test, device, variant, number, of);
	reporter->start(&current_result);
	skip = *lost ? "the device did not come back from an earlier reset"
		     : reason_to_skip(test, device);
	if (skip) {
		const char *feature =
			test->has_feature && starts_with(skip, "VIRTIO_") ? "not offered: " : "";

		format_text(current.reason, sizeof(current.reason), "%s%s", feature, skip);
		weigh(&current, VERDICT_SKIP);
		mark_skipped(test, current.reason);
	} else {
		execute(&current, NULL, lost);
	}
	current_result.verdict = current.verdict;
	current_result.reason = current.reason;
	totals->verdicts[current.verdict]++;
	reporter->test(&current_result);
}

bool run_once(const struct test *test, struct virtio_device *device, const struct variant *variant,
	      const struct interference *interference)
{
	bool lost = false;

	set_step(test, device, variant, 1, 1);
	return execute(&current, interference, &lost);
}

/* Benchmarks are run instead of tests when they are asked for. */
static const struct test *const *first_test(void)
{
	return options.bench ? __start_registry_benches : __start_registry_tests;
}

static const struct test *const *end_of_tests(void)
{
	return options.bench ? __stop_registry_benches : __stop_registry_tests;
}

/* Walks the plan; runs it when totals is not NULL. Returns how many steps there are. */
static unsigned walk(struct virtio_device *devices, unsigned count, unsigned of,
		     struct totals *totals)
{
	static struct variant variants[VARIANTS_MOST];
	unsigned number = 0;

	for (unsigned place = 0; place < count; place++) {
		struct virtio_device *device = &devices[place];

		if (!device_selected(device))
			continue;
		for (const struct test *const *test = first_test(); test < end_of_tests(); test++) {
			unsigned found;

			if (!test_selected(*test, device))
				continue;
			found = selected_variants(*test, device, variants, VARIANTS_MOST);
			for (unsigned n = 0; n < found; n++) {
				number++;
				if (totals && number >= options.from)
					run_step(*test, device, &lost_devices[place], &variants[n],
						 number, of, totals);
			}
		}
	}
	return number;
}

static void note_msix(struct virtio_device *device)
{
	const struct msix *msix = &device->msix;

	if (!device->has_msix)
		return;
	device->msix_control_found = pci_read16(msix->function, msix->capability + MSIX_CONTROL);
	device->msix_unmasked_found = 0;
	for (unsigned entry = 0; entry < msix->entries; entry++)
		device->msix_unmasked_found += !msix_entry_masked(msix, entry);
}

void prepare_devices(struct virtio_device *devices, unsigned count)
{
	size_t pages = MINIMUM(memory_available() / 2, (size_t)(ARENA_MOST / PAGE_SIZE));
	void *base = memory_take(pages);

	arena_start(&arena, base, pages * PAGE_SIZE);
	/* A pin that the firmware left open would disturb whoever shares its line. */
	for (unsigned n = 0; n < count; n++) {
		note_msix(&devices[n]);
		intx_disable(devices[n].function, true);
	}
	for (unsigned n = 0; n < count; n++) {
		if (device_selected(&devices[n]) && !devices[n].unusable)
			find_line(&devices[n]);
	}
}

void run_plan(struct virtio_device *devices, unsigned count, struct totals *totals)
{
	unsigned steps;

	prepare_devices(devices, count);
	steps = walk(devices, count, 0, NULL);
	if (!steps) {
		totals->verdicts[VERDICT_ERROR]++;
		reporter->note(
			"no test is selected by vp.tests, vp.skip, vp.device and vp.variant");
		return;
	}
	reporter->plan(steps);
	walk(devices, count, steps, totals);
}

void list_tests(void)
{
	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		print("%s.%s: %s\n ", (*test)->suite, (*test)->name, (*test)->about);
		for_each_citation (citation) {
			if (cites(*test, *citation))
				print(" %s", clause_name(&clauses[(*citation)->id]));
		}
		print("\n");
	}
}
