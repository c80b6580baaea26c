/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests a second, by depth, size and queues; what each costs; latency under load. */
#include "tests/bench/throughput.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/guard.h"
#include "tests/bench/load_memory.h"
#include "tests/bench/options.h"
#include "tests/bench/usage.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/subject/subject.h"

/* A load whose CPU does not answer this long after its time is cut off. */
#define GRACE_NS (10 * NANOSECONDS_A_SECOND)

static struct worker workers[LOAD_CPUS_MOST];
static struct load_request requests[LOAD_CPUS_MOST][LOAD_DEPTH_MOST];
static volatile bool go;

/* Queues for all workers; worker n's interrupts go to CPU n. */
static void bring_up_for(struct test_run *t, const struct load_kind *kind,
			 const struct load_settings *settings, bool indirect)
{
	struct features features = features_for(t);
	int last = kind->queue(t, settings->queues - 1);
	unsigned queues = MAXIMUM((unsigned)last + 1, t->workload->queues);

	if (kind->features)
		features.words[0] |= kind->features(settings);
	if (indirect)
		features_add(&features, VIRTIO_F_INDIRECT_DESC);
	features = features_close(t->device->type, features_and(features, t->device->offered));
	if (kind->queues)
		queues = MAXIMUM(queues, kind->queues(t, settings->queues));
	set_up(t, features, queues);
	go_live(t);
	if (kind->start)
		kind->start(t, settings);
	for (unsigned n = 0; n < settings->queues; n++) {
		struct virtqueue *queue = t->device->queues[kind->queue(t, n)];

		if (n && queue->entry != VIRTIO_MSI_NO_VECTOR && !virtio_set_affinity(queue, n))
			skip_test(t, "interrupts of queue %u cannot go to CPU %u", queue->index, n);
	}
}

/* Gives one worker its queue, its requests and its memory. */
static void prepare_worker(struct test_run *t, const struct load_kind *kind, unsigned n,
			   const struct load_settings *settings, const struct load_plan *plan,
			   bool indirect)
{
	struct worker *worker = &workers[n];
	unsigned depth = settings->depth;
	struct virtqueue *queue = t->device->queues[kind->queue(t, n)];
	struct segment *chains = load_chains(t, kind, settings, plan, requests[n]);

	*worker = (struct worker){
		.settings = *settings,
		.place = kind->place,
		.random = options.seed * 2654435761u + n + 1,
		.patience = clock_from_ns(PATIENCE_NS),
		.go = &go,
	};
	worker->idle = test_memory(t, "idle slots", depth * sizeof(*worker->idle), 64);
	worker->stamps = test_memory(t, "stamps", depth * sizeof(*worker->stamps), 64);
	if (kind->disk) {
		struct load_disk disk = kind->disk(t);

		worker->block_units = settings->size / disk.block_bytes;
		worker->blocks = disk.blocks / worker->block_units;
		if (!worker->blocks)
			skip_test(t, "the disk is smaller than one request");
		worker->position = worker->blocks / settings->queues * n;
		worker->places = test_memory(t, "places", depth * sizeof(*worker->places), 64);
		for (unsigned slot = 0; slot < depth; slot++)
			worker->places[slot] = requests[n][slot].head + kind->place_offset;
	}
	if (!chains ||
	    !slots_lay(&worker->slots, queue, chains, plan->segments, depth, indirect, t->arena))
		skip_test(t, "the DMA arena has no room for %u requests of %u bytes on %u queues",
			  depth, settings->size, settings->queues);
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
		if (!cpu_finish(n, clock_deadline(GRACE_NS), &report)) {
			cpu_stop(n);
			error_in_test(t, "the load on CPU %u did not end", n);
		}
	}
}

