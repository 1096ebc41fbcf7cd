/*
 * What the files of the core do for each other; tables.h has the state that
 * they do it to.
 */
#ifndef RAVEN_SCHED_PRIV_H
#define RAVEN_SCHED_PRIV_H

#include "tables.h"

/* Makes room in an array of *cap elements for n. */
void	*sched_room(void *v, uint32_t *cap, uint32_t n, size_t size);
uint64_t sched_unix_us(const struct sched *);
uint64_t sched_hash(const struct sched *, const void *, size_t, const void *,
	    size_t);
struct peer	*sched_peer(struct sched *, uint64_t session);
struct dev	*sched_dev(struct sched *, uint64_t session);
struct graph	*sched_graph(struct sched *, uint64_t g);
void	 sched_refuse(struct sched *, uint64_t session,
	    const struct msg_refuse *);
/* REFUSE with a fixed sentence. */
void	 sched_refuse_text(struct sched *, uint64_t session, enum msg_subject,
	    uint64_t g, uint64_t number, enum error, const char *text);

/* May new work be taken?  Else it is refused. */
bool	 sched_room_left(struct sched *, uint64_t session, enum msg_subject,
	    uint64_t g, uint64_t number);

/* graph.c: a graph's ops, shapes and batches. */
struct graph	*graph_new(struct sched *, uint64_t g, const uint8_t key[16]);
void		 graph_free(struct sched *, struct graph *);
/* Frees ops, programs, values; the summary stays. */
void		 graph_shed(struct sched *, struct graph *);
/* Its hash is to be written, though it may be closed. */
void		 graph_changed(struct sched *, struct graph *);
/* In and out of sched.open. */
void		 graph_track(struct sched *, struct graph *);
void		 graph_untrack(struct sched *, struct graph *);
void		 graph_text(char **, struct str);
uint32_t	 graph_inputs(const struct graph *, uint32_t op,
	    const uint32_t **refs);
const struct shape *graph_shape(const struct graph *, uint32_t op);
/* Place of the shape in graph.shapes. */
uint32_t	 graph_intern(struct graph *, const struct shape *);
/* What op takes to compute, by its shapes. */
void		 graph_cost(struct graph *, uint32_t op);

/* shape.c: shapes that data decides. */
/* Does op decide a length by its data? */
bool		 shape_by_data(const struct graph *, uint32_t op);
/* The shape, or the most it can be. */
const struct shape *shape_most(const struct graph *, uint32_t op);
/* The most that its memory is planned for. */
const struct shape *shape_room(const struct graph *, uint32_t op);
const struct shape *shape_declared(const struct graph *, uint32_t op);
uint64_t	 shape_bytes_most(const struct sched *, const struct shape *);
/*
 * By what is known of its inputs now; E_LENGTH and other errors: out has the
 * declared rank and no length.
 */
enum error	 shape_infer(const struct sched *, const struct graph *,
	    uint32_t op, struct shape *out, struct op_error *);
/* A new op; its inputs are there already. */
void		 shape_born(struct sched *, struct graph *, uint32_t op);
/* True: op does not fit what was learnt before it came, and has failed. */
bool		 shape_fails(struct sched *, struct graph *, uint32_t op);
/* The true shape of op's value; dependants that do not fit it fail. */
void		 shape_learn(struct sched *, struct graph *, uint32_t op,
	    const struct shape *);
/* takes batches or runs */
bool		 graph_open(const struct graph *);

/* batch.c: validation at arrival, and taking a batch in. */
struct batch_error {
	enum error	code;
	uint32_t	op;
	char		text[1024];
};
enum error	 batch_check(struct sched *, struct graph *,
	    const struct msg_batch *,
		    struct batch *, struct batch_error *) MUST_CHECK;
void		 batch_digest(const struct msg_batch *, uint8_t [DIGEST_LEN]);
/* Takes b (checked).  quiet: wants are not owed (after a restart). */
void		 batch_take(struct sched *, struct graph *, struct batch *b,
		    const struct msg_batch *, bool quiet);

