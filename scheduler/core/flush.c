/*
 * What the core writes, as the layout of store.h says.
 */
#include "sched_priv.h"

#define CLIENTS_US	250000	/* between records of participants */

#define DAY_S	86400

static const char *const status_names[] = { "running", "ending", "ended",
	"cancelled", "frozen" };

struct text *
key_graph(struct text *t, uint64_t g, const char *suffix)
{
	text_init(t);
	text_add(t, "raven:graph:{");
	text_add_u64(t, g);
	text_add(t, "}");
	text_add(t, suffix);
	return t;
}

static struct bytes
literal(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static void
write_number(struct sched *s, uint64_t g, struct bytes key, const char *field,
    uint64_t value)
{
	struct text t;

	text_init(&t);
	text_add_u64(&t, value);
	out_write(s->out, STORE_HSET, g, key, literal(field), text_bytes(&t),
	    0);
}

static void
write_string(struct sched *s, uint64_t g, struct bytes key, const char *field,
    const char *value)
{
	out_write(s->out, STORE_HSET, g, key, literal(field), literal(value),
	    0);
}

void
write_next(struct sched *s)
{
	struct text t;

	text_init(&t);
	text_add_u64(&t, s->set.next_graph);
	out_write(s->out, STORE_SET, 0, literal("raven:next"),
	    (struct bytes){ 0 }, text_bytes(&t), 0);
}

void
write_batch(struct sched *s, struct graph *g, uint64_t n, struct bytes record)
{
	struct text key, field;

	key_graph(&key, g->g, ":ops");
	text_init(&field);
	text_add_u64(&field, n);
	out_write(s->out, STORE_HSET, g->g, text_bytes(&key),
	    text_bytes(&field), record, 0);
	graph_changed(s, g);
}

static void
group_name(struct text *t, const struct group *k)
{
	text_add_u64(t, k->epoch);
	text_add(t, ".");
	text_add_u64(t, k->counter);
}

void
write_group(struct sched *s, struct graph *g, const struct group *k,
    struct bytes record)
{
	struct text key, field;

	key_graph(&key, g->g, ":groups");
	text_init(&field);
	group_name(&field, k);
	out_write(s->out, STORE_HSET, g->g, text_bytes(&key),
	    text_bytes(&field), record, 0);
	graph_changed(s, g);
}

void
write_computing(struct sched *s, const struct graph *g, const struct group *k,
    bool out)
{
	struct text member;

	text_init(&member);
	text_add_u64(&member, g->g);
	text_add(&member, ".");
	group_name(&member, k);
	out_write(s->out, out ? STORE_ZADD : STORE_ZREM, 0,
	    literal("raven:queue:computing"), text_bytes(&member),
	    (struct bytes){ 0 }, sched_unix_us(s) / 1000);
}

static void
event_pair(struct text *t, const char *name, const char *value)
{
	text_add(t, name);
	text_add_char(t, '\0');
	text_add(t, value);
	text_add_char(t, '\0');
}

void
write_event(struct sched *s, const char *kind, uint64_t g, const char *cid,
    const char *text)
{
	struct text t, n;

	text_init(&t);
	text_init(&n);
	event_pair(&t, "kind", kind);
	if (g != 0) {
		text_add_u64(&n, g);
		event_pair(&t, "g", n.s);
	}
	if (cid != NULL)
		event_pair(&t, "cid", cid);
	event_pair(&t, "text", text);
	out_write(s->out, STORE_XADD, 0, literal("raven:events"),
	    (struct bytes){ 0 }, text_bytes(&t), 0);
}

static void
write_figure(struct sched *s, struct bytes key, const char *field, double v)
{
	struct text t;

	text_init(&t);
	text_add_f64(&t, v);
	out_write(s->out, STORE_HSET, 0, key, literal(field), text_bytes(&t),
	    0);
}

static void
client_key(struct text *t, const struct peer *p)
{
	text_init(t);
	text_add(t, "raven:client:");
	text_add(t, p->cid);
}

void
write_benchmark(struct sched *s, const struct peer *p,
    const struct msg_bench *b)
{
	const struct rec_speed *v;
	struct text key, t;
	size_t i;

	text_init(&t);
	for (i = 0; i < b->speeds.n; i++) {
		v = &b->speeds.v[i];
		if (v->cost_class >= COST_CLASSES || v->dtype == DT_NONE ||
		    v->dtype >= DT_COUNT || !(v->rate > 1))
			continue;
		text_add(&t, t.n > 0 ? " " : "");
		text_add(&t, estimate_class_name((enum cost_class)
		    v->cost_class));
		text_add(&t, ".");
		text_add(&t, dtype_name((enum dtype)v->dtype));
		text_add(&t, "=");
		text_add_f64(&t, v->rate);
	}
	client_key(&key, p);
	write_string(s, 0, text_bytes(&key), "benchmark", t.s);
	write_figure(s, text_bytes(&key), "all_slots", p->all_slots);
	write_figure(s, text_bytes(&key), "digest_rate", p->digest_rate);
}

static void
write_estimates(struct sched *s, const struct peer *p, struct bytes key)
{
	struct buf b;

	buf_init(&b);
	estimate_write(p, &b);
	out_write(s->out, STORE_HSET, 0, key, literal("estimates"),
	    (struct bytes){ b.data, b.len }, 0);
	buf_clear(&b);
	write_figure(s, key, "overhead_us", (double)p->us[COST_NONE][DT_NONE]);
	write_figure(s, key, "group_us", (double)p->group_us);
	write_figure(s, key, "error", estimate_sigma(p));
	write_figure(s, key, "hidden_factor", estimate_hidden(p));
	write_number(s, 0, key, "rtt_us", (uint64_t)p->rtt_us);
	write_number(s, 0, key, "down", (uint64_t)p->down);
	write_number(s, 0, key, "up", (uint64_t)p->up);
}

void
write_client(struct sched *s, struct peer *p, bool online)
{
	struct text name, t;
	struct bytes key;

	client_key(&name, p);
	key = text_bytes(&name);
	text_init(&t);
	text_add_hex(&t, p->client.secret, DIGEST_LEN);
	write_string(s, 0, key, "secret", t.s);
	write_string(s, 0, key, "kind", p->kind);
	write_string(s, 0, key, "build", p->build);
	write_string(s, 0, key, "status", online ? "online" : "offline");
	write_number(s, 0, key, "first", p->client.first);
	write_number(s, 0, key, "last", sched_unix_us(s) / 1000000);
	write_number(s, 0, key, "slots", p->slots);
	write_number(s, 0, key, "memory", p->memory);
	write_number(s, 0, key, "hidden", p->hidden);
	write_number(s, 0, key, "groups", p->client.groups);
	write_number(s, 0, key, "ops", p->client.ops);
	write_number(s, 0, key, "compute_us", p->client.compute_us);
	write_number(s, 0, key, "lost", p->client.lost);
	write_number(s, 0, key, "refused", p->client.refused);
	write_number(s, 0, key, "credibility", 0);
	if (p->bench)
		write_estimates(s, p, key);
	/* CIDs are free: those of nobody must not fill the store. */
	out_write(s->out, STORE_EXPIRE, 0, key, (struct bytes){ 0 },
	    (struct bytes){ 0 }, p->client.groups > 0 ? 90 * DAY_S :
	    online ? DAY_S : 600);
}

static void
write_graph_born(struct sched *s, struct graph *g, struct bytes key)
{
	struct text t;

	text_init(&t);
	text_add_hex(&t, g->key, sizeof(g->key));
	write_string(s, g->g, key, "key", t.s);
	write_string(s, g->g, key, "name", g->name);
	write_string(s, g->g, key, "owner", g->owner);
	write_string(s, g->g, key, "approach", g->approach);
	write_string(s, g->g, key, "options", g->options);
	write_string(s, g->g, key, "priority", g->low ? "low" : "high");
	write_number(s, g->g, key, "verify", g->verify);
	write_number(s, g->g, key, "created", g->created_us / 1000000);
}

static void
write_kept(struct sched *s, struct graph *g, struct bytes key)
{
	struct buf hex;
	struct text t;
	uint32_t i;

	if (g->n_kept == 0)
		return;
	buf_init(&hex);
	for (i = 0; i < g->n_kept; i++) {
		text_init(&t);
		text_add_hex(&t, g->kept + (size_t)i * DIGEST_LEN, DIGEST_LEN);
		buf_add(&hex, t.s, t.n);
	}
	out_write(s->out, STORE_HSET, g->g, key, literal("kept"),
	    (struct bytes){ hex.data, hex.len }, 0);
	buf_clear(&hex);
}

static void
write_graph(struct sched *s, struct graph *g)
{
	struct text name;
	struct bytes key = text_bytes(key_graph(&name, g->g, ""));

	g->v++;
	write_number(s, g->g, key, "v", g->v);
	if (g->v == 1)
		write_graph_born(s, g, key);
	write_string(s, g->g, key, "status", status_names[g->status]);
	write_number(s, g->g, key, "seen", g->seen_us / 1000000);
	write_number(s, g->g, key, "batch", g->n_batches);
	write_number(s, g->g, key, "ops", g->n_ops);
	write_number(s, g->g, key, "pending", g->count[OP_PENDING]);
	write_number(s, g->g, key, "computing", g->count[OP_COMPUTING]);
	write_number(s, g->g, key, "computed", g->count[OP_COMPUTED]);
	write_number(s, g->g, key, "failed", g->count[OP_FAILED]);
	write_number(s, g->g, key, "cancelled", g->cancelled);
	write_number(s, g->g, key, "groups", g->groups);
	write_number(s, g->g, key, "bytes", g->bytes);
	write_number(s, g->g, key, "compute_us", g->compute_us);
	if (g->ended_us != 0) {
		write_number(s, g->g, key, "ended", g->ended_us / 1000000);
		write_kept(s, g, key);
	}
}

static void
write_queue(struct sched *s, struct graph *g)
{
	bool ready = graph_open(g) && g->ready_us > 0;
	struct text t;

	if (ready == (g->queued != 0))
		return;
	g->queued = ready;
	text_init(&t);
	text_add_u64(&t, g->g);
	out_write(s->out, ready ? STORE_ZADD : STORE_ZREM, 0,
	    literal(g->low ? "raven:queue:low" : "raven:queue:high"),
	    text_bytes(&t), (struct bytes){ 0 }, g->created_us / 1000);
}

/* Queues follow from the graphs: they are made anew. */
void
write_start(struct sched *s)
{
	static const char *const queues[] = { "raven:queue:high",
		"raven:queue:low", "raven:queue:computing" };
	size_t i;

	for (i = 0; i < 3; i++)
		out_write(s->out, STORE_DEL, 0, literal(queues[i]),
		    (struct bytes){ 0 }, (struct bytes){ 0 }, 0);
	write_event(s, "start", 0, NULL, s->build);
}

/* Figures of participants: not at each result. */
static void
write_clients(struct sched *s)
{
	struct peer *p;
	uint32_t i;

	if (s->changed.n == 0 || s->now < s->next_clients)
		return;
	for (i = 0; i < s->changed.n; i++) {
		p = s->peers[s->changed.v[i]];
		if (p == NULL || !p->dirty)
			continue;
		p->dirty = false;
		write_client(s, p, true);
	}
	s->changed.n = 0;
	s->next_clients = s->now + CLIENTS_US;
}

static void
write_graphs(struct sched *s)
{
	struct graph *g;
	uint32_t i;

	for (i = 0; i < s->altered.n; i++) {
		g = s->graphs[s->altered.v[i]];
		if (g == NULL || !g->dirty || g->damaged)
			continue;
		g->dirty = false;
		write_graph(s, g);
		write_queue(s, g);
	}
	s->altered.n = 0;
}

/* The end of a turn: each changed graph is one transaction. */
void
write_turn(struct sched *s)
{
	const struct graph *g;
	struct out_write *w;
	size_t k;

	write_graphs(s);
	write_clients(s);
	for (k = 0; k < s->out->n_writes; k++) {
		w = &s->out->writes[k];
		g = w->g != 0 ? sched_graph(s, w->g) : NULL;
		w->v = g != NULL ? g->v : 0;
	}
}

void
write_removed(struct sched *s, struct graph *g)
{
	static const char *const suffix[] = { "", ":ops", ":groups" };
	struct text key;
	int i;

	for (i = 0; i < 3; i++) {
		key_graph(&key, g->g, suffix[i]);
		out_write(s->out, STORE_DEL, g->g, text_bytes(&key),
		    (struct bytes){ 0 }, (struct bytes){ 0 }, 0);
	}
}
