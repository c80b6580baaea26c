/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of drivers, as they come up and go. */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/persona/persona.h"
#include "tests/transport/common/transport.h"
#include "virtio/device/net.h"
#include "virtio/ring/queue.h"

bool flaw(struct play *play, enum clause_id id, const char *format, ...)
{
	va_list arguments;

	play->clause = id;
	va_start(arguments, format);
	format_text_list(play->why, sizeof(play->why), format, arguments);
	va_end(arguments);
	return false;
}

bool has_accepted(const struct play *play, unsigned bit)
{
	return features_have(&play->t->device->negotiated, bit);
}

/* ---- the device ---- */

bool writes_status(struct play *play, uint32_t status)
{
	play->t->device->transport->set_status(play->t->device, (uint8_t)status);
	return true;
}

bool sees_status(struct play *play, uint32_t bits)
{
	uint8_t status = play->t->device->transport->get_status(play->t->device);

	return HOLDS(play, INIT_TXT_1, (status & bits) == bits,
		     "device_status reads %#x after %#x was set", status, bits);
}

bool adds_status(struct play *play, uint32_t bits)
{
	virtio_add_status(play->t->device, (uint8_t)bits);
	return true;
}

bool awaits_reset(struct play *play, uint32_t number)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);
	uint8_t status;

	while ((status = play->t->device->transport->get_status(play->t->device)) &&
	       !clock_passed(deadline))
		cpu_relax();
	return HOLDS(play, RESET_1, !status, "device_status reads %#x after 0 was written", status);
}

bool reads_isr(struct play *play, uint32_t number)
{
	play->t->device->transport->take_interrupt_status(play->t->device);
	return true;
}

bool reads_offer(struct play *play, uint32_t words)
{
	for (unsigned word = 0; word < words; word++)
		play->t->device->transport->offered_features(play->t->device, word);
	return true;
}

/* What the persona takes of the offer, with what stays from earlier. */
static struct features taken_of_offer(const struct play *play)
{
	const struct virtio_device *device = play->t->device;
	const struct persona *persona = play->persona;
	struct features taken = {{persona->takes, 0}};

	if (play->ways & WAY_LAWFUL)
		features_add(&taken, VIRTIO_F_VERSION_1);
	/* Of a driver of many types it is not written down here which features of each it knows. */
	if (persona->any_type)
		taken.words[0] |= play->t->workload->features;

	taken = features_or(features_and(taken, device->offered), play->t->stays);
	return features_close(device->type, taken);
}

bool writes_features(struct play *play, uint32_t words)
{
	struct virtio_device *device = play->t->device;

	device->negotiated = taken_of_offer(play);
	device->ever_accepted = features_or(device->ever_accepted, device->negotiated);
	for (unsigned word = 0; word < words; word++)
		device->transport->set_features(
			device, word,
			(uint32_t)(device->negotiated.words[word / 2] >> (word % 2 * 32)));
	return true;
}

bool sees_agreement(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;
	struct features least = features_least(device);
	bool agreed = device->transport->get_status(device) & VIRTIO_STATUS_FEATURES_OK;

	CAN_JUDGE(play->t, agreed || features_empty(features_without(least, device->negotiated)),
		  "the device insists on features that %s driver does not know",
		  play->persona->driver);
	return HOLDS(play, FEAT_2, agreed, "FEATURES_OK reads back clear after features %#lx",
		     device->negotiated.words[0]);
}

bool counts_queues(struct play *play, uint32_t number)
{
	unsigned count = play->t->device->transport->queue_count(play->t->device);
	unsigned needed = play->persona->first_queue + play->persona->queues;

	return HOLDS(play, SANE_5, count >= needed, "the device has %u queues, and %u are needed",
		     count, needed);
}

static void read_field(struct play *play, uint32_t offset, uint32_t field, uint32_t width)
{
	struct virtio_device *device = play->t->device;
	uint32_t step = width ? width : MINIMUM(field, 4u);

	for (uint32_t at = 0; at < field; at += step)
		device->transport->read_config(device, offset + at, step);
}

/* Whether a field is there with what was accepted. */
static bool is_there(const struct play *play, const struct virtio_config_field *field)
{
	for (unsigned n = 0; n < field->count; n++) {
		if (has_accepted(play, field->any_of[n]))
			return true;
	}
	return !field->count;
}

