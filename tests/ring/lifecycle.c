/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues outlive what the host does to the whole machine: no buffer is lost, or used twice, no notification of either side
 * goes astray.
 */
#include "arch/cpu.h"
#include "tests/harness/drive/lifecycle.h"
#include "tests/harness/judge/finding.h"
#include "tests/interrupt/interrupt.h"

#define IN_FLIGHT 8u
#define AFTER     4u
#define ARMED_FOR 3u

#define ACROSS_MS 60000

/* Adds requests while there is room for another beside them, and tells the device of all but the last. */
static unsigned send_out(struct test_run *t, struct virtqueue *queue, struct request **requests)
{
	unsigned count = 0;

	do {
		if (count)
			virtqueue_kick(queue);
		requests[count] = new_request(t, random_next(&t->random));
		add_request(t, queue, requests[count]);
		virtqueue_publish(queue);
		count++;
	} while (count < IN_FLIGHT && queue->free > 2 * request_least(requests[0]));
	return count;
}

/* All of them are used in time, and bring what they should. */
static void collect(struct test_run *t, struct virtqueue *queue, struct request **requests,
		    unsigned count, const struct lifecycle_event *event, const char *when)
{
	struct completion completion;
	char why[128];

	for (unsigned n = 0; n < count; n++)
		INSIST(t, SANE_15, await_completion(t, queue, &completion),
		       "queue %u: of %u requests %s %s %u are not completed in time", queue->index,
		       count, when, event->words, count - n);
	for (unsigned n = 0; n < count && t->workload->verify; n++) {
		struct text text = TEXT_ON(why);

		CHECK(t, SANE_15, t->workload->verify(t->device, requests[n], &text),
		      "queue %u: a request %s %s completed, but %s", queue->index, when,
		      event->words, why);
	}
}

/* The queue goes on from where it was. */
static void complete_since(struct test_run *t, struct virtqueue *queue,
			   const struct lifecycle_event *event)
{
	struct request *request = new_request(t, random_next(&t->random));

	submit(t, queue, request);
	collect(t, queue, &request, 1, event, "sent since");
}

/* A buffer that is used again behind the event is none in flight: await_completion() judges that. */
static void collect_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct request *requests[IN_FLIGHT];
	struct virtqueue *queue;
	unsigned count;

	need_lifecycle(t, event);
	bring_up(t);
	queue = work_queue(t);
	work_once(t, 1);
	count = send_out(t, queue, requests);
	live_through(t, event);
	virtqueue_kick(queue);
	collect(t, queue, requests, count, event, "in flight when");
	for (unsigned n = 0; n < AFTER; n++)
		complete_since(t, queue, event);
}

TEST(lifecycle, requests_outlive_a_pause,
     .about = "requests that are in flight while the machine is paused are completed, each once",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	collect_across(t, &machine_paused);
}

TEST(lifecycle, requests_outlive_a_restore,
     .about =
	     "requests that are in flight when the machine is saved are completed in the restored one, each once",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_15),
     .timeout_ms = ACROSS_MS)
{
	collect_across(t, &machine_restored);
}

TEST(lifecycle, requests_outlive_a_migration,
     .about = "requests that are in flight while the machine is migrated are completed, each once",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_15),
     .timeout_ms = ACROSS_MS)
{
	collect_across(t, &machine_migrated);
}

/* The event comes between the set-up of the queues and DRIVER_OK. */
static void set_up_across(struct test_run *t, const struct lifecycle_event *event)
{
	need_lifecycle(t, event);
	set_up(t, features_for(t), usual_queues(t));
	live_through(t, event);
	go_live(t);
	for (unsigned n = 0; n < AFTER; n++)
		complete_since(t, work_queue(t), event);
}

TEST(lifecycle, set_up_outlives_a_pause,
     .about = "a device serves that was set up, and not live yet, when the machine is paused",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_15),
     .timeout_ms = ACROSS_MS)
{
	set_up_across(t, &machine_paused);
}

TEST(lifecycle, set_up_outlives_a_restore,
     .about =
	     "a device serves that was set up, and not live yet, when the machine is saved and restored",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_15),
     .timeout_ms = ACROSS_MS)
{
	set_up_across(t, &machine_restored);
}

TEST(lifecycle, set_up_outlives_a_migration,
     .about = "a device serves that was set up, and not live yet, when the machine is migrated",
     .needs = NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING, .judges = CLAUSES(SANE_15),
     .timeout_ms = ACROSS_MS)
{
	set_up_across(t, &machine_migrated);
}

/* Armed before the event, for the third buffer where that can be said, and not again behind it. */
static void notices_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct virtqueue *queue;
	struct mark mark;

	need_lifecycle(t, event);
	bring_up(t);
	queue = work_queue(t);
	CAN_JUDGE(t, complete_with_message(t, queue), "no message comes, whatever happens");
	virtqueue_arm(queue, ARMED_FOR - 1);
	live_through(t, event);
	mark = mark_arrivals(queue);
	for (unsigned n = 0; n < ARMED_FOR; n++)
		complete_since(t, queue, event);
	CHECK(t, SANE_15, await_messages(t, queue, &mark, 1),
	      "queue %u: armed, then %s, then %u buffers were used, and no message came",
	      queue->index, event->words, ARMED_FOR);
	CHECK(t, SANE_15, complete_with_message(t, queue),
	      "queue %u: armed again since %s, a buffer was used, and no message came",
	      queue->index, event->words);
}

