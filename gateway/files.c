/*
 * Reads the folder of the page.  Only names of letters, digits and "._-" with
 * a known ending are served; hidden files are not.
 * Must not read anything after start but on reload.
 * Dies of: nothing; a folder that is missing serves nothing.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/files.h"

#define DEPTH_MAX	8
#define FILE_MAX	(64 * 1024 * 1024)
#define COUNT_MAX	4096
#define INDEX		"/page/index.html"

struct files {
	unsigned	 refs;
	size_t		 n, cap;
	struct file	*v;		/* sorted by path */
};

static const struct {
	const char	*ending;
	const char	*type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".wasm", "application/wasm" },
	{ ".svg", "image/svg+xml" },
	{ ".json", "application/json" },
	{ ".map", "application/json" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(dot, types[i].ending) == 0)
			return types[i].type;
	return NULL;
}

static int
name_served(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] != '.' && name[strspn(name, allowed)] == '\0';
}

static uint8_t *
read_whole(int fd, size_t len)
{
	uint8_t *data = xtry_malloc(len + 1);
	size_t at = 0;
	ssize_t n;

	if (data == NULL)
		return NULL;
	while (at < len) {
		n = read(fd, data + at, len - at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			xfree(data);
			return NULL;
		}
		at += (size_t)n;
	}
	return data;
}

static void
add(struct files *f, const char *path, const char *type, uint8_t *data,
    size_t len)
{
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];
	struct file *file;

	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? 32 : 2 * f->cap;
		f->v = xrealloc(f->v, f->cap * sizeof(*f->v));
	}
	file = &f->v[f->n++];
	file->path = xstrdup(path);
	file->type = type;
	file->data = data;
	file->len = len;
	digest_of(data, len, digest);
	digest_hex(digest, hex);
	snprintf(file->etag, sizeof(file->etag), "\"%.32s\"", hex);
}

static void
read_file(struct files *f, int dir, const char *name, const char *path)
{
	const char *type = type_of(name);
	struct stat st;
	uint8_t *data = NULL;
	int fd;

	if (type == NULL || f->n >= COUNT_MAX)
		return;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		log_warnx("files", "cannot read path=%s", path);
	} else if (st.st_size > FILE_MAX) {
		log_warnx("files", "too large path=%s", path);
	} else if ((data = read_whole(fd, (size_t)st.st_size)) == NULL) {
		log_warnx("files", "cannot read path=%s", path);
	} else
		add(f, path, type, data, (size_t)st.st_size);
	if (fd != -1)
		close(fd);
}

static void read_folder(struct files *, int, const char *, unsigned);

static void
read_entry(struct files *f, int dir, const char *name, const char *prefix,
    unsigned depth)
{
	char path[1024];
	struct stat st;

	if (!name_served(name) || snprintf(path, sizeof(path), "%s/%s", prefix,
	    name) >= (int)sizeof(path))
		return;
	if (fstatat(dir, name, &st, 0) == -1)
		return;
	if (!S_ISDIR(st.st_mode))
		read_file(f, dir, name, path);
	else if (depth < DEPTH_MAX)
		read_folder(f, openat(dir, name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, depth + 1);
}

/* Takes fd. */
static void
read_folder(struct files *f, int fd, const char *prefix, unsigned depth)
{
	struct dirent *e;
	DIR *dir;

	if (fd == -1 || (dir = fdopendir(fd)) == NULL) {
		log_warn("files", "cannot open folder=%s", prefix);
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL)
		read_entry(f, fd, e->d_name, prefix, depth);
	closedir(dir);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
	    ((const struct file *)b)->path);
}

struct files *
files_new(const char *folder)
{
	struct files *f = xcalloc(1, sizeof(*f));
	int fd;

	f->refs = 1;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		log_warn("files", "the page is missing www_dir=%s", folder);
	else
		read_folder(f, fd, "", 0);
	if (f->n > 0)
		qsort(f->v, f->n, sizeof(*f->v), compare);
	return f;
}

struct files *
files_ref(struct files *f)
{
	f->refs++;
	return f;
}

void
files_unref(struct files *f)
{
	size_t i;

	if (f == NULL || --f->refs > 0)
		return;
	for (i = 0; i < f->n; i++) {
		xfree(f->v[i].path);
		xfree(f->v[i].data);
	}
	xfree(f->v);
	xfree(f);
}

const struct file *
files_find(const struct files *f, struct str path)
{
	size_t lo = 0, hi = f->n, mid, n;
	int c;

	if (str_eq(path, "/"))
		path = str_of(INDEX);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		n = strlen(f->v[mid].path);
		c = memcmp(path.p, f->v[mid].path, n < path.n ? n : path.n);
		if (c == 0)
			c = path.n < n ? -1 : path.n > n;
		if (c == 0)
			return &f->v[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

size_t
files_count(const struct files *f)
{
	return f->n;
}
