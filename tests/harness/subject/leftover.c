/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/leftover.h"

#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/subject/contact.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/subject.h"
#include "virtio/ring/queue.h"
#include "virtio/config.h"
#include "virtio/transport/setup.h"

/* The kinds of what may be left. */
enum kind { KIND_SIZE, KIND_ENABLED, KIND_MAPPED, KIND_CONFIG_MAPPED, KINDS };

/* Which clause says that it is not, on its own. */
static const uint16_t clause_of_kind[KINDS] = {
	[KIND_SIZE] = CLAUSE_PCI_COMMON_TXT_5,
	[KIND_ENABLED] = CLAUSE_PCI_COMMON_10,
	[KIND_MAPPED] = CLAUSE_PCI_MSIX_10,
	[KIND_CONFIG_MAPPED] = CLAUSE_PCI_MSIX_11,
};

/* What was found, and what is said of it: one place of each kind. */
struct leftovers {
	unsigned kinds; /* BIT(enum kind) */
	char words[256];
	struct text text;
};

static void PRINTF_LIKE(3, 4) add(struct leftovers *left, enum kind kind, const char *format, ...)
{
	va_list arguments;

	if (left->kinds & BIT(kind))
		return;
	if (left->kinds)
		text_add(&left->text, "; ");
	left->kinds |= BIT(kind);
	va_start(arguments, format);
	text_add_list(&left->text, format, arguments);
	va_end(arguments);
}

static void look_at_queue(struct virtio_device *device, unsigned n, uint16_t size_before,
			  struct leftovers *left)
{
	const struct virtio_transport *transport = device->transport;
	uint16_t size, mapped;

	transport->select_queue(device, n);
	size = transport->queue_size(device);
	if (size != size_before)
		add(left, KIND_SIZE, "queue %u: queue_size reads %u, and was %u at first contact",
		    n, size, size_before);
	if (transport->queue_enabled && transport->queue_enabled(device))
		add(left, KIND_ENABLED, "queue %u: queue_enable reads %u", n,
		    transport->queue_enabled(device));
	mapped = device->vectors ? transport->messages->queue_entry(device) : VIRTIO_MSI_NO_VECTOR;
	if (mapped != VIRTIO_MSI_NO_VECTOR)
		add(left, KIND_MAPPED, "queue %u: queue_msix_vector reads %#x", n, mapped);
}

/* A driver that begins anew sees what is left. */
static void look_again(struct virtio_device *device, struct leftovers *left)
{
	const struct contact *contact = &face_of(device)->contact;
	const struct virtio_messages *messages = device->transport->messages;
	unsigned queues = MINIMUM(contact->queues, QUEUES_REMEMBERED);

	approach(device);
	device->offered = virtio_read_offer(device);
	/* There may be queues that negotiated features bring, and take away: what is there is looked at. */
	queues = MINIMUM(queues, device->transport->queue_count(device));
	if (device->vectors) {
		uint16_t mapped;

		messages->enable(device);
		mapped = messages->configuration_entry(device);
		if (mapped != VIRTIO_MSI_NO_VECTOR)
			add(left, KIND_CONFIG_MAPPED, "config_msix_vector reads %#x", mapped);
	}
	for (unsigned n = 0; n < queues; n++)
		look_at_queue(device, n, contact->sizes[n], left);
	if (device->vectors)
		messages->disable(device);
}

/* Takes away what was told before, and what would take away the same again: but for what has to be undone. */
static void drop_known(const struct faults *faults, struct leftovers *left)
{
	uint32_t taken = taken_by(faults) & ~(uint32_t)STATE_EARLY_RESET, takes;

	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (is_root(clause_of_kind[kind], &takes) && (takes & taken))
			left->kinds &= ~BIT(kind);
	}
}

/* Goes live, and back. False when the device does not follow. */
static bool live_with(struct test_run *t, unsigned queues)
{
	struct virtio_device *device = t->device;
	bool live = false;

	arena_empty(t->arena);
	if (make_fresh(device) && set_up_unjudged(t, features_for(t), queues, INTERRUPT_NONE)) {
		virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
		live = !(device->transport->get_status(device) & VIRTIO_STATUS_NEEDS_RESET);
	}
	if (virtio_reset(device))
		virtio_give_back_queues(device);
	return live;
}

/*
 * Some devices undo only what DRIVER_OK has started. There are those that refuse queues of features that were declined,
 * and those that want all.
 */
static void live_once(struct test_run *t)
{
	struct variant variant = t->variant;

	t->variant = (struct variant){0};
	if (!live_with(t, usual_queues(t)))
		live_with(t, ALL_QUEUES);
	t->variant = variant;
}

static enum clause_id clause_of(const struct leftovers *left)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (left->kinds == BIT(kind))
			return clause_of_kind[kind];
	}
	if (left->kinds == (BIT(KIND_MAPPED) | BIT(KIND_CONFIG_MAPPED)))
		return CLAUSE_PCI_MSIX_10;
	return CLAUSE_PCI_COMMON_8;
}

/*
 * Whether nothing is left of an earlier set-up once the device was live. A single register that even that does not clear
 * is a fault of its own.
 */
