/*
 * The group executor: takes a program whole, checks it, plans its memory,
 * computes it in steps, and hands the exports out.  Pure; native and wasm.
 */
#ifndef RAVEN_EXEC_H
#define RAVEN_EXEC_H

#include "common/program.h"

struct exec;

enum exec_state { EXEC_MORE, EXEC_DONE, EXEC_REFUSED };

struct exec_progress {
	uint64_t	done, total;	/* cost units: about flops */
};

/* An exported op that was computed. */
struct exec_value {
	uint32_t	 op;		/* in the program's numbering */
	struct shape	 shape;
	const uint8_t	*bytes;		/* C order, NaN canonical; borrowed until
					 * the next exec_load or exec_free */
	size_t		 size;
};

struct exec	*exec_new(void);
void		 exec_free(struct exec *);
/* From the next load on: this processor's widest vectors (where there are any;
 * the default), or those that all have.  The bits are the same: for tests. */
void		 exec_set_wide(struct exec *, bool);
/*
 * Checks and plans.  program is borrowed until the next load; given: bytes of
 * the GIVEN sources by ordinal, borrowed as long (8-aligned; n = 0 entries
 * are missing: E_NO_INPUT).  E_OK, or why the group is refused whole
 * (E_BAD_PROGRAM..., E_NO_INPUT, E_MEMORY with need and limit).  The limit
 * bounds values and scratch together at their peak, not the given bytes; the
 * plan itself may take half as much, and 8 MiB, besides.
 */
enum error	 exec_load(struct exec *, const uint8_t *program, size_t len,
		    const struct bytes *given, size_t n_given,
		    size_t memory_limit, struct op_error *) MUST_CHECK;
/* Computes until about budget cost units are spent. */
enum exec_state	 exec_step(struct exec *, uint64_t budget);
void		 exec_progress(const struct exec *, struct exec_progress *);
/* After EXEC_DONE: exports that were computed, and ops that failed (with
 * those that depend on them as E_DEPENDS), both in op order. */
size_t		 exec_exports(const struct exec *);
void		 exec_export(const struct exec *, size_t i, struct exec_value *);
size_t		 exec_errors(const struct exec *);
const struct op_error *exec_op_error(const struct exec *, size_t i);

#endif