bool reads_fields(struct play *play, uint32_t width)
{
	const struct persona_field *own = play->persona->fields;

	for (; own && own->width; own++) {
		if (own->feature == NO_FEATURE || has_accepted(play, (unsigned)own->feature))
			read_field(play, own->offset, own->width, width);
	}
	if (own)
		return true;
	for_each_config_field(field, play->t->device)
	{
		if (is_there(play, field) && !(field->flags & CONFIG_WRITE_ONLY))
			read_field(play, field->offset, field->width, width);
	}
	return true;
}

bool reads_fields_between_generations(struct play *play, uint32_t width)
{
	config_generation(play->t->device);
	reads_fields(play, width);
	config_generation(play->t->device);
	return true;
}

/* ---- interrupts ---- */

static unsigned new_vector(struct play *play)
{
	unsigned vector = interrupt_allocate();

	if (!vector)
		error_in_test(play->t, "no CPU vectors left");
	return vector;
}

static void aim(struct play *play, unsigned entry, unsigned vector)
{
	struct virtio_device *device = play->t->device;

	if (!device->transport->messages->aim(device, entry, vector, 0))
		error_in_test(play->t, "%s", device->problem);
}

/* The device may have no vector left for an event (4.1.5.1.2.1). */
static void insist_on_mapping(struct play *play, uint16_t got)
{
	CAN_JUDGE(play->t, got != VIRTIO_MSI_NO_VECTOR, "%s maps no vector", play->t->device->name);
}

bool enables_messages(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	device->mode = usual_interrupts(device);
	if (device->mode != INTERRUPT_MSIX)
		return true;
	device->transport->messages->enable(device);
	device->config_vector = new_vector(play);
	aim(play, 0, device->config_vector);
	insist_on_mapping(play, device->transport->messages->map_configuration(device, 0));
	return true;
}

/* The vector of the first queue that was set up. */
static unsigned first_vector(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->vector)
			return device->queues[n]->vector;
	}
	return 0;
}

bool maps_vector(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;
	struct virtqueue *queue = device->queues[play->index];
	bool own = device->vectors > play->queues;

	if (device->mode != INTERRUPT_MSIX)
		return true;
	queue->entry = own ? play->number + 1 : device->vectors > 1 ? 1 : 0;
	queue->vector = !queue->entry ? device->config_vector : own ? 0 : first_vector(device);
	if (!queue->vector) {
		queue->vector = new_vector(play);
		aim(play, queue->entry, queue->vector);
	}
	insist_on_mapping(play,
			  device->transport->messages->map_queue(device, (uint16_t)queue->entry));
	return true;
}

bool maps_queues(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	play->number = 0;
	for (play->index = 0; play->index < device->queue_count; play->index++) {
		if (!device->queues[play->index])
			continue;
		selects(play, 0);
		maps_vector(play, 0);
		play->number++;
	}
	return true;
}

bool unmaps_queues(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	for (unsigned n = 0; device->mode == INTERRUPT_MSIX && n < device->queue_count; n++) {
		if (!device->queues[n])
			continue;
		device->transport->select_queue(device, n);
		device->transport->messages->map_queue(device, VIRTIO_MSI_NO_VECTOR);
	}
	return true;
}

bool forgets_queues(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	for (unsigned n = 0; n < device->queue_count; n++) {
		if (!device->queues[n])
			continue;
		device->transport->select_queue(device, n);
		device->transport->set_queue_area(device, AREA_DESCRIPTOR, 0);
	}
	return true;
}

/* ---- a queue ---- */

bool selects(struct play *play, uint32_t number)
{
	play->t->device->transport->select_queue(play->t->device, play->index);
	return true;
}

bool reads_size(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	play->size = device->transport->queue_size(device);
	if (play->persona->size_most)
		play->size = MINIMUM(play->size, play->persona->size_most);
	return HOLDS(play, SANE_5, play->size && virtqueue_size_fits(device, play->size),
		     "queue %u: queue_size reads %u", play->index, play->size);
}

bool caps_size(struct play *play, uint32_t most)
{
	struct virtio_device *device = play->t->device;
	uint16_t got = play->size;

	if (play->size > most) {
		device->transport->set_queue_size(device, (uint16_t)most);
		play->size = (uint16_t)most;
		got = device->transport->queue_size(device);
	}
	return HOLDS(play, PCI_COMMON_TXT_6, got == play->size,
		     "queue %u: queue_size reads %u after %u was written", play->index, got, most);
}

