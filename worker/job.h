/*
 * The native worker's one slot: runs a group or the benchmark a step at a
 * time, so that the network is looked at in between.  Native only.
 */
#ifndef RAVEN_JOB_H
#define RAVEN_JOB_H

#include "participant.h"

struct job;

enum job_state { JOB_IDLE, JOB_RUNNING, JOB_DONE, JOB_BENCHED };

struct job	*job_new(void);
void		 job_free(struct job *);
void		 job_run(struct job *, const struct participant_command *);
void		 job_stop(struct job *, uint32_t run);
void		 job_bench(struct job *);
/* One step of about budget cost units; a group goes before the benchmark. */
enum job_state	 job_step(struct job *, uint64_t budget);
bool		 job_busy(const struct job *);
/* The run and how far it is. */
uint32_t	 job_run_id(const struct job *);
void		 job_progress(const struct job *, uint64_t *done, uint64_t *total);
/* After JOB_DONE: borrowed until the next job_ call but bytes of exports. */
const struct participant_outcome *job_outcome(struct job *);
/* After JOB_BENCHED. */
void		 job_bench_result(struct job *, struct bench_result *);

#endif
