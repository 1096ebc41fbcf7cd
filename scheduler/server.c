/*
 * Connections of gateways and ravenctl; sessions behind gateways; the turn.
 *
 * A session is known to the core by a handle that is never used twice, so
 * that what waits for the record cannot reach whoever came after.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>

#include "common/ipc.h"
#include "common/log.h"
#include "server_priv.h"
#include "store_redis.h"

#define SWEEP_S		60	/* all stored tensors, each so often */
#define CROWDED_S	10	/* the same when Redis is crowded */
#define CROWDED_IDLE_S	60	/* what is idle for longer goes then */
#define DRAIN_MS	50

void
server_limits(const struct conf *c, struct sched_limits *l)
{
	*l = (struct sched_limits){
		.max_message = c->ws_message_bytes,
		.batch_ops = c->batch_ops,
		.batch_bytes = c->batch_bytes,
		.credit_batches = c->credit_batches,
		.credit_bytes = c->credit_bytes,
		.part_bytes = c->part_bytes,
		.tensor_bytes = c->tensor_bytes,
		.graph_ops = c->graph_ops,
		.graph_bytes = c->graph_bytes,
		.owner_graphs = c->owner_graphs,
		.owner_bytes = c->owner_bytes,
		.total_ops = c->total_ops,
		.group_ops = c->group_ops,
		.group_min_us = c->group_min_us,
		.group_max_us = c->group_max_us,
		.group_tries = c->group_tries,
		.op_tries = c->op_tries,
		.plan_ops = c->plan_ops,
		.announce_us = c->announce_ms * 1000,
		.keep_ended_us = c->keep_ended_s * 1000000,
		.keep_abandoned_us = c->keep_abandoned_s * 1000000,
	};
}

void
server_wake(struct server *sv)
{
	if (sv->woken)
		return;
	sv->woken = true;
	event_active(sv->turn_event, EV_TIMEOUT, 1);
}

void
server_event(struct server *sv, const struct sched_event *e)
{
	turn_event(sv->turn, proc_now_us(), e);
	server_wake(sv);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct server *sv = arg;
	uint64_t now = proc_now_us(), next, us;
	struct timeval tv;

	(void)fd;
	(void)what;
	sv->woken = false;
	next = turn_end(sv->turn, now);
	us = next > now ? next - now : 0;
	if (us > 10000000)
		us = 10000000;
	tv.tv_sec = (time_t)(us / 1000000);
	tv.tv_usec = (suseconds_t)(us % 1000000);
	event_add(sv->turn_event, &tv);
}

static uint64_t
seat_key(const struct link *l, uint64_t id)
{
	return map_mix(l->number, id);
}

struct seat *
seat_of(struct server *sv, uint64_t handle)
{
	uint32_t i = (uint32_t)handle;

	if (i >= sv->n_seats || sv->seats[i].link == NULL ||
	    sv->seats[i].turn != handle >> 32)
		return NULL;
	return &sv->seats[i];
}

static uint64_t
seat_handle(const struct server *sv, uint32_t i)
{
	return (uint64_t)sv->seats[i].turn << 32 | i;
}

/* MAP_NONE: there is none. */
static uint32_t
seat_find(struct server *sv, const struct link *l, uint64_t id)
{
	uint32_t i = map_get(&sv->by_id, seat_key(l, id));

	if (i != MAP_NONE && sv->seats[i].link == l && sv->seats[i].id == id)
		return i;
	return MAP_NONE;
}

static uint32_t
seat_take(struct server *sv, struct link *l, uint64_t id)
{
	uint32_t i;

	if (sv->n_free > 0) {
		i = sv->free_seats[--sv->n_free];
	} else {
		i = sv->n_seats++;
		if (sv->n_seats > sv->seats_cap) {
			sv->seats_cap = sv->seats_cap ? sv->seats_cap * 2 : 64;
			sv->seats = xrealloc(sv->seats,
			    sv->seats_cap * sizeof(*sv->seats));
			sv->free_seats = xrealloc(sv->free_seats,
			    sv->seats_cap * sizeof(*sv->free_seats));
		}
		sv->seats[i].turn = 0;
	}
	sv->seats[i].link = l;
	sv->seats[i].id = id;
	sv->seats[i].turn++;
	sv->seats[i].from = 0;
	map_put(&sv->by_id, seat_key(l, id), i);
	return i;
}

static void
seat_leave(struct server *sv, uint32_t i)
{
	map_del(&sv->by_id, seat_key(sv->seats[i].link, sv->seats[i].id));
	sv->seats[i].link = NULL;
	sv->free_seats[sv->n_free++] = i;
}

static void
on_send(void *arg, uint64_t handle, struct bytes m)
{
	struct server *sv = arg;
	struct seat *seat = seat_of(sv, handle);

	if (seat != NULL)
		ipc_forward(seat->link->ipc, seat->id, m);
}

