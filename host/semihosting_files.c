#include "host/semihosting_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODES = 12, MODE_WRITE = 4, MODE_APPEND = 8 };

/* Modes come in pairs: the second is the binary one, which is the same on this host. */
static const int open_flags[MODES / 2] = {
    O_RDONLY,
    O_RDWR,
    O_WRONLY | O_CREAT | O_TRUNC,
    O_RDWR | O_CREAT | O_TRUNC,
    O_WRONLY | O_CREAT | O_APPEND,
    O_RDWR | O_CREAT | O_APPEND,
};

/* Magic number and feature byte 0: SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR. */
static const uint8_t features[5] = {'S', 'H', 'F', 'B', 0x03};

static int fail(struct semihosting *s, int error)
{
    s->error = error;
    return -1;
}

static int check(struct semihosting *s, int result) { return result < 0 ? fail(s, errno) : result; }

struct semihosting_file *semihosting_file(struct semihosting *s, uint32_t handle)
{
    if (!handle || handle > SEMIHOSTING_FILES || s->file[handle - 1].kind == SEMIHOSTING_CLOSED) {
        s->error = EBADF;
        return NULL;
    }
    return &s->file[handle - 1];
}

/* One step down from the directory `*dir`, which is closed. Symbolic links are not followed. */
static bool descend(struct semihosting *s, int *dir, const char *name)
{
    int next = openat(*dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0)
        fail(s, errno);
    close(*dir);
    *dir = next;
    return next >= 0;
}

/* Takes the first component off `*path`. False when it must not be used: ".." or too long a name. */
static bool next_name(struct semihosting *s, const char **path, char name[NAME_MAX + 1])
{
    size_t n = strcspn(*path, "/");
    if (n > NAME_MAX)
        return fail(s, ENAMETOOLONG) == 0;
    memcpy(name, *path, n);
    name[n] = '\0';
    *path += n + strspn(*path + n, "/");
    return strcmp(name, "..") != 0 || fail(s, EACCES) == 0;
}

/* Walks to the directory that holds what `path` names: its descriptor (to be closed), and the last component in `name`.
 * Step by step rather than in one go, so that no component can lead out. */
static int open_parent(struct semihosting *s, const char *path, char name[NAME_MAX + 1])
{
    if (s->directory < 0 || path[0] == '/')
        return fail(s, EACCES);
    if (!path[0])
        return fail(s, ENOENT);
    int dir = fcntl(s->directory, F_DUPFD_CLOEXEC, 0);
    if (dir < 0)
        return fail(s, errno);
    for (;;) {
        bool last = !strchr(path, '/');
        if (!next_name(s, &path, name))
            break;
        if (last && name[0] && strcmp(name, ".") != 0)
            return dir;
        if (last) {
            fail(s, EISDIR);
            break;
        }
        if (strcmp(name, ".") != 0 && !descend(s, &dir, name))
            return -1;
    }
    close(dir);
    return -1;
}

static int open_host(struct semihosting *s, const char *path, uint32_t mode)
{
    char name[NAME_MAX + 1];
    struct stat st;
    int dir = open_parent(s, path, name);
    if (dir < 0)
        return -1;
    /* A FIFO or a device must neither hang us nor be opened for the program. */
    int fd = openat(dir, name, open_flags[mode / 2] | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
    int error = errno;
    close(dir);
    if (fd < 0)
        return fail(s, error);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return fail(s, EACCES);
    }
    return fd;
}

static bool open_special(const char *path, uint32_t mode, struct semihosting_file *f)
{
    if (strcmp(path, ":tt") == 0)
        f->kind = mode < MODE_WRITE ? SEMIHOSTING_CONSOLE_IN : SEMIHOSTING_CONSOLE_OUT;
    else if (strcmp(path, ":semihosting-features") == 0 && mode < 2)
        f->kind = SEMIHOSTING_FEATURES;
    return f->kind != SEMIHOSTING_CLOSED;
}