/* state.c: the only place where ops change their state. */
void	 state_ready(struct sched *, struct graph *, uint32_t op);
void	 state_start(struct sched *, struct graph *, uint32_t op,
	    uint32_t group);
void	 state_return(struct sched *, struct graph *, uint32_t op);
void	 state_computed(struct sched *, struct graph *, uint32_t op);
void	 state_fail(struct sched *, struct graph *, uint32_t op, enum error,
	    uint32_t cause, const int64_t a[4]);
/* If op is computed, needed, and its value is nowhere: compute it again. */
void	 state_revive(struct sched *, struct graph *, uint32_t op);
bool	 state_needed(const struct graph *, uint32_t op);
void	 state_want(struct sched *, struct graph *, uint32_t op);
void	 state_release(struct sched *, struct graph *, uint32_t op);
const struct failure *state_failure(const struct graph *, uint32_t op);
/* What went wrong, for people: fail.c. */
void	 failure_text(const struct sched *, const struct graph *,
	    const struct failure *, struct text *);
/* The group lost its last open op by other means. */
void	 state_settle(struct sched *, struct graph *, uint32_t op);

/* value.c: who has which value; uploads, drops. */
/* NULL: there is none; of a failed op there is none. */
struct value	*value_get(const struct graph *, uint32_t op);
/* made if there is none */
struct value	*value_slot(struct graph *, uint32_t op);
bool	 value_there(const struct graph *, uint32_t op);	/* can be had */
bool	 value_small(const struct graph *, uint32_t op, struct bytes *data);
void	 value_hold(struct sched *, struct graph *, uint32_t op, uint32_t peer);
bool	 value_held(const struct sched *, const struct graph *, uint32_t op,
	    uint32_t peer);
void	 value_unhold(struct sched *, struct graph *, uint32_t op,
	    uint32_t peer);
/* Asks a holder to upload it, unless stored or asked already. */
void	 value_fetch(struct sched *, struct graph *, uint32_t op);
/* Uploads that did not come: asked for again, then taken for lost. */
uint64_t value_overdue(struct sched *);
void	 value_expect(struct sched *, struct graph *, uint32_t op,
	    uint32_t peer);
void	 value_unexpect(struct sched *, struct graph *, struct value *);
void	 value_stored(struct sched *, const uint8_t digest[DIGEST_LEN]);
void	 value_unneeded(struct sched *, struct graph *, uint32_t op);
void	 value_persist(struct sched *, struct graph *, uint32_t op);
/* Sends VALUE to the developer if the op is settled. */
void	 value_send(struct sched *, struct graph *, uint32_t op);
void	 value_peer_gone(struct sched *, uint32_t peer);
void	 value_discard(struct sched *, struct graph *, uint32_t op);
void	 value_clear(struct sched *, struct graph *, struct value *);
void	 value_drop_at(struct sched *, uint32_t peer, uint64_t g, uint64_t op);

/* grow.c */
uint64_t grow_memory(const struct graph *, uint32_t op);
/* local.c: op is ready; who holds its inputs may want it. */
void	 local_ready(struct sched *, const struct graph *, uint32_t op);
void	 local_free(struct peer *);
void	 pool_free(struct graph *);	/* water.c */

/* ship.c: what of a group's exports is uploaded at once. */
bool	 ship_uploads(const struct sched *, const struct group *, uint32_t i,
	    uint32_t op);
void	 ship_lineage(const struct sched *, struct group *);

/* send.c: a grown group becomes an ASSIGN. */
void	 group_send(struct sched *, uint32_t group);

/* group.c: forming, giving back, ending. */
struct grow;
/* What grows for gr's participant is sent; 0: nothing does. */
uint32_t group_form(struct grow *);
/* Does peer compute it, and will it have the value? */
bool	 group_comes(const struct sched *, const struct graph *, uint32_t op,
	    uint32_t peer);
