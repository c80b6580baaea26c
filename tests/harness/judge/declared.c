/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/declared.h"

#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/finding.h"

const uint16_t judged_beside[] = {
	CLAUSE_RESET_1,
	CLAUSE_RESET_2,
	CLAUSE_STATUS_4, /* tests/harness/run/ */
	CLAUSE_SANE_6,
	CLAUSE_SANE_7,
	CLAUSE_SANE_8,
	CLAUSE_SANE_9,
	CLAUSE_SANE_1,
	CLAUSE_SANE_2,
	CLAUSE_SANE_4,
	CLAUSE_SANE_5,
	/* drive/drive.c */
	CLAUSE_VQ_TXT_5,
	CLAUSE_VQ_TXT_6,
	CLAUSE_SPLIT_NOTIF_3,
	CLAUSE_PACKED_EV_TXT_1,
	CLAUSE_PCI_COMMON_TXT_6,
	CLAUSE_PCI_COMMON_TXT_7,
	CLAUSE_PCI_CFGACC_4,
	/* subject/ */
	CLAUSE_FEAT_TXT_2,
	CLAUSE_FEAT_9,
	CLAUSE_SANE_14,
	CLAUSE_SANE_18,
	CLAUSE_SPLIT_IND_TXT_1,
	CLAUSE_SPLIT_FRAME_1,
	CLAUSE_PCI_ISR_7,
	CLAUSE_MSIX_PCI_14,
	CLAUSE_PCI_COMMON_7,
	CLAUSE_PCI_COMMON_8,
	CLAUSE_PCI_COMMON_10,
	CLAUSE_PCI_COMMON_16,
	CLAUSE_PCI_COMMON_TXT_5,
	CLAUSE_PCI_MSIX_10,
	CLAUSE_PCI_MSIX_11,
	CLAUSE_SPLIT_TXT_12,
	CLAUSE_SPLIT_TXT_11,
	CLAUSE_PACKED_TXT_7,
	CLAUSE_COUNT,
};

bool test_judges(const struct test *test, enum clause_id id)
{
	for_each_judged (own, test) {
		if (*own == id)
			return true;
	}
	return false;
}

bool harness_judges(enum clause_id id)
{
	for (const uint16_t *own = judged_beside; *own != CLAUSE_COUNT; own++) {
		if (*own == id)
			return true;
	}
	return false;
}

bool clause_is_judged(enum clause_id id)
{
	/* What is judged by PCI's words on any transport is judged over MMIO by its own. */
	static struct virtio_device over_mmio;
	/* … and what is judged by words of the modern interface, by those of the legacy one. */
	static struct virtio_device legacy;
	static bool judged[CLAUSE_COUNT + 1], known;

	over_mmio.traits = DEVICE_OVER_MMIO;
	legacy.traits = DEVICE_OVER_PCI | DEVICE_LEGACY;
	features_add(&legacy.offered, VIRTIO_F_ANY_LAYOUT);
	/* Asked for every clause: an emulated CPU would search for many seconds. */
	for (const struct test *const *test = __start_registry_tests;
	     !known && test < __stop_registry_tests; test++) {
		for_each_judged (own, *test) {
			judged[*own] = true;
			if (!((*test)->traits & DEVICE_OVER_PCI))
				judged[clause_on(&over_mmio, *own)] = true;
			judged[clause_on(&legacy, *own)] = true;
		}
	}
	known = true;
	return judged[id] || harness_judges(id);
}
