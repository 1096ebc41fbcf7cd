/* What groups.c and result.c share. */
#ifndef RAVEN_GROUPS_PRIV_H
#define RAVEN_GROUPS_PRIV_H

#include "participant_priv.h"

/* groups.c */
void	 group_free(struct participant *, struct group *);
/* A value has its blob now: gives it to those that wait. */
void	 group_hand_out(struct participant *, struct value *);
/* Answers and frees the groups whose inputs will not come. */
void	 groups_reap(struct participant *);

/* result.c */
/* Answers for a group that will not run here; the group stays the caller's. */
void	 result_refuse(struct participant *, const struct group *, enum error,
	    const int64_t a[4]);
/* Sends a kept result once more; false: there is none. */
bool	 result_again(struct participant *, uint64_t g, uint64_t epoch,
	    uint64_t number);
bool	 result_drop(struct participant *, uint64_t g, uint64_t epoch,
	    uint64_t number);

#endif
