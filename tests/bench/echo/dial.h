/*
 * How the load clients reach a server; all exit when that fails.
 */
#ifndef RAVEN_BENCH_DIAL_H
#define RAVEN_BENCH_DIAL_H

/* Says what failed and errno. */
void	 dial_die(const char *what) __attribute__((noreturn));
/* A blocking socket after the handshake; number chooses the source address. */
int	 dial_gateway(unsigned port, unsigned number);

#endif
