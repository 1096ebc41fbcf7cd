/*
 * Chains: the straight line of instructions that an elementwise step becomes,
 * while it is being planned.  Every register is read by one instruction only;
 * scalars, filled before the first tile, by any number.
 */
#ifndef RAVEN_CHAIN_H
#define RAVEN_CHAIN_H

#include "compute/plan.h"

#define COST_LOAD	8	/* of an element, in flops of a product */
#define COST_OP		8

struct chain {
	struct tile_instr instr[TILE_REGS];
	uint32_t	 n;
	uint32_t	 n_buffers;
	uint32_t	 cost;			/* of an element */
	uint64_t	 busy;			/* buffers, by bit */
	const int64_t	*dims;
	uint32_t	 ndim;
};

void	 chain_init(struct chain *, const struct view *out);
/* A buffer that no register lives in. */
uint8_t	 chain_buffer(struct chain *);
/* Registers: of a view's elements as dtype, broadcast to the chain's axes ... */
uint8_t	 chain_load(struct plan *, struct chain *, const struct view *,
	    enum dtype);
/* ... of a kernel's result; b is a again for kernels of one input ... */
uint8_t	 chain_apply(struct chain *, tile_fn, uint8_t a, uint8_t b,
	    uint32_t cost);
/* ... of where c is true a, else b ... */
uint8_t	 chain_select(struct chain *, select_fn, uint8_t a, uint8_t b,
	    uint8_t c);
/* ... and of a register in another dtype, itself if it is the same. */
uint8_t	 chain_cast(struct chain *, uint8_t reg, enum dtype from,
	    enum dtype to);
/* The step that writes the last register to out; NULL once the plan failed. */
struct tile_step *chain_end(struct plan *, const struct chain *, uint32_t op,
	    const struct view *out);

#endif
