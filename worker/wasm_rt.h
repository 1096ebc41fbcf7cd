/*
 * What the module has instead of a C library: mem* and str* by their usual
 * names, and the names of common/xalloc.h over memory that only grows, up to
 * the maximum the linker was told.  wasm only.
 */
#ifndef RAVEN_WASM_RT_H
#define RAVEN_WASM_RT_H

#include <stddef.h>

void	*memcpy(void *restrict, const void *restrict, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);
int	 memcmp(const void *, const void *, size_t);
void	*memchr(const void *, int, size_t);
size_t	 strlen(const char *);
int	 strcmp(const char *, const char *);

__int128 __multi3(__int128, __int128);

/* Bytes given out, for people. */
size_t	 wasm_rt_used(void);

#endif
