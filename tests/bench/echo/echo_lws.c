/*
 * An echo server on libwebsockets, the way it is fastest: whole messages are
 * taken in one piece where they come so, answered from the receive callback
 * while the socket takes it, and several in a writable callback else.
 *
 * usage: bench-echo-lws [ev|uv|poll]     prints "port=N"
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libwebsockets.h>

#define MESSAGE_MAX	(1u << 20)
#define READ_BYTES	(256 * 1024)

/* A message under way; its bytes follow, behind room for the head. */
struct item {
	struct item	*next;
	size_t		 len, cap;
	unsigned char	 bytes[];
};

struct session {
	struct item	*open;		/* not whole yet */
	struct item	*first, **last;	/* whole, not sent */
};

static struct item *spare;	/* one is enough to save most allocations */

static struct item *
take_item(size_t cap)
{
	struct item *it = spare;

	if (it != NULL && it->cap >= cap)
		spare = NULL;
	else if ((it = malloc(sizeof(*it) + LWS_PRE + cap)) == NULL)
		abort();
	else
		it->cap = cap;
	it->next = NULL;
	it->len = 0;
	return it;
}

static void
give_item(struct item *it)
{
	if (spare == NULL || spare->cap < it->cap) {
		free(spare);
		spare = it;
	} else
		free(it);
}

static int
flush(struct lws *wsi, struct session *s)
{
	struct item *it;

	while ((it = s->first) != NULL && !lws_send_pipe_choked(wsi)) {
		if (lws_write(wsi, it->bytes + LWS_PRE, it->len,
		    LWS_WRITE_BINARY) < 0)
			return -1;
		s->first = it->next;
		if (s->first == NULL)
			s->last = &s->first;
		give_item(it);
	}
	if (s->first != NULL)
		lws_callback_on_writable(wsi);
	return 0;
}

static int
receive(struct lws *wsi, struct session *s, const void *in, size_t len)
{
	size_t rest = lws_remaining_packet_payload(wsi);
	struct item *it = s->open;

	if (it == NULL)
		it = s->open = take_item(len + rest);
	if (it->len + len > it->cap)
		return -1;	/* fragments: the load client sends none */
	memcpy(it->bytes + LWS_PRE + it->len, in, len);
	it->len += len;
	if (rest > 0 || !lws_is_final_fragment(wsi))
		return 0;
	s->open = NULL;
	*s->last = it;
	s->last = &it->next;
	return flush(wsi, s);
}

static void
clear(struct session *s)
{
	struct item *it;

	free(s->open);
	while ((it = s->first) != NULL) {
		s->first = it->next;
		free(it);
	}
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in,
    size_t len)
{
	struct session *s = user;

	switch (why) {
	case LWS_CALLBACK_ESTABLISHED:
		memset(s, 0, sizeof(*s));
		s->last = &s->first;
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return receive(wsi, s, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return flush(wsi, s);
	case LWS_CALLBACK_CLOSED:
		clear(s);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, why, user, in, len);
	}
}

int
main(int argc, char **argv)
{
	static const struct lws_protocols protocols[] = {
		{ "raven.v1", on_event, sizeof(struct session), MESSAGE_MAX,
		    0, NULL, 0 },
		{ NULL, NULL, 0, 0, 0, NULL, 0 }
	};
	struct lws_context_creation_info info;
	const char *loop = argc > 1 ? argv[1] : "poll";
	struct lws_context *context;
	struct lws_vhost *vhost;

	lws_set_log_level(LLL_ERR, NULL);
	memset(&info, 0, sizeof(info));
	info.port = 0;
	info.iface = "127.0.0.1";
	info.protocols = protocols;
	info.pt_serv_buf_size = READ_BYTES;
	info.gid = info.uid = -1;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	if (strcmp(loop, "ev") == 0)
		info.options |= LWS_SERVER_OPTION_LIBEV;
	else if (strcmp(loop, "uv") == 0)
		info.options |= LWS_SERVER_OPTION_LIBUV;
	context = lws_create_context(&info);
	if (context == NULL)
		return 1;
	vhost = lws_create_vhost(context, &info);
	if (vhost == NULL)
		return 1;
	printf("port=%d\n", lws_get_vhost_listen_port(vhost));
	fflush(stdout);
	while (lws_service(context, 0) >= 0)
		;
	lws_context_destroy(context);
	return 0;
}
