/*
 * Memory.  The x functions are for small, fixed needs and abort when there is
 * none.  What a peer sizes is bounded first and comes from xtry_malloc, whose
 * failure is a refusal, never an end.  In wasm the same names are implemented
 * by worker/wasm_rt.c; pure code uses no other allocator.
 */
#ifndef RAVEN_XALLOC_H
#define RAVEN_XALLOC_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))

void	*xmalloc(size_t) __attribute__((malloc));
void	*xcalloc(size_t, size_t) __attribute__((malloc));
void	*xrealloc(void *, size_t);
char	*xstrdup(const char *) __attribute__((malloc));
void	*xtry_malloc(size_t) MUST_CHECK;
void	 xfree(void *);

#endif
