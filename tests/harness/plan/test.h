/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a test is written:
 *
 *	TEST(interrupt, masked_vector_is_held_pending,
 *	     .about = "a completion on a masked vector sets its PBA bit and arrives once, on unmask",
 *	     .judges = CLAUSES(PCI_MSIX_11), .needs = NEEDS_MSIX | NEEDS_WORK)
 *	{
 *		…
 *		CHECK(t, PCI_MSIX_11, vector == expected, "queue %u: vector reads %#x", q, vector);
 *	}
 *
 * The device is fresh from reset, MSI-X off, every queue unused. Afterwards the harness resets it and
 * looks at the canaries, the status and stray interrupts.
 */
#ifndef TESTS_HARNESS_TEST_H
#define TESTS_HARNESS_TEST_H

#include "lib/arena.h"
#include "lib/random.h"
#include "tests/harness/plan/variant.h"
#include "virtio/device.h"
#include "virtio/device/type.h"
#include "virtio/device/workload.h"

#include "generated/clauses.h"
#include "generated/driver_clauses.h"

/* What a test cannot do without; the plan skips it, with the reason, where it is missing. */
enum {
	NEEDS_MSIX = BIT(0),
	NEEDS_WORK = BIT(1), /* a workload for the device type */
	NEEDS_INTX = BIT(2), /* an interrupt pin */
	NEEDS_SECOND_CPU = BIT(3),
	NEEDS_HOST = BIT(4),    /* a host program that answers (vp.host) */
	NEEDS_SCRATCH = BIT(5), /* the user allows this device's data to be destroyed */
	NEEDS_CONFIG = BIT(6),  /* a device-specific configuration structure */
	NEEDS_WINDOW = BIT(7),  /* the PCI configuration access capability */
	NEEDS_CONFIGURATION_SPACE_ONLY = BIT(8), /* runs on devices that cannot be driven too */
};

/*
 * What a test takes for granted of a device. Where one of these is known to be broken (a root fault:
 * tests/harness/judge/fault.h), the test is not judged.
 */
enum device_state {
	STATE_RESET = BIT(0), /* a reset takes the device back to where it serves from the start */
	STATE_FEATURES =
		BIT(1), /* no feature is in force that was negotiated before the reset alone */
	STATE_SIZES = BIT(2),          /* queue_size is the largest again after a reset */
	STATE_RESIZING = BIT(3),       /* a smaller queue_size is taken */
	STATE_INDICES = BIT(4),        /* rings begin at 0 after a reset */
	STATE_VECTORS = BIT(5),        /* a reset unmaps vectors */
	STATE_MASKS = BIT(6),          /* a masked message is held and sent on unmasking */
	STATE_PENDING = BIT(7),        /* pending bits say what is pending */
	STATE_WINDOW = BIT(8),         /* the window of 4.1.4.9 shows what the BARs show */
	STATE_CHAINS = BIT(9),         /* chains of several descriptors are taken */
	STATE_QUEUE_RESET = BIT(10),   /* a single queue can be reset */
	STATE_EARLY_RESET = BIT(11),   /* a reset before DRIVER_OK undoes what was set up */
	STATE_POLLING = BIT(12),       /* queues serve that no interrupt tells of */
	STATE_FEW_QUEUES = BIT(13),    /* it serves with no more queues enabled than are used */
	STATE_CONFIGURATION = BIT(15), /* fields that nobody changes stay as they were read first */
	STATE_TABLES = BIT(16),        /* requests in indirect tables are taken */
	STATE_ARMING = BIT(17),        /* messages come again when suppression is lifted */
	STATE_QUIET = BIT(18),         /* flags suppress messages */
	STATE_FRAMING = BIT(14),       /* a message may be cut into descriptors in any way */
	STATE_NOTICES = BIT(19),       /* a message comes of buffers that are used */
	STATE_BATCHES = BIT(20),       /* one notification tells of several buffers */
};

struct faults;
struct findings;
struct result;
struct subject;
struct test_run;

