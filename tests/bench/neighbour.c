/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/neighbour.h"

#include "arch/cpu.h"
#include "lib/string.h"
#include "tests/bench/load.h"
#include "tests/bench/throughput.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/helper.h"

#define IN_FLIGHT 4u
#define SLICE_NS  20000000 /* of load, before it is looked whether it is over */

static struct {
	unsigned cpu;
	struct virtio_device *device; /* NULL: only the CPU */
	struct worker worker;
	uint64_t completed, elapsed;
	volatile bool over, go;
} neighbour;

static void spin(void *context)
{
	while (!neighbour.over)
		;
}

/* Slices of load, one after the other. */
static void load(void *context)
{
	while (!neighbour.over && !neighbour.worker.stalled) {
		worker_run(&neighbour.worker);
		neighbour.completed += neighbour.worker.completed;
		neighbour.elapsed += neighbour.worker.elapsed;
	}
}

static bool is_called(const struct virtio_device *device, const char *name)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);

	return strcmp(device->name, name) == 0 || (type && strcmp(type->name, name) == 0);
}

/* The device of that name, with a workload. */
static struct virtio_device *find(struct test_run *t, const char *name)
{
	struct virtio_device *device;

	for (unsigned n = 0; (device = other_device(t, ANY_TYPE, n)); n++) {
		if (is_called(device, name) && workload_of(device->type))
			return device;
	}
	skip_test(t, "there is no device \"%s\" beside it that could be kept busy", name);
}

/* Brings the device up, with requests for its worker. */
static void prepare(struct test_run *t, struct virtio_device *device, uint64_t rate)
{
	struct worker *worker = &neighbour.worker;
	struct request *requests = test_memory(t, "requests", IN_FLIGHT * sizeof(*requests), 8);
	struct virtio_device *measured = t->device;
	struct virtqueue *queue;

	if (!take_helper(t, device))
		skip_test(t, "%s does not come back from reset", device->name);
	drive_device(t, device);
	set_up_device(t, device, features_for(t), usual_queues(t));
	go_live(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < IN_FLIGHT; n++)
		requests[n] = *new_request(t, n);
	drive_device(t, measured);
	worker->settings = (struct load_settings){
		.depth = IN_FLIGHT,
		.batch = 1,
		.queues = 1,
		.pattern = LOAD_FIXED,
		.completion = LOAD_POLLED,
		.duration = clock_from_ns(SLICE_NS),
		.interval = rate ? interval_of(rate) : 0,
	};
	worker->patience = clock_from_ns(PATIENCE_NS);
	worker->go = &neighbour.go;
	worker->idle = test_memory(t, "idle slots", IN_FLIGHT * sizeof(*worker->idle), 64);
	worker->stamps = test_memory(t, "stamps", IN_FLIGHT * sizeof(*worker->stamps), 64);
	if (!request_slots(&worker->slots, queue, requests, IN_FLIGHT, queue->shape.indirect,
			   t->arena))
		skip_test(t, "%s has no room for %u requests", device->name, IN_FLIGHT);
}

void neighbour_begin(struct test_run *t, const char *name, unsigned cpu, uint64_t rate)
{
	bool alone = strcmp(name, "cpu") == 0;

	memset(&neighbour, 0, sizeof(neighbour));
	neighbour.cpu = cpu;
	neighbour.go = true;
	if (cpu >= cpu_count())
		skip_test(t, "a busy neighbour wants CPU %u", cpu);
	if (!alone) {
		neighbour.device = find(t, name);
		prepare(t, neighbour.device, rate);
	}
	if (!cpu_start(cpu, alone ? spin : load, NULL))
		error_in_test(t, "CPU %u is busy", cpu);
}

uint64_t neighbour_end(struct test_run *t)
{
	neighbour.over = true;
	if (!cpu_finish(neighbour.cpu, clock_deadline(PATIENCE_NS), NULL))
		error_in_test(t, "the neighbour on CPU %u does not end", neighbour.cpu);
	if (neighbour.worker.stalled)
		skip_test(t, "the busy neighbour stopped completing");
	if (neighbour.device)
		release_helper(t, neighbour.device);
	return rate_of(neighbour.completed, neighbour.elapsed);
}
