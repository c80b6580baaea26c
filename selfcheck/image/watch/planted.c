/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver must not do, done on the road: each has to be seen under its rule, and under no other. */
#include "selfcheck/image/watch/planted.h"

#include "pci/config.h"
#include "pci/function.h"
#include "pci/msix.h"
#include "selfcheck/image/watch/breach.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/subject.h"
#include "virtio/device/blk.h"
#include "virtio/transport/pci/registers.h"

/* The status register without a read before it. */
static void set_status(struct test_run *t, uint8_t status)
{
	common_write(t->device, device_status, status);
}

#define MET (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)

static void meet(struct test_run *t)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	set_status(t, MET);
}

static void negotiated(struct test_run *t)
{
	if (!negotiate(t, features_for(t)))
		skip_test(t, "the device declines what it offers");
}

PLANTED(DRIVER_STATUS_1)
{
	negotiated(t);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
}

PLANTED(DRIVER_RESET_1)
{
	set_status(t, 0);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
}

PLANTED(DRIVER_INIT_1)
{
	set_status(t, VIRTIO_STATUS_DRIVER);
}

PLANTED(DRIVER_INIT_2)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	t->device->transport->offered_features(t->device, 0);
}

PLANTED(DRIVER_INIT_4)
{
	struct features features = features_for(t);

	negotiated(t);
	t->device->transport->set_features(t->device, 1, (uint32_t)(features.words[0] >> 32) & ~4u);
	t->device->transport->set_features(t->device, 0, 0);
}

PLANTED(DRIVER_INIT_3, .breaks = RULES(DRIVER_FEAT_4))
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_FEATURES_OK);
}

/* As far as FEATURES_OK, without a look at what became of it. */
static void accept_blindly(struct test_run *t)
{
	struct features features = features_for(t);

	meet(t);
	(void)virtio_read_offer(t->device);
	virtio_write_features(t->device, &features);
	set_status(t, MET | VIRTIO_STATUS_FEATURES_OK);
}

PLANTED(DRIVER_INIT_5)
{
	accept_blindly(t);
	set_status(t, MET | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
}

PLANTED(DRIVER_INIT_7)
{
	meet(t);
	set_status(t, MET | VIRTIO_STATUS_DRIVER_OK);
}

PLANTED(DRIVER_INIT_6)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_desc, 4096);
}

PLANTED(DRIVER_INIT_9, .needs = NEEDS_WORK)
{
	set_up(t, features_for(t), t->workload->queues);
	virtqueue_notify(work_queue(t));
}

PLANTED(DRIVER_FEAT_1)
{
	struct features features = features_for(t);

	for (unsigned bit = 0; bit < 24; bit++) {
		struct features more = features, closed;

		if (features_have(&t->device->offered, bit) || !feature_name(t->device->type, bit))
			continue;
		features_add(&more, bit);
		closed = features_close(t->device->type, more);
		if (features_equal(&more, &closed)) {
			features = more;
			break;
		}
	}
	negotiate(t, features);
}

PLANTED(DRIVER_FEAT_2)
{
	struct features features = features_for(t);
	unsigned count;
	const struct feature_dependency *rows = feature_dependencies(t->device->type, &count);

	while (count && !features_have(&t->device->offered, rows->bit))
		rows++, count--;
	CAN_JUDGE(t, count, "the device offers no feature that requires another one");
	features_add(&features, rows->bit);
	for (unsigned n = 0; n < rows->count; n++)
		features_remove(&features, rows->any_of[n]);
	negotiate(t, features);
}

PLANTED(DRIVER_FEAT_3, WITH_FEATURE(UNDEFINED_FEATURE))
{
	struct features features = features_for(t);

	features_add(&features, UNDEFINED_FEATURE);
	negotiate(t, features);
}

PLANTED(DRIVER_FEAT_4)
{
	struct features features = features_for(t);

	features_remove(&features, VIRTIO_F_VERSION_1);
	negotiate(t, features);
}

PLANTED(DRIVER_COMMON_1)
{
	virtio_read(t->device, STRUCTURE_COMMON, COMMON_OFFSET(num_queues), 1);
}

PLANTED(DRIVER_COMMON_2)
{
	common_write(t->device, num_queues, 1);
}

PLANTED(DRIVER_COMMON_3)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_size, 3);
}

PLANTED(DRIVER_COMMON_5)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_enable, 1);
}

PLANTED(DRIVER_COMMON_6)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_enable, 0);
}

PLANTED(DRIVER_COMMON_7)
{
	(void)common_read(t->device, queue_size);
}

