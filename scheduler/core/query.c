/*
 * What people ask the scheduler: totals, participants, graphs, and why a
 * graph does not move.  JSON, written by hand.
 */
#include "sched_priv.h"

static const char *const status_names[] = { "running", "ending", "ended",
	"cancelled", "frozen" };

static void
put(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static void
put_u64(struct buf *b, const char *name, uint64_t v)
{
	struct text t;

	text_init(&t);
	text_add(&t, "\"");
	text_add(&t, name);
	text_add(&t, "\":");
	text_add_u64(&t, v);
	buf_add(b, t.s, t.n);
}

static void
put_f64(struct buf *b, const char *name, double v)
{
	struct text t;

	text_init(&t);
	text_add(&t, "\"");
	text_add(&t, name);
	text_add(&t, "\":");
	text_add_f64(&t, v);
	buf_add(b, t.s, t.n);
}

/* Bytes of peers: what JSON or a terminal could misread is escaped. */
static void
put_string(struct buf *b, const char *name, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	char u[7] = "\\u00";

	put(b, "\"");
	put(b, name);
	put(b, "\":\"");
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s < 0x20 || *s == '"' || *s == '\\' ||
		    *s == 0x7f) {
			u[4] = hex[(uint8_t)*s >> 4];
			u[5] = hex[(uint8_t)*s & 15];
			buf_add(b, u, 6);
		} else {
			buf_add(b, s, 1);
		}
	}
	put(b, "\"");
}

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
	for (i = 1; i < s->n_graphs; i++) {
		if (s->graphs[i] == NULL || !graph_open(s->graphs[i]))
			continue;
		st->graphs++;
		for (k = 0; k < 4; k++)
			n[k] += s->graphs[i]->count[k];
	}
	st->pending = n[OP_PENDING];
	st->computing = n[OP_COMPUTING];
	st->computed = n[OP_COMPUTED];
	st->failed = n[OP_FAILED];
}

static void
query_status(const struct sched *s, struct buf *b)
{
	struct msg_stats st;

	sched_stats(s, &st);
	put(b, "{");
	put_string(b, "build", s->build);
	put(b, ",");
	put_u64(b, "epoch", s->set.epoch);
	put(b, ",");
	put_u64(b, "participants", st.participants);
	put(b, ",");
	put_u64(b, "developers", st.developers);
	put(b, ",");
	put_u64(b, "graphs", st.graphs);
	put(b, ",");
	put_u64(b, "pending", st.pending);
	put(b, ",");
	put_u64(b, "computing", st.computing);
	put(b, ",");
	put_u64(b, "computed", st.computed);
	put(b, ",");
	put_u64(b, "failed", st.failed);
	put(b, ",\"recovering\":");
	put(b, s->recover ? "true" : "false");
	put(b, ",\"storage_busy\":");
	put(b, s->full || s->crowded ? "true}" : "false}");
}

static const char *
peer_state(const struct peer *p)
{
	return p->faults >= FAULTS_MAX ? "excluded" : p->silent ? "silent" :
	    p->stuck ? "stuck" :
	    p->paused ? "paused" : p->leaving ? "leaving" :
	    !p->bench || !p->announced ? "joining" :
	    p->n_out > 0 ? "computing" : "idle";
}

static void
query_peer(const struct sched *s, const struct peer *p, struct buf *b)
{
	put(b, "{");
	put_string(b, "cid", p->cid);
	put(b, ",");
	put_string(b, "kind", p->kind);
	put(b, ",");
	put_string(b, "state", peer_state(p));
	put(b, ",");
	put_u64(b, "slots", p->slots);
	put(b, ",");
	put_u64(b, "memory", p->memory);
	put(b, ",");
	put_u64(b, "groups_out", p->n_out);
	put(b, ",");
	put_u64(b, "groups", p->client.groups);
	put(b, ",");
	put_u64(b, "ops", p->client.ops);
	put(b, ",");
	put_u64(b, "lost", p->client.lost);
	put(b, ",");
	put_u64(b, "refused", p->client.refused);
	put(b, ",");
	put_f64(b, "overhead_us", p->overhead_us);
	put(b, ",");
	put_f64(b, "rtt_us", p->rtt_us);
	put(b, ",");
	put_u64(b, "joined_s", (s->now - p->joined_us) / 1000000);
	put(b, p->trusted ? ",\"trusted\":true}" : ",\"trusted\":false}");
}

static void
query_peers(const struct sched *s, struct buf *b)
{
	const char *sep = "";
	uint32_t i;

	put(b, "[");
	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] == NULL)
			continue;
		put(b, sep);
		query_peer(s, s->peers[i], b);
		sep = ",";
	}
	put(b, "]");
}

