// io/posix.h -- whole reads and writes, whole files, files replaced at once, a 64-bit hash.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_IO_POSIX_H
#define FLX_IO_POSIX_H

#include "base/base.h"

#include <sys/types.h>

// All bytes or -1 (errno says why); reading stops short only at the end of the file.
ssize_t flx_read_at(int fd, void *data, size_t size, off_t at);
bool flx_write_at(int fd, const void *data, size_t size, off_t at);

// The whole file; NULL if it cannot be read (errno) or held. *size is its length; a zero byte
// follows.
void *flx_read_file(flx_ctx *ctx, const char *path, size_t *size);

// A file that replaces PATH at once: written aside in the same folder, synced, renamed.
typedef struct flx_aside {
    flx_ctx *ctx;
    const char *path; // borrowed
    char *temporary;  // owned
    int fd;
    off_t size;
} flx_aside;
flx_status flx_aside_begin(flx_aside *aside, flx_ctx *ctx, const char *path);
flx_status flx_aside_add(flx_aside *aside, const void *data, size_t size);
flx_status flx_aside_commit(flx_aside *aside); // or else
void flx_aside_abandon(flx_aside *aside);

// FNV-1a over 64-bit words, with the length mixed in; seed chains calls.
uint64_t flx_hash_bytes(const void *data, size_t bytes, uint64_t seed);

#endif
