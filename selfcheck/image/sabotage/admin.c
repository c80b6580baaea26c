/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of groups that break one rule of administration commands (virtio 1.4, 2.12.1.5, 2.13.1). */
#include "lib/string.h"
#include "selfcheck/image/sabotage/admin.h"

/* ---- what is validated ---- */

/* A refusal for this reason becomes another one. */
#define IS_REFUSED(exchange, reason)                                                               \
	((exchange)->status == ADMIN_STATUS_EINVAL && (exchange)->qualifier == (reason))
#define NO_STATUS 5 /* EIO */

static bool is_known(const struct admin_exchange *exchange)
{
	return exchange->opcode <= ADMIN_DRIVER_CAP_SET;
}

static void fail_otherwise_for_group(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_GROUP))
		exchange->status = NO_STATUS;
}
ADMIN_SABOTEUR(admin_group_ends_otherwise, .answer = fail_otherwise_for_group)
ABOUT(admin_group_ends_otherwise, "an invalid group type ends with EIO",
      BREAKS(CLAUSE_ADMIN_CMD_1, CLAUSE_ADMIN_CMD_26));

static void say_nothing_of_group(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_GROUP))
		exchange->qualifier = ADMIN_Q_INVALID_COMMAND;
}
ADMIN_SABOTEUR(admin_group_unqualified, .answer = say_nothing_of_group)
ABOUT(admin_group_unqualified, "an invalid group type is no invalid group",
      BREAKS(CLAUSE_ADMIN_CMD_4, CLAUSE_ADMIN_CMD_27));

static void welcome_group(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_GROUP))
		exchange->status = exchange->qualifier = 0;
}
ADMIN_SABOTEUR(admin_failure_is_ok, .answer = welcome_group)
ABOUT(admin_failure_is_ok, "what fails for its group says OK", BREAKS(CLAUSE_ADMIN_CMD_8));

static void fail_otherwise_for_opcode(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_OPCODE))
		exchange->status = NO_STATUS;
}
ADMIN_SABOTEUR(admin_opcode_ends_otherwise, .answer = fail_otherwise_for_opcode)
ABOUT(admin_opcode_ends_otherwise, "an invalid opcode, and one that is not in use, ends with EIO",
      BREAKS(CLAUSE_ADMIN_CMD_2, CLAUSE_ADMIN_CMD_18));

static void say_nothing_of_opcode(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_OPCODE))
		exchange->qualifier = ADMIN_Q_INVALID_COMMAND;
}
ADMIN_SABOTEUR(admin_opcode_unqualified, .answer = say_nothing_of_opcode)
ABOUT(admin_opcode_unqualified,
      "an invalid opcode, and one that is not in use, is no invalid opcode",
      BREAKS(CLAUSE_ADMIN_CMD_5, CLAUSE_ADMIN_CMD_19));

static void fail_otherwise_for_member(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_MEMBER))
		exchange->status = NO_STATUS;
}
ADMIN_SABOTEUR(admin_member_ends_otherwise, .answer = fail_otherwise_for_member)
ABOUT(admin_member_ends_otherwise, "who is no member ends with EIO",
      BREAKS(CLAUSE_ADMIN_CMD_3, CLAUSE_ADMIN_CMD_28));

static void say_nothing_of_member(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_MEMBER))
		exchange->qualifier = ADMIN_Q_INVALID_FIELD;
}
ADMIN_SABOTEUR(admin_member_unqualified, .answer = say_nothing_of_member)
ABOUT(admin_member_unqualified, "who is no member is an invalid field",
      BREAKS(CLAUSE_ADMIN_CMD_6, CLAUSE_ADMIN_CMD_29));

static void take_low_half(struct admin_exchange *exchange)
{
	exchange->member = (uint32_t)exchange->member;
}
ADMIN_SABOTEUR(admin_member_is_halved, .command = take_low_half)
ABOUT(admin_member_is_halved, "the upper half of a member's number is not looked at",
      BREAKS(CLAUSE_ADMIN_CMD_8));

static void fail_query(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && !exchange->status)
		exchange->status = NO_STATUS;
}
ADMIN_SABOTEUR(admin_success_is_failure, .answer = fail_query)
ABOUT(admin_success_is_failure, "LIST_QUERY gives its list and ends with EIO",
      BREAKS(CLAUSE_ADMIN_CMD_7));

/* ---- what is left of what failed ---- */