int semihosting_file_open(struct semihosting *s, const char *path, uint32_t mode)
{
    struct semihosting_file f = {.fd = -1};
    unsigned i = 0;
    while (i < SEMIHOSTING_FILES && s->file[i].kind != SEMIHOSTING_CLOSED)
        i++;
    if (i == SEMIHOSTING_FILES)
        return fail(s, EMFILE);
    if (mode >= MODES)
        return fail(s, EINVAL);
    if (path[0] == ':') { /* the specification's own names are never files of the host */
        if (!open_special(path, mode, &f))
            return fail(s, EACCES);
    } else {
        f.kind = SEMIHOSTING_HOST_FILE;
        f.fd = open_host(s, path, mode);
        if (f.fd < 0)
            return -1;
    }
    s->file[i] = f;
    return (int)i + 1;
}

int semihosting_file_close(struct semihosting *s, uint32_t handle)
{
    struct semihosting_file *f = semihosting_file(s, handle);
    if (!f)
        return -1;
    if (f->kind == SEMIHOSTING_HOST_FILE)
        close(f->fd);
    *f = (struct semihosting_file){.fd = -1};
    return 0;
}

ssize_t semihosting_file_read(struct semihosting *s, struct semihosting_file *f, void *buf, size_t size)
{
    if (f->kind == SEMIHOSTING_FEATURES) {
        size_t left = sizeof features - f->position, n = size < left ? size : left;
        memcpy(buf, features + f->position, n);
        f->position += (uint32_t)n;
        return (ssize_t)n;
    }
    if (f->kind != SEMIHOSTING_HOST_FILE)
        return fail(s, EBADF);
    ssize_t n = read(f->fd, buf, size);
    return n < 0 ? fail(s, errno) : n;
}

ssize_t semihosting_file_write(struct semihosting *s, struct semihosting_file *f, const void *buf, size_t size)
{
    if (f->kind != SEMIHOSTING_HOST_FILE)
        return fail(s, EBADF);
    ssize_t n = write(f->fd, buf, size);
    return n < 0 ? fail(s, errno) : n;
}

int semihosting_file_seek(struct semihosting *s, struct semihosting_file *f, uint32_t position)
{
    if (f->kind == SEMIHOSTING_FEATURES) {
        if (position > sizeof features)
            return fail(s, EINVAL);
        f->position = position;
        return 0;
    }
    if (f->kind != SEMIHOSTING_HOST_FILE)
        return fail(s, ESPIPE);
    return lseek(f->fd, (off_t)position, SEEK_SET) < 0 ? fail(s, errno) : 0;
}

int64_t semihosting_file_length(struct semihosting *s, struct semihosting_file *f)
{
    struct stat st;
    if (f->kind == SEMIHOSTING_FEATURES)
        return sizeof features;
    if (f->kind != SEMIHOSTING_HOST_FILE)
        return fail(s, ESPIPE);
    if (fstat(f->fd, &st) < 0)
        return fail(s, errno);
    return st.st_size <= INT32_MAX ? st.st_size : fail(s, EOVERFLOW);
}

int semihosting_file_remove(struct semihosting *s, const char *path)
{
    char name[NAME_MAX + 1];
    int dir = open_parent(s, path, name);
    if (dir < 0)
        return -1;
    int result = check(s, unlinkat(dir, name, 0));
    close(dir);
    return result;
}

int semihosting_file_rename(struct semihosting *s, const char *from, const char *to)
{
    char from_name[NAME_MAX + 1], to_name[NAME_MAX + 1];
    int from_dir = open_parent(s, from, from_name);
    int to_dir = from_dir < 0 ? -1 : open_parent(s, to, to_name);
    int result = to_dir < 0 ? -1 : check(s, renameat(from_dir, from_name, to_dir, to_name));
    if (from_dir >= 0)
        close(from_dir);
    if (to_dir >= 0)
        close(to_dir);
    return result;
}
