/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/interrupt/interrupt.h"

#include "lib/string.h"
#include "virtio/config.h"

/* One look, during which something may arrive. */
static struct mark counts_now(const struct virtqueue *queue)
{
	unsigned config = queue->device->config_vector;

	return (struct mark){
		.own = interrupt_tally(queue->cpu, queue->vector)->count,
		.config = config && config != queue->vector ? interrupt_count(config) : 0,
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
	} while (again.total != mark.total || again.own != mark.own || again.config != mark.config);
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
	uint64_t known = now.own - mark->own + now.config - mark->config;

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
	settle_interrupts();
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