struct group	*group_find(struct sched *, uint64_t g, uint64_t epoch,
		    uint64_t counter, uint32_t *index);
uint32_t group_add(struct sched *, struct graph *, uint64_t epoch,
	    uint64_t counter);
void	 group_token(const struct sched *, const struct group *, struct str cid,
	    uint8_t token[16]);
void	 group_unlink(struct sched *, uint32_t group);
void	 group_claim(struct sched *, uint32_t group, uint32_t peer);
/* lost: its participant left while computing it. */
void	 group_return(struct sched *, uint32_t group, bool lost);
void	 group_recall(struct sched *, uint32_t group);	/* it need not be */
void	 group_done(struct sched *, uint32_t group);
/* A group with its ops and figures goes to peer. */
void	 group_leave(struct sched *, uint32_t group, uint32_t peer,
	    uint64_t after_us);
void	 group_cancel(struct sched *, uint32_t group);
void	 group_record(struct sched *, uint32_t group,
	    const struct msg_result *);
void	 group_free(struct sched *, uint32_t group);

/* memory.c: bytes alive of a participant. */
/* Has it room for more bytes?  If not, room will be made. */
bool	 memory_takes(struct sched *, uint32_t peer, double more);
/* It has no room for more: it will be made soon. */
void	 memory_cramped(struct sched *, uint32_t peer, double more);
/* Room was made just now, no upload is awaited, and it is not enough. */
bool	 memory_stuck(const struct sched *, const struct graph *,
	    uint32_t peer);
/* Values take much of its memory: a refusal tells nothing of the op. */
bool	 memory_full(const struct peer *);
/* Bytes that op adds to what peer has, or less than 0: frees. */
double	 memory_growth(const struct sched *, const struct graph *,
	    uint32_t op, uint32_t peer);
/* Counts the exports of a group that leaves. */
void	 memory_makes(struct sched *, uint32_t group);
/* v may be dropped by its holders now. */
void	 memory_stored(struct sched *, const struct value *v);
void	 memory_run(struct sched *);

/* ring.c */
void	 ring_add(struct ring *, uint32_t);
void	 ring_drop(struct ring *, uint32_t at);	/* the order stays */

/* fair.c: whose graph is next. */
/* g is open from here on, and its owner known; and to its end. */
void	 fair_join(struct sched *, struct graph *);
void	 fair_leave(struct sched *, struct graph *);
/* g has ready work; it has none. */
void	 fair_ready(struct sched *, struct graph *);
void	 fair_emptied(struct sched *, struct graph *);
/* The graph with ready work whose turn it is, or NULL. */
struct graph	*fair_next(struct sched *);
/* Nobody can take work of g in this turn. */
void	 fair_block(const struct sched *, struct graph *);
/* A group of g takes us of slot time; by groups more are out. */
void	 fair_charge(struct sched *, struct graph *, double us);
void	 fair_out(struct sched *, const struct graph *, int by);
/* In sched.owners; 0: none of its graphs is open. */
uint32_t fair_owner(const struct sched *, const char *name);
/* When what is open now will have been computed: what to wait for. */
uint64_t fair_drain_ms(const struct sched *);
void	 fair_free(struct sched *);

/* assign.c: who gets what next. */
/* True: there is more to hand out, once others were heard. */
bool	 assign_run(struct sched *);
bool	 assign_serves(const struct peer *);	/* gets work at all */
/* p gave back a group that it could have computed. */
void	 assign_refused(struct sched *, uint32_t peer);
/* It failed at what others can do, or lied: it gets less and less. */
void	 assign_distrust(struct sched *, uint32_t peer, double share);
/* Something changed with the participant: look whether it takes work. */
void	 assign_touch(struct sched *, uint32_t peer);
bool	 assign_takes(const struct sched *, const struct peer *);
void	 assign_predict(struct sched *, uint32_t peer);

