/* SPDX-License-Identifier: BSD-2-Clause */
/* Bringing a device up, in the order of 3.1.1, whatever it is reached by. */
#include "virtio/transport/setup.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "lib/format.h"
#include "lib/string.h"
#include "virtio/ring/queue.h"

/* 2.4 sets no bound, and hardware has to drain. */
#define RESET_LEAST_NS (3 * NANOSECONDS_A_SECOND)

static uint64_t reset_patience = RESET_LEAST_NS;

void virtio_reset_patience(uint64_t nanoseconds)
{
	reset_patience = MAXIMUM(nanoseconds, RESET_LEAST_NS);
}

/* What a register does not do in time after a reset was asked for. */
static const char *reset_problem(const char *reads, const char *written)
{
	static char problem[96];

	format_text(problem, sizeof(problem), "%s does not read 0 within %llu s of writing %s",
		    reads, reset_patience / NANOSECONDS_A_SECOND, written);
	return problem;
}

/* Features end with word 3. */
#define NO_FEATURE_WORD 0x7f

/* The entry of the configuration; with a single one the queues share it. */
#define CONFIGURATION_ENTRY 0

bool virtio_reset(struct virtio_device *device)
{
	uint64_t deadline = clock_deadline(reset_patience);

	device->transport->set_status(device, 0);
	while (device->transport->get_status(device) != 0) {
		if (clock_passed(deadline)) {
			device->problem = reset_problem("device_status", "0");
			return false;
		}
		cpu_relax();
	}
	return true;
}

void virtio_add_status(struct virtio_device *device, uint8_t bits)
{
	device->transport->set_status(device, device->transport->get_status(device) | bits);
}

/* All words that an operation gives. */
static struct features read_words(struct virtio_device *device,
				  uint32_t (*read)(struct virtio_device *device, unsigned word))
{
	struct features features = NO_FEATURES;

	for (unsigned word = 0; read && word < FEATURE_BITS / 32; word++)
		features.words[word / 2] |= (uint64_t)read(device, word) << (word % 2 * 32);
	return features;
}

/*
 * Where a word shows something that no feature can lie in, the words above 1 are no offer either: most types
 * have no feature there, and a device that does not know those selectors may show whatever it likes.
 */
struct features virtio_read_offer(struct virtio_device *device)
{
	struct features offer = read_words(device, device->transport->offered_features);

	if (device->transport->offered_features(device, NO_FEATURE_WORD))
		offer.words[1] = 0;
	return offer;
}

struct features virtio_read_held_features(struct virtio_device *device)
{
	return read_words(device, device->transport->held_features);
}

bool virtio_select_queue(struct virtio_device *device, unsigned queue)
{
	const struct virtio_transport *transport = device->transport;

	transport->select_queue(device, queue);
	return !transport->selected_queue || transport->selected_queue(device) == queue;
}

/*
 * A device that does not know the words above 1 may take them for words below: they are left alone where nothing is offered
 * there, nor was ever accepted.
 */
void virtio_write_features(struct virtio_device *device, const struct features *features)
{
	unsigned words = FEATURE_BITS / 32;

	device->ever_accepted = features_or(device->ever_accepted, *features);
	if (!device->offered.words[1] && !device->ever_accepted.words[1])
		words = 2;
	for (unsigned word = 0; word < words; word++)
		device->transport->set_features(
			device, word, (uint32_t)(features->words[word / 2] >> (word % 2 * 32)));
}

bool virtio_negotiate(struct virtio_device *device, struct features features)
{
	const struct virtio_transport *transport = device->transport;
	uint8_t status = VIRTIO_STATUS_ACKNOWLEDGE;

	transport->set_status(device, status);
	status |= VIRTIO_STATUS_DRIVER;
	transport->set_status(device, status);
	device->offered = virtio_read_offer(device);
	device->negotiated = features;
	virtio_write_features(device, &features);
	if (!transport->has_features_ok)
		return true;
	status |= VIRTIO_STATUS_FEATURES_OK;
	transport->set_status(device, status);
	return transport->get_status(device) & VIRTIO_STATUS_FEATURES_OK;
}

static bool new_vector(struct virtio_device *device, unsigned *vector)
{
	*vector = interrupt_allocate();
	if (!*vector)
		virtio_lack(device, "no CPU vectors left");
	return *vector;
}

