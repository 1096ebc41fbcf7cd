/*
 * Computing without computing: values whose bytes name what they would be.
 * The same op on the same values gives the same bytes on every host.
 */
#ifndef RAVEN_PERF_FAKE_H
#define RAVEN_PERF_FAKE_H

#include "common/program.h"
#include "worker/participant.h"

#define FAKE_HEAD	64	/* bytes that can differ from 0 */

/* The first bytes of a value of that name. */
void	 fake_head(uint64_t name, enum dtype, uint8_t [FAKE_HEAD]);
/* The whole value, from xcalloc. */
uint8_t	*fake_bytes(uint64_t name, const struct shape *);
void	 fake_digest(uint64_t name, const struct shape *,
	    uint8_t [DIGEST_LEN]);
/* Exports of a group, their bytes taken by the caller; returns how many. */
size_t	 fake_run(struct bytes program, const struct bytes *given,
	    size_t n_given, struct participant_export **);
/* Length that data decides: half of the most. */
void	 fake_shape(const struct program *, uint32_t op,
	    const struct shape *const *in, size_t n_in, struct shape *);

typedef void (*fake_each)(void *arg, uint32_t op, const struct op_cost *);
/* The cost of each op of a program. */
void	 fake_costs(struct bytes program, fake_each, void *arg);

#endif
