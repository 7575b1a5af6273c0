// io/checkpoint.c -- the state of a run in a file of its own.
//
//   head    magic, order of bytes, number of blocks, hashes of case and mesh, version of the writer
//   blocks  name [64], bytes; then the bytes themselves
//   tail    hash of everything before
//
// The blocks are memory of this program as it is, hence the check of version and order of bytes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/io.h"
#include "io/posix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_SIZE = 64, VERSION_SIZE = 32 };

static const char magic[8] = {'F', 'L', 'X', 'C', 'K', 'P', 'T', '1'};
static const uint32_t order = 0x01020304;

typedef struct checkpoint_head {
    char magic[8];
    uint32_t order, n_block;
    uint64_t case_hash, mesh_hash;
    char version[VERSION_SIZE];
} checkpoint_head;

typedef struct block_head {
    char name[NAME_SIZE];
    uint64_t bytes;
} block_head;

uint64_t flx_hash(const void *data, size_t bytes, uint64_t seed)
{
    return flx_hash_bytes(data, bytes, seed);
}

uint64_t flx_mesh_hash(const flx_mesh *mesh)
{
    size_t n = (size_t)mesh->n_site;
    uint64_t hash = flx_hash_bytes(mesh->x, n * sizeof *mesh->x, 1);
    hash = flx_hash_bytes(mesh->y, n * sizeof *mesh->y, hash);
    hash = flx_hash_bytes(mesh->tri, (size_t)mesh->n_tri * 3 * sizeof *mesh->tri, hash);
    return flx_hash_bytes(mesh->dual, (size_t)mesh->n_edge * sizeof *mesh->dual, hash);
}

static flx_status add(flx_aside *aside, uint64_t *hash, const void *data, size_t bytes)
{
    *hash = flx_hash_bytes(data, bytes, *hash);
    return flx_aside_add(aside, data, bytes);
}

static void fill_head(checkpoint_head *head, const flx_checkpoint_key *key, int32_t n)
{
    memset(head, 0, sizeof *head);
    memcpy(head->magic, magic, sizeof magic);
    head->order = order;
    head->n_block = (uint32_t)n;
    head->case_hash = key ? key->case_hash : 0;
    head->mesh_hash = key ? key->mesh_hash : 0;
    snprintf(head->version, sizeof head->version, "%s", flx_version());
}

flx_status flx_checkpoint_write(flx_ctx *ctx, const char *path, const flx_checkpoint_key *key,
                                const flx_state_block *blocks, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        if (strlen(blocks[k].name) >= NAME_SIZE)
            return flx_fail(ctx, FLX_ERR_INTERNAL, "name of state block '%s' is longer than %d",
                            blocks[k].name, NAME_SIZE - 1);
    checkpoint_head head;
    fill_head(&head, key, n);
    uint64_t hash = 0;
    flx_aside aside;
    FLX_TRY(flx_aside_begin(&aside, ctx, path));
    FLX_TRY(add(&aside, &hash, &head, sizeof head));
    for (int32_t k = 0; k < n; k++) {
        block_head block;
        memset(&block, 0, sizeof block);
        snprintf(block.name, sizeof block.name, "%s", blocks[k].name);
        block.bytes = blocks[k].bytes;
        FLX_TRY(add(&aside, &hash, &block, sizeof block));
        FLX_TRY(add(&aside, &hash, blocks[k].data, blocks[k].bytes));
    }
    FLX_TRY(flx_aside_add(&aside, &hash, sizeof hash));
    return flx_aside_commit(&aside);
}

static flx_status damaged(flx_ctx *ctx, const char *path, const char *what)
{
    return flx_fail(ctx, FLX_ERR_FILE, "%s: %s; remove it and start the run again without --resume",
                    path, what);
}

