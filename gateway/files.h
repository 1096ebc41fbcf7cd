/*
 * The page's files, read into memory at start and on reload, so that serving
 * needs no disk and no path of a stranger ever reaches the file system.
 */
#ifndef RAVEN_FILES_H
#define RAVEN_FILES_H

#include "common/buf.h"

struct files;

struct file {
	char		*path;		/* as asked for: "/lib/x.js" */
	const char	*type;		/* Content-Type */
	uint8_t		*data;
	size_t		 len;
	char		 etag[40];	/* quotes included */
};

/* Reads the folder; one reference.  Never NULL: what cannot be read is logged
 * and left out. */
struct files	*files_new(const char *folder);
struct files	*files_ref(struct files *);
void		 files_unref(struct files *);
const struct file *files_find(const struct files *, struct str path);
size_t		 files_count(const struct files *);

#endif