/* A test as it was written: see TEST(). There are hundreds of them: fields are as narrow as they can be. */
struct test {
	const char *suite;
	const char *name;
	const char *about; /* what it shows, one sentence without a full stop */
	const char *file;  /* where its source stands */
	uint16_t line;
	uint16_t needs;
	uint16_t axes; /* of tests/harness/plan/variant.h: what variants change it */
	uint16_t
		always; /* axes whose first setting every variant has: AXIS_RING for packed rings alone */
	uint16_t traits;     /* only devices that have these, DEVICE_…: tests of one transport */
	int16_t feature;     /* only devices that offer this bit … */
	bool has_feature;    /* … when this is set: see WITH_FEATURE() */
	uint16_t type;       /* only devices of this type; 0: any */
	uint32_t timeout_ms; /* milliseconds until it is cut off; 0: the default */
	uint32_t
		assumes; /* STATE_…, what it takes for granted; 0: what it needs and judges says it */
	const uint16_t *judges; /* the clauses that it may judge: CLAUSES(); NULL: none */
	const uint16_t
		*breaks; /* rules for drivers that it breaks on purpose: RULES(); NULL: none */
	void (*run)(struct test_run *t);
};

/*
 * The clauses that a test judges, in its body or in helpers, by their ids: .judges = CLAUSES(PCI_MSIX_11,
 * VQ_TXT_4). scripts/judges.pl compares them with the checks of the sources, and a check of what is not
 * declared is the suite's own error. What the harness judges beside every test
 * (tests/harness/judge/declared.c) may stand here and need not.
 */
#define CLAUSES(...) ((const uint16_t[]){REPEATED(EACH_CLAUSE(__VA_ARGS__)) CLAUSE_COUNT})

/* CLAUSE_ put before each of many: a step of the list, which is walked by expanding it again and again. */
#define EACH_CLAUSE(first, ...) CLAUSE_##first, __VA_OPT__(NEXT_CLAUSE NOTHING(__VA_ARGS__))
#define NEXT_CLAUSE()           EACH_CLAUSE /* not expanded in the pass that makes it */
#define NOTHING                 ()

/* Expands in 64 passes, one a clause: more than a test judges. */
#define REPEATED(...)   REPEATED16(REPEATED16(REPEATED16(REPEATED16(__VA_ARGS__))))
#define REPEATED16(...) REPEATED4(REPEATED4(REPEATED4(REPEATED4(__VA_ARGS__)))) /* 16 passes */
#define REPEATED4(...)  ONCE(ONCE(ONCE(ONCE(__VA_ARGS__))))                     /* 4 */
#define ONCE(...)       __VA_ARGS__                                             /* 1 */

/*
 * The rules for drivers that a test breaks on purpose, by their ids in tests/driver-clauses.tsv: .breaks =
 * RULES(DRIVER_VQRESET_1). What they bring about is not the device's fault.
 */
#define RULES(...) ((const uint16_t[]){__VA_ARGS__, DRIVER_CLAUSE_COUNT})

/* In TEST(): only devices that offer this feature bit. */
#define WITH_FEATURE(bit) .feature = (bit), .has_feature = true

/* Defines a test and registers it: fields of struct test, then its body, in which it is `t`. */
#define TEST(suite_name, test_name, ...)                                                           \
	REGISTER_TEST(registry_tests, suite_name, test_name, __VA_ARGS__)

/*
 * A benchmark: written and isolated as a test is, run by vp.bench instead of with the tests. It reports
 * figures with measured_value() and measured_histogram() (tests/harness/drive/measure.h).
 */
#define BENCH(suite_name, test_name, ...)                                                          \
	REGISTER_TEST(registry_benches, suite_name, test_name, __VA_ARGS__)