/* profile.c: what is left of a graph, by levels. */
/* New ops; their edges are there already. */
void	 profile_batch(const struct sched *, struct graph *,
	    const struct program *);
/* op is done, or is to be done again. */
void	 profile_done(struct graph *, uint32_t op);
void	 profile_back(struct graph *, uint32_t op);
/* op's value is asked for. */
void	 profile_want(const struct sched *, struct graph *, uint32_t op);
/* A level as the team model takes it: what is left, and how many are like it */
struct stage {
	struct level	level;
	double		times, root;	/* of its chains */
};
#define STAGES_MAX	128
uint32_t profile_stages(struct graph *, struct stage out[STAGES_MAX]);

/* crowd.c: who serves. */
/* After whatever may have changed whether the participant serves. */
void	 crowd_note(struct sched *, uint32_t peer);
/* Sorts s->crowd anew, if it is time to. */
void	 crowd_renew(struct sched *);
void	 crowd_clear(struct sched *);
/* Bytes a second; if nothing is known, of a good link. */
double	 crowd_down(const struct peer *);
double	 crowd_up(const struct peer *);

/* team.c: who may work for a graph. */
/* Chooses g's team anew if there is reason to: before work is handed out. */
void	 team_update(struct sched *, struct graph *);
bool	 team_has(const struct graph *, uint32_t peer);
/* How long the team needs for what is left; 0: there is none. */
double	 team_predict_us(struct sched *, struct graph *);
/* g has no work now: its team is free for others. */
void	 team_idle(struct sched *, struct graph *);
void	 team_free(struct sched *, struct graph *);

/* late.c: groups that are late go to others, too. */
/* Returns when to look again. */
uint64_t late_run(struct sched *);
/* What p has out, or when it will be through, has changed. */
void	 late_note(struct sched *, uint32_t peer);
/* Peer answers again, or was relieved: it gets work from then on. */
void	 late_over(struct sched *, uint32_t peer, uint64_t until_us);
/* The group is answered, before anything is done about it. */
void	 late_answer(struct sched *, uint32_t group);

/* estimate.c: what the figures of a participant mean. */
#define OP_US		1.0	/* an op's own time on the reference core */
#define SIGMA_LEAST	0.05
#define HIDDEN_LN	(-0.35667494)	/* ln 0.7 */
double	 estimate_ln(double);
double	 estimate_exp(double);
double	 estimate_root(double);
double	 estimate_reference_us(enum cost_class, enum dtype, double amount);
/* On one slot while the others are idle. */
double	 estimate_op_us(const struct peer *, const struct op *);
/* How much longer it takes when so many slots compute. */
double	 estimate_contention(const struct peer *, uint32_t busy);
double	 estimate_slots(const struct peer *);	/* what all are worth of one */
/* Reference us a us, all slots, in the mean. */
double	 estimate_rate(const struct peer *);
/* Of a group that exports so many bytes, beside its ops and transfers. */
double	 estimate_group_us(const struct peer *, double bytes);
/* Spread of ln(predicted / actual time). */
double	 estimate_sigma(const struct peer *);
double	 estimate_hidden(const struct peer *);	/* speed factor if hidden */
/* After m has changed: of one cell, of the mean, of all. */
void	 estimate_apply(struct peer *, int class, int dtype);
void	 estimate_apply_speed(struct peer *);
void	 estimate_apply_all(struct peer *);

/* estimate_learn.c: where they come from. */
void	 estimate_new(struct peer *);
void	 estimate_bench(struct sched *, struct peer *,
	    const struct msg_bench *);
void	 estimate_result(struct sched *, struct peer *, const struct graph *,
	    const struct group *, const struct msg_result *);
/* It was late, and another was through first. */
void	 estimate_slower(struct peer *, const struct graph *,
	    const struct group *);
void	 estimate_hide(struct sched *, struct peer *, bool hidden);

/* estimate_text.c: as the record keeps them. */
void	 estimate_write(const struct peer *, struct buf *);
/* What is not understood is passed over. */
void	 estimate_read(struct peer *, struct bytes);
const char	*estimate_class_name(enum cost_class);

