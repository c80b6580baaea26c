/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/leftover.h"

#include "tests/harness/judge/fault.h"
#include "tests/harness/subject/contact.h"
#include "tests/harness/subject/subject.h"
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
	unsigned queues = MINIMUM((unsigned)contact->found.queues, QUEUES_REMEMBERED);

	approach(device);
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

/* Takes away what was told before. */
static void drop_known(const struct faults *faults, struct leftovers *left)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (fault_of(faults, clause_of_kind[kind]))
			left->kinds &= ~BIT(kind);
	}
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

void judge_leftovers(struct test_run *t)
{
	struct leftovers left = {.text = TEXT_ON(left.words)};

	if (fault_of(t->faults, CLAUSE_PCI_COMMON_8))
		return;
	left.words[0] = '\0';
	look_again(t->device, &left);
	drop_known(t->faults, &left);
	if (left.kinds)
		check_broken(t, clause_of(&left), "after a reset %s", left.words);
	if (!virtio_reset(t->device))
		check_broken(t, CLAUSE_RESET_1, "after a reset and a look: %s", t->device->problem);
}

void restore_sizes(struct test_run *t)
{
	struct virtio_device *device = t->device;
	const struct contact *contact = &face_of(device)->contact;
	unsigned queues = MINIMUM((unsigned)contact->found.queues, QUEUES_REMEMBERED);

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
