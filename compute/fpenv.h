/*
 * The floating-point environment kernels need: round to nearest, subnormals
 * kept, no traps.  A host process may have set others; they come back after.
 */
#ifndef RAVEN_FPENV_H
#define RAVEN_FPENV_H

#include <stdint.h>

#if defined(__x86_64__)
#define FPENV_DEFAULT	0x1f80u
#define FPENV_FLAGS	0x3fu		/* sticky, not modes */

static inline uint32_t
fpenv_enter(void)
{
	uint32_t was = __builtin_ia32_stmxcsr();

	if ((was & ~FPENV_FLAGS) != FPENV_DEFAULT)
		__builtin_ia32_ldmxcsr(FPENV_DEFAULT);
	return was;
}

static inline void
fpenv_leave(uint32_t was)
{
	if ((was & ~FPENV_FLAGS) != FPENV_DEFAULT)
		__builtin_ia32_ldmxcsr(was);
}
#elif defined(__aarch64__)
static inline uint64_t
fpenv_enter(void)
{
	uint64_t was;

	__asm__ volatile("mrs %0, fpcr" : "=r"(was));
	if (was != 0)
		__asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
	return was;
}

static inline void
fpenv_leave(uint64_t was)
{
	if (was != 0)
		__asm__ volatile("msr fpcr, %0" : : "r"(was));
}
#else
/* WebAssembly has no other environment. */
static inline uint32_t
fpenv_enter(void)
{
	return 0;
}

static inline void
fpenv_leave(uint32_t was)
{
	(void)was;
}
#endif

#endif
