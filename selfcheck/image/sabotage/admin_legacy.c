/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of groups that break one rule of the legacy interface they lend (virtio 1.4, 2.12.1.1). */
#include "lib/string.h"
#include "selfcheck/image/sabotage/admin.h"
#include "virtio/transport/pci/legacy_registers.h"

#define ACCESS_HEAD sizeof(struct admin_legacy_access)

static void support_part(void)
{
	admin_owner.supported[ADMIN_GROUP_SRIOV] &= ~BIT64(ADMIN_LEGACY_DEV_CFG_WRITE);
}
ADMIN_SABOTEUR(admin_legacy_is_incomplete, .begin = support_part)
ABOUT(admin_legacy_is_incomplete, "LEGACY_DEV_CFG_WRITE alone is not supported",
      BREAKS(CLAUSE_ADMIN_LEG_1, CLAUSE_ADMIN_LEG_22));

static bool is_legacy(const struct admin_exchange *exchange, bool writes)
{
	switch (exchange->opcode) {
	case ADMIN_LEGACY_COMMON_CFG_WRITE:
	case ADMIN_LEGACY_DEV_CFG_WRITE:
		return writes;
	case ADMIN_LEGACY_COMMON_CFG_READ:
	case ADMIN_LEGACY_DEV_CFG_READ:
		return !writes;
	default:
		return false;
	}
}

static void turn(uint8_t *bytes, uint32_t length)
{
	for (uint32_t n = 0; n < length / 2; n++) {
		uint8_t byte = bytes[n];

		bytes[n] = bytes[length - 1 - n];
		bytes[length - 1 - n] = byte;
	}
}

static void decode_as_big(struct admin_exchange *exchange)
{
	if (is_legacy(exchange, true) && exchange->length > ACCESS_HEAD)
		turn(exchange->data + ACCESS_HEAD, exchange->length - (uint32_t)ACCESS_HEAD);
}
ADMIN_SABOTEUR(admin_legacy_decodes_big_endian, .command = decode_as_big)
ABOUT(admin_legacy_decodes_big_endian, "data that is written is big-endian",
      BREAKS(CLAUSE_ADMIN_LEG_2));

static void encode_as_big(struct admin_exchange *exchange)
{
	if (is_legacy(exchange, false))
		turn(exchange->result, exchange->result_length);
}
ADMIN_SABOTEUR(admin_legacy_encodes_big_endian, .answer = encode_as_big)
ABOUT(admin_legacy_encodes_big_endian, "data that is read is big-endian",
      BREAKS(CLAUSE_ADMIN_LEG_3));

/* Accesses of these commands that no field answers succeed: across fields, or outside. */
static void serve_strays(struct admin_exchange *exchange, uint16_t opcode)
{
	if (exchange->opcode != opcode || exchange->qualifier != ADMIN_Q_INVALID_FIELD)
		return;
	exchange->status = exchange->qualifier = 0;
	if (is_legacy(exchange, false))
		exchange->result_length = MINIMUM(exchange->room - 8, 8u);
}
static void serve_common_writes(struct admin_exchange *exchange)
{
	serve_strays(exchange, ADMIN_LEGACY_COMMON_CFG_WRITE);
}
ADMIN_SABOTEUR(admin_legacy_writes_anything, .answer = serve_common_writes)
ABOUT(admin_legacy_writes_anything, "writes to no field of the common configuration succeed",
      BREAKS(CLAUSE_ADMIN_LEG_4, CLAUSE_ADMIN_LEG_5));
static void serve_common_reads(struct admin_exchange *exchange)
{
	serve_strays(exchange, ADMIN_LEGACY_COMMON_CFG_READ);
}
ADMIN_SABOTEUR(admin_legacy_reads_anything, .answer = serve_common_reads)
ABOUT(admin_legacy_reads_anything, "reads of no field of the common configuration succeed",
      BREAKS(CLAUSE_ADMIN_LEG_6, CLAUSE_ADMIN_LEG_7));
static void serve_device_writes(struct admin_exchange *exchange)
{
	serve_strays(exchange, ADMIN_LEGACY_DEV_CFG_WRITE);
}
ADMIN_SABOTEUR(admin_legacy_configures_anything, .answer = serve_device_writes)
ABOUT(admin_legacy_configures_anything, "writes to no field of the configuration succeed",
      BREAKS(CLAUSE_ADMIN_LEG_8, CLAUSE_ADMIN_LEG_9));
static void serve_device_reads(struct admin_exchange *exchange)
{
	serve_strays(exchange, ADMIN_LEGACY_DEV_CFG_READ);
}
ADMIN_SABOTEUR(admin_legacy_shows_anything, .answer = serve_device_reads)
ABOUT(admin_legacy_shows_anything, "reads of no field of the configuration succeed",
      BREAKS(CLAUSE_ADMIN_LEG_10, CLAUSE_ADMIN_LEG_11));