static void lose_command(struct admin_exchange *exchange)
{
	if (IS_REFUSED(exchange, ADMIN_Q_INVALID_OPCODE) && !is_known(exchange))
		admin_owner.supported[ADMIN_GROUP_SELF] &= ~BIT64(ADMIN_CAP_ID_LIST_QUERY);
}
ADMIN_SABOTEUR(admin_refusal_costs_a_command, .answer = lose_command)
ABOUT(admin_refusal_costs_a_command, "an invalid opcode takes a command from the list",
      BREAKS(CLAUSE_ADMIN_CMD_9));

static void fall_ill(struct admin_exchange *exchange)
{
	if (exchange->status == ADMIN_STATUS_EINVAL)
		admin_owner.status_unwell = true;
}
ADMIN_SABOTEUR(admin_refusal_ends_all, .answer = fall_ill)
ABOUT(admin_refusal_ends_all, "the device needs a reset once it has refused a command",
      BREAKS(CLAUSE_ADMIN_CMD_10));

/* A write that strays takes effect, and fails all the same. */
static void write_astray(struct admin_exchange *exchange, uint16_t status)
{
	if (exchange->opcode != ADMIN_LEGACY_COMMON_CFG_WRITE ||
	    !IS_REFUSED(exchange, ADMIN_Q_INVALID_FIELD))
		return;
	memcpy(&lent_device.driver_features, exchange->data + sizeof(struct admin_legacy_access),
	       4);
	exchange->status = status;
}
static void write_and_refuse(struct admin_exchange *exchange)
{
	write_astray(exchange, ADMIN_STATUS_EINVAL);
}
ADMIN_SABOTEUR(admin_refused_write_counts, .answer = write_and_refuse)
ABOUT(admin_refused_write_counts, "a write that ends with EINVAL takes effect",
      BREAKS(CLAUSE_ADMIN_CMD_9));
static void write_and_fail(struct admin_exchange *exchange)
{
	write_astray(exchange, NO_STATUS);
}
ADMIN_SABOTEUR(admin_failed_write_counts, .answer = write_and_fail)
ABOUT(admin_failed_write_counts, "a write that ends with EIO takes effect",
      BREAKS(CLAUSE_ADMIN_CMD_11));
static void write_and_try_again(struct admin_exchange *exchange)
{
	write_astray(exchange, ADMIN_STATUS_EAGAIN);
}
ADMIN_SABOTEUR(admin_write_to_retry_counts, .answer = write_and_try_again)
ABOUT(admin_write_to_retry_counts, "a write that ends with EAGAIN takes effect",
      BREAKS(CLAUSE_ADMIN_VQ_14));
static void write_without_memory(struct admin_exchange *exchange)
{
	write_astray(exchange, ADMIN_STATUS_ENOMEM);
}
ADMIN_SABOTEUR(admin_write_without_memory_counts, .answer = write_without_memory)
ABOUT(admin_write_without_memory_counts, "a write that ends with ENOMEM takes effect",
      BREAKS(CLAUSE_ADMIN_VQ_15));

/* ---- lists ---- */

static uint64_t last[2];
static bool had_list[2];
static unsigned query_count;

static void begin_lists(void)
{
	had_list[0] = had_list[1] = false;
	query_count = 0;
}

static bool is_use(const struct admin_exchange *exchange)
{
	return exchange->opcode == ADMIN_LIST_USE && exchange->group < ARRAY_LENGTH(last);
}

static void use_for_both(struct admin_exchange *exchange)
{
	if (is_use(exchange) && !exchange->status)
		admin_owner.used[!exchange->group] = admin_owner.used[exchange->group];
}
ADMIN_SABOTEUR(admin_groups_share_a_list, .answer = use_for_both)
ABOUT(admin_groups_share_a_list, "LIST_USE counts for the other group, too",
      BREAKS(CLAUSE_ADMIN_CMD_14));

static void allow_all_at_first(struct admin_exchange *exchange)
{
	if (is_use(exchange))
		had_list[exchange->group] = true;
	else if (exchange->group < ARRAY_LENGTH(last) && !had_list[exchange->group])
		admin_owner.used[exchange->group] = admin_owner.supported[exchange->group];
}
ADMIN_SABOTEUR(admin_all_is_legal_at_first, .begin = begin_lists, .command = allow_all_at_first)
ABOUT(admin_all_is_legal_at_first, "every command is legal until a list is used",
      BREAKS(CLAUSE_ADMIN_CMD_16, CLAUSE_ADMIN_CMD_18));