/* A load that the device did not serve as it has to. */
static void judge_workers(struct test_run *t, const struct load_kind *kind,
			  const struct load_settings *settings)
{
	for (unsigned n = 0; n < settings->queues; n++) {
		unsigned queue = workers[n].slots.queue->index;

		if (workers[n].stalled && kind->stall)
			skip_test(t, "%s", kind->stall);
		INSIST(t, SANE_1, !workers[n].stalled, "queue %u stopped completing under load",
		       queue);
		for (unsigned slot = 0; kind->served && slot < settings->depth; slot++) {
			/* One that was never sent has no stamp. */
			if (workers[n].stamps[slot])
				INSIST(t, SANE_2, kind->served(&requests[n][slot]),
				       "queue %u: request %u was not served well", queue, slot);
		}
	}
}

/* Fills in what the figures are of: "blk.read.random" and "size=4096 depth=32 …". */
static struct figures figures_of(struct test_run *t, const struct load_kind *kind,
				 const struct load_settings *settings, bool indirect)
{
	struct figures figures = {.t = t};
	struct text about = TEXT_ON(figures.about), text = TEXT_ON(figures.settings);

	text_add(&about, "%s", kind->about);
	if (kind->disk)
		text_add(&about, ".%s.%s", settings->write ? "write" : "read",
			 settings->pattern == LOAD_RANDOM ? "random" : "sequential");
	if (settings->size)
		text_add(&text, "size=%u ", settings->size);
	text_add(&text, "depth=%u batch=%u queues=%u %s", settings->depth, settings->batch,
		 settings->queues,
		 settings->completion == LOAD_INTERRUPT ? "interrupt"
		 : settings->paced                      ? "paced"
							: "polled");
	if (settings->interval)
		text_add(&text, " rate=%lu", bench_options.rate);
	if (indirect && !t->variant.indirect)
		text_add(&text, " indirect");
	return figures;
}

/* What one queue does, to compare several with. */
static struct {
	struct load_settings settings;
	uint64_t a_second; /* thousandths */
} singles[16];
static unsigned single_count;

static void keep_single(const struct load_settings *settings, uint64_t a_second)
{
	unsigned at = single_count++ % ARRAY_LENGTH(singles);

	singles[at].settings = *settings;
	singles[at].a_second = a_second;
}

/* By how many times several queues do more than one did with the same settings; nothing where one was not measured. */
static void report_scaling(const struct figures *figures, const struct load_settings *settings,
			   uint64_t a_second)
{
	for (unsigned n = 0; n < MINIMUM(single_count, (unsigned)ARRAY_LENGTH(singles)); n++) {
		const struct load_settings *single = &singles[n].settings;

		if (single->depth != settings->depth || single->batch != settings->batch ||
		    single->size != settings->size || single->completion != settings->completion)
			continue;
		figure(figures, "scaling", "times one queue",
		       thousandths(a_second, singles[n].a_second));
		return;
	}
}

/* What the VMM took of its host for the point: requests that go by around the window are counted, too. */
static void report_usage(const struct figures *figures, const struct load_settings *settings,
			 const struct usage *before, const struct usage *after)
{
	uint64_t requests = 0, wanted = settings->queues + 1;

	if (!before->known || !after->known || settings->paced)
		return;
	for (unsigned n = 0; n < settings->queues; n++)
		requests += workers[n].completed + 3 * settings->depth + LOAD_WARM_UP;
	figure(figures, "host_cpu", "us per request",
	       thousandths(after->cpu_us - before->cpu_us, requests));
	figure(figures, "host_memory", "KiB", after->memory_kib * 1000);
	if (before->has_exits && after->has_exits)
		figure(figures, "exits", "per request",
		       thousandths(after->exits - before->exits, requests));
	if (settings->queues > 1 && wanted * 1000 + after->others > after->cpus * 1000)
		note_about(
			figures->t,
			"%u queues take %lu CPUs of the host, one for each of the guest's and one for the "
			"VMM; it has %lu, of which others took %lu.%lu: scaling is what was left",
			settings->queues, wanted, after->cpus, after->others / 1000,
			after->others / 100 % 10);
}

