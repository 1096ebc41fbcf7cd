/*
 * What people ask the scheduler: totals, participants, graphs, and why a
 * graph does not move, as JSON.
 */
#include "common/jsonw.h"
#include "sched_priv.h"

static const char *const status_names[] = { "running", "ending", "ended",
	"cancelled", "frozen" };

void
sched_stats(const struct sched *s, struct msg_stats *st)
{
	uint64_t n[4];
	uint32_t i, k;

	memset(st, 0, sizeof(*st));
	memcpy(n, s->totals, sizeof(n));
	for (i = 1; i < s->n_peers; i++)
		st->participants += s->peers[i] != NULL;
	for (i = 0; i < s->n_devs; i++)
		st->developers += s->devs[i].used &&
		    s->devs[i].role == ROLE_DEVELOPER;
	st->graphs = s->open.n;
	for (i = 0; i < s->open.n; i++) {
		for (k = 0; k < 4; k++)
			n[k] += s->graphs[s->open.v[i]]->count[k];
	}
	st->pending = n[OP_PENDING];
	st->computing = n[OP_COMPUTING];
	st->computed = n[OP_COMPUTED];
	st->failed = n[OP_FAILED];
}

static void
query_status(const struct sched *s, struct jsonw *j)
{
	struct msg_stats st;

	sched_stats(s, &st);
	jsonw_open(j, '{');
	jsonw_put_string(j, "build", s->build);
	jsonw_put_u64(j, "epoch", s->set.epoch);
	jsonw_put_u64(j, "participants", st.participants);
	jsonw_put_u64(j, "developers", st.developers);
	jsonw_put_u64(j, "graphs", st.graphs);
	jsonw_put_u64(j, "pending", st.pending);
	jsonw_put_u64(j, "computing", st.computing);
	jsonw_put_u64(j, "computed", st.computed);
	jsonw_put_u64(j, "failed", st.failed);
	jsonw_put_bool(j, "recovering", s->recover);
	jsonw_put_bool(j, "storage_busy",
	    s->full || s->crowded);
	jsonw_close(j, '}');
}

static const char *
peer_state(const struct peer *p)
{
	return p->trust < TRUST_LEAST ? "excluded" : p->silent ? "silent" :
	    p->stuck ? "stuck" :
	    p->paused ? "paused" : p->leaving ? "leaving" :
	    !p->bench || !p->announced ? "joining" :
	    p->n_out > 0 ? "computing" : "idle";
}

static void
query_peer(const struct sched *s, const struct peer *p, struct jsonw *j)
{
	jsonw_open(j, '{');
	jsonw_put_string(j, "cid", p->cid);
	jsonw_put_string(j, "kind", p->kind);
	jsonw_put_string(j, "state", peer_state(p));
	jsonw_put_u64(j, "slots", p->slots);
	jsonw_put_u64(j, "memory", p->memory);
	jsonw_put_u64(j, "groups_out", p->n_out);
	jsonw_put_u64(j, "groups", p->client.groups);
	jsonw_put_u64(j, "ops", p->client.ops);
	jsonw_put_u64(j, "lost", p->client.lost);
	jsonw_put_u64(j, "refused", p->client.refused);
	jsonw_put_f64(j, "overhead_us", (double)p->us[COST_NONE][DT_NONE]);
	jsonw_put_f64(j, "speed", estimate_rate(p));
	jsonw_put_f64(j, "error", estimate_sigma(p));
	jsonw_put_bool(j, "hidden", p->hidden);
	jsonw_put_f64(j, "rtt_us", p->rtt_us);
	jsonw_put_f64(j, "down", p->down);
	jsonw_put_f64(j, "up", p->up);
	jsonw_put_u64(j, "joined_s", (s->now - p->joined_us) / 1000000);
	jsonw_put_bool(j, "trusted", p->trusted);
	jsonw_close(j, '}');
}

static void
query_peers(const struct sched *s, struct jsonw *j)
{
	uint32_t i;

	jsonw_open(j, '[');
	for (i = 1; i < s->n_peers; i++)
		if (s->peers[i] != NULL)
			query_peer(s, s->peers[i], j);
	jsonw_close(j, ']');
}

static void
query_graph(const struct graph *g, struct jsonw *j)
{
	jsonw_open(j, '{');
	jsonw_put_u64(j, "g", g->g);
	jsonw_put_string(j, "name", g->name);
	jsonw_put_string(j, "owner", g->owner);
	jsonw_put_string(j, "status", status_names[g->status]);
	jsonw_put_u64(j, "ops", g->n_ops);
	jsonw_put_u64(j, "batches", g->n_batches);
	jsonw_put_u64(j, "pending", g->count[OP_PENDING]);
	jsonw_put_u64(j, "computing", g->count[OP_COMPUTING]);
	jsonw_put_u64(j, "computed", g->count[OP_COMPUTED]);
	jsonw_put_u64(j, "failed", g->count[OP_FAILED]);
	jsonw_put_u64(j, "wanted", g->owed);
	jsonw_put_u64(j, "uploads", g->uploads);
	jsonw_put_u64(j, "groups", g->groups);
	jsonw_put_u64(j, "bytes", g->bytes);
	jsonw_put_f64(j, "ready_us", g->ready_us > 0 ? g->ready_us : 0);
	jsonw_put_f64(j, "left_us", g->left_us > 0 ? g->left_us : 0);
	jsonw_put_bool(j, "developer", g->session != 0);
	jsonw_close(j, '}');
}