// The head must be ours, of this build, of this case and mesh.
static flx_status check_head(flx_ctx *ctx, const char *path, const checkpoint_head *head,
                             const flx_checkpoint_key *key)
{
    checkpoint_head mine;
    fill_head(&mine, key, 0);
    if (memcmp(head->magic, magic, sizeof magic) != 0)
        return damaged(ctx, path, "not a checkpoint of fluxoid");
    if (head->order != order)
        return damaged(ctx, path, "written on a machine with another order of bytes");
    if (memcmp(head->version, mine.version, sizeof mine.version) != 0)
        return flx_fail(ctx, FLX_ERR_FILE,
                        "%s: written by fluxoid %.*s, this is %s; resume with the same version, or "
                        "start again",
                        path, VERSION_SIZE - 1, head->version, mine.version);
    if (key && head->case_hash != key->case_hash)
        return damaged(ctx, path, "belongs to another case, or the case was changed since");
    if (key && head->mesh_hash != key->mesh_hash)
        return damaged(ctx, path, "belongs to another mesh");
    return FLX_OK;
}

// Compares the blocks with those asked for; copies them if `copy`.
static flx_status take_blocks(flx_ctx *ctx, const char *path, const char *at, size_t left,
                              const flx_state_block *blocks, int32_t n, bool copy)
{
    for (int32_t k = 0; k < n; k++) {
        block_head block;
        if (left < sizeof block)
            return damaged(ctx, path, "ends too early");
        memcpy(&block, at, sizeof block);
        at += sizeof block;
        left -= sizeof block;
        if (block.bytes > left)
            return damaged(ctx, path, "ends too early");
        block.name[NAME_SIZE - 1] = 0;
        if (strcmp(block.name, blocks[k].name) != 0 || block.bytes != blocks[k].bytes)
            return flx_fail(ctx, FLX_ERR_FILE,
                            "%s: holds '%s' of %llu bytes where this run has '%s' of %zu: it "
                            "belongs to another case, mesh, option or processor (some draw other "
                            "random numbers); start again without --resume",
                            path, block.name, (unsigned long long)block.bytes, blocks[k].name,
                            blocks[k].bytes);
        if (copy && block.bytes > 0)
            memcpy(blocks[k].data, at, block.bytes);
        at += block.bytes;
        left -= (size_t)block.bytes;
    }
    return left == 0 ? FLX_OK : damaged(ctx, path, "holds more than this run's state");
}

static flx_status read_all(flx_ctx *ctx, const char *path, const char *text, size_t size,
                           const flx_checkpoint_key *key, const flx_state_block *blocks, int32_t n)
{
    checkpoint_head head;
    uint64_t stored, hash = 0;
    if (size < sizeof head + sizeof stored)
        return damaged(ctx, path, "ends too early");
    memcpy(&head, text, sizeof head);
    FLX_TRY(check_head(ctx, path, &head, key));
    size -= sizeof stored;
    memcpy(&stored, text + size, sizeof stored);

    // The hash was made piece by piece: walk the same pieces.
    hash = flx_hash_bytes(text, sizeof head, hash);
    for (size_t at = sizeof head; at < size;) {
        block_head block;
        if (size - at < sizeof block)
            return damaged(ctx, path, "ends too early");
        memcpy(&block, text + at, sizeof block);
        hash = flx_hash_bytes(text + at, sizeof block, hash);
        at += sizeof block;
        if (block.bytes > size - at)
            return damaged(ctx, path, "ends too early");
        hash = flx_hash_bytes(text + at, (size_t)block.bytes, hash);
        at += (size_t)block.bytes;
    }
    if (hash != stored)
        return damaged(ctx, path, "is damaged (its hash does not match)");
    if (head.n_block != (uint32_t)n)
        return damaged(ctx, path, "holds another number of blocks than this run's state");
    const char *first = text + sizeof head;
    FLX_TRY(take_blocks(ctx, path, first, size - sizeof head, blocks, n, false));
    return take_blocks(ctx, path, first, size - sizeof head, blocks, n, true);
}

flx_status flx_checkpoint_read(flx_ctx *ctx, const char *path, const flx_checkpoint_key *key,
                               const flx_state_block *blocks, int32_t n)
{
    size_t size = 0;
    errno = 0;
    char *text = flx_read_file(ctx, path, &size);
    if (!text) {
        struct stat info;
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && errno == 0)
            return FLX_ERR_MEMORY;
        return flx_fail(ctx, FLX_ERR_FILE,
                        "%s: cannot be read: %s; without a checkpoint a run cannot be resumed",
                        path, errno ? strerror(errno) : "not a regular file");
    }
    flx_status status = read_all(ctx, path, text, size, key, blocks, n);
    flx_free(text);
    return status;
}