/* plan.c: what a graph will take, see plan.h. */
/* Goes on with what is planned; true: there is more to do. */
bool	 plan_turn(struct sched *);
/* A batch came, and so many of its values are wanted. */
void	 plan_batch(struct sched *, struct graph *, size_t wanted);
/* g owes nothing more. */
void	 plan_settled(struct sched *, struct graph *);
void	 plan_session_gone(struct sched *, uint64_t session);
void	 plan_clear(struct sched *);

/* forecast.c: when a wait will end. */
void	 forecast_start(const struct sched *, struct graph *);
void	 forecast_look(struct sched *, struct graph *);	/* now and then */
/* Us of the whole wait and what is left; false: it is being estimated. */
bool	 forecast_say(const struct sched *, const struct graph *,
	    double *all_us, double *left_us);
void	 forecast_end(struct sched *, struct graph *);

/* result.c, peer.c, dev.c, load.c, flush.c: handlers on_<name>. */
void	 on_plan(struct sched *, struct dev *, const struct msg *);
/* A result that is known to be right. */
void	 result_apply(struct sched *, uint32_t group,
	    const struct msg_result *);
/* One's own graph, or NULL after a refusal. */
struct graph	*dev_graph(struct sched *, struct dev *, uint64_t number,
	    enum msg_subject, uint64_t n);
void	 on_result(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_bench(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_state(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_announce(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_progress(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_stored(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_session(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_graph(struct sched *, struct dev *, const struct msg *);
void	 on_batch(struct sched *, struct dev *, const struct msg *);
void	 on_want(struct sched *, struct dev *, const struct msg *);
void	 on_end(struct sched *, struct dev *, const struct msg *);
void	 on_ask(struct sched *, struct dev *, const struct msg *);	/* mine.c */
/* Its record is not what it was; FETCH or DROP waits for it. */
void	 peer_changed(struct sched *, uint32_t peer);
void	 peer_mailed(struct sched *, uint32_t peer);
void	 peer_hello(struct sched *, const struct sched_event *);
/* Its groups go to others; an answer of its own still counts. */
void	 peer_hands_back(struct sched *, const struct peer *);
void	 peer_gone(struct sched *, uint32_t peer, bool goodbye);
void	 dev_hello(struct sched *, const struct sched_event *);
void	 dev_gone(struct sched *, uint64_t session);
void	 dev_progress(struct sched *, struct graph *, uint32_t participants);
void	 graph_settle(struct sched *, struct graph *);	/* END: is all done? */
void	 ended_say(struct sched *, struct graph *);
void	 graph_close(struct sched *, struct graph *, enum graph_status);
void	 welcome(struct sched *, uint64_t session, struct str cid,
	    const struct rec_graph_ref *, size_t n, bool wait);

/* Ends the wait early once all that was out or held is announced. */
void	 load_back(struct sched *);
void	 load_quiet_over(struct sched *);

/* query.c: the sweep must know them before it meets their bytes */
void	 sched_refers_more(struct sched *, const struct program *);

/* flush.c: records */
struct text	*key_graph(struct text *, uint64_t g, const char *suffix);
void	 write_next(struct sched *);
void	 write_batch(struct sched *, struct graph *, uint64_t n,
	    struct bytes record);
void	 write_group(struct sched *, struct graph *, const struct group *,
	    struct bytes record);
void	 write_computing(struct sched *, const struct graph *,
	    const struct group *, bool out);
void	 write_event(struct sched *, const char *kind, uint64_t g,
	    const char *cid, const char *text);
void	 write_benchmark(struct sched *, const struct peer *,
	    const struct msg_bench *);
void	 write_client(struct sched *, struct peer *, bool online);
void	 write_start(struct sched *);
void	 write_turn(struct sched *);
void	 write_removed(struct sched *, struct graph *);

#endif
