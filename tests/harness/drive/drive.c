/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/drive.h"

#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/harness/judge/diagnose.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/judge/judge.h"
#include "tests/harness/plan/result.h"

#define IMPATIENT_MS     1000 /* of the one that has let test after test wait in vain */
#define PACE_TIMES       4 /* what a plain request has taken so far, a device may take for anything */
#define PATIENCE_MOST_NS (20 * NANOSECONDS_A_SECOND)

void drive_device(struct test_run *t, struct virtio_device *device)
{
	t->device = device;
	t->workload = workload_of(device->type);
}

bool negotiate(struct test_run *t, struct features features)
{
	return virtio_negotiate(t->device, features);
}

struct features features_for(const struct test_run *t)
{
	const struct virtio_type *type = virtio_type_by_id(t->device->type);
	struct features features = t->stays;

	features_add(&features, VIRTIO_F_VERSION_1);
	if (t->device->traits & DEVICE_LEGACY)
		features_add(&features, VIRTIO_F_ANY_LAYOUT);
	features_add(&features, VIRTIO_F_ACCESS_PLATFORM);
	features_add(&features, VIRTIO_F_ORDER_PLATFORM);
	if (t->variant.packed)
		features_add(&features, VIRTIO_F_RING_PACKED);
	if (t->variant.event_idx)
		features_add(&features, VIRTIO_F_EVENT_IDX);
	if (t->variant.indirect)
		features_add(&features, VIRTIO_F_INDIRECT_DESC);
	if (t->variant.in_order)
		features_add(&features, VIRTIO_F_IN_ORDER);
	if (t->variant.kick_data)
		features_add(&features, VIRTIO_F_NOTIFICATION_DATA);
	if (t->variant.kick_config)
		features_add(&features, VIRTIO_F_NOTIF_CONFIG_DATA);
	if (type)
		features.words[0] |= type->demanded;
	if (t->workload)
		features.words[0] |= t->workload->features;
	return features_close(t->device->type, features_and(features, t->device->offered));
}

void accept_features(struct test_run *t, struct virtio_device *device, struct features features)
{
	bool accepted = virtio_negotiate(device, features);
	struct features usual;

	if (device != t->device)
		CAN_JUDGE(t, accepted, "%s, which is to help, does not accept the features %#lx",
			  device->name, features.words[0]);
	usual = features_for(t);
	/* Declining a set is no failure (2.2.2 says SHOULD), but for the one that all else takes. */
	CAN_JUDGE(t, accepted || features_equal(&features, &usual),
		  "the device does not accept the features %#lx", features.words[0]);
	INSIST(t, SANE_4, accepted, "FEATURES_OK reads back clear after features %#lx",
	       features.words[0]);
}

enum interrupt_mode usual_interrupts(const struct virtio_device *device)
{
	if (device->vectors)
		return INTERRUPT_MSIX;
	return device->line_known ? INTERRUPT_INTX : INTERRUPT_NONE;
}

enum interrupt_mode least_interrupts(const struct test_run *t, const struct virtio_device *device)
{
	return fault_of(t->faults, CLAUSE_SANE_14) ? usual_interrupts(device) : INTERRUPT_NONE;
}

/* A queue below num_queues need not be available (4.1.4.3); only what the workload uses has to be. */
static bool is_absent(struct virtio_device *device, unsigned queue)
{
	device->transport->select_queue(device, queue);
	return device->transport->queue_size(device) == 0;
}

/*
 * Whether it is known to serve nothing with only those queues enabled that are used: for itself, or since features that
 * bring queues stay in force.
 */
static bool needs_all_queues(const struct test_run *t, const struct virtio_device *device)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);
	bool stay = type && (t->stays.words[0] & type->queue_bits);

	return device == t->result->device && (stay || (taken_by(t->faults) & STATE_FEW_QUEUES));
}

/* What was enabled reads so; that is told once, and the device may serve all the same. */
static void look_at_enabled(struct test_run *t, struct virtio_device *device, unsigned count,
			    const struct virtqueue_request *requests)
{
	for (unsigned n = 0; device->transport->queue_enabled && n < count; n++) {
		if (!device->queues[n] || requests[n].held)
			continue;
		device->transport->select_queue(device, n);
		if (device->transport->queue_enabled(device) == 1)
			continue;
		check_broken(t, CLAUSE_PCI_COMMON_TXT_7,
			     "queue %u: queue_enable reads %u after 1 was written", n,
			     device->transport->queue_enabled(device));
		return;
	}
}