static void remember_list(struct admin_exchange *exchange)
{
	if (is_use(exchange))
		last[exchange->group] = admin_owner.used[exchange->group];
}
static void add_to_list(struct admin_exchange *exchange)
{
	if (is_use(exchange) && !exchange->status)
		admin_owner.used[exchange->group] |= last[exchange->group];
}
ADMIN_SABOTEUR(admin_list_is_added, .command = remember_list, .answer = add_to_list)
ABOUT(admin_list_is_added, "LIST_USE adds to the list instead of replacing it",
      BREAKS(CLAUSE_ADMIN_CMD_17));

static void report_less(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && !exchange->status && query_count++ > 1)
		exchange->result[0] &= 0x3;
}
ADMIN_SABOTEUR(admin_list_shrinks, .begin = begin_lists, .answer = report_less)
ABOUT(admin_list_shrinks, "later on fewer commands are supported", BREAKS(CLAUSE_ADMIN_CMD_20));

static unsigned resets_before;
static void refuse_known_list(struct admin_exchange *exchange)
{
	if (!is_use(exchange) || exchange->status)
		return;
	if (admin_owner.used[exchange->group] == (BIT64(ADMIN_LIST_QUERY) | BIT64(ADMIN_LIST_USE)))
		return;
	if (!had_list[exchange->group])
		resets_before = admin_owner.resets;
	had_list[exchange->group] = true;
	if (admin_owner.resets != resets_before) {
		exchange->status = ADMIN_STATUS_EINVAL;
		exchange->qualifier = ADMIN_Q_INVALID_FIELD;
	}
}
ADMIN_SABOTEUR(admin_list_is_refused_after_reset, .begin = begin_lists, .answer = refuse_known_list)
ABOUT(admin_list_is_refused_after_reset, "after a reset the list of before is not taken",
      BREAKS(CLAUSE_ADMIN_CMD_22, CLAUSE_ADMIN_CMD_24));

/* ---- capabilities and parts ---- */

static void have_list_alone(void)
{
	admin_owner.supported[ADMIN_GROUP_SELF] = 0x83;
}
ADMIN_SABOTEUR(admin_capabilities_are_listed_alone, .begin = have_list_alone)
ABOUT(admin_capabilities_are_listed_alone, "capabilities are listed, neither got nor set",
      BREAKS(CLAUSE_ADMIN_CAP_2, CLAUSE_ADMIN_CAP_3));

static void have_no_list(void)
{
	admin_owner.supported[ADMIN_GROUP_SELF] = 0x303;
}
ADMIN_SABOTEUR(admin_capabilities_are_not_listed, .begin = have_no_list)
ABOUT(admin_capabilities_are_not_listed, "capabilities are got and set, not listed",
      BREAKS(CLAUSE_ADMIN_CAP_1));

static void have_some_parts(void)
{
	admin_owner.supported[ADMIN_GROUP_SRIOV] |= BIT64(ADMIN_DEV_PARTS_METADATA_GET);
}
ADMIN_SABOTEUR(admin_parts_are_incomplete, .begin = have_some_parts)
ABOUT(admin_parts_are_incomplete, "of the commands for device parts one alone is supported",
      BREAKS(CLAUSE_ADMIN_PARTS_1));

static bool is_of_capability(const struct admin_exchange *exchange)
{
	return exchange->opcode >= ADMIN_CAP_ID_LIST_QUERY &&
	       exchange->opcode <= ADMIN_DRIVER_CAP_SET;
}
static void serve_members(struct admin_exchange *exchange)
{
	if (is_of_capability(exchange))
		exchange->group = ADMIN_GROUP_SELF;
}
ADMIN_SABOTEUR(admin_members_have_capabilities, .command = serve_members)
ABOUT(admin_members_have_capabilities, "commands for capabilities are served for members, too",
      BREAKS(CLAUSE_ADMIN_CAP_7, CLAUSE_ADMIN_CAP_8, CLAUSE_ADMIN_CAP_9));

static void find_invalid(struct admin_exchange *exchange)
{
	if (is_of_capability(exchange) && exchange->status == ADMIN_STATUS_ENXIO)
		exchange->status = ADMIN_STATUS_EINVAL;
}
ADMIN_SABOTEUR(admin_unknown_capability_is_invalid, .answer = find_invalid)
ABOUT(admin_unknown_capability_is_invalid, "a capability that is not there ends with EINVAL",
      BREAKS(CLAUSE_ADMIN_CAP_12, CLAUSE_ADMIN_CAP_13));

/* ---- buffers ---- */

