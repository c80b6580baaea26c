/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver must not do, done on the road: each has to be seen under its rule, and under no other. */
#include "selfcheck/image/watch/planted.h"

#include "pci/config.h"
#include "pci/function.h"
#include "pci/msix.h"
#include "selfcheck/image/watch/breach.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"
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

PLANTED(DRIVER_COMMON_9)
{
	negotiated(t);
	common_write(t->device, queue_select, 0);
	common_write(t->device, queue_reset, 1);
	while (common_read(t->device, queue_reset))
		;
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

PLANTED(DRIVER_NOTIFY_4, .needs = NEEDS_WORK)
{
	bring_up(t);
	virtio_write(t->device, STRUCTURE_NOTIFY, 0, 2, VIRTIO_QUEUES_MOST - 1);
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

bool report_planted(void)
{
	unsigned count = 0, seen = 0;

	for (const struct test *const *test = __start_registry_planted;
	     test < __stop_registry_planted; test++) {
		enum driver_clause rule = rule_of(*test);
		bool found = rule != DRIVER_CLAUSE_COUNT && is_broken_by((*test)->name, rule) &&
			     !others_broken_by((*test)->name, rule);

		count++;
		seen += found;
		REPORT("planted", TEXT("clause", (*test)->name), TRUTH("seen", found));
	}
	REPORT("planted_summary", NUMBER("seen", seen), NUMBER("planted", count));
	return seen == count;
}