static bool is_undone(struct test_run *t)
{
	struct leftovers left = {.text = TEXT_ON(left.words)};
	enum clause_id id;
	uint32_t takes = 0;

	live_once(t);
	look_again(t->device, &left);
	drop_known(t->faults, &left);
	if (!left.kinds)
		return true;
	id = clause_of(&left);
	if (!is_root(id, &takes) || (takes & STATE_RESET))
		return false;
	if (told_by_earlier_boot(t->device, id))
		enter_earlier_fault(t->device, t->faults, id, takes);
	else
		check_broken(t, id, "after a reset of a live device %s", left.words);
	return true;
}

/* What was negotiated once can be again (2.2.2); what never was may come and go. */
static void judge_offer(struct test_run *t)
{
	struct features gone = features_without(face_of(t->device)->agreed, t->device->offered);
	const char *name;
	unsigned bit = 0;

	if (features_empty(gone) || fault_of(t->faults, CLAUSE_FEAT_9))
		return;
	while (!features_have(&gone, bit))
		bit++;
	name = feature_name(t->device->type, bit);
	check_broken(t, CLAUSE_FEAT_9,
		     "bit %u (%s) was negotiated before, and is not offered after a reset", bit,
		     name ? name : "which the specification does not name");
}

/*
 * What a field reads that was read before may have changed: by itself or by the host, and then the generation says so
 * (4.1.4.3.1).
 */
static void judge_configuration(struct test_run *t)
{
	struct virtio_device *device = t->device;
	struct contact *contact = &face_of(device)->contact;
	unsigned place;

	if (!device->config_length || fault_of(t->faults, CLAUSE_PCI_COMMON_7))
		return;
	if (config_generation(device) != contact->generation) {
		remember_configuration(contact, device);
		return;
	}
	for_each_config_field(field, device)
	{
		uint64_t value;

		if (!field_is_settled(device, field, &place))
			continue;
		value = config_read_at(device, field->offset, field->width);
		if (value == contact->fields[place])
			continue;
		check_broken(t, CLAUSE_PCI_COMMON_7,
			     "after a reset %s reads %#lx, and read %#lx before; the generation of "
			     "the configuration is %u both times",
			     field->name, value, contact->fields[place], contact->generation);
		return;
	}
}

/* A read takes the bits away (4.1.4.5), and a device that is reset adds none. */
static void judge_interrupt_status(struct test_run *t)
{
	uint8_t first = t->device->transport->take_interrupt_status(t->device);
	uint8_t second = t->device->transport->take_interrupt_status(t->device);

	if (second && !fault_of(t->faults, CLAUSE_PCI_ISR_7))
		check_broken(t, CLAUSE_PCI_ISR_7,
			     "after a reset the interrupt status reads %#x, and %#x again", first,
			     second);
}

/* What is left, which was not known. A reset that can be had by going live takes only itself away. */
static void tell_leftovers(struct test_run *t, const struct leftovers *left)
{
	enum clause_id id = clause_of(left);
	uint32_t takes;

	if (!t->asks && is_root(id, &takes) && (takes & STATE_RESET))
		enter_fault(t, id, is_undone(t) ? STATE_EARLY_RESET : takes);
	if (!told_by_earlier_boot(t->device, id))
		check_broken(t, id, "after a reset %s", left->words);
}

static const struct fault *early_fault(const struct faults *faults)
{
	const struct fault *fault = fault_of(faults, CLAUSE_PCI_COMMON_8);

	return fault ? fault : fault_of(faults, CLAUSE_PCI_COMMON_10);
}

void judge_leftovers(struct test_run *t)
{
	struct leftovers left = {.text = TEXT_ON(left.words)};
	const struct fault *early = early_fault(t->faults);

	/* A reset that is none leaves this and that, time after time. */
	if (taken_by(t->faults) & STATE_RESET)
		return;
	look_again(t->device, &left);
	drop_known(t->faults, &left);
	if (left.kinds && !early)
		tell_leftovers(t, &left);
	/* Features that were negotiated in vain show nowhere. */
	else if (early && (left.kinds || !t->up) && !is_undone(t))
		enter_fault(t, early->clause, STATE_RESET);
	judge_offer(t);
	judge_configuration(t);
	judge_interrupt_status(t);
	if (!virtio_reset(t->device))
		check_broken(t, CLAUSE_RESET_1, "after a reset and a look: %s", t->device->problem);
}

void restore_sizes(struct test_run *t)
{
	struct virtio_device *device = t->device;
	const struct contact *contact = &face_of(device)->contact;
	unsigned queues = MINIMUM(contact->queues, QUEUES_REMEMBERED);

	if (!fault_of(t->faults, CLAUSE_PCI_COMMON_TXT_5))
		return;
	approach(device);
	for (unsigned n = 0; n < queues; n++) {
		device->transport->select_queue(device, n);
		if (device->transport->queue_size(device) != contact->sizes[n])
			device->transport->set_queue_size(device, contact->sizes[n]);
	}
	CHECK(t, RESET_1, virtio_reset(device), "before the test: %s", device->problem);
}