static void report(const struct figures *figures, const struct load_settings *settings)
{
	static struct histogram latency;
	uint64_t completed = 0, kicks = 0, interrupts = 0, guest = 0, kick_ticks = 0, a_second = 0;

	histogram_reset(&latency);
	for (unsigned n = 0; n < settings->queues; n++) {
		const struct worker *worker = &workers[n];

		completed += worker->completed;
		kicks += worker->kicks;
		/* One vector for all queues has counted for all. */
		if (!n || worker->slots.queue->vector != workers[0].slots.queue->vector)
			interrupts += worker->interrupts;
		kick_ticks += worker->kick_ticks;
		guest += worker->guest_ticks;
		a_second += rate_of(worker->completed, worker->elapsed);
		histogram_merge(&latency, &worker->latency);
	}
	figure(figures, "requests", "1/s", a_second);
	if (settings->size)
		figure(figures, "payload", "bytes/s", a_second / 1000 * settings->size * 1000);
	figure(figures, "completed", "requests", completed * 1000);
	figure(figures, "kicks", "per request", thousandths(kicks, completed));
	figure(figures, "interrupts", "per request", thousandths(interrupts, completed));
	figure(figures, "guest_cost", "cycles per request", thousandths(guest, completed));
	figure(figures, "kick_cost", "cycles per kick", thousandths(kick_ticks, kicks));
	if (settings->paced)
		figure(figures, "pace", "ns", clock_to_ns(workers[0].pace) * 1000);
	figure_latency(figures, "latency", &latency);
	if (settings->queues == 1)
		keep_single(settings, a_second);
	else
		report_scaling(figures, settings, a_second);
}

/* One point: the device fresh, the queues loaded, the figures reported. */
static void measure_point(struct test_run *t, const struct load_kind *kind,
			  const struct load_settings *settings)
{
	struct load_plan plan;
	struct figures figures;
	struct usage before, after;
	unsigned room;
	bool indirect = t->variant.indirect;

	start_over(t);
	plan = load_plan_of(t, kind, settings);
	arena_empty(t->arena);
	if (!plan.payloads) {
		note_about(t, "the DMA arena has no room for %u bytes of payload", settings->size);
		return;
	}
	room = t->variant.size ? t->variant.size : offered_size(t->device);
	if (settings->depth > room / plan.segments &&
	    features_have(&t->device->offered, VIRTIO_F_INDIRECT_DESC))
		indirect = true;
	bring_up_for(t, kind, settings, indirect);
	for (unsigned n = 0; n < settings->queues; n++) {
		struct virtqueue *queue = t->device->queues[kind->queue(t, n)];

		if (settings->depth > slots_most(queue, plan.segments, indirect)) {
			note_about(t, "queue %u of %u entries has no room for depth %u",
				   queue->index, queue->size, settings->depth);
			return;
		}
	}
	for (unsigned n = 0; n < settings->queues; n++)
		prepare_worker(t, kind, n, settings, &plan, indirect);
	if (plan.payloads < settings->depth)
		note_about(t, "%u requests of %u bytes share the memory of %u", settings->depth,
			   settings->size, plan.payloads);
	usage_ask(&before);
	run_workers(t, settings->queues);
	usage_ask(&after);
	figures = figures_of(t, kind, settings, indirect);
	judge_workers(t, kind, settings);
	report(&figures, settings);
	report_usage(&figures, settings, &before, &after);
}

/* Every depth and batch of one size and number of queues. */
static void measure_depths(struct test_run *t, const struct load_kind *kind,
			   struct load_settings settings)
{
	uint64_t depth, batch;

	for (unsigned n = 0; list_number(t, bench_options.depth, n, &depth); n++) {
		if (depth > LOAD_DEPTH_MOST)
			error_in_test(t, "vp.depth is %lu, at most %u can be in flight", depth,
				      LOAD_DEPTH_MOST);
		settings.depth = (unsigned)depth;
		for (unsigned b = 0; list_number(t, bench_options.batch, b, &batch); b++) {
			settings.batch = settings.interval ? 1 : (unsigned)MINIMUM(batch, depth);
			measure_point(t, kind, &settings);
			if (batch >= depth || settings.interval)
				break;
		}
	}
}

