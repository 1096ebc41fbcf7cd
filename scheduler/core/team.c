/*
 * Who may work for a graph: spreading work costs transfers and waiting, so
 * how many participants a graph uses is chosen before it is spread.
 */
#include "sched_priv.h"

#define WORD_BITS	32u

/* After whatever may have changed whether the participant serves. */
void
team_note(struct sched *s, uint32_t peer)
{
	struct peer *p = peer < s->n_peers ? s->peers[peer] : NULL;
	bool serves = assign_serves(p);

	if (p == NULL || serves == p->serving)
		return;
	p->serving = serves;
	s->live += serves ? 1 : (uint32_t)-1;
	if (serves)
		s->crowd_joins++;
	else
		s->crowd_leaves++;
}

bool
team_has(const struct graph *g, uint32_t peer)
{
	return peer / WORD_BITS < g->team_words && (g->team_bits[peer /
	    WORD_BITS] >> (peer % WORD_BITS) & 1) != 0;
}

static void
team_add(struct graph *g, uint32_t peer)
{
	g->team[g->n_team++] = peer;
	g->team_bits[peer / WORD_BITS] |= 1u << (peer % WORD_BITS);
}

static void
team_clear(struct sched *s, struct graph *g)
{
	uint32_t words = s->n_peers / WORD_BITS + 1;

	if (words > g->team_words) {
		g->team_bits = xrealloc(g->team_bits,
		    words * sizeof(*g->team_bits));
		g->team_words = words;
	}
	memset(g->team_bits, 0, g->team_words * sizeof(*g->team_bits));
	g->team = sched_room(g->team, &g->team_cap, s->n_peers + 1,
	    sizeof(*g->team));
	g->n_team = 0;
}

void
team_update(struct sched *s, struct graph *g)
{
	uint32_t i;

	if (g->team != NULL && g->team_joins == s->crowd_joins &&
	    g->team_leaves == s->crowd_leaves)
		return;
	g->team_joins = s->crowd_joins;
	g->team_leaves = s->crowd_leaves;
	team_clear(s, g);
	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] != NULL && s->peers[i]->serving)
			team_add(g, i);
	}
}

void
team_free(struct graph *g)
{
	xfree(g->team);
	xfree(g->team_bits);
	g->team = g->team_bits = NULL;
	g->n_team = g->team_cap = g->team_words = 0;
}
