/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests a second, by depth, size and queues; what each costs; latency under load. */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/bench/kinds.h"
#include "tests/harness/drive.h"
#include "tests/harness/measure.h"
#include "tests/harness/options.h"
#include "tests/harness/report.h"
#include "tests/harness/selection.h"

#define NAME_SIZE 96

static struct worker workers[LOAD_CPUS_MOST];
static volatile bool go;

/* Where the queues' completions go, and how the features are asked for. */
static void bring_up_for(struct test_run *t, const struct load_kind *kind, unsigned queues)
{
	struct features features = features_for(t);
	int last = kind->queue(t->device, queues - 1);

	features.words[0] |= kind->features & t->device->offered.words[0];
	if (last < 0)
		skip_test(t, "the device has no queue for worker %u", queues);
	set_up(t, features, MAXIMUM((unsigned)last + 1, t->workload->queues));
	go_live(t);
}

static uint64_t disk_sectors(struct virtio_device *device)
{
	uint64_t capacity;

	device->transport->get(device, 0, &capacity, sizeof(capacity));
	return capacity;
}

/* Gives one worker its queue, its requests and its memory. */
static void prepare_worker(struct test_run *t, const struct load_kind *kind, unsigned n,
			   const struct load_settings *settings)
{
	struct worker *worker = &workers[n];
	unsigned depth = settings->depth;
	struct virtqueue *queue = t->device->queues[kind->queue(t->device, n)];
	struct request *requests = test_memory(t, "requests", depth * sizeof(*requests), 8);

	*worker = (struct worker){
		.settings = *settings,
		.packed = t->variant.packed,
		.event_idx = queue->event_idx,
		.random = options.seed * 2654435761u + n + 1,
		.go = &go,
	};
	worker->idle = test_memory(t, "idle slots", depth * sizeof(*worker->idle), 64);
	worker->stamps = test_memory(t, "stamps", depth * sizeof(*worker->stamps), 64);
	worker->sectors = test_memory(t, "sectors", depth * sizeof(*worker->sectors), 64);
	if (kind->disk) {
		worker->block_sectors = settings->size / 512;
		worker->blocks = disk_sectors(t->device) / worker->block_sectors;
		if (!worker->blocks)
			skip_test(t, "the disk is smaller than one request");
		worker->position = worker->blocks / settings->queues * n;
	}
	for (unsigned slot = 0; slot < depth; slot++) {
		if (!kind->prepare(t, settings, &requests[slot], &worker->sectors[slot]))
			skip_test(t, "the DMA arena has no room for %u requests of %u bytes", depth,
				  settings->size);
	}
	if (!slots_create(&worker->slots, queue, requests, depth, t->device->rings.indirect,
			  t->arena))
		skip_test(t, "queue %u has no room for %u requests in flight", queue->index, depth);
}

/* Runs all workers, worker 0 on this CPU, and waits for them. */
static void run_workers(struct test_run *t, unsigned count)
{
	struct guard_report report;

	go = false;
	for (unsigned n = 1; n < count; n++) {
		if (!cpu_start(n, worker_run, &workers[n]))
			error_in_test(t, "CPU %u is busy", n);
	}
	go = true;
	worker_run(&workers[0]);
	for (unsigned n = 1; n < count; n++) {
		if (!cpu_finish(n, clock_deadline(10 * NANOSECONDS_A_SECOND), &report)) {
			cpu_stop(n);
			fail_test(t, "the load on CPU %u did not end", n);
		}
	}
	for (unsigned n = 0; n < count; n++) {
		if (workers[n].stalled)
			fail_test(t, "queue %u stopped completing under load",
				  workers[n].slots.queue->index);
	}
}

/* thousandths of part / whole. */
static uint64_t ratio(uint64_t part, uint64_t whole)
{
	return whole ? part * 1000 / whole : 0;
}

static void report(struct test_run *t, const struct load_kind *kind,
		   const struct load_settings *settings, uint64_t interrupts)
{
	static struct histogram latency;
	char name[NAME_SIZE], base[NAME_SIZE];
	uint64_t completed = 0, kicks = 0, guest = 0, kick_ticks = 0, a_second = 0;
	const char *way = settings->completion == LOAD_INTERRUPT ? "interrupt" : "polled";

	histogram_reset(&latency);
	for (unsigned n = 0; n < settings->queues; n++) {
		const struct worker *worker = &workers[n];

		completed += worker->completed;
		kicks += worker->kicks;
		kick_ticks += worker->kick_ticks;
		guest += worker->guest_ticks;
		a_second += worker->elapsed
				    ? worker->completed * clock_khz() / worker->elapsed * 1000 +
					      worker->completed * clock_khz() % worker->elapsed *
						      1000 / worker->elapsed
				    : 0;
		histogram_merge(&latency, &worker->latency);
	}
	format_text(base, sizeof(base), "%s%s size=%u depth=%u batch=%u queues=%u %s", kind->about,
		    !kind->disk       ? ""
		    : settings->write ? settings->pattern == LOAD_RANDOM ? ".write.random"
									 : ".write.sequential"
		    : settings->pattern == LOAD_RANDOM ? ".read.random"
						       : ".read.sequential",
		    settings->size, settings->depth, settings->batch, settings->queues, way);
	format_text(name, sizeof(name), "requests %s", base);
	measured_value(t, name, "1/s", a_second * 1000);
	if (settings->size) {
		format_text(name, sizeof(name), "payload %s", base);
		measured_value(t, name, "bytes/s", a_second * settings->size * 1000);
	}
	format_text(name, sizeof(name), "kicks %s", base);
	measured_value(t, name, "per request", ratio(kicks, completed));
	format_text(name, sizeof(name), "interrupts %s", base);
	measured_value(t, name, "per request", ratio(interrupts, completed));
	format_text(name, sizeof(name), "guest cost %s", base);
	measured_value(t, name, "ticks per request", ratio(guest, completed));
	format_text(name, sizeof(name), "kick cost %s", base);
	measured_value(t, name, "ticks per kick", ratio(kick_ticks, kicks));
	format_text(name, sizeof(name), "latency %s", base);
	measured_histogram(t, name, "ticks", &latency);
}