/* A write becomes one that changes nothing. */
static void lose_write(struct admin_exchange *exchange)
{
	bool status = exchange->opcode == ADMIN_LEGACY_COMMON_CFG_WRITE &&
		      exchange->data[0] == LEGACY_DEVICE_STATUS;

	if (status && (exchange->data[ACCESS_HEAD] & VIRTIO_STATUS_DRIVER_OK))
		exchange->data[ACCESS_HEAD] = lent_device.status;
}
ADMIN_SABOTEUR(admin_legacy_never_goes_live, .command = lose_write)
ABOUT(admin_legacy_never_goes_live, "DRIVER_OK is lost that a command sets",
      BREAKS(CLAUSE_ADMIN_LEG_12));

static void keep_interrupt_status(void)
{
	lent_device.keeps_isr = true;
}
ADMIN_SABOTEUR(admin_legacy_interrupt_status_stays, .begin = keep_interrupt_status)
ABOUT(admin_legacy_interrupt_status_stays,
      "a read by a command does not clear the interrupt status", BREAKS(CLAUSE_ADMIN_LEG_13));

static void show_failure(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LEGACY_COMMON_CFG_READ &&
	    exchange->data[0] == LEGACY_DEVICE_STATUS && lent_device.status)
		exchange->result[0] |= VIRTIO_STATUS_FAILED;
}
ADMIN_SABOTEUR(admin_legacy_status_reads_otherwise, .answer = show_failure)
ABOUT(admin_legacy_status_reads_otherwise, "device_status has a bit that nobody has set",
      BREAKS(CLAUSE_ADMIN_LEG_13));

static void keep_address(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LEGACY_DEV_CFG_WRITE)
		memcpy(exchange->data + ACCESS_HEAD, lent_device.config.mac, NET_MAC_BYTES);
}
ADMIN_SABOTEUR(admin_legacy_address_stays, .command = keep_address)
ABOUT(admin_legacy_address_stays, "an address that a command writes is lost",
      BREAKS(CLAUSE_ADMIN_LEG_14));

static void show_another(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LEGACY_DEV_CFG_READ)
		exchange->result[0] ^= 0xc0;
}
ADMIN_SABOTEUR(admin_legacy_configuration_reads_otherwise, .answer = show_another)
ABOUT(admin_legacy_configuration_reads_otherwise,
      "the configuration reads otherwise by commands than of the member",
      BREAKS(CLAUSE_ADMIN_LEG_15));

/* ---- identities, and addresses of notifications ---- */

static void be_transitional(void)
{
	admin_owner.device_id = VIRTIO_PCI_DEVICE_FIRST;
	admin_owner.revision = admin_owner.subsystem = 0;
	admin_owner.virtual_function[PCI_REVISION_ID] = 0;
	admin_owner.virtual_function[PCI_SUBSYSTEM_ID] = 1;
}
ADMIN_SABOTEUR(admin_lender_is_transitional, .begin = be_transitional)
ABOUT(admin_lender_is_transitional, "owner and member have ids of transitional devices",
      BREAKS(CLAUSE_ADMIN_LEG_16, CLAUSE_ADMIN_LEG_17, CLAUSE_ADMIN_LEG_18, CLAUSE_ADMIN_LEG_19,
	     CLAUSE_ADMIN_LEG_20));

static void be_deaf(void)
{
	admin_owner.is_deaf = true;
}
ADMIN_SABOTEUR(admin_notification_unheard, .begin = be_deaf)
ABOUT(admin_notification_unheard, "a store at the address of notifications is not heard",
      BREAKS(CLAUSE_ADMIN_LEG_21));

static void fill_entries(void)
{
	for (unsigned n = 1; n < ADMIN_NOTIFY_ENTRIES; n++)
		admin_owner.entries[n] = admin_owner.entries[0];
}
ADMIN_SABOTEUR(admin_notification_list_is_endless, .begin = fill_entries)
ABOUT(admin_notification_list_is_endless, "no entry ends the list of addresses",
      BREAKS(CLAUSE_ADMIN_LEG_23));

static void name_no_bar(void)
{
	admin_owner.entries[0].bar = 5;
}
ADMIN_SABOTEUR(admin_notification_without_bar, .begin = name_no_bar)
ABOUT(admin_notification_without_bar, "an address lies in a VF BAR that there is not",
      BREAKS(CLAUSE_ADMIN_LEG_24));

static void name_odd_offset(void)
{
	admin_owner.entries[0].offset = to_le64(from_le64(admin_owner.entries[0].offset) + 1);
}
ADMIN_SABOTEUR(admin_notification_is_odd, .begin = name_odd_offset)
ABOUT(admin_notification_is_odd, "an address has an odd offset", BREAKS(CLAUSE_ADMIN_LEG_25));

static void have_vf_bar_0(void)
{
	admin_owner.vf_bar_0 = true;
}
ADMIN_SABOTEUR(admin_vf_bar_0_is_there, .begin = have_vf_bar_0)
ABOUT(admin_vf_bar_0_is_there, "VF BAR0 is not hardwired to 0", BREAKS(CLAUSE_ADMIN_LEG_27));

static void name_neither(void)
{
	admin_owner.entries[0].flags = ADMIN_NOTIFY_OWNER | ADMIN_NOTIFY_MEMBER;
}
ADMIN_SABOTEUR(admin_notification_of_neither, .begin = name_neither)
ABOUT(admin_notification_of_neither, "an address has reserved flags", BREAKS(CLAUSE_ADMIN_LEG_26));
