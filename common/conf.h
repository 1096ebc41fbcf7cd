/*
 * Configuration, from conf.def.  Native only.
 * A value comes from, in rising order: the default, the file (name = value,
 * # comments), the environment (RAVEN_NAME), the command line (-o name=value).
 */
#ifndef RAVEN_CONF_H
#define RAVEN_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "xalloc.h"

enum conf_source { CONF_DEFAULT, CONF_FILE, CONF_ENVIRONMENT, CONF_COMMAND };

struct conf {
#define CONF_U(name, def, min, max, reload, doc) uint64_t name;
#define CONF_B(name, def, reload, doc) bool name;
#define CONF_S(name, def, reload, doc) char *name;	/* owned, never NULL */
#include "conf.def"
	uint8_t	source[128];	/* enum conf_source, in the order of conf.def */
};

struct conf	*conf_new(void);
void		 conf_free(struct conf *);
/*
 * Reads the file (NULL: none), the environment and the n overrides
 * ("name=value").  0, or -1 with what, where and what to do in err.
 */
int		 conf_load(struct conf *, const char *path,
		    char *const *overrides, size_t n, char *err,
		    size_t err_len) MUST_CHECK;
/* Takes the reloadable settings of next; names of others that changed go to
 * ignored, separated by spaces. */
void		 conf_apply(struct conf *, const struct conf *next,
		    char *ignored, size_t len);
/* Each value with its source, as the file would say it. */
void		 conf_dump(const struct conf *, FILE *);
/* run_dir, or state_dir/run; into buf, with the file name appended. */
char		*conf_run_path(const struct conf *, const char *file, char *buf,
		    size_t len);
/* True if the comma-separated list has the item (case-insensitive). */
bool		 conf_list_has(const char *list, const char *item);

#endif
