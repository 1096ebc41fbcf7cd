/*
 * A developer's client under a hostile server: the input is messages, each
 * after its length as u16, that come in after the handshake.  A length with
 * its top bit set stands for a lost connection and a new one.
 */
#include <stdlib.h>
#include <string.h>

#include "ravop/_core/client.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Protocol: raven.v1\r\nSec-WebSocket-Accept: ";

static void
drain(struct client *c)
{
	struct client_event *ev;
	size_t n;

	while ((ev = client_next(c)) != NULL) {
		if (ev->type == CLIENT_EV_RETRY)
			client_retry(c, ev->graph);
		client_event_free(ev);
	}
	while (client_output(c, &n), n > 0)
		client_sent(c, n);
}

static void
receive(struct client *c, const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	if (n > 0)
		memcpy(copy, bytes, n);
	client_recv(c, copy, n);
	free(copy);
	drain(c);
}

static void
reconnect(struct client *c)
{
	uint8_t seed[DIGEST_LEN] = { 1 };
	char key[WS_KEY_LEN], accept[WS_ACCEPT_LEN];
	struct buf b;

	client_connect(c, seed);
	drain(c);
	ws_key(seed, key);
	ws_accept(key, strlen(key), accept);
	buf_init(&b);
	buf_add(&b, answer, sizeof answer - 1);
	buf_add(&b, accept, strlen(accept));
	buf_add(&b, "\r\n\r\n", 4);
	receive(c, b.data, b.len);
	buf_clear(&b);
}

/* Two batches; the second names a tensor. */
static void
submit(struct client *c)
{
	struct shape shape = { DT_BOOL, 1, { 5000 } };
	uint8_t digest[DIGEST_LEN], *bytes = xcalloc(1, 5000);
	struct program_writer w;
	struct buf program;
	uint64_t want = 1;

	client_graph(c, (const uint8_t *)"0123456789abcde", 0, "g",
	    "distributed", 0, "", false);
	buf_init(&program);
	program_writer_init(&w, 1);
	shape.dims[0] = 1;
	program_write_inline(&w, &shape, "\1", PROGRAM_EXPORT);
	program_finish(&w, &program);
	client_batch(c, 0, &program, &want, 1, NULL, 0, NULL, 0);
	program_writer_reset(&w, 2);
	shape.dims[0] = 5000;
	tensor_digest(&shape, bytes, digest);
	program_write_digest(&w, &shape, digest, PROGRAM_EXPORT);
	client_tensor(c, &shape, digest, bytes);
	program_finish(&w, &program);
	client_batch(c, 0, &program, NULL, 0, NULL, 0, NULL, 0);
	program_writer_clear(&w);
	want = 2;
	client_want(c, 0, &want, 1);
	client_end(c, 0, false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct client *c = client_new("host", "/raven", "token", "fuzz");
	struct buf frame;
	size_t len;
	bool lost;

	submit(c);
	reconnect(c);
	while (n >= 2) {
		len = p[0] | (size_t)(p[1] & 0x7f) << 8;
		lost = (p[1] & 0x80) != 0;
		p += 2;
		n -= 2;
		if (lost || client_state(c) == CLIENT_OFF)
			reconnect(c);
		if (len > n)
			len = n;
		buf_init(&frame);
		ws_frame(&frame, WS_BINARY, p, len, NULL);
		receive(c, frame.data, frame.len);
		buf_clear(&frame);
		p += len;
		n -= len;
	}
	client_free(c);
	return 0;
}