static void
query_graph(const struct graph *g, struct buf *b)
{
	put(b, "{");
	put_u64(b, "g", g->g);
	put(b, ",");
	put_string(b, "name", g->name);
	put(b, ",");
	put_string(b, "owner", g->owner);
	put(b, ",");
	put_string(b, "status", status_names[g->status]);
	put(b, ",");
	put_u64(b, "ops", g->n_ops);
	put(b, ",");
	put_u64(b, "batches", g->n_batches);
	put(b, ",");
	put_u64(b, "pending", g->count[OP_PENDING]);
	put(b, ",");
	put_u64(b, "computing", g->count[OP_COMPUTING]);
	put(b, ",");
	put_u64(b, "computed", g->count[OP_COMPUTED]);
	put(b, ",");
	put_u64(b, "failed", g->count[OP_FAILED]);
	put(b, ",");
	put_u64(b, "wanted", g->owed);
	put(b, ",");
	put_u64(b, "uploads", g->uploads);
	put(b, ",");
	put_u64(b, "groups", g->groups);
	put(b, ",");
	put_u64(b, "bytes", g->bytes);
	put(b, ",");
	put_f64(b, "ready_us", g->ready_us > 0 ? g->ready_us : 0);
	put(b, ",");
	put_f64(b, "left_us", g->left_us > 0 ? g->left_us : 0);
	put(b, g->session != 0 ? ",\"developer\":true}" :
	    ",\"developer\":false}");
}

static void
query_graphs(const struct sched *s, struct buf *b)
{
	const char *sep = "";
	uint32_t i;

	put(b, "[");
	for (i = 1; i < s->n_graphs; i++) {
		if (s->graphs[i] == NULL)
			continue;
		put(b, sep);
		query_graph(s->graphs[i], b);
		sep = ",";
	}
	put(b, "]");
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
		    s->peers[i]->faults < FAULTS_MAX;
		takes += assign_takes(s->peers[i]);
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

static int
query_one(const struct sched *s, uint64_t now, struct str arg, bool why,
    struct buf *b)
{
	struct bytes number = { (const uint8_t *)arg.p, arg.n };
	uint64_t g;
	uint32_t i;

	if (text_u64(number, &g) != 0)
		return -1;
	i = map_get(&s->by_number, g);
	if (i == MAP_NONE)
		return -1;
	if (why)
		put(b, "{\"graph\":");
	query_graph(s->graphs[i], b);
	if (why) {
		put(b, ",");
		put_string(b, "why", why_text(s, now, s->graphs[i]));
		put(b, "}");
	}
	return 0;
}

int
sched_query(const struct sched *s, uint64_t now_us, struct str what,
    struct str arg, struct buf *json)
{
	if (str_eq(what, "status"))
		query_status(s, json);
	else if (str_eq(what, "participants"))
		query_peers(s, json);
	else if (str_eq(what, "graphs"))
		query_graphs(s, json);
	else if (str_eq(what, "graph") || str_eq(what, "why"))
		return query_one(s, now_us, arg, str_eq(what, "why"), json);
	else
		return -1;
	return 0;
}

static uint64_t
refers_key(const uint8_t digest[DIGEST_LEN])
{
	uint64_t key;

	memcpy(&key, digest, sizeof(key));
	return key;
}

void
sched_refers_note(struct sched *s)
{
	struct graph *g;
	uint32_t i, k;

	map_clear(&s->refs);
	s->refs_all = false;
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		s->refs_all = s->refs_all || (g != NULL && g->damaged);
		for (k = 1; g != NULL && k <= g->n_values; k++)
			map_put(&s->refs, refers_key(g->values[k].digest), 1);
		for (k = 0; g != NULL && k < g->n_kept; k++)
			map_put(&s->refs, refers_key(g->kept +
			    (size_t)k * DIGEST_LEN), 1);
	}
}

/* A batch that comes while the walk is under way. */
void
sched_refers_more(struct sched *s, const struct program *p)
{
	uint32_t i;

	for (i = 0; i < p->n_digests; i++)
		map_put(&s->refs, refers_key(p->digests +
		    (size_t)i * DIGEST_LEN), 1);
}

/* Eight bytes alike are taken for the same: then too much is kept. */
bool
sched_refers(const struct sched *s, const uint8_t digest[DIGEST_LEN])
{
	return s->refs_all ||
	    map_get(&s->refs, refers_key(digest)) != MAP_NONE;
}
