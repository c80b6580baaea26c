/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words every file uses: fixed-width types, little-endian types, and the
 * few macros that C lacks. Builds freestanding and on a host.
 */
#ifndef LIB_BASE_H
#define LIB_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* C17 spells it so only in <assert.h>, which a freestanding compiler need not have. */
#ifndef static_assert
#define static_assert _Static_assert
#endif

/*
 * Little-endian fields of structures that a device or the firmware shares with
 * us. They are structs so that the compiler refuses to mix them with numbers:
 * cross the border with to_le*() and from_le*().
 */
typedef struct {
	uint16_t raw;
} le16; /* two bytes */

typedef struct {
	uint32_t raw;
} le32; /* four */

typedef struct {
	uint64_t raw;
} le64; /* eight */

/* x86 is little-endian, and so is every host that we build on. */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the conversions below are identities");

/* A number as two bytes of a shared structure. */
static inline le16 to_le16(uint16_t value)
{
	return (le16){value};
}

/* A number as four bytes. */
static inline le32 to_le32(uint32_t value)
{
	return (le32){value};
}

/* A number as eight bytes. */
static inline le64 to_le64(uint64_t value)
{
	return (le64){value};
}

/* The number in two bytes of a shared structure. */
static inline uint16_t from_le16(le16 field)
{
	return field.raw;
}

/* The number in four bytes. */
static inline uint32_t from_le32(le32 field)
{
	return field.raw;
}

/* The number in eight bytes. */
static inline uint64_t from_le64(le64 field)
{
	return field.raw;
}

/* The type of the number in a field, which may be a little-endian one. */
#define NATIVE_TYPE(field)                                                                         \
	__typeof__(NATIVE_IF(                                                                      \
		field, le16, (uint16_t)0,                                                          \
		NATIVE_IF(field, le32, (uint32_t)0, NATIVE_IF(field, le64, (uint64_t)0, field))))
/* `then` for a field of the type, `otherwise` for any other. */
#define NATIVE_IF(field, type, then, otherwise)                                                    \
	__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(field), type), then,         \
			      otherwise)

/* How many elements an array has; of no use for a pointer. */
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of a type of which `pointer` points to the member. */
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* The smaller of two numbers; each argument is evaluated once. */
#define MINIMUM(a, b)                                                                              \
	({                                                                                         \
		__typeof__(a) minimum_a = (a);                                                     \
		__typeof__(b) minimum_b = (b);                                                     \
		minimum_a < minimum_b ? minimum_a : minimum_b;                                     \
	})

/* The larger of two numbers; each argument is evaluated once. */
#define MAXIMUM(a, b)                                                                              \
	({                                                                                         \
		__typeof__(a) maximum_a = (a);                                                     \
		__typeof__(b) maximum_b = (b);                                                     \
		maximum_a > maximum_b ? maximum_a : maximum_b;                                     \
	})

/* value rounded up to a multiple of `to`, which is a power of two. */
#define ALIGN_UP(value, to) (((value) + (to)-1) & ~((__typeof__(value))(to)-1))

/* value rounded down to a multiple of `to`, which is a power of two. */
#define ALIGN_DOWN(value, to) ((value) & ~((__typeof__(value))(to)-1))

/* True for 1, 2, 4 and so on; the value is evaluated twice. */
#define IS_POWER_OF_TWO(value) ((value) != 0 && ((value) & ((value)-1)) == 0)

/* Bit n, 0 … 31, as a number of 32 bits. */
#define BIT(n) (1u << (n))

/* Bit n, 0 … 63, as a number of 64 bits. */
#define BIT64(n) (1ull << (n))

/* Lets the compiler check a format: argument `text`, whose values begin at argument `first`. */
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define NORETURN                 __attribute__((noreturn))
#define PACKED                   __attribute__((packed))
#define MUST_CHECK               __attribute__((warn_unused_result))

#define KIB                      (1024ull)
#define MIB                      (1024ull * KIB)
#define GIB                      (1024ull * MIB)

#endif