PLANTED(DRIVER_MSIX_1, .needs = NEEDS_MSIX)
{
	negotiated(t);
	common_write(t->device, config_msix_vector, t->device->vectors);
	(void)common_read(t->device, config_msix_vector);
}

PLANTED(DRIVER_MSIX_3, .needs = NEEDS_MSIX)
{
	const struct msix *msix = &virtio_pci(t->device)->msix;

	msix_enable(msix, true);
	msix_mask_entry(msix, 0, false);
	msix_write_entry(msix, 0, 0xfee00000, 0x41);
	msix_mask_entry(msix, 0, true);
}

PLANTED(DRIVER_VQ_1)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_desc, 4096 + 8);
}

PLANTED(DRIVER_NOTIFY_1, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY,
		     work_queue(t)->notify_off * virtio_pci(t->device)->notify_off_multiplier, 4,
		     work_queue(t)->index);
}

PLANTED(DRIVER_NOTIFY_2, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY, 0, 2, VIRTIO_QUEUES_MOST);
}

PLANTED(DRIVER_STATUS_2)
{
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_FAILED);
	set_status(t, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_FAILED | VIRTIO_STATUS_DRIVER);
}

PLANTED(DRIVER_INIT_8, .needs = NEEDS_CONFIG)
{
	uint32_t value;

	meet(t);
	value = t->device->transport->read_config(t->device, t->device->config_length - 1, 1);
	t->device->transport->write_config(t->device, t->device->config_length - 1, 1, value);
}

PLANTED(DRIVER_INIT_10)
{
	meet(t);
	set_status(t, MET | VIRTIO_STATUS_FAILED);
	t->device->transport->set_features(t->device, 0, 0);
}

PLANTED(DRIVER_FEAT_5)
{
	meet(t);
	t->device->transport->set_features(t->device, 1, 1);
}

PLANTED(DRIVER_CFG_1, .type = VIRTIO_TYPE_BLK)
{
	config_generation(t->device);
	t->device->transport->read_config(t->device, 0, 1);
	config_generation(t->device);
}

PLANTED(DRIVER_CFG_2, .type = VIRTIO_TYPE_BLK)
{
	t->device->transport->read_config(t->device, offsetof(struct virtio_blk_config, unused1),
					  2);
}

PLANTED(DRIVER_CFG_3, .type = VIRTIO_TYPE_BLK)
{
	CAN_JUDGE(t, !features_have(&t->device->offered, VIRTIO_BLK_F_ZONED), "all is offered");
	t->device->transport->read_config(t->device, offsetof(struct virtio_blk_config, zoned), 4);
}

PLANTED(DRIVER_CFG_4, .type = VIRTIO_TYPE_BLK)
{
	t->device->transport->read_config(t->device, 0, 4);
	t->device->transport->read_config(t->device, 4, 4);
}

PLANTED(DRIVER_COMMON_4)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_size, common_read(t->device, queue_size) * 2);
}

/* The device live, with its work queue selected and a reset of it under way. */
static void begin_queue_reset(struct test_run *t)
{
	struct features features = features_for(t);

	features_add(&features, VIRTIO_F_RING_RESET);
	set_up(t, features, t->workload->queues);
	go_live(t);
	common_write(t->device, queue_select, work_queue(t)->index);
	common_write(t->device, queue_reset, 1);
}

static void await_queue_reset(struct test_run *t)
{
	while (common_read(t->device, queue_reset))
		;
}

PLANTED(DRIVER_COMMON_8, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_RESET))
{
	begin_queue_reset(t);
	common_write(t->device, queue_msix_vector, VIRTIO_MSI_NO_VECTOR);
	await_queue_reset(t);
}

PLANTED(DRIVER_COMMON_9)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_reset, 1);
	await_queue_reset(t);
}

PLANTED(DRIVER_CAP_1)
{
	const struct virtio_pci_device *pci = virtio_pci(t->device);
	unsigned capability = pci->regions[STRUCTURE_COMMON].capability;

	pci_write8(pci->function, capability + offsetof(struct virtio_pci_cap, bar), 7);
}

PLANTED(DRIVER_CAP_3, .needs = NEEDS_WINDOW)
{
	const struct virtio_pci_device *pci = virtio_pci(t->device);

	pci_write8(pci->function, pci->window + offsetof(struct virtio_pci_cap, bar), 5);
	pci_write32(pci->function, pci->window + offsetof(struct virtio_pci_cap, length), 4);
	pci_write32(pci->function, pci->window + offsetof(struct virtio_pci_cap, offset), 0);
	pci_read32(pci->function, pci->window + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data));
}

