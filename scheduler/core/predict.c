/*
 * When a participant is through with what it has.  It starts complete groups
 * in the order of arrival on whatever slot is free; its link carries one value
 * after the other.  So the first groups out run, one a slot, and the others
 * follow on the slot that is free first.
 */
#include "policy.h"

#define FORM_US		2.0	/* an op, until it has left */

static double
predict_wait(const struct sched *s, uint64_t us)
{
	return us > s->now ? (double)(us - s->now) : 0;
}

double
predict_first(const struct sched *s, const struct peer *p)
{
	uint64_t least = p->free_us[0];
	uint32_t i;

	for (i = 1; i < p->slots; i++)
		least = p->free_us[i] < least ? p->free_us[i] : least;
	return predict_wait(s, least);
}

double
predict_mean(const struct sched *s, const struct peer *p)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < p->slots; i++)
		sum += predict_wait(s, p->free_us[i]);
	return sum / p->slots;
}

/* Until all answers have left. */
double
predict_line(const struct sched *s, const struct peer *p)
{
	return predict_wait(s, p->up_us);
}

double
predict_link(const struct sched *s, const struct peer *p)
{
	return predict_wait(s, p->down_us);
}

/* Sent so long before the one before it ends, a group comes in time. */
static double
predict_guard(const struct sched *s, const struct peer *p)
{
	double least = (double)s->set.limits.group_min_us, form = 0;

	/* The next may be as large as the last. */
	if (p->out_last != 0)
		form = FORM_US * s->groups[p->out_last].n_ops;
	return p->rtt_us + form + 0.25 *
	    (p->rtt_us > least ? p->rtt_us : least);
}

/* What the next one needs is brought meanwhile: as long as the last took. */
double
predict_lead(const struct sched *s, const struct peer *p)
{
	return predict_guard(s, p) + p->fetch_us;
}

bool
predict_room(const struct sched *s, const struct peer *p)
{
	return p->n_out < OUT_MAX && predict_first(s, p) <= predict_lead(s, p);
}

uint64_t
predict_when(const struct sched *s, const struct peer *p)
{
	uint64_t guard = (uint64_t)predict_lead(s, p), next = NEVER, us;
	uint32_t i;

	for (i = p->out_first; i != 0; i = s->groups[i].out_next) {
		us = s->groups[i].finish_us;
		us = us > guard ? us - guard : 0;
		if (us > s->now && us < next)
			next = us;
	}
	return next;
}

/* Late already: the longer, the longer it may still take. */
static uint64_t
predict_late(const struct sched *s, uint64_t finish)
{
	return finish >= s->now ? finish : s->now + (s->now - finish) / 2;
}

static void
predict_slot(struct sched *s, struct peer *p, struct group *k, uint32_t nth)
{
	uint32_t slot, best = 0;
	uint64_t start;

	if (nth < p->slots) {
		best = nth;
		if (!k->running) {
			k->running = true;
			start = s->now - (s->now < (uint64_t)p->rtt_us / 2 ?
			    s->now : (uint64_t)p->rtt_us / 2);
			k->start_us = start > k->arrive_us ? start :
			    k->arrive_us;
		}
		start = k->start_us;
	} else {
		for (slot = 1; slot < p->slots; slot++) {
			if (p->free_us[slot] < p->free_us[best])
				best = slot;
		}
		start = p->free_us[best] > k->arrive_us ? p->free_us[best] :
		    k->arrive_us;
	}
	k->finish_us = predict_late(s, start + (uint64_t)k->busy_us);
	p->free_us[best] = k->finish_us;
	p->up_us = (p->up_us > k->finish_us ? p->up_us : k->finish_us) +
	    (uint64_t)k->answer_us;
}

/* Anew from what is out. */
void
assign_predict(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint32_t i, nth = 0;

	for (i = 0; i < p->slots; i++)
		p->free_us[i] = 0;
	p->up_us = 0;
	for (i = p->out_first; i != 0; i = s->groups[i].out_next)
		predict_slot(s, p, &s->groups[i], nth++);
	late_note(s, peer);
	assign_touch(s, peer);
}

/* k is the last of its participant's, about to leave. */
void
predict_place(struct sched *s, struct group *k, uint64_t after_us)
{
	struct peer *p = s->peers[k->peer];
	uint64_t arrive = s->now + (uint64_t)(p->rtt_us / 2);

	if (k->transfer_us > 0) {
		p->down_us = (p->down_us > arrive ? p->down_us : arrive) +
		    (uint64_t)k->transfer_us;
		arrive = p->down_us;
	}
	p->fetch_us = (float)k->transfer_us;
	k->sent_us = s->now;
	k->arrive_us = after_us > arrive ? after_us : arrive;
	k->running = p->n_out <= p->slots;
	k->start_us = k->arrive_us;
	predict_slot(s, p, k, p->n_out - 1);
	k->predicted_us = (double)(k->finish_us - k->sent_us);
	late_note(s, k->peer);
	assign_touch(s, k->peer);
}
