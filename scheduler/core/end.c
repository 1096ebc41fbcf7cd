/*
 * The end of a graph, and how far it is until then.
 */
#include "sched_priv.h"

#define FAILURES_SAID	256

/* ENDED: the counts, and what failed, causes first. */
void
ended_say(struct sched *s, struct graph *g)
{
	struct msg m = { .id = M_ENDED };
	struct rec_failure *f;
	struct text *t;
	uint32_t n = 0, i, pass;

	if (g->session == 0)
		return;
	f = xcalloc(FAILURES_SAID, sizeof(*f));
	t = xcalloc(FAILURES_SAID, sizeof(*t));
	for (pass = 0; pass < 2; pass++) {
		for (i = 1; i <= g->n_failures && n < FAILURES_SAID; i++) {
			if ((g->failures[i].code == E_DEPENDS) != (pass == 1))
				continue;
			failure_text(s, g, &g->failures[i], &t[n]);
			f[n] = (struct rec_failure){ g->failures[i].op,
				g->failures[i].cause, g->failures[i].code,
				text_str(&t[n]) };
			n++;
		}
	}
	m.ended.g = g->g;
	m.ended.total = g->n_ops;
	m.ended.computed = g->count[OP_COMPUTED];
	m.ended.failed = g->count[OP_FAILED];
	m.ended.cancelled = g->cancelled;
	m.ended.failures.v = f;
	m.ended.failures.n = n;
	out_send(s->out, g->session, &m, true);
	xfree(f);
	xfree(t);
}

static void
graph_keep(struct graph *g)
{
	uint32_t i;

	for (i = 1; i <= g->n_values; i++) {
		if ((g->ops[g->values[i].op].flags & OPF_PERSIST) == 0 ||
		    !g->values[i].stored)
			continue;
		g->kept = xrealloc(g->kept, (g->n_kept + 1) * DIGEST_LEN);
		memcpy(g->kept + (size_t)g->n_kept++ * DIGEST_LEN,
		    g->values[i].digest, DIGEST_LEN);
	}
}

static void
graph_drop_all(struct sched *s, struct graph *g)
{
	struct peer *p;
	uint32_t i, h;

	for (i = 1; i <= g->n_values; i++) {
		for (h = g->values[i].holds; h != 0;
		    h = s->holds[h].value_next) {
			p = s->peers[s->holds[h].peer];
			if (p->n_drops > 0 &&
			    p->drops[p->n_drops - 1].op == 0 &&
			    p->drops[p->n_drops - 1].g == g->g)
				continue;
			value_drop_at(s, s->holds[h].peer, g->g, 0);
		}
	}
}

void
graph_close(struct sched *s, struct graph *g, enum graph_status status)
{
	uint32_t i;

	for (i = g->first_group; i != 0; i = s->groups[i].next) {
		if (s->groups[i].state == GROUP_OUT)
			group_cancel(s, i);
	}
	g->cancelled = g->count[OP_PENDING] + g->count[OP_COMPUTING];
	g->count[OP_PENDING] = g->count[OP_COMPUTING] = 0;
	g->status = (uint8_t)status;
	g->ended_us = sched_unix_us(s);
	g->owed = 0;
	graph_changed(s, g);
	s->total_ops -= g->n_ops;
	s->total_bytes -= g->bytes;
	for (i = 0; i < 4; i++)
		s->totals[i] += g->count[i];
	ended_say(s, g);
	graph_keep(g);
	graph_drop_all(s, g);
	graph_shed(s, g);
	fair_leave(s, g);
	write_event(s, "end", g->g, NULL, status == GRAPH_ENDED ? "ended" :
	    "cancelled");
}

void
graph_settle(struct sched *s, struct graph *g)
{
	if (g->count[OP_PENDING] == 0 && g->count[OP_COMPUTING] == 0)
		team_idle(s, g);
	if (g->status != GRAPH_ENDING || g->count[OP_PENDING] > 0 ||
	    g->count[OP_COMPUTING] > 0 || g->owed > 0 ||
	    g->uploads_owed > 0)
		return;
	graph_close(s, g, GRAPH_ENDED);
}

void
dev_progress(struct sched *s, struct graph *g, uint32_t participants)
{
	struct msg m = { .id = M_PROGRESS };
	double all, left;

	if (g->session == 0 || !graph_open(g) ||
	    (g->owed == 0 && g->status != GRAPH_ENDING))
		return;
	m.progress.participants = participants;
	m.progress.g = g->g;
	m.progress.pending = g->count[OP_PENDING];
	m.progress.computing = g->count[OP_COMPUTING];
	m.progress.computed = g->count[OP_COMPUTED];
	m.progress.failed = g->count[OP_FAILED];
	forecast_look(s, g);
	m.progress.believed = forecast_say(s, g, &all, &left);
	if (m.progress.believed) {
		m.progress.predicted_ms = (uint64_t)(all / 1000);
		m.progress.left_ms = (uint64_t)(left / 1000);
	}
	out_send(s->out, g->session, &m, false);
}
