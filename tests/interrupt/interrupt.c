/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/interrupt/interrupt.h"

#include "lib/string.h"
#include "tests/harness/subject/fresh.h"
#include "virtio/config.h"

/* Whether a queue beside the one that is looked at may have something to tell by itself: what it receives, and when. */
static bool tells_by_itself(const struct virtqueue *other, const struct virtqueue *queue)
{
	const struct workload *workload = workload_of(queue->device->type);

	return other && other != queue && workload && other->index < workload->queues;
}

bool entry_tells_by_itself(const struct virtqueue *queue, unsigned entry)
{
	const struct virtio_device *device = queue->device;
	bool tells = device->config_vector && entry == 0;

	for (unsigned n = 0; n < device->queue_count; n++)
		tells = tells || (tells_by_itself(device->queues[n], queue) &&
				  device->queues[n]->entry == entry);
	return tells;
}

/* What has arrived on vectors that tell by themselves, but for the queue's own. */
static uint64_t count_apart(const struct virtqueue *queue)
{
	const struct virtio_device *device = queue->device;
	unsigned config = device->config_vector;
	uint64_t count = config && config != queue->vector ? interrupt_count(config) : 0;

	for (unsigned n = 0; n < device->queue_count; n++) {
		const struct virtqueue *other = device->queues[n];

		if (tells_by_itself(other, queue) && other->vector && other->vector != config &&
		    other->vector != queue->vector)
			count += interrupt_count(other->vector);
	}
	return count;
}

/* One look, during which something may arrive. */
static struct mark counts_now(const struct virtqueue *queue)
{
	return (struct mark){
		.own = interrupt_tally(queue->cpu, queue->vector)->count,
		.apart = count_apart(queue),
		.total = interrupt_total(),
	};
}

struct mark mark_arrivals(const struct virtqueue *queue)
{
	struct mark mark, again;

	/*
	 * Until they are the same before and after: the counts must be of one moment. An arrival on another CPU
	 * counts for its vector first, and then in all.
	 */
	do {
		mark = counts_now(queue);
		again = counts_now(queue);
	} while (again.total != mark.total || again.own != mark.own || again.apart != mark.apart);
	return mark;
}

uint64_t arrivals_own(const struct virtqueue *queue, const struct mark *mark)
{
	return interrupt_tally(queue->cpu, queue->vector)->count - mark->own;
}

uint64_t arrivals_of_queues(const struct virtio_device *device)
{
	unsigned config = device->config_vector;
	uint64_t total, arrivals;

	do {
		total = interrupt_total();
		arrivals = total - (config ? interrupt_count(config) : 0);
	} while (interrupt_total() != total);
	return arrivals;
}

uint64_t arrivals_elsewhere(const struct virtqueue *queue, const struct mark *mark)
{
	struct mark now = mark_arrivals(queue);
	uint64_t total = now.total - mark->total;
	uint64_t known = now.own - mark->own + now.apart - mark->apart;

	/* An arrival that is under way on another CPU may be known before it counts in all. */
	return total > known ? total - known : 0;
}

struct expected {
	const struct virtqueue *queue;
	const struct mark *mark;
	uint64_t count;
};

static bool have_come(void *context)
{
	const struct expected *expected = context;

	return arrivals_own(expected->queue, expected->mark) +
		       arrivals_elsewhere(expected->queue, expected->mark) >=
	       expected->count;
}

bool await_messages(struct test_run *t, struct virtqueue *queue, const struct mark *mark,
		    uint64_t count)
{
	struct expected expected = {queue, mark, count};

	if (wait_until(have_come, &expected, clock_deadline(PATIENCE_NS)))
		return true;
	diagnose(t, queue);
	return false;
}

void complete_one(struct test_run *t, struct virtqueue *queue)
{
	struct completion completion;

	submit(t, queue, new_request(t, random_next(&t->random)));
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
}

bool complete_with_message(struct test_run *t, struct virtqueue *queue)
{
	struct completion completion;
	struct mark mark = mark_arrivals(queue);
	bool came;

	virtqueue_arm(queue, 0);
	submit(t, queue, new_request(t, random_next(&t->random)));
	came = await_messages(t, queue, &mark, 1);
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
	return came;
}

bool fence(struct test_run *t, struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;
	unsigned own = queue->vector, sentinel = interrupt_allocate();
	bool came;

	device->transport->messages->aim(device, queue->entry, sentinel, queue->cpu);
	queue->vector = sentinel;
	came = complete_with_message(t, queue);
	device->transport->messages->aim(device, queue->entry, own, queue->cpu);
	queue->vector = own;
	settle_interrupts();
	interrupt_free(sentinel);
	return came;
}

void insist_on_fence(struct test_run *t, struct virtqueue *queue)
{
	if (!JUDGE(t, clause_of_notice(queue), fence(t, queue),
		   "queue %u: the message behind does not come", queue->index))
		leave_test(t);
}

void fence_by_reset(struct test_run *t)
{
	INSIST(t, RESET_1, virtio_reset(t->device), "%s", t->device->problem);
	t->up = false;
	settle_device(t->device);
}

/* The fields of the type that this device has, each as wide as it is. */
static void read_fields(struct virtio_device *device, struct configuration *configuration)
{
	for_each_config_field(field, device)
	{
		uint64_t value;

		if (field->offset + field->width > configuration->length)
			continue;
		value = config_read_at(device, field->offset, field->width);
		memcpy(configuration->bytes + field->offset, &value, field->width);
	}
}

void read_configuration(struct virtio_device *device, struct configuration *configuration)
{
	*configuration = (struct configuration){0};
	if (!device->config_length)
		return;
	configuration->length =
		MINIMUM(device->config_length, (uint32_t)sizeof(configuration->bytes));
	configuration->generation = config_generation(device);
	if (virtio_type_by_id(device->type))
		read_fields(device, configuration);
	else
		config_get(device, 0, configuration->bytes, configuration->length);
}

bool configurations_equal(const struct configuration *a, const struct configuration *b)
{
	return a->generation == b->generation && a->length == b->length &&
	       memcmp(a->bytes, b->bytes, a->length) == 0;
}

enum clause_id clause_of_quiet(const struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		return CLAUSE_PACKED_EV_TXT_2;
	return queue->event_idx ? CLAUSE_SPLIT_NOTIF_6 : CLAUSE_SPLIT_NOTIF_2;
}

#define STATUS_READS 16 /* until a status that is not 0 is one that reading does not clear */
#define BETWEEN_NS   375000

uint8_t status_read_away(struct virtio_device *device)
{
	uint8_t isr = device->transport->take_interrupt_status(device);

	for (unsigned n = 0; isr && n < STATUS_READS; n++) {
		clock_spin(BETWEEN_NS);
		isr = device->transport->take_interrupt_status(device);
	}
	return isr;
}
