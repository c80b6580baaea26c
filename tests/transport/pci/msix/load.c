/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks and destinations that change while another CPU keeps the device at work. */
#include "arch/cpu.h"
#include "arch/io.h"
#include "tests/transport/pci/msix/msix.h"

#define SERVED      60
#define SERVED_MANY 5000

/* What the second CPU does: one request after the other, each waited for by its message. */
struct load {
	struct virtqueue *queue;
	struct request *request;
	uint64_t patience; /* ticks */
	struct effort effort;
	volatile unsigned served;
	volatile bool stuck;
	uint64_t before;       /* messages in front of the last request */
	bool full, came, used; /* of it: no room for it, its message, its use */
};

/* A message may come needlessly before that. */
static bool is_announced(void *context)
{
	struct load *load = context;

	load->used = virtqueue_used_pending(load->queue);
	load->came = interrupt_count(load->queue->vector) != load->before;
	return load->used && load->came;
}

static bool await_announcement(struct load *load)
{
	uint64_t start = clock_now();

	while (!is_announced(load)) {
		if (clock_now() - start > load->patience)
			return false;
		cpu_relax();
	}
	return true;
}

static void keep_busy(void *argument)
{
	struct load *load = argument;
	struct virtqueue *queue = load->queue;
	struct completion completion;

	while (!load->stuck && effort_lasts(&load->effort, load->served)) {
		load->before = interrupt_count(queue->vector);
		virtqueue_arm(queue, 0);
		load->full = !request_add(queue, load->request);
		virtqueue_publish(queue);
		virtqueue_kick(queue);
		load->stuck = load->full || !await_announcement(load) ||
			      !virtqueue_take(queue, &completion);
		load->served += !load->stuck;
	}
}

/* Points the masked entry of a queue at a CPU; as it was, where that cannot be said in a message. */
static void move(const struct virtqueue *queue, unsigned cpu)
{
	struct msi_message message;

	if (interrupt_message(cpu, queue->vector, MSI_PHYSICAL, &message))
		msix_write_entry(&virtio_pci(queue->device)->msix, queue->entry, message.address,
				 message.data);
}

#define CHANGE_NS 8000 /* at most, masked and not masked */
#define LONG_NS   (50 * NANOSECONDS_A_SECOND)

/* What the boot CPU does meanwhile. */
struct changes {
	struct test_run *t;
	struct load *load;
};

/* One change, at any moment of a request; whether the load is over. */
static bool change(void *context)
{
	const struct changes *changes = context;
	const struct virtqueue *queue = changes->load->queue;
	struct test_run *t = changes->t;
	const struct msix *msix = &virtio_pci(queue->device)->msix;
	unsigned how = (unsigned)random_below(&t->random, 3);

	if (how == 0)
		msix_function_mask(msix, true);
	else
		msix_mask_entry(msix, queue->entry, true);
	if (how == 2)
		move(queue, (unsigned)random_below(&t->random, cpu_count()));
	clock_spin(random_below(&t->random, CHANGE_NS));
	if (how == 0)
		msix_function_mask(msix, false);
	else
		msix_mask_entry(msix, queue->entry, false);
	clock_spin(random_below(&t->random, CHANGE_NS));
	return cpu_idle(1);
}

TEST(interrupt, changes_under_load_lose_nothing,
     .about =
	     "each buffer is announced while its vector is masked, unmasked and moved among CPUs all the time",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_7, SANE_1), .timeout_ms = 60000)
{
	struct load *load = test_memory(t, "load", sizeof(*load), 8);
	struct changes changes = {t, load};
	struct virtqueue *queue;

	want_batches(t);
	bring_up(t);
	queue = work_queue(t);
	CAN_JUDGE(t, complete_with_message(t, queue), "no message comes, whatever happens");
	*load = (struct load){.queue = queue,
			      .request = new_request(t, 1),
			      .patience = clock_from_ns(PATIENCE_NS),
			      .effort = effort_of(SERVED, SERVED_MANY)};
	CAN_JUDGE(t, cpu_start(1, keep_busy, load), "the second CPU is busy");
	CAN_JUDGE(t, wait_until(change, &changes, clock_deadline(LONG_NS)),
		  "the second CPU does not come to an end");
	CAN_JUDGE(t, !load->full, "queue %u has no room for a request", queue->index);
	/* Meanwhile a CPU may have stood still, and the vector stayed masked: it is masked no more. */
	if (!load->stuck || wait_until(is_announced, load, clock_deadline(PATIENCE_NS))) {
		check_held(t, CLAUSE_MSIX_PCI_7);
		return;
	}
	INSIST(t, SANE_1, load->used, "queue %u: behind %u others %s is not completed in time",
	       queue->index, load->served, t->workload->about);
	CHECK(t, MSIX_PCI_7, load->came,
	      "entry %u: behind %u buffers one was used while its vector was masked, moved and "
	      "unmasked again and again, and no message came",
	      queue->entry, load->served);
}