/* How many requests fit the first queue; two segments are the most that a kind uses. */
static unsigned room_of(struct test_run *t, const struct load_kind *kind)
{
	struct virtqueue *queue = t->device->queues[kind->queue(t->device, 0)];

	return slots_most(queue, kind->disk ? 2 : 1, t->device->rings.indirect);
}

/* One point: the device fresh, the queues loaded, the figures reported. */
static void measure_point(struct test_run *t, const struct load_kind *kind,
			  const struct load_settings *settings)
{
	char sentence[NAME_SIZE];
	uint64_t before;

	REQUIRE(t, t->device->transport->reset(t->device), "%s", t->device->problem);
	t->device->transport->del_vqs(t->device);
	arena_empty(t->arena);
	bring_up_for(t, kind, settings->queues);
	if (settings->depth > room_of(t, kind)) {
		format_text(sentence, sizeof(sentence), "%s: the queue has no room for depth %u",
			    t->device->name, settings->depth);
		reporter->note(sentence);
		return;
	}
	for (unsigned n = 0; n < settings->queues; n++)
		prepare_worker(t, kind, n, settings);
	before = interrupt_total();
	run_workers(t, settings->queues);
	report(t, kind, settings, interrupt_total() - before);
}

/* The nth number of a comma-separated list; false behind the last. A mistake ends the run. */
static bool list_number(struct test_run *t, const char *list, unsigned nth, uint64_t *number)
{
	char word[24];

	for (unsigned n = 0; n <= nth; n++) {
		size_t length = 0;

		if (!*list)
			return false;
		while (list[length] && list[length] != ',')
			length++;
		if (length >= sizeof(word))
			error_in_test(t, "\"%s\" is no list of numbers", list);
		memcpy(word, list, length);
		word[length] = '\0';
		list += length + (list[length] == ',');
	}
	if (!parse_number(word, number) || !*number)
		error_in_test(t, "\"%s\" is no number in a list that has to hold numbers above 0",
			      word);
	return true;
}

static struct load_settings settings_for(const struct load_kind *kind)
{
	static const enum load_pattern patterns[] = {LOAD_RANDOM, LOAD_SEQUENTIAL};
	struct load_settings settings = {
		.size = kind->size,
		.write = kind->disk && options.rw == 1,
		.pattern = kind->disk ? patterns[options.pattern] : LOAD_FIXED,
		.completion = options.completion ? LOAD_INTERRUPT : LOAD_POLLED,
		.requests = options.count,
		.duration = options.count ? 0 : clock_from_ns(options.milliseconds * 1000000),
	};

	if (options.rate) {
		settings.interval = clock_from_ns(NANOSECONDS_A_SECOND / options.rate);
		settings.duration = clock_from_ns(options.milliseconds * 1000000);
	}
	return settings;
}

/* Every depth of one size and number of queues. */
static void measure_depths(struct test_run *t, const struct load_kind *kind,
			   struct load_settings settings)
{
	uint64_t depth, batch;

	for (unsigned n = 0; list_number(t, options.depth, n, &depth); n++) {
		if (depth > LOAD_DEPTH_MOST)
			error_in_test(t, "vp.depth is %lu, at most %u can be in flight", depth,
				      LOAD_DEPTH_MOST);
		settings.depth = (unsigned)depth;
		for (unsigned b = 0; list_number(t, options.batch, b, &batch); b++) {
			settings.batch = (unsigned)MINIMUM(batch, depth);
			measure_point(t, kind, &settings);
			if (batch >= depth)
				break;
		}
	}
}

BENCH(throughput, requests, .about = "requests a second by depth, size and queues, and their cost",
      .needs = NEEDS_WORK, .axes = AXES_OF_RING | AXIS_INTERRUPT | AXIS_SIZE,
      .timeout = 600 * NANOSECONDS_A_SECOND)
{
	const struct load_kind *kind = load_kind_of(t);
	struct load_settings settings = settings_for(kind);
	uint64_t queues, size = kind->size;

	if (settings.write && !device_is_scratch(t->device))
		skip_test(t, "the device's data is not scratch (vp.scratch)");
	for (unsigned q = 0; list_number(t, options.queues, q, &queues); q++) {
		if (queues > MINIMUM(cpu_count(), (unsigned)LOAD_CPUS_MOST))
			skip_test(t, "%lu queues want as many CPUs", queues);
		settings.queues = (unsigned)queues;
		if (!*options.size)
			measure_depths(t, kind, settings);
		for (unsigned s = 0; list_number(t, options.size, s, &size); s++) {
			settings.size = (uint32_t)size;
			if (kind->disk && size % 512)
				error_in_test(t, "vp.size is no multiple of a sector, 512 bytes");
			measure_depths(t, kind, settings);
		}
	}
}