/* Kicks at once, and at a pace. */
static void measure_polled(struct test_run *t, const struct load_kind *kind,
			   struct load_settings settings)
{
	if (bench_options.pace != 1)
		measure_depths(t, kind, settings);
	if (bench_options.pace == 0)
		return;
	if (settings.queues > 1 || settings.interval) {
		note_about(t, "an open loop, and several queues, are not paced");
	} else {
		settings.paced = true;
		measure_depths(t, kind, settings);
	}
}

/* One size and number of queues, completion by completion. */
static void measure_size(struct test_run *t, const struct load_kind *kind,
			 struct load_settings settings)
{
	const char *refusal = kind->refusal ? kind->refusal(t, &settings) : NULL;

	if (refusal) {
		note_about(t, "%u bytes: %s", settings.size, refusal);
		return;
	}
	if (bench_options.completion != 1) {
		settings.completion = LOAD_POLLED;
		measure_polled(t, kind, settings);
	}
	if (bench_options.completion == 0)
		return;
	if (t->variant.interrupts == INTERRUPT_NONE || settings.interval) {
		note_about(t, "an open loop, and a device without vectors, are polled");
	} else if (t->variant.interrupts != INTERRUPT_MSIX && settings.queues > 1) {
		note_about(t, "an interrupt that queues share goes to one CPU alone");
	} else {
		settings.completion = LOAD_INTERRUPT;
		measure_depths(t, kind, settings);
	}
}

static struct load_settings settings_for(const struct load_kind *kind)
{
	static const enum load_pattern patterns[] = {LOAD_RANDOM, LOAD_SEQUENTIAL};

	return (struct load_settings){
		.size = kind->size,
		.write = kind->disk && bench_options.rw == 1,
		.pattern = kind->disk ? patterns[bench_options.pattern] : LOAD_FIXED,
		.requests = bench_options.count,
		.duration = bench_options.count && !bench_options.rate ? 0 : point_duration(),
	};
}

/* Sizes of one number of queues. */
static void measure_queues(struct test_run *t, const struct load_kind *kind,
			   struct load_settings settings)
{
	uint64_t size;

	if (settings.queues > MINIMUM(cpu_count(), (unsigned)LOAD_CPUS_MOST)) {
		note_about(t, "%u queues want as many CPUs", settings.queues);
		return;
	}
	if (kind->queue(t, settings.queues - 1) < 0) {
		note_about(t, "the device has no %u queues for this", settings.queues);
		return;
	}
	if (bench_options.rate)
		settings.interval = interval_of(bench_options.rate) * settings.queues;
	if (!*bench_options.size || !kind->size)
		measure_size(t, kind, settings);
	for (unsigned n = 0; kind->size && list_number(t, bench_options.size, n, &size); n++) {
		settings.size = (uint32_t)size;
		measure_size(t, kind, settings);
	}
}

BENCH(throughput, requests, .about = "requests a second by depth, size and queues, and their cost",
      .needs = NEEDS_WORK,
      .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INDIRECT | AXIS_INTERRUPT | AXIS_INTERRUPT |
	      AXIS_SIZE,
      .timeout_ms = THROUGHPUT_MS)
{
	const struct load_kind *kind = load_kind_of(t);
	struct load_settings settings = settings_for(kind);
	uint64_t queues;

	if (settings.write && !device_is_scratch(t->device))
		skip_test(t, "the device's data is not scratch (vp.scratch)");
	if (kind->survey)
		kind->survey(t);
	for (unsigned n = 0; list_number(t, bench_options.queues, n, &queues); n++) {
		settings.queues = (unsigned)queues;
		measure_queues(t, kind, settings);
	}
}