static uint8_t
role_bit(uint64_t role)
{
	return role == ROLE_PARTICIPANT ? MSG_P :
	    role == ROLE_OBSERVER ? MSG_O :
	    role == ROLE_CONTROL ? MSG_C : MSG_D;
}

static bool
server_decode(struct server *sv, struct msg *m, struct bytes b, uint8_t from)
{
	struct msg_fault fault;

	msg_arena_reset(&sv->arena);
	memset(&fault, 0, sizeof(fault));
	if (msg_decode(m, b.p, b.n, from, MSG_S, &sv->arena, &fault) == E_OK)
		return true;
	log_warnx("ipc", "bad message name=%s field=%s reason=\"%s\"",
	    fault.message != NULL ? fault.message : "?",
	    fault.field != NULL ? fault.field : "-",
	    fault.why != NULL ? fault.why : "");
	return false;
}

static void
on_query(struct server *sv, struct link *l, const struct msg *m)
{
	static const char no[] = "{\"error\":\"no such thing\"}";
	struct msg a = { .id = M_ANSWER };
	struct buf json;

	buf_init(&json);
	if (sched_query(sv->s, proc_now_us(), m->query.what, m->query.arg,
	    &json) != 0) {
		buf_reset(&json);
		buf_add(&json, no, sizeof(no) - 1);
	}
	a.answer.text = (struct str){ (const char *)json.data, json.len };
	ipc_send(l->ipc, 0, &a);
	buf_clear(&json);
}

static void
on_own(struct server *sv, struct link *l, struct bytes body)
{
	uint32_t id = msg_peek(body.p, body.n);
	struct msg m;

	if (!server_decode(sv, &m, body, id == M_ATTACH ? MSG_G : MSG_C))
		return;
	if (m.id == M_ATTACH) {
		l->gateway = true;
		log_info("gateway", "attached slot=%llu generation=%llu",
		    (unsigned long long)m.attach.slot,
		    (unsigned long long)m.attach.generation);
	} else if (m.id == M_QUERY) {
		on_query(sv, l, &m);
	}
}

static void
on_hello(struct server *sv, struct link *l, uint64_t id, struct bytes body)
{
	uint32_t i = seat_find(sv, l, id);
	struct msg m;

	if (!server_decode(sv, &m, body, MSG_D))
		return;
	if (i == MAP_NONE)
		i = seat_take(sv, l, id);
	sv->seats[i].from = role_bit(m.hello.role);
	hello_take(sv, seat_handle(sv, i), body);
}

static void
on_message(struct ipc *ipc, uint64_t id, struct bytes body, void *arg)
{
	struct link *l = arg;
	struct server *sv = l->sv;
	struct sched_event e = { .kind = SCHED_MESSAGE };
	uint32_t kind = msg_peek(body.p, body.n), i;
	struct msg m;
	uint8_t from;

	(void)ipc;
	if (id == 0) {
		on_own(sv, l, body);
		return;
	}
	if (kind == M_HELLO) {
		on_hello(sv, l, id, body);
		return;
	}
	i = seat_find(sv, l, id);
	if (i == MAP_NONE)
		return;
	from = kind == M_SESSION || kind == M_STORED ? MSG_G :
	    sv->seats[i].from;
	if (!server_decode(sv, &m, body, from))
		return;
	e.session = seat_handle(sv, i);
	e.msg = &m;
	server_event(sv, &e);
	if (m.id == M_SESSION && m.session.what == PRESENCE_GONE)
		seat_leave(sv, i);
}

static void
link_close(struct link *l)
{
	struct server *sv = l->sv;
	struct sched_event e = { .kind = SCHED_GONE };
	uint32_t i;

	for (i = 0; i < sv->n_seats; i++) {
		if (sv->seats[i].link != l)
			continue;
		e.session = seat_handle(sv, i);
		server_event(sv, &e);
		seat_leave(sv, i);
	}
	TAILQ_REMOVE(&sv->links, l, entry);
	ipc_free(l->ipc);
	xfree(l);
}

static void
on_closed(struct ipc *ipc, enum ipc_end end, const char *why, void *arg)
{
	struct link *l = arg;

	(void)ipc;
	(void)end;
	if (l->gateway)
		log_info("gateway", "left reason=\"%s\"", why);
	link_close(l);
}

/* A gateway that does not take what it is sent is not read either. */
static void
on_pressure(struct ipc *ipc, bool full, void *arg)
{
	(void)arg;
	ipc_pause(ipc, full);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *sa, int len, void *arg)
{
	static const struct ipc_handlers handlers = { on_message, on_closed,
		on_pressure };
	struct server *sv = arg;
	struct link *l;

	(void)listener;
	(void)sa;
	(void)len;
	l = xcalloc(1, sizeof(*l));
	l->sv = sv;
	l->number = ++sv->next_link;
	l->ipc = ipc_new(sv->proc->base, fd, sv->proc->conf->ipc_bytes,
	    &handlers, l);
	if (l->ipc == NULL) {
		log_warn("ipc", "accept");
		close(fd);
		xfree(l);
		return;
	}
	TAILQ_INSERT_TAIL(&sv->links, l, entry);
}

