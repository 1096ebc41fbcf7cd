/*
 * The module's runtime.  The allocator is a boundary-tag one: blocks lie side
 * by side, each with its size and its left neighbour's; free ones are kept in
 * lists by size class and merged with free neighbours at once.  It is the one
 * mutable global of the module: an instance is a world of its own.
 * Dies of (traps): no memory for an x function's need; xtry_malloc returns
 * NULL instead.
 */
#include "wasm_rt.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/xalloc.h"

#define PAGE		65536u
#define ALIGN		16u
#define LEAST		32u		/* a free block holds its links */
#define CLASSES		32

/* ---- bytes ---- */

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
	return __builtin_memcpy(to, from, n);	/* memory.copy */
}

void *
memmove(void *to, const void *from, size_t n)
{
	return __builtin_memmove(to, from, n);
}

void *
memset(void *to, int c, size_t n)
{
	return __builtin_memset(to, c, n);	/* memory.fill */
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;
	uint64_t x, y;

	for (; n >= 8; n -= 8, p += 8, q += 8) {
		__builtin_memcpy(&x, p, 8);
		__builtin_memcpy(&y, q, 8);
		if (x != y)
			break;
	}
	for (; n > 0; n--, p++, q++)
		if (*p != *q)
			return *p < *q ? -1 : 1;
	return 0;
}

void *
memchr(const void *s, int c, size_t n)
{
	const uint8_t *p = s;

	for (; n > 0; n--, p++)
		if (*p == (uint8_t)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0')
		p++;
	return (size_t)(p - s);
}

int
strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a < (uint8_t)*b ? -1 : *a != *b;
}

/* ---- numbers ---- */

/* clang checks 64-bit products for overflow with this (compiler-rt's name);
 * there is no such instruction in wasm. */
__int128
__multi3(__int128 a, __int128 b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b, high;
	uint64_t xl = (uint32_t)x, xh = x >> 32, yl = (uint32_t)y, yh = y >> 32;
	uint64_t low = xl * yl, mid = xh * yl + (low >> 32), mid2;

	mid2 = xl * yh + (uint32_t)mid;
	high = xh * yh + (mid >> 32) + (mid2 >> 32);
	high += x * (uint64_t)(b >> 64) + (uint64_t)(a >> 64) * y;
	low = (mid2 << 32) | (uint32_t)low;
	return (__int128)(((unsigned __int128)high << 64) | low);
}

/* ---- memory ---- */

extern uint8_t __heap_base;

struct block {
	uint32_t	 size;		/* with this head; bit 0: in use */
	uint32_t	 left;		/* size of the block before; 0: first */
	uint64_t	 unused;	/* the bytes start 16-aligned */
	struct block	*next, *prev;	/* of its class, while free */
};

#define HEAD	16u

static struct heap {
	struct block	*classes[CLASSES];
	uint8_t		*start, *end;	/* of the blocks */
	struct block	*last;
	uint32_t	 used;
} heap;

static uint32_t
size_of(const struct block *b)
{
	return b->size & ~1u;
}

static struct block *
right_of(struct block *b)
{
	uint8_t *p = (uint8_t *)b + size_of(b);

	return p < heap.end ? (struct block *)p : NULL;
}

static struct block *
left_of(struct block *b)
{
	return b->left == 0 ? NULL : (struct block *)((uint8_t *)b - b->left);
}

/* Class k holds sizes from 2^k up to 2^(k+1). */
static unsigned
class_of(uint32_t size)
{
	return 31u - (unsigned)__builtin_clz(size);
}

static void
link_free(struct block *b)
{
	struct block **list = &heap.classes[class_of(size_of(b))];

	b->size &= ~1u;
	b->prev = NULL;
	b->next = *list;
	if (b->next != NULL)
		b->next->prev = b;
	*list = b;
}

static void
unlink_free(struct block *b)
{
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		heap.classes[class_of(size_of(b))] = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
}

static void
set_size(struct block *b, uint32_t size)
{
	struct block *right;

	b->size = size;
	right = right_of(b);
	if (right != NULL)
		right->left = size;
	else
		heap.last = b;
}

