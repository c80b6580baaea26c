/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/run/selection.h"
#include "tests/harness/judge/clause.h"

#include "arch/cpu.h"
#include "lib/string.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/plan/result.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport.h"

/* Ids of clauses have neither small letters nor dots: most lists name tests, and no clause at all. */
static bool may_name_clauses(const char *list)
{
	bool may = false, plain = true;

	for (; *list; list++) {
		if (*list == ',') {
			may = may || plain;
			plain = true;
		} else if (*list == '.' || (*list >= 'a' && *list <= 'z')) {
			plain = false;
		}
	}
	return may || plain;
}

static bool listed(const char *list, const struct test *test, const struct virtio_device *device)
{
	char name[TEST_NAME_SIZE];

	if (!*list)
		return false;
	test_full_name(test, name);
	if (glob_list_match(list, name) || glob_list_match(list, test->suite))
		return true;
	if (device && glob_list_match(list, virtio_type_name(device->type)))
		return true;
	if (!may_name_clauses(list))
		return false;
	for_each_judged (id, test) {
		if (glob_list_match(list, clause_name(&clauses[*id])))
			return true;
	}
	return false;
}

/* Whether some of what the test judges binds the interface by which the device is driven; what judges nothing always runs. */
static bool has_clause_for(const struct test *test, const struct virtio_device *device)
{
	bool judges = false;

	for_each_judged (id, test) {
		if (clause_on(device, *id) != NO_CLAUSE)
			return true;
		judges = true;
	}
	return !judges;
}

bool test_selected(const struct test *test, const struct virtio_device *device)
{
	const struct mode *mode = mode_chosen();
	const char *wanted = mode->globs ? *mode->globs : options.tests;

	if ((device->traits & test->traits) != test->traits || !has_clause_for(test, device))
		return false;
	if (test->type && device->type != test->type)
		return false;
	if (*wanted && !listed(wanted, test, device))
		return false;
	return !listed(options.skip, test, device);
}

bool device_selected(const struct virtio_device *device)
{
	return !*options.device || glob_list_match(options.device, device->name) ||
	       glob_list_match(options.device, virtio_type_name(device->type));
}

bool device_is_scratch(const struct virtio_device *device)
{
	const struct subject *subject = subject_of(device);

	if (strcmp(options.scratch, "all") == 0)
		return true;
	for (unsigned n = 0; n < subject->face_count; n++) {
		if (glob_list_match(options.scratch, subject->faces[n].device->name))
			return true;
	}
	return false;
}

/* Whether a test makes sense in a variant at all. */
static bool suits(const struct test *test, const struct variant *variant)
{
	if (test->needs & NEEDS_INTX)
		return variant->interrupts == INTERRUPT_INTX;

	bool msix = variant->interrupts == INTERRUPT_MSIX ||
		    variant->interrupts == INTERRUPT_MSIX_SHARED;

	return msix || !(test->needs & NEEDS_MSIX);
}

/*
 * Whether the mode names the ring of a variant that is plain in everything else.
 */
static bool ring_listed(const struct variant *variant, const struct variant *plainest)
{
	char text[VARIANT_TEXT];
	size_t end;

	if (variant->interrupts != plainest->interrupts || variant->size ||
	    variant->access != plainest->access || variant->kick_data || variant->kick_config)
		return false;
	variant_text(variant, text);
	/* The interrupts come last. */
	for (end = strlen(text); text[end] != '+';)
		end--;
	text[end] = '\0';
	return glob_list_match(*mode_chosen()->rings, text);
}

static unsigned select_variants(const struct test *test, const struct abilities *abilities,
				struct variant *variants, unsigned most)
{
	const struct mode *mode = mode_chosen();
	bool standard = strcmp(options.variant, "default") == 0;
	bool all = strcmp(options.variant, "all") == 0;
	bool product = !standard || mode->rings;
	unsigned count = variants_of(abilities, test->axes, test->always, product, variants, most);
	unsigned kept = 0;
	struct variant plainest = variants[0];