static bool
refers(void *arg, const uint8_t *digest)
{
	return sched_refers(((struct server *)arg)->s, digest);
}

/* Before Redis refuses to write at all, when not even deleting would help. */
static void
server_room(struct server *sv)
{
	struct sched_event e = { .kind = SCHED_CROWDED };

	e.full = store_redis_crowded(sv->st);
	if (e.full == sv->crowded)
		return;
	sv->crowded = e.full;
	server_event(sv, &e);
}

/* Each second: totals to the gateways; now and then the sweep. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct server *sv = arg;
	uint64_t idle_s = sv->proc->conf->keep_data_s, every = SWEEP_S;
	struct msg m = { .id = M_STATS };
	struct link *l;

	(void)fd;
	(void)what;
	sched_stats(sv->s, &m.stats);
	TAILQ_FOREACH(l, &sv->links, entry) {
		if (l->gateway)
			ipc_send(l->ipc, 0, &m);
	}
	server_room(sv);
	if (sv->crowded) {
		every = CROWDED_S;
		idle_s = idle_s > CROWDED_IDLE_S ? CROWDED_IDLE_S : idle_s;
	}
	if (++sv->seconds % every == 0) {
		sched_refers_note(sv->s);
		store_redis_sweep(sv->st, idle_s, refers, sv);
	}
}

/* Started alone: scheduler.sock is ours to bind. */
static int
server_bind(const struct conf *conf)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char path[512];
	int fd;

	conf_run_path(conf, "scheduler.sock", path, sizeof(path));
	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 64) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
server_listen(struct server *sv)
{
	int fd = PROC_LISTEN_FD;

	if (sv->proc->n_listen == 0)
		fd = server_bind(sv->proc->conf);
	if (fd == -1) {
		log_warn("start", "scheduler.sock");
		return -1;
	}
	evutil_make_socket_nonblocking(fd);
	sv->listener = evconnlistener_new(sv->proc->base, on_accept, sv,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	return sv->listener != NULL ? 0 : -1;
}

struct server *
server_new(struct proc *proc, struct store *st, struct sched *s)
{
	struct server *sv = xcalloc(1, sizeof(*sv));
	struct timeval second = { 1, 0 };

	sv->proc = proc;
	sv->st = st;
	sv->s = s;
	TAILQ_INIT(&sv->links);
	proc_random(&sv->by_id.seed, sizeof(sv->by_id.seed));
	map_init(&sv->by_id, sv->by_id.seed);
	msg_arena_init(&sv->arena);
	sv->turn = turn_new(s, st, on_send, sv);
	turn_limits(sv->turn, proc->conf->redis_pending_bytes,
	    proc->conf->redis_pending);
	sv->turn_event = event_new(proc->base, -1, 0, on_turn, sv);
	sv->tick = event_new(proc->base, -1, EV_PERSIST, on_tick, sv);
	event_add(sv->tick, &second);
	if (server_listen(sv) == -1) {
		server_free(sv);
		return NULL;
	}
	return sv;
}

struct sched_out *
server_out(struct server *sv)
{
	return turn_out(sv->turn);
}

void
server_start(struct server *sv)
{
	server_wake(sv);
}

void
server_free(struct server *sv)
{
	struct link *l;

	if (sv->listener != NULL)
		evconnlistener_free(sv->listener);
	while ((l = TAILQ_FIRST(&sv->links)) != NULL) {
		TAILQ_REMOVE(&sv->links, l, entry);
		ipc_free(l->ipc);
		xfree(l);
	}
	event_free(sv->turn_event);
	event_free(sv->tick);
	if (sv->draining != NULL)
		event_free(sv->draining);
	turn_free(sv->turn);
	msg_arena_clear(&sv->arena);
	map_clear(&sv->by_id);
	xfree(sv->seats);
	xfree(sv->free_seats);
	xfree(sv);
}

static void
on_draining(evutil_socket_t fd, short what, void *arg)
{
	struct server *sv = arg;

	(void)fd;
	(void)what;
	if (turn_idle(sv->turn))
		proc_stop(sv->proc);
}

/* No new work; what is under way is in the record and goes on later. */
void
server_drain(struct proc *proc, uint64_t deadline_ms, void *arg)
{
	struct server *sv = arg;
	struct sched_event e = { .kind = SCHED_PRESSURE, .full = true };
	struct timeval tv = { 0, DRAIN_MS * 1000 };

	(void)proc;
	(void)deadline_ms;
	server_event(sv, &e);
	sv->draining = event_new(sv->proc->base, -1, EV_PERSIST, on_draining,
	    sv);
	event_add(sv->draining, &tv);
}

void
server_reload(struct proc *proc, void *arg)
{
	struct server *sv = arg;
	struct sched_limits limits;

	server_limits(proc->conf, &limits);
	sched_set_limits(sv->s, &limits);
	turn_limits(sv->turn, proc->conf->redis_pending_bytes,
	    proc->conf->redis_pending);
}