TEST(lifecycle, arming_outlives_a_pause, .about = "a queue that was armed is armed across a pause",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	notices_across(t, &machine_paused);
}

TEST(lifecycle, arming_outlives_a_restore,
     .about = "a queue that was armed is armed in the restored machine",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	notices_across(t, &machine_restored);
}

TEST(lifecycle, arming_outlives_a_migration,
     .about = "a queue that was armed is armed across a migration",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	notices_across(t, &machine_migrated);
}

#define LOAD_MOST 4u
#define LOOK_NS   (NANOSECONDS_A_SECOND / 2)
#define BEHIND_NS 5000000 /* for which the load goes on */

/* Requests that the second CPU sends again and again until it is told to stop, or one does not come back. */
struct load {
	struct virtqueue *queue;
	struct request *requests[LOAD_MOST];
	uint64_t patience; /* ticks */
	volatile unsigned served;
	volatile bool stop, silent, astray;
};

/* Waits for the next; time in which this CPU stood still does not count. */
static bool comes_back(struct load *load, struct completion *completion)
{
	uint64_t spent = 0, last = clock_now(), look = clock_from_ns(LOOK_NS);

	while (!virtqueue_take(load->queue, completion)) {
		uint64_t now = clock_now();

		if (now - last < look)
			spent += now - last;
		last = now;
		if (spent > load->patience)
			return false;
		cpu_relax();
	}
	return true;
}

static void keep_busy(void *argument)
{
	struct load *load = argument;

	while (!load->stop && !load->silent && !load->astray) {
		struct completion completion;
		unsigned n, count = 0;

		for (n = 0; n < LOAD_MOST && request_add(load->queue, load->requests[n]); n++)
			count++;
		virtqueue_publish(load->queue);
		virtqueue_kick(load->queue);
		for (n = 0; n < count && !load->silent && !load->astray; n++) {
			load->silent = !comes_back(load, &completion);
			load->astray = !load->silent && !completion.token;
		}
		load->served += n;
	}
}

static void serve_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct load *load = test_memory(t, "load", sizeof(*load), 8);
	struct virtqueue *queue;
	char why[FINDING_WORDS / 2];
	bool happened;

	need_lifecycle(t, event);
	want_batches(t);
	bring_up(t);
	queue = work_queue(t);
	work_once(t, 1);
	*load = (struct load){.queue = queue, .patience = clock_from_ns(PATIENCE_NS)};
	for (unsigned n = 0; n < LOAD_MOST; n++)
		load->requests[n] = new_request(t, n);
	CAN_JUDGE(t, cpu_start(1, keep_busy, load), "the second CPU is busy");
	happened = try_to_live_through(event, why, sizeof(why));
	clock_spin(BEHIND_NS);
	load->stop = true;
	if (!cpu_finish(1, clock_deadline(2 * PATIENCE_NS), NULL)) {
		cpu_stop(1);
		error_in_test(t, "the second CPU does not come to an end");
	}
	CAN_JUDGE(t, happened, "the host was asked for \"%s\": %s", event->verb, why);
	INSIST(t, SANE_15, !load->silent,
	       "queue %u: a request of a load that went on while %s is not completed in time, "
	       "behind %u others",
	       queue->index, event->words, load->served);
	JUDGE(t, clause_of_identity(queue), !load->astray,
	      "queue %u: behind %u requests of a load that went on while %s a buffer is used that is "
	      "not in flight",
	      queue->index, load->served, event->words);
	complete_since(t, queue, event);
}

TEST(lifecycle, load_outlives_a_pause,
     .about = "requests come back, each once, that another CPU sends while the machine is paused",
     .needs = NEEDS_WORK | NEEDS_HOST | NEEDS_SECOND_CPU, .axes = AXIS_RING,
     .judges = CLAUSES(PACKED_TXT_7, SANE_15, SPLIT_TXT_11), .timeout_ms = ACROSS_MS)
{
	serve_across(t, &machine_paused);
}

TEST(lifecycle, load_outlives_a_restore,
     .about =
	     "requests come back, each once, that another CPU sends while the machine is saved and restored",
     .needs = NEEDS_WORK | NEEDS_HOST | NEEDS_SECOND_CPU,
     .judges = CLAUSES(PACKED_TXT_7, SANE_15, SPLIT_TXT_11), .timeout_ms = ACROSS_MS)
{
	serve_across(t, &machine_restored);
}

TEST(lifecycle, load_outlives_a_migration,
     .about = "requests come back, each once, that another CPU sends while the machine is migrated",
     .needs = NEEDS_WORK | NEEDS_HOST | NEEDS_SECOND_CPU,
     .judges = CLAUSES(PACKED_TXT_7, SANE_15, SPLIT_TXT_11), .timeout_ms = ACROSS_MS)
{
	serve_across(t, &machine_migrated);
}