static void fill_with_ones(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LEGACY_COMMON_CFG_READ && !exchange->length)
		exchange->data[0] = 4;
}
ADMIN_SABOTEUR(admin_missing_data_is_4, .command = fill_with_ones)
ABOUT(admin_missing_data_is_4, "data that is missing counts as 4", BREAKS(CLAUSE_ADMIN_VQ_1));

static void write_behind(struct admin_exchange *exchange)
{
	if (exchange->used == exchange->room && exchange->room <= 16)
		memset(exchange->in + exchange->room, 0, 8);
}
ADMIN_SABOTEUR(admin_writes_behind, .used = write_behind)
ABOUT(admin_writes_behind, "an answer that finds no room is written all the same",
      BREAKS(CLAUSE_ADMIN_VQ_2));

static void heed_junk(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && exchange->length)
		exchange->result[0] ^= 0x80;
}
ADMIN_SABOTEUR(admin_heeds_junk, .answer = heed_junk)
ABOUT(admin_heeds_junk, "what stands behind LIST_QUERY changes its list",
      BREAKS(CLAUSE_ADMIN_VQ_3));

static void fill_answer(struct admin_exchange *exchange)
{
	memset(exchange->in + exchange->used, 0, exchange->room - exchange->used);
}
ADMIN_SABOTEUR(admin_fills_answers, .used = fill_answer)
ABOUT(admin_fills_answers, "whatever room there is for an answer is written",
      BREAKS(CLAUSE_ADMIN_VQ_4));

static void claim_more(struct admin_exchange *exchange)
{
	exchange->used = exchange->room;
}
ADMIN_SABOTEUR(admin_used_length_is_the_room, .used = claim_more)
ABOUT(admin_used_length_is_the_room, "the used length is the room that there was",
      BREAKS(CLAUSE_ADMIN_VQ_5));

static void leave_list_out(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && exchange->room > 64)
		exchange->result_length = 0;
}
ADMIN_SABOTEUR(admin_leaves_the_list_out, .answer = leave_list_out)
ABOUT(admin_leaves_the_list_out, "LIST_QUERY writes no list", BREAKS(CLAUSE_ADMIN_VQ_6));

static void refuse_short(struct admin_exchange *exchange)
{
	if (exchange->out < sizeof(struct admin_command) ||
	    (exchange->opcode == ADMIN_LIST_QUERY && exchange->room < 16))
		exchange->status = ADMIN_STATUS_EINVAL;
}
ADMIN_SABOTEUR(admin_refuses_short_buffers, .answer = refuse_short)
ABOUT(admin_refuses_short_buffers, "a buffer that is shorter fails", BREAKS(CLAUSE_ADMIN_VQ_7));

static void refuse_long(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && (exchange->length || exchange->room > 40))
		exchange->status = ADMIN_STATUS_EINVAL;
}
ADMIN_SABOTEUR(admin_refuses_long_buffers, .answer = refuse_long)
ABOUT(admin_refuses_long_buffers, "a buffer that is longer fails", BREAKS(CLAUSE_ADMIN_VQ_8));

static void write_half_a_word(struct admin_exchange *exchange)
{
	if (exchange->opcode == ADMIN_LIST_QUERY && exchange->room == 16)
		exchange->result_length = 4;
}
ADMIN_SABOTEUR(admin_writes_half_words, .answer = write_half_a_word)
ABOUT(admin_writes_half_words, "12 bytes of LIST_QUERY are written", BREAKS(CLAUSE_ADMIN_VQ_9));

static void leave_status(struct admin_exchange *exchange)
{
	memcpy(exchange->in, &exchange->before, 2);
}
ADMIN_SABOTEUR(admin_status_is_left, .used = leave_status)
ABOUT(admin_status_is_left, "status is not written", BREAKS(CLAUSE_ADMIN_VQ_10));

static void leave_qualifier(struct admin_exchange *exchange)
{
	memcpy(exchange->in + 2, &exchange->before.status_qualifier, 2);
}
ADMIN_SABOTEUR(admin_qualifier_is_left, .used = leave_qualifier)
ABOUT(admin_qualifier_is_left, "status_qualifier is not written", BREAKS(CLAUSE_ADMIN_VQ_11));

ADMIN_SABOTEUR(admin_queue_runs_backwards, .order = SERVE_BACKWARDS)
ABOUT(admin_queue_runs_backwards, "of several commands the last comes first",
      BREAKS(CLAUSE_ADMIN_VQ_12));