void find_queues(struct test_run *t, struct virtio_device *device, unsigned count,
		 const struct virtqueue_request *requests, enum interrupt_mode mode)
{
	static struct virtqueue_request all[VIRTIO_QUEUES_MOST];
	unsigned offered =
		MINIMUM(device->transport->queue_count(device), (unsigned)VIRTIO_QUEUES_MOST);
	bool found;

	if (count < offered && needs_all_queues(t, device)) {
		memcpy(all, requests, count * sizeof(*all));
		for (; count < offered; count++)
			all[count] = (struct virtqueue_request){.skip = is_absent(device, count)};
		requests = all;
	}
	found = virtio_set_up_queues(device, count, requests, mode, t->arena);

	if (!found && device->means_missing)
		error_in_test(t, "%s: the queues could not be set up: %s", device->name,
			      device->problem);
	CAN_JUDGE(t, found || !device->vector_refused, "%s maps no vector: %s", device->name,
		  device->problem);
	/* A ring that is smaller than the device believes would be written beyond. */
	if (!found && device->size_refused)
		INSIST(t, PCI_COMMON_TXT_6, found, "%s: %s", device->name, device->problem);
	INSIST(t, SANE_5, found, "%s: the queues could not be set up: %s", device->name,
	       device->problem);
	if (device == t->result->device && !fault_of(t->faults, CLAUSE_PCI_COMMON_TXT_7))
		look_at_enabled(t, device, count, requests);
}

/* A window that shows nothing would be taken for a device that has nothing. */
static void compare_windows(struct test_run *t, struct virtio_device *device)
{
	unsigned shown, direct;

	if (device->access != ACCESS_WINDOW)
		return;
	shown = device->transport->queue_count(device);
	device->access = ACCESS_DIRECT;
	direct = device->transport->queue_count(device);
	device->access = ACCESS_WINDOW;
	INSIST(t, PCI_CFGACC_4, shown == direct,
	       "num_queues reads %u through the BAR and %u through the window", direct, shown);
}

void set_up_device(struct test_run *t, struct virtio_device *device, struct features features,
		   unsigned queues)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct ring_shape shape = device == t->device ? t->shape : (struct ring_shape){0};
	const struct workload *workload;
	unsigned offered, needed;

	compare_windows(t, device);
	accept_features(t, device, features);
	/* Some devices count queues only that a negotiated feature has brought. */
	offered = device->transport->queue_count(device);
	if (queues == ALL_QUEUES)
		queues = MINIMUM(offered, (unsigned)VIRTIO_QUEUES_MOST);
	INSIST(t, SANE_5, queues <= offered, "the device has %u queues, a driver needs %u", offered,
	       queues);
	workload = workload_of(device->type);
	needed = workload ? workload->queues : 0;
	shape.indirect = t->variant.indirect && features_have(&features, VIRTIO_F_INDIRECT_DESC);
	for (unsigned n = 0; n < queues; n++)
		requests[n] = (struct virtqueue_request){
			.size = t->variant.size,
			.shape = &shape,
			.skip = n >= needed && is_absent(device, n),
		};
	find_queues(t, device, queues, requests, t->variant.interrupts);
}

bool set_up_unjudged(struct test_run *t, struct features features, unsigned queues,
		     enum interrupt_mode mode)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;
	unsigned offered, needed = t->workload ? t->workload->queues : 0;

	if (!virtio_negotiate(device, features))
		return false;
	offered = MINIMUM(device->transport->queue_count(device), (unsigned)VIRTIO_QUEUES_MOST);
	if (queues == ALL_QUEUES || needs_all_queues(t, device))
		queues = offered;
	for (unsigned n = 0; n < queues && n < offered; n++)
		requests[n] = (struct virtqueue_request){
			.skip = n >= needed && is_absent(device, n),
		};
	return queues <= offered && virtio_set_up_queues(device, queues, requests, mode, t->arena);
}

unsigned usual_queues(const struct test_run *t)
{
	return t->workload ? t->workload->queues : ALL_QUEUES;
}

void set_up(struct test_run *t, struct features features, unsigned queues)
{
	set_up_device(t, t->device, features, queues);
}

void go_live(struct test_run *t)
{
	uint8_t status;

	if (t->device->config_vector)
		t->config_arrivals = interrupt_count(t->device->config_vector);
	virtio_add_status(t->device, VIRTIO_STATUS_DRIVER_OK);
	t->up = true;
	status = t->device->transport->get_status(t->device);
	INSIST(t, SANE_5, t->test->breaks || !(status & VIRTIO_STATUS_NEEDS_RESET),
	       "DRIVER_OK was set, and device_status reads %#x: the device needs a reset", status);
	if (t->workload && t->workload->start)
		INSIST(t, SANE_2, t->workload->start(t->device, t->arena),
		       "the device could not be started: %s", t->device->problem);
}