bool writes_size(struct play *play, uint32_t number)
{
	play->t->device->transport->set_queue_size(play->t->device, play->size);
	return true;
}

bool rereads_size(struct play *play, uint32_t number)
{
	uint16_t got = play->t->device->transport->queue_size(play->t->device);

	return HOLDS(play, SANE_5, got == play->size, "queue %u: queue_size reads %u, and then %u",
		     play->index, play->size, got);
}

bool sees_disabled(struct play *play, uint32_t number)
{
	uint16_t enabled = play->t->device->transport->queue_enabled(play->t->device);

	return HOLDS(play, PCI_COMMON_10, !enabled,
		     "queue %u: queue_enable reads %u before the queue was enabled", play->index,
		     enabled);
}

bool makes_ring(struct play *play, uint32_t number)
{
	const struct persona *persona = play->persona;
	struct virtio_device *device = play->t->device;
	struct ring_shape shape = {
		.indirect = persona->indirect && has_accepted(play, VIRTIO_F_INDIRECT_DESC),
		.one_piece = play->ways & WAY_APART ? 0 : persona->one_piece,
	};
	struct virtqueue *queue =
		virtqueue_create(device, (uint16_t)play->index, play->size, &shape, play->t->arena);

	if (!queue)
		error_in_test(play->t, "no room for the ring in the DMA arena");
	device->queues[play->index] = queue;
	if (play->ways & WAY_HEARD)
		maps_vector(play, 0);
	else if (persona->suppresses)
		virtqueue_suppress(queue);
	return !(play->ways & WAY_PLACED) || finds_place(play, 0);
}

bool writes_areas(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;
	struct virtqueue_areas areas = virtqueue_areas(device->queues[play->index]);

	device->transport->set_queue_area(device, AREA_DESCRIPTOR, areas.desc);
	device->transport->set_queue_area(device, AREA_DRIVER, areas.driver);
	device->transport->set_queue_area(device, AREA_DEVICE, areas.device);
	return true;
}

bool finds_place(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	return HOLDS(play, SANE_5,
		     device->transport->find_notification(device->queues[play->index]),
		     "queue %u: %s", play->index, device->problem);
}

bool guesses_place(struct play *play, uint32_t number)
{
	play->t->device->queues[play->index]->notify_off = (uint16_t)play->index;
	return true;
}

static void enable(struct play *play)
{
	play->t->device->transport->enable_queue(play->t->device);
}

bool enables(struct play *play, uint32_t number)
{
	if (!(play->ways & WAY_TOGETHER))
		enable(play);
	return true;
}

bool enables_queues(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;

	for (play->index = 0; play->index < device->queue_count; play->index++) {
		if (!device->queues[play->index])
			continue;
		selects(play, 0);
		enable(play);
	}
	return true;
}

/* Whether the persona uses a queue, which the device need not have. */
static bool uses(const struct play *play, unsigned index)
{
	const struct persona *persona = play->persona;
	struct virtio_device *device = play->t->device;

	if (persona->control && has_accepted(play, VIRTIO_NET_F_CTRL_VQ) &&
	    index == net_control_queue(device))
		return true;
	if (persona->queues && !(play->ways & WAY_WHOLE))
		return index >= persona->first_queue &&
		       index < persona->first_queue + persona->queues;
	return queue_is_there(device, index);
}

bool looks_over_queues(struct play *play, uint32_t number)
{
	unsigned count = queues_of(play->t->device);

	for (unsigned n = 0; n < count; n++)
		queue_is_there(play->t->device, n);
	return true;
}

bool sets_up_queues(struct play *play, uint32_t number)
{
	struct virtio_device *device = play->t->device;
	static bool used[VIRTIO_QUEUES_MOST];

	if (play->ways & WAY_HEARD)
		enables_messages(play, 0);
	else if (play->persona->quiet)
		device->mode = INTERRUPT_NONE;
	memset(device->queues, 0, sizeof(device->queues));
	device->queue_count = queues_of(device);
	play->queues = play->number = 0;
	for (unsigned n = 0; n < device->queue_count; n++)
		play->queues += used[n] = uses(play, n);
	for (play->index = 0; play->index < device->queue_count; play->index++) {
		if (!used[play->index])
			continue;
		for (const struct step *step = play->persona->queue; step->does; step++) {
			if (!step->does(play, step->number))
				return false;
		}
		play->number++;
	}
	return !(play->ways & WAY_TOGETHER) || enables_queues(play, 0);
}