/* What both come to. */
#define REGISTER_TEST(registry, suite_name, test_name, ...)                                        \
	static void suite_name##_##test_name(struct test_run *t);                                  \
	static const struct test suite_name##_##test_name##_test = {                               \
		.suite = #suite_name,                                                              \
		.name = #test_name,                                                                \
		.file = __FILE__,                                                                  \
		.line = __LINE__,                                                                  \
		.run = suite_name##_##test_name,                                                   \
		__VA_ARGS__};                                                                      \
	static const struct test *const suite_name##_##test_name##_entry                           \
		__attribute__((section(#registry), used)) = &suite_name##_##test_name##_test;      \
	static void suite_name##_##test_name(struct test_run *t)

#define HELPERS_MOST 16

/* A test while it runs on one device in one variant. */
struct test_run {
	const struct test *test;
	struct subject *subject;
	struct virtio_device *device; /* the face of the subject that is tested */
	struct variant variant;
	struct ring_shape shape; /* that rings of `device` get when it is brought up */
	const char *variant_name;
	const char *
		also; /* words of the command line that a repetition needs, such as the mode; or NULL */
	struct result *result; /* what will be reported of it: tests/harness/plan/result.h */
	const struct workload *workload; /* of this device type, or NULL */
	struct arena *arena;             /* memory that the device may touch */
	struct random random;
	struct findings *findings; /* its outcome is computed from them */
	struct faults *faults;     /* what is known to be broken in the subject: judge/fault.h */
	struct features stays;     /* asked for in every set-up, since they survive a reset */
	unsigned own_checks;       /* of clauses that the test declares */
	bool asks; /* an experiment of the harness: nothing is counted or reported */
	bool up;   /* bring_up() succeeded: queues exist */
	struct virtio_device *helpers[HELPERS_MOST]; /* tests/harness/subject/helper.h */
	unsigned helper_count;
	uint64_t config_arrivals; /* on the configuration vector when the device went live */
	uint64_t start_lost;      /* clock_now() of a lost first kick: judge/diagnose.h; 0: none */
};

/*
 * Judges one clause. When condition is false the clause is violated, and the message (a format
 * with its arguments) says what was expected and what was seen. Evaluates to the condition.
 */
#define CHECK(t, clause, condition, ...) JUDGE(t, CLAUSE_##clause, condition, __VA_ARGS__)

/* CHECK for helpers that are told what to judge: `id` is an enum clause_id. */
#define JUDGE(t, id, condition, ...)                                                               \
	({                                                                                         \
		bool check_holds = (condition);                                                    \
		if (check_holds)                                                                   \
			check_held((t), (id));                                                     \
		else                                                                               \
			check_broken((t), (id), __VA_ARGS__);                                      \
		check_holds;                                                                       \
	})

/* CHECK, and leaves the test when it does not hold: nothing behind it could be judged. */
#define INSIST(t, clause, condition, ...)                                                          \
	do {                                                                                       \
		if (!CHECK(t, clause, condition, __VA_ARGS__))                                     \
			leave_test(t);                                                             \
	} while (0)

/*
 * For what no device owes, but without which the test cannot go on. When condition is false the test
 * is left, not judged, for the reason of the message.
 */
#define CAN_JUDGE(t, condition, ...)                                                               \
	do {                                                                                       \
		if (!(condition))                                                                  \
			skip_test((t), __VA_ARGS__);                                               \
	} while (0)

/* What CHECK comes to when the clause held once more. */
void check_held(struct test_run *t, enum clause_id id);

/* What it comes to when the clause was found violated: a finding. */
void check_broken(struct test_run *t, enum clause_id id, const char *format, ...) PRINTF_LIKE(3, 4);

/* Leaves the test at once, from any depth of calls, without a word. */
NORETURN void leave_test(struct test_run *t);

/* The same: the test, or the rest of it, is not judged, and why. */
NORETURN void skip_test(struct test_run *t, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with a fault of the suite or of the machine. */
NORETURN void error_in_test(struct test_run *t, const char *format, ...) PRINTF_LIKE(2, 3);

/* A piece of the arena; leaves the test with an error when there is no room. */
void *test_memory(struct test_run *t, const char *name, size_t size, size_t alignment);

/* The registries, which linker.ld gathers: pointers to each test, and to each benchmark. */
extern const struct test *const __start_registry_tests[];
extern const struct test *const __stop_registry_tests[];    /* its end */
extern const struct test *const __start_registry_benches[]; /* of benchmarks */
extern const struct test *const __stop_registry_benches[];  /* its end */

#endif
