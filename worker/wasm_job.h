/*
 * What the two halves of the module share: addresses, and the job that goes
 * from a network worker's instance to a compute worker's.  wasm only.
 */
#ifndef RAVEN_WASM_JOB_H
#define RAVEN_WASM_JOB_H

#include <stdint.h>

#define JOB_MAGIC	0x31424a52u	/* "RJB1" */
#define JOB_ALIGN	16u

struct job_place {
	uint32_t	at, len;
};

/* The head, then n_given places, then the bytes, each at a multiple of
 * JOB_ALIGN. */
struct job_head {
	uint32_t		magic, n_given;
	uint64_t		memory;
	struct job_place	program;
};

static inline uint32_t
wasm_address(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static inline void *
wasm_pointer(uint32_t a)
{
	return (void *)(uintptr_t)a;
}

#endif
