/*
 * What users would pick instead of the core, behind the same server, lines
 * and participants: single ops to a random idle slot; ready ops in fifties to
 * the first idle one; HEFT, planned once, single ops; all on one slot.
 */
#ifndef RAVEN_PERF_BASE_H
#define RAVEN_PERF_BASE_H

#include "rng.h"
#include "server.h"
#include "work.h"

enum policy { POLICY_CORE, POLICY_RANDOM, POLICY_FIFTY, POLICY_HEFT,
	POLICY_ONE, POLICIES };

#define BASE_OUT	64	/* groups out at a participant, at most */

enum base_state { BASE_WAITS, BASE_OUT_THERE, BASE_DONE };

struct base_op {
	uint8_t		 state;		/* enum base_state */
	bool		 known, stored, asked;
	uint32_t	 host;		/* planned for, or computed by */
	uint32_t	 slot;		/* planned for */
	uint32_t	 group;		/* out in it */
	uint32_t	 missing;	/* inputs not done, of ops that wait */
	uint32_t	 users;		/* consumers not done */
	uint8_t		 digest[DIGEST_LEN];
	uint8_t		*data;		/* small values */
};

struct base_host {
	bool		 here, ready;
	uint64_t	 session;
	uint32_t	 n_out;
	struct trait	 trait;		/* as it was measured */
	uint8_t		*held;		/* a bit an op */
	/* planned for each slot, in order, and how far that is sent */
	uint32_t	*plan[64], n_plan[64], at[64];
	double		 free[64];
};

struct base_group {
	uint32_t	 host, n;
	uint32_t	*ops;
	bool		 out;
};

struct base {
	enum policy		 policy;
	const struct work	*w;
	struct program		*programs;	/* a batch each */
	uint32_t		 n_batches;	/* that came */
	bool			 started;
	struct base_op		*ops;
	uint32_t		*first_out, *out;	/* consumers */
	struct base_host	*hosts;		/* by session, from 1 */
	uint32_t		 n_hosts;
	struct base_group	*groups;	/* from 1 */
	uint32_t		 n_groups, groups_cap;
	uint32_t		*ready;		/* in the order they came */
	uint32_t		 first_ready, n_ready, ready_cap;
	uint32_t		 unsent;	/* POLICY_ONE: the first op not sent */
	uint32_t		 best;		/* POLICY_ONE: its participant */
	struct rng		 rng;
	struct program_writer	 writer;
	struct buf		 program;
	struct sched_out	*to;		/* of this call */
};

struct base	*base_new(enum policy, const struct work *, uint64_t seed);
void		 base_free(struct base *);
struct brain	 base_brain(struct base *);
const char	*policy_name(enum policy);
/* POLICIES: there is no such. */
enum policy	 policy_find(const char *);

/* base_send.c: an ASSIGN of these ops; their inputs can be had there. */
void		 base_send(struct base *, uint32_t host, const uint32_t *ops,
		    uint32_t n);
bool		 base_held(const struct base *, uint32_t host, uint32_t op);
void		 base_hold(struct base *, uint32_t host, uint32_t op);

/* base_pick.c: hands out what can be handed out. */
void		 base_pick(struct base *);
/* Its value can be had at the participant, or is being made there. */
bool		 base_there(const struct base *, uint32_t host, uint32_t op);

/* heft.c: a participant and slot for every op that is not done. */
void		 heft_plan(struct base *);
double		 base_op_us(const struct base *, uint32_t host, uint32_t op);

#endif