void bring_up_queues(struct test_run *t, unsigned queues)
{
	set_up(t, features_for(t), queues);
	go_live(t);
}

void bring_up(struct test_run *t)
{
	bring_up_queues(t, usual_queues(t));
}

void bring_up_unheard(struct test_run *t)
{
	t->variant.interrupts = INTERRUPT_NONE;
	set_up(t, features_for(t), t->workload->queues);
	t->device->transport->line->allow(t->device);
	go_live(t);
}

void start_over(struct test_run *t)
{
	INSIST(t, RESET_1, virtio_reset(t->device), "%s", t->device->problem);
	virtio_give_back_queues(t->device);
	t->up = false;
}

struct virtqueue *work_queue(const struct test_run *t)
{
	return t->device->queues[t->workload->queue];
}

bool takes_any_layout(const struct virtio_device *device)
{
	return !(device->traits & DEVICE_LEGACY) ||
	       features_have(&device->offered, VIRTIO_F_ANY_LAYOUT);
}

struct request *new_request(struct test_run *t, uint64_t seed)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	if (!t->workload->prepare(t->device, t->arena, seed, request))
		error_in_test(t, "the DMA arena has no room for a request");
	if (fault_of(t->faults, CLAUSE_SPLIT_FRAME_1) || !takes_any_layout(t->device))
		request->whole = true;
	/* A table does not help: no chain may be longer than the Queue Size (2.7.5.3.1). */
	if (t->device->queue_count > t->workload->queue && work_queue(t) &&
	    request_least(request) > work_queue(t)->size)
		skip_test(t, "a queue of %u entries takes no request of %u descriptors",
			  work_queue(t)->size, request_least(request));
	return request;
}

/* Queues of so many entries have room for whatever a test has in flight. */
#define AMPLE 128u

static void leave_for_room(struct test_run *t, const struct virtqueue *queue)
{
	CAN_JUDGE(t, queue->size >= AMPLE,
		  "queue %u has no room for what is tried: it has %u entries", queue->index,
		  queue->size);
	error_in_test(t, "queue %u has no free descriptors", queue->index);
}

void want_batches(struct test_run *t)
{
	const struct fault *fault = fault_of(t->faults, CLAUSE_SANE_18);

	if (!fault)
		return;
	not_judged(t, CLAUSE_SANE_18, "not judged since %s broke SANE-18", fault->since);
	leave_test(t);
}

void keep_to_one(struct test_run *t, const struct virtqueue *queue)
{
	if (queue->in_flight > 0)
		want_batches(t);
}

void add_segments(struct test_run *t, struct virtqueue *queue, const struct segment *segments,
		  unsigned count, void *token)
{
	keep_to_one(t, queue);
	if (!virtqueue_add(queue, segments, count, token))
		leave_for_room(t, queue);
}

void add_request(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	keep_to_one(t, queue);
	if (!request_add(queue, request))
		leave_for_room(t, queue);
}