PLANTED(DRIVER_CAP_2, .needs = NEEDS_WINDOW)
{
	const struct virtio_pci_device *pci = virtio_pci(t->device);

	pci_write32(pci->function, pci->window + offsetof(struct virtio_pci_cap, length), 4);
	pci_write32(pci->function, pci->window + offsetof(struct virtio_pci_cap, offset), 2);
}

PLANTED(DRIVER_MSIX_2, .needs = NEEDS_MSIX)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_msix_vector, 0);
	common_write(t->device, queue_select, 0);
}

PLANTED(DRIVER_MSIX_4, .needs = NEEDS_MSIX)
{
	msix_write_entry(&virtio_pci(t->device)->msix, 0, 0xfee00001, 0x41);
}

PLANTED(DRIVER_VQRESET_1, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_RESET))
{
	struct features features = features_for(t);

	features_add(&features, VIRTIO_F_RING_RESET);
	set_up(t, features, t->workload->queues);
	go_live(t);
	if (virtio_reset_queue(work_queue(t)))
		virtqueue_notify(work_queue(t));
}

PLANTED(DRIVER_NOTIFY_3, .needs = NEEDS_WORK, .axes = AXIS_KICK, .always = AXIS_KICK,
	WITH_FEATURE(VIRTIO_F_NOTIFICATION_DATA))
{
	bring_up(t);
	work_once(t, 1);
	virtio_write(t->device, STRUCTURE_NOTIFY,
		     work_queue(t)->notify_off * virtio_pci(t->device)->notify_off_multiplier, 4,
		     work_queue(t)->index | 0x7777u << 16);
}

PLANTED(DRIVER_NOTIFY_4, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY, 0, 2, VIRTIO_QUEUES_MOST - 1);
}

static void suspended(struct test_run *t)
{
	struct features features = features_for(t);

	features_add(&features, VIRTIO_F_SUSPEND);
	set_up(t, features, t->workload->queues);
	go_live(t);
	set_status(t, t->device->transport->get_status(t->device) | VIRTIO_STATUS_SUSPEND);
}

#define ON_SUSPENDED .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_SUSPEND)

PLANTED(DRIVER_SUSPEND_1)
{
	negotiated(t);
	set_status(t, MET | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_SUSPEND);
}

PLANTED(DRIVER_SUSPEND_2, ON_SUSPENDED)
{
	suspended(t);
	if (!request_add(work_queue(t), new_request(t, 1)))
		error_in_test(t, "the ring is full");
	virtqueue_publish(work_queue(t));
}

PLANTED(DRIVER_SUSPEND_3, ON_SUSPENDED)
{
	suspended(t);
	virtqueue_notify(work_queue(t));
}

PLANTED(DRIVER_SUSPEND_4, .type = VIRTIO_TYPE_BLK, ON_SUSPENDED)
{
	uint32_t at = offsetof(struct virtio_blk_config, unused1);

	suspended(t);
	t->device->transport->write_config(t->device, at, 1, 0);
}

/* The rule that a planted breach is named after. */
static enum driver_clause rule_of(const struct test *test)
{
	for (enum driver_clause rule = 0; rule < DRIVER_CLAUSE_COUNT; rule++) {
		if (is_named_after(test->name, rule))
			return rule;
	}
	return DRIVER_CLAUSE_COUNT;
}

static bool is_planted(enum driver_clause rule)
{
	for (const struct test *const *test = __start_registry_planted;
	     test < __stop_registry_planted; test++) {
		if (is_named_after((*test)->name, rule))
			return true;
	}
	return false;
}

/* Whether a device of this machine is one that it can be planted on. */
static bool has_a_place(const struct test *test)
{
	for_each_device (device) {
		if ((device->traits & test->traits) == test->traits)
			return true;
	}
	return false;
}

bool report_planted(void)
{
	unsigned count = 0, seen = 0;

	for (const struct test *const *test = __start_registry_planted;
	     test < __stop_registry_planted; test++) {
		enum driver_clause rule = rule_of(*test);
		bool found = rule != DRIVER_CLAUSE_COUNT && is_broken_by((*test)->name, rule) &&
			     !others_broken_by((*test)->name, rule);

		if (!has_a_place(*test))
			continue;
		count++;
		seen += found;
		REPORT("planted", TEXT("clause", (*test)->name), TRUTH("seen", found));
	}
	for (enum driver_clause rule = 0; rule < DRIVER_CLAUSE_COUNT; rule++) {
		if (is_watched(rule) && !is_planted(rule)) {
			count++;
			REPORT("planted", TEXT("clause", rule_name(rule)), TRUTH("seen", false));
		}
	}
	REPORT("planted_summary", NUMBER("seen", seen), NUMBER("planted", count));
	return seen == count;
}