	/* Without a line one variant stays, to be skipped with the reason. */
	if ((test->needs & NEEDS_INTX) && !abilities->line)
		return MINIMUM(count, 1u);
	for (unsigned n = 0; n < count; n++) {
		char text[VARIANT_TEXT];

		if ((abilities->messages || (test->needs & NEEDS_INTX)) &&
		    !suits(test, &variants[n]))
			continue;
		variant_text(&variants[n], text);
		if (mode->rings && standard
			    ? ring_listed(&variants[n], &plainest)
			    : standard || all || glob_list_match(options.variant, text))
			variants[kept++] = variants[n];
	}
	return kept;
}

static struct abilities abilities_of(const struct virtio_device *device)
{
	return (struct abilities){
		.offered = face_of(device)->contact.offered,
		.messages = device->vectors,
		.line = device->line_known,
		.window = device->has_window,
		.size = device->transport->set_queue_size ? offered_size(device) : 0,
	};
}

const char *variant_in_the_way(const struct variant *variant, const struct virtio_device *device)
{
	const struct {
		bool wanted;
		unsigned feature;
	} needs[] = {
		{variant->packed, VIRTIO_F_RING_PACKED},
		{variant->event_idx, VIRTIO_F_EVENT_IDX},
		{variant->indirect, VIRTIO_F_INDIRECT_DESC},
		{variant->in_order, VIRTIO_F_IN_ORDER},
		{variant->kick_data, VIRTIO_F_NOTIFICATION_DATA},
		{variant->kick_config, VIRTIO_F_NOTIF_CONFIG_DATA},
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(needs); n++) {
		if (needs[n].wanted && !features_have(&device->offered, needs[n].feature))
			return feature_name(device->type, needs[n].feature);
	}
	return NULL;
}

unsigned selected_variants(const struct test *test, const struct virtio_device *device,
			   struct variant *variants, unsigned most)
{
	struct abilities abilities = abilities_of(device);

	return select_variants(test, &abilities, variants, most);
}

bool would_use_line(const struct test *test, const struct virtio_device *device,
		    struct variant *variants, unsigned most)
{
	struct abilities abilities = abilities_of(device);
	unsigned count;

	abilities.line = true;
	count = select_variants(test, &abilities, variants, most);
	for (unsigned n = 0; n < count; n++) {
		if (variants[n].interrupts == INTERRUPT_INTX)
			return true;
	}
	return false;
}

static const char *missing_feature(const struct test *test, const struct virtio_device *device)
{
	const char *name = feature_name(device->type, (unsigned)test->feature);

	return name ? name : "a feature that has no name is not offered";
}

const char *reason_to_skip(const struct test *test, const struct virtio_device *device)
{
	const char *unusable = face_of(device)->unusable;

	if (unusable && !(test->needs & NEEDS_CONFIGURATION_SPACE_ONLY))
		return unusable;
	if (test->has_feature && !features_have(&device->offered, (unsigned)test->feature))
		return missing_feature(test, device);
	if ((test->needs & NEEDS_MSIX) && !device->vectors)
		return "the device has no MSI-X capability";
	if ((test->needs & NEEDS_WORK) && !workload_of(device->type))
		return "no workload for this device type";
	if ((test->needs & NEEDS_INTX) && !device->has_line)
		return "the device has no interrupt pin";
	if ((test->needs & NEEDS_INTX) && !device->line_known)
		return "no input of an I/O APIC follows the device's pin";
	if ((test->needs & NEEDS_SECOND_CPU) && cpu_count() < 2)
		return "needs a second CPU";
	if ((test->needs & NEEDS_HOST) && !options.host)
		return "needs a host program that answers (vp.host)";
	if ((test->needs & NEEDS_SCRATCH) && !device_is_scratch(device))
		return "the device's data is not scratch (vp.scratch)";
	if ((test->needs & NEEDS_CONFIG) && !device->config_length)
		return "the device has no device-specific configuration";
	if ((test->needs & NEEDS_WINDOW) && !device->has_window)
		return "the device has no PCI configuration access capability with room for its data";
	return NULL;
}
