/*
 * From here to avx2_end.h functions may use AVX2, whatever the flags are: so
 * one object serves every processor, and cpuid chooses among its functions.
 */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