void submit(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	add_request(t, queue, request);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

static bool impatient;

void lose_patience(bool lost)
{
	impatient = lost;
}

static uint64_t pace;

void set_pace(uint64_t ns)
{
	pace = ns;
}

uint64_t pace_ns(void)
{
	return pace;
}

uint64_t patience_ns(void)
{
	uint64_t most = impatient ? IMPATIENT_MS : UINT64_MAX;
	uint64_t asked = MINIMUM(options.patience_ms, most) * 1000000;

	return MAXIMUM(asked, MINIMUM(PACE_TIMES * pace, PATIENCE_MOST_NS));
}

#define EFFORT_NS          30000000
#define EFFORT_THOROUGH_NS NANOSECONDS_A_SECOND
#define EFFORT_ROUNDS      16

struct effort effort_of(unsigned usual, unsigned thorough)
{
	return (struct effort){
		.rounds = rounds_of(usual, thorough),
		.deadline = clock_deadline(options.thorough ? EFFORT_THOROUGH_NS : EFFORT_NS),
	};
}

bool effort_lasts(const struct effort *effort, unsigned round)
{
	return round < effort->rounds && (round < EFFORT_ROUNDS || !clock_passed(effort->deadline));
}

static bool used_pending(void *queue)
{
	return virtqueue_used_pending(queue);
}

enum clause_id clause_of_identity(const struct virtqueue *queue)
{
	return ring_is_packed(queue) ? CLAUSE_PACKED_TXT_7 : CLAUSE_SPLIT_TXT_11;
}

enum clause_id clause_of_notice(const struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		return queue->event_idx ? CLAUSE_PACKED_EV_TXT_3 : CLAUSE_PACKED_EV_TXT_1;
	return queue->event_idx ? CLAUSE_SPLIT_NOTIF_5 : CLAUSE_SPLIT_NOTIF_3;
}

/*
 * Of each buffer that a test waits for, whatever type and queue it is of (2.6, 2.7.8). That is told once: a device counts
 * one kind of request wrongly, and other tests have other things to say of it.
 */
static void judge_used_length(struct test_run *t, const struct virtqueue *queue,
			      const struct completion *completion)
{
	if (queue->device != t->result->device || !completion->token || !completion->has_length ||
	    t->faults->length_told)
		return;
	t->faults->length_told = !(
		completion->writable
			? CHECK(t, VQ_TXT_5, completion->length <= completion->writable,
				"queue %u: a buffer with %u bytes to write is used with length %u",
				queue->index, completion->writable, completion->length)
			: CHECK(t, VQ_TXT_6, !completion->length,
				"queue %u: a buffer without bytes to write is used with length %u",
				queue->index, completion->length));
}

void insist_on_chain(struct test_run *t, const struct virtqueue *queue,
		     const struct completion *completion, const struct request *request)
{
	bool right = completion->token && (!request || completion->token == request);

	if (!JUDGE(t, clause_of_identity(queue), right, "queue %u: used id %u is of %s",
		   queue->index, completion->id,
		   completion->token ? "another request" : "no chain in flight"))
		leave_test(t);
	judge_used_length(t, queue, completion);
}

bool await_use(struct virtqueue *queue, uint64_t deadline)
{
	return wait_until(used_pending, queue, deadline);
}

bool await_completion(struct test_run *t, struct virtqueue *queue, struct completion *completion)
{
	if (!await_use(queue, clock_deadline(PATIENCE_NS)) || !virtqueue_take(queue, completion)) {
		diagnose(t, queue);
		return false;
	}
	insist_on_chain(t, queue, completion, NULL);
	return true;
}

/* A message that came while buffers showed as used may tell of all of those. */
static void judge_notice(struct test_run *t, struct virtqueue *queue)
{
	uint64_t heard;

	if (queue->device != t->result->device || !queue->vector || queue->event_idx ||
	    queue->in_order || queue->device->mode == INTERRUPT_INTX || t->faults->notice_told ||
	    fault_of(t->faults, CLAUSE_SPLIT_NOTIF_3))
		return;
	t->faults->notice_told =
		!JUDGE(t, ring_is_packed(queue) ? CLAUSE_PACKED_EV_TXT_1 : CLAUSE_SPLIT_NOTIF_3,
		       await_interrupts(queue->vector, queue->heard + 1),
		       "queue %u: a buffer is used, and no message tells of it", queue->index);
	heard = interrupt_count(queue->vector);
	if (!virtqueue_shows_used(queue))
		queue->heard = heard;
}

bool await_announced(struct test_run *t, struct virtqueue *queue, struct completion *completion)
{
	bool used = await_completion(t, queue, completion);

	if (used)
		judge_notice(t, queue);
	return used;
}

void work_once(struct test_run *t, uint64_t seed)
{
	struct virtqueue *queue = work_queue(t);
	struct request *request = new_request(t, seed);
	struct completion completion;
	char why[128];
	struct text text = TEXT_ON(why);
	uint64_t start = clock_now();

	submit(t, queue, request);
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
	set_pace(MAXIMUM(pace_ns(), clock_to_ns(clock_now() - start)));
	if (t->workload->verify)
		INSIST(t, SANE_2, t->workload->verify(t->device, request, &text),
		       "queue %u: %s completed, but %s", queue->index, t->workload->about, why);
}

struct arrivals {
	unsigned vector;
	uint64_t count;
};

static bool arrived(void *context)
{
	const struct arrivals *arrivals = context;

	return interrupt_count(arrivals->vector) >= arrivals->count;
}

bool await_interrupts(unsigned vector, uint64_t count)
{
	struct arrivals arrivals = {vector, count};

	return wait_until(arrived, &arrivals, clock_deadline(PATIENCE_NS));
}