static void
query_graphs(const struct sched *s, struct jsonw *j)
{
	uint32_t i;

	jsonw_open(j, '[');
	for (i = 1; i < s->n_graphs; i++)
		if (s->graphs[i] != NULL)
			query_graph(s->graphs[i], j);
	jsonw_close(j, ']');
}

/* The first reason that holds, in the order a person would check. */
static const char *
why_text(const struct sched *s, uint64_t now, const struct graph *g)
{
	uint32_t i, here = 0, joined = 0, takes = 0;

	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] == NULL)
			continue;
		here++;
		joined += s->peers[i]->bench && s->peers[i]->announced &&
		    !s->peers[i]->paused && !s->peers[i]->silent &&
		    s->peers[i]->trust >= TRUST_LEAST;
		takes += assign_takes(s, s->peers[i]);
	}
	if (!graph_open(g))
		return "It has ended.";
	if (s->recover && now < s->quiet_until)
		return "The scheduler was restarted and waits for participants "
		    "to announce their work.";
	if (g->count[OP_PENDING] + g->count[OP_COMPUTING] == 0)
		return g->uploads > 0 ? "Values are being uploaded." :
		    g->status == GRAPH_ENDING ? "It is ending." :
		    "All its ops are done; it waits for its developer.";
	if (here == 0)
		return "There is no participant.";
	if (joined == 0)
		return "No participant can take work: all are joining, paused, "
		    "silent or excluded.";
	if (g->count[OP_COMPUTING] > 0)
		return "It is being computed.";
	if (takes == 0)
		return "All participants have as much work as they can take.";
	if (g->uploads > 0)
		return "Its next ops wait for values that are being uploaded.";
	if (g->ready_us <= 0)
		return "Its pending ops wait for ops that are not ready.";
	return "Its ready ops need more memory than participants lend, or "
	    "values that are elsewhere.";
}

static void
put_seconds(struct text *t, double us)
{
	text_add_u64(t, (uint64_t)(us / 1e6));
	text_add_char(t, '.');
	text_add_u64(t, (uint64_t)(us / 1e5) % 10);
	text_add(t, " s");
}

/* One sentence on how long what is waited for takes. */
static void
query_forecast(const struct sched *s, const struct graph *g, struct jsonw *j)
{
	struct text t;
	double all, left;

	text_init(&t);
	if (!graph_open(g) || g->forecast.since_us == 0) {
		text_add(&t, "nothing is waited for");
	} else if (!forecast_say(s, g, &all, &left)) {
		text_add(&t, "estimating");
	} else {
		text_add(&t, "predicted ");
		put_seconds(&t, all);
		text_add(&t, ", ");
		put_seconds(&t, left);
		text_add(&t, " left");
	}
	jsonw_string(j, t.s);
}

static int
query_one(const struct sched *s, uint64_t now, struct str arg, struct str what,
    struct jsonw *j)
{
	struct bytes number = { (const uint8_t *)arg.p, arg.n };
	uint64_t g;
	uint32_t i;

	if (text_u64(number, &g) != 0)
		return -1;
	i = map_get(&s->by_number, g);
	if (i == MAP_NONE)
		return -1;
	if (str_eq(what, "graph")) {
		query_graph(s->graphs[i], j);
		return 0;
	}
	if (str_eq(what, "forecast")) {
		query_forecast(s, s->graphs[i], j);
		return 0;
	}
	jsonw_open(j, '{');
	jsonw_key(j, "graph");
	query_graph(s->graphs[i], j);
	jsonw_put_string(j, "why", why_text(s, now, s->graphs[i]));
	jsonw_close(j, '}');
	return 0;
}

int
sched_query(const struct sched *s, uint64_t now_us, struct str what,
    struct str arg, struct buf *json)
{
	struct jsonw j;

	jsonw_init(&j, json);
	if (str_eq(what, "status"))
		query_status(s, &j);
	else if (str_eq(what, "participants"))
		query_peers(s, &j);
	else if (str_eq(what, "graphs"))
		query_graphs(s, &j);
	else if (str_eq(what, "graph") || str_eq(what, "why") ||
	    str_eq(what, "forecast"))
		return query_one(s, now_us, arg, what, &j);
	else
		return -1;
	return 0;
}
