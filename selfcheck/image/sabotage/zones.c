/* SPDX-License-Identifier: BSD-2-Clause */
/* Zoned disks that break one rule, or one after another. */
#include "selfcheck/image/disguise/zoned_disk.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* A saboteur that is the zoned disk with these faults. */
#define ZONED_SABOTEUR(symbol, faults, ...)                                                        \
	static void symbol##_begin(struct virtio_device *device)                                   \
	{                                                                                          \
		(void)device;                                                                      \
		zoned_begin(faults);                                                               \
	}                                                                                          \
	SABOTEUR(symbol, .type = VIRTIO_TYPE_BLK, .offers = ZONED_OFFERS,                          \
		 .onlooker.read = zoned_read, .used_element = zoned_serve,                         \
		 .start = symbol##_begin, __VA_ARGS__)

#define ON_ZONES                                                                                   \
	.tests = "blk.zone*,blk.conventional*,blk.secure_erase_resets*,blk.open_zones*,"           \
		 "blk.active_zones*,blk.emptied*"

ZONED_SABOTEUR(blk_zones_serve_all, ZONED_SERVES_ALL, .about = "every request to a zone succeeds",
	       ON_ZONES,
	       BREAKS(CLAUSE_BLK_OP_33, CLAUSE_BLK_OP_34, CLAUSE_BLK_OP_35, CLAUSE_BLK_OP_36,
		      CLAUSE_BLK_OP_37, CLAUSE_BLK_OP_39, CLAUSE_BLK_OP_41, CLAUSE_BLK_OP_43,
		      CLAUSE_BLK_OP_53, CLAUSE_BLK_OP_54, CLAUSE_BLK_OP_55, CLAUSE_BLK_OP_56,
		      CLAUSE_BLK_OP_57, CLAUSE_BLK_OP_61, CLAUSE_BLK_OP_62, CLAUSE_BLK_OP_63,
		      CLAUSE_BLK_OP_64, CLAUSE_BLK_OP_65, CLAUSE_BLK_INIT_17, CLAUSE_BLK_INIT_21));

ZONED_SABOTEUR(blk_zones_hide_states, ZONED_HIDES_STATES, .about = "no zone has a state", ON_ZONES,
	       BREAKS(CLAUSE_BLK_OP_38, CLAUSE_BLK_OP_40, CLAUSE_BLK_OP_42, CLAUSE_BLK_OP_44,
		      CLAUSE_BLK_OP_47, CLAUSE_BLK_OP_50, CLAUSE_BLK_OP_51, CLAUSE_BLK_OP_52));

ZONED_SABOTEUR(blk_zones_refuse, ZONED_REFUSES,
	       .about = "zones are neither opened nor appended to within their limits", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_16, CLAUSE_BLK_INIT_18));

ZONED_SABOTEUR(blk_zones_remember, ZONED_REMEMBERS, .about = "a reset zone shows its former data",
	       ON_ZONES, BREAKS(CLAUSE_BLK_OP_70, CLAUSE_BLK_OP_71));

ZONED_SABOTEUR(blk_zones_are_fickle, ZONED_FICKLE,
	       .about = "unwritten data read differently each time", ON_ZONES,
	       BREAKS(CLAUSE_BLK_OP_72));

ZONED_SABOTEUR(blk_zones_survive_erasure, ZONED_KEEPS, .about = "a secure erase resets no zone",
	       ON_ZONES, BREAKS(CLAUSE_BLK_OP_75));

ZONED_SABOTEUR(blk_zones_mislead, ZONED_MISLEADS, .about = "append_sector is 0", ON_ZONES,
	       BREAKS(CLAUSE_BLK_OP_58));

ZONED_SABOTEUR(blk_zones_append_all_the_same, ZONED_NO_APPEND | ZONED_SERVES_ALL,
	       .about = "an append succeeds where max_append_sectors is 0", ON_ZONES,
	       BREAKS(CLAUSE_BLK_OP_60));

ZONED_SABOTEUR(blk_zones_are_misnumbered,
	       ZONED_WRONG_NUMBERS | ZONED_HOST_AWARE | ZONED_WRONG_MODEL,
	       .about = "padding, limits, alignment, starts and types of zones are wrong", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_12, CLAUSE_BLK_INIT_14, CLAUSE_BLK_INIT_19,
		      CLAUSE_BLK_INIT_22, CLAUSE_BLK_OP_73));

ZONED_SABOTEUR(blk_zones_are_mismodelled, ZONED_WRONG_MODEL,
	       .about = "the zones of a host-managed disk may be written out of order", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_13));

ZONED_SABOTEUR(blk_zones_are_taken_for_none, ZONED_WRONG_REFUSAL,
	       .about = "a host-managed disk goes without the zoned feature", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_10));

ZONED_SABOTEUR(blk_zones_are_forced, ZONED_HOST_AWARE | ZONED_WRONG_REFUSAL,
	       .about = "a host-aware disk does not go without the zoned feature", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_8));

ZONED_SABOTEUR(blk_zones_are_left_over, ZONED_HOST_AWARE | ZONED_LEFTOVERS,
	       .about = "without the zoned feature its fields are not 0", ON_ZONES,
	       BREAKS(CLAUSE_BLK_INIT_9));

ZONED_SABOTEUR(blk_zones_on_plain_storage, 0, .about = "the model of a plain file is host-managed",
	       .tests = "blk.plain_storage_has_no_model", BREAKS(CLAUSE_BLK_INIT_11));