/* Whether a vector register that reads `got` has taken the entry; NO_VECTOR says that it could not. */
static bool is_mapped(struct virtio_device *device, uint16_t got, unsigned entry,
		      const char *problem)
{
	device->vector_refused = got == VIRTIO_MSI_NO_VECTOR;
	if (got != entry)
		device->problem = problem;
	return got == entry;
}

static bool set_up_configuration_vector(struct virtio_device *device)
{
	const struct virtio_messages *messages = device->transport->messages;

	if (!new_vector(device, &device->config_vector) ||
	    !messages->aim(device, CONFIGURATION_ENTRY, device->config_vector, 0))
		return false;
	return is_mapped(device, messages->map_configuration(device, CONFIGURATION_ENTRY),
			 CONFIGURATION_ENTRY, "config_msix_vector does not read back 0");
}

/* The vector of the first queue that has one, 0 when none has. */
static unsigned first_vector(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->vector)
			return device->queues[n]->vector;
	}
	return 0;
}

/* The selected queue gets its table entry. */
static bool map_queue_vector(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;
	uint16_t got = device->transport->messages->map_queue(device, (uint16_t)queue->entry);

	return is_mapped(device, got, queue->entry,
			 "queue_msix_vector does not read back what was written");
}

static bool set_up_queue_vector(struct virtqueue *queue, enum interrupt_mode mode)
{
	struct virtio_device *device = queue->device;
	bool shared = mode == INTERRUPT_MSIX_SHARED || device->vectors < device->queue_count + 1u;

	queue->entry = device->vectors == 1 ? CONFIGURATION_ENTRY : shared ? 1 : queue->index + 1u;
	if (queue->entry == CONFIGURATION_ENTRY) {
		queue->vector = device->config_vector;
	} else if (shared && first_vector(device)) {
		queue->vector = first_vector(device);
	} else if (!new_vector(device, &queue->vector) ||
		   !device->transport->messages->aim(device, queue->entry, queue->vector,
						     queue->cpu)) {
		return false;
	}
	queue->heard = interrupt_count(queue->vector);
	return map_queue_vector(queue);
}

/* The size that the ring of the selected queue gets, 0 with device->problem set. */
static uint16_t choose_size(struct virtio_device *device, const struct virtqueue_request *request,
			    uint16_t most)
{
	if (most == 0)
		device->problem = "queue_size reads 0 for a queue below num_queues";
	else if (!virtqueue_size_fits(device, most))
		device->problem = "queue_size is no power of 2, which a split ring needs";
	else
		return request->size && device->transport->set_queue_size
			       ? MINIMUM(request->size, most)
			       : most;
	return 0;
}

/* Makes the ring and tells the device of it; the queue is not enabled and has no vector yet. */
static struct virtqueue *set_up_ring(struct virtio_device *device, unsigned index,
				     const struct virtqueue_request *request, struct arena *arena)
{
	const struct virtio_transport *transport = device->transport;
	struct virtqueue_areas areas;
	struct virtqueue *queue;
	uint16_t most, size;

	transport->select_queue(device, index);
	most = transport->queue_size(device);
	size = choose_size(device, request, most);
	if (!size)
		return NULL;
	queue = virtqueue_create(device, (uint16_t)index, size, request->shape, arena);
	if (!queue) {
		virtio_lack(device, "no room for the ring in the DMA arena");
		return NULL;
	}
	queue->cpu = request->cpu;
	device->size_refused = false;
	if (size != most || !transport->queue_size_is_held)
		transport->set_queue_size(device, size);
	if (size != most && transport->queue_size_is_held)
		device->size_refused = transport->queue_size(device) != size;
	if (device->size_refused) {
		device->problem = "queue_size does not read back a smaller size";
		return NULL;
	}
	areas = virtqueue_areas(queue);
	transport->set_queue_area(device, AREA_DESCRIPTOR, areas.desc);
	transport->set_queue_area(device, AREA_DRIVER, areas.driver);
	transport->set_queue_area(device, AREA_DEVICE, areas.device);
	return transport->find_notification(queue) ? queue : NULL;
}