/* The best of its class, or the first of a larger one. */
static struct block *
find_free(uint32_t size)
{
	unsigned k = class_of(size);
	struct block *b, *best = NULL;

	for (b = heap.classes[k]; b != NULL; b = b->next)
		if (size_of(b) >= size &&
		    (best == NULL || size_of(b) < size_of(best)))
			best = b;
	while (best == NULL && ++k < CLASSES)
		best = heap.classes[k];
	return best;
}

static bool
start_heap(void)
{
	uintptr_t at = ((uintptr_t)&__heap_base + ALIGN - 1) &
	    ~(uintptr_t)(ALIGN - 1);

	if (heap.start == NULL) {
		heap.start = heap.end = (uint8_t *)at;
		heap.last = NULL;
	}
	return true;
}

/* Grows the memory by at least need bytes and makes them one free block. */
static struct block *
more(uint32_t need)
{
	uintptr_t have, want;
	struct block *b, *last;

	start_heap();
	last = heap.last != NULL && (heap.last->size & 1) == 0 ? heap.last :
	    NULL;
	have = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
	want = (uintptr_t)heap.end + need - (last != NULL ? size_of(last) : 0);
	if (want < (uintptr_t)heap.end && last == NULL)
		return NULL;	/* past 4 GiB */
	if (want > have && __builtin_wasm_memory_grow(0,
	    (want - have + PAGE - 1) / PAGE) == SIZE_MAX)
		return NULL;
	have = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
	if (have == 0)
		have = UINTPTR_MAX & ~(uintptr_t)(PAGE - 1);
	if (last != NULL) {
		unlink_free(last);
		b = last;
	} else {
		b = (struct block *)heap.end;
		b->left = heap.last != NULL ? size_of(heap.last) : 0;
	}
	heap.end = (uint8_t *)have;
	set_size(b, (uint32_t)(have - (uintptr_t)b));
	link_free(b);
	return b;
}

void *
xtry_malloc(size_t n)
{
	uint32_t size;
	struct block *b, *rest;

	if (n > 0x7fffff00u)
		return NULL;
	size = ((uint32_t)n + HEAD + ALIGN - 1) & ~(ALIGN - 1);
	if (size < LEAST)
		size = LEAST;
	b = find_free(size);
	if (b == NULL && (b = more(size)) == NULL)
		return NULL;
	unlink_free(b);
	if (size_of(b) - size >= LEAST) {
		rest = (struct block *)((uint8_t *)b + size);
		rest->left = size;
		set_size(rest, size_of(b) - size);
		b->size = size;
		link_free(rest);
	}
	heap.used += size_of(b);
	b->size |= 1;
	return (uint8_t *)b + HEAD;
}

void
xfree(void *p)
{
	struct block *b, *side;

	if (p == NULL)
		return;
	b = (struct block *)((uint8_t *)p - HEAD);
	if ((b->size & 1) == 0)
		__builtin_trap();	/* freed twice */
	b->size &= ~1u;
	heap.used -= b->size;
	side = right_of(b);
	if (side != NULL && (side->size & 1) == 0) {
		unlink_free(side);
		set_size(b, size_of(b) + size_of(side));
	}
	side = left_of(b);
	if (side != NULL && (side->size & 1) == 0) {
		unlink_free(side);
		set_size(side, size_of(side) + size_of(b));
		b = side;
	}
	link_free(b);
}

size_t
wasm_rt_used(void)
{
	return heap.used;
}

/* ---- the x names ---- */

void *
xmalloc(size_t n)
{
	void *p = xtry_malloc(n);

	if (p == NULL)
		__builtin_trap();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		__builtin_trap();
	p = xmalloc(n * size);
	return memset(p, 0, n * size);
}

void *
xrealloc(void *old, size_t n)
{
	const struct block *b;
	size_t have;
	void *p;

	if (old == NULL)
		return xmalloc(n);
	b = (const struct block *)((const uint8_t *)old - HEAD);
	have = size_of(b) - HEAD;
	if (n <= have)
		return old;
	p = xmalloc(n);
	memcpy(p, old, have);
	xfree(old);
	return p;
}

char *
xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}
