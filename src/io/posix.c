// io/posix.c -- whole reads and writes, whole files, files replaced at once, a 64-bit hash.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t flx_read_at(int fd, void *data, size_t size, off_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(fd, (char *)data + done, size - done, at + (off_t)done);
        if (n == 0)
            break;
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

bool flx_write_at(int fd, const void *data, size_t size, off_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pwrite(fd, (const char *)data + done, size - done, at + (off_t)done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return false;
    }
    return true;
}

void *flx_read_file(flx_ctx *ctx, const char *path, size_t *size)
{
    struct stat info;
    char *data = NULL;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        (data = flx_alloc(ctx, (size_t)info.st_size + 1, 1)) != NULL) {
        ssize_t n = flx_read_at(fd, data, (size_t)info.st_size, 0);
        *size = n < 0 ? 0 : (size_t)n;
        if (n < 0) {
            flx_free(data);
            data = NULL;
        }
    }
    close(fd);
    return data;
}

static flx_status aside_failed(flx_aside *aside, const char *what)
{
    const char *reason = strerror(errno);
    flx_aside_abandon(aside);
    return flx_fail(aside->ctx, FLX_ERR_FILE, "%s: cannot be %s: %s; the file is as it was before",
                    aside->path, what, reason);
}

flx_status flx_aside_begin(flx_aside *aside, flx_ctx *ctx, const char *path)
{
    *aside = (flx_aside){.ctx = ctx, .path = path, .fd = -1};
    aside->temporary = flx_format(ctx, "%s.part", path);
    if (!aside->temporary)
        return FLX_ERR_MEMORY;
    aside->fd = open(aside->temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    return aside->fd < 0 ? aside_failed(aside, "created") : FLX_OK;
}

flx_status flx_aside_add(flx_aside *aside, const void *data, size_t size)
{
    if (!flx_write_at(aside->fd, data, size, aside->size))
        return aside_failed(aside, "written");
    aside->size += (off_t)size;
    return FLX_OK;
}

// A rename is only as lasting as the folder it happens in.
static bool sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof folder)
        return false;
    memcpy(folder, path, n);
    folder[n] = 0;
    int fd = open(n ? folder : slash ? "/" : ".", O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    close(fd);
    return good;
}

flx_status flx_aside_commit(flx_aside *aside)
{
    int fd = aside->fd;
    aside->fd = -1;
    bool synced = fsync(fd) == 0;
    if (close(fd) != 0 || !synced || rename(aside->temporary, aside->path) != 0)
        return aside_failed(aside, "written");
    flx_free(aside->temporary);
    aside->temporary = NULL;
    // Some file systems cannot sync a folder; the file itself is in place.
    (void)sync_folder_of(aside->path);
    return FLX_OK;
}

void flx_aside_abandon(flx_aside *aside)
{
    if (aside->fd >= 0)
        close(aside->fd);
    if (aside->temporary)
        unlink(aside->temporary);
    flx_free(aside->temporary);
    aside->temporary = NULL;
    aside->fd = -1;
}

uint64_t flx_hash_bytes(const void *data, size_t bytes, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t hash = (seed ^ UINT64_C(0xcbf29ce484222325)) + bytes;
    while (bytes > 0) {
        uint64_t word = 0;
        size_t n = bytes < sizeof word ? bytes : sizeof word;
        memcpy(&word, p, n);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
        p += n;
        bytes -= n;
    }
    return hash;
}