/* What all queues share: the way that their interrupts take. *line: the vector of all, 0: each has its own. */
static bool set_up_interrupts(struct virtio_device *device, enum interrupt_mode mode, unsigned cpu,
			      unsigned *line)
{
	const struct virtio_transport *transport = device->transport;

	*line = 0;
	if (mode == INTERRUPT_MSIX || mode == INTERRUPT_MSIX_SHARED) {
		if (!device->vectors) {
			device->problem = "it has no interrupt messages";
			return false;
		}
		transport->messages->enable(device);
		return set_up_configuration_vector(device);
	}
	/* Without messages the line must stay quiet unless it is what was asked for. */
	if (transport->line)
		transport->line->silence(device);
	if (mode == INTERRUPT_INTX)
		*line = transport->line->claim(device, cpu);
	return mode != INTERRUPT_INTX || *line;
}

static bool set_up_queue(struct virtio_device *device, unsigned index,
			 const struct virtqueue_request *request, unsigned line,
			 struct arena *arena)
{
	struct virtqueue *queue = set_up_ring(device, index, request, arena);

	if (!queue)
		return false;
	device->queues[index] = queue;
	if (device->mode == INTERRUPT_MSIX || device->mode == INTERRUPT_MSIX_SHARED)
		return set_up_queue_vector(queue, device->mode);
	queue->vector = line;
	return true;
}

bool virtio_set_up_queues(struct virtio_device *device, unsigned count,
			  const struct virtqueue_request *requests, enum interrupt_mode mode,
			  struct arena *arena)
{
	const struct virtio_transport *transport = device->transport;
	unsigned line;

	device->mode = mode;
	device->vector_refused = device->means_missing = false;
	device->queue_count = count;
	memset(device->queues, 0, sizeof(device->queues));
	if (!set_up_interrupts(device, mode, requests[0].cpu, &line))
		return false;
	for (unsigned n = 0; n < count; n++) {
		if (!requests[n].skip && !set_up_queue(device, n, &requests[n], line, arena))
			return false;
	}
	for (unsigned n = 0; transport->enable_queue && n < count; n++) {
		if (!device->queues[n] || requests[n].held)
			continue;
		transport->select_queue(device, n);
		transport->enable_queue(device);
	}
	return true;
}

bool virtio_reset_queue(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;
	uint64_t deadline = clock_deadline(reset_patience);

	device->transport->select_queue(device, queue->index);
	device->transport->start_queue_reset(device);
	while (device->transport->queue_reset(device) != 0) {
		if (clock_passed(deadline)) {
			device->problem = reset_problem("queue_reset", "1");
			return false;
		}
		cpu_relax();
	}
	return true;
}

bool virtio_enable_queue(struct virtio_device *device, unsigned index,
			 const struct virtqueue_request *request, struct arena *arena)
{
	struct virtqueue *old = device->queues[index];
	struct virtqueue_request same = *request;
	struct virtqueue *queue;

	if (!same.shape)
		same.shape = &old->shape;
	queue = set_up_ring(device, index, &same, arena);
	if (!queue)
		return false;
	device->queues[index] = queue;
	queue->entry = old->entry;
	queue->vector = old->vector;
	queue->cpu = old->cpu;
	if (queue->entry != VIRTIO_MSI_NO_VECTOR && !map_queue_vector(queue))
		return false;
	device->transport->enable_queue(device);
	return true;
}

void virtio_give_back_queues(struct virtio_device *device)
{
	if (device->vectors)
		device->transport->messages->disable(device);
	if (device->mode == INTERRUPT_INTX)
		device->transport->line->release(device);
	for (unsigned n = 0; n < device->queue_count; n++) {
		struct virtqueue *queue = device->queues[n];
		bool owner = queue && queue->vector && queue->vector != device->config_vector;

		for (unsigned m = 0; owner && m < n; m++)
			owner = !device->queues[m] || device->queues[m]->vector != queue->vector;
		if (owner)
			interrupt_free(queue->vector);
	}
	if (device->config_vector)
		interrupt_free(device->config_vector);
	device->config_vector = 0;
	device->queue_count = 0;
}

bool virtio_set_affinity(struct virtqueue *queue, unsigned cpu)
{
	struct virtio_device *device = queue->device;

	if (queue->entry == VIRTIO_MSI_NO_VECTOR ||
	    !device->transport->messages->aim(device, queue->entry, queue->vector, cpu))
		return false;
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->entry == queue->entry)
			device->queues[n]->cpu = cpu;
	}
	return true;
}
