// tests/fuzz/fuzz.h -- what the fuzzers share: bytes as a file, and bytes taken one decision at a
// time.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FUZZ_H
#define FLX_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A file name of this process, in memory where the machine offers that.
static inline const char *fuzz_path(const char *name)
{
    static char path[256];
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, sizeof path, "%s/fluxoid-fuzz-%ld-%s", folder, (long)getpid(), name);
    return path;
}

static inline void fuzz_write(const char *path, const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size)
        abort();
    fclose(f);
}

// The input as a stream of decisions; zeros when it is used up.
typedef struct fuzz_bytes {
    const uint8_t *data;
    size_t size;
} fuzz_bytes;

static inline uint8_t fuzz_byte(fuzz_bytes *b)
{
    if (b->size == 0)
        return 0;
    b->size--;
    return *b->data++;
}

static inline double fuzz_double(fuzz_bytes *b)
{
    uint64_t bits = 0;
    for (int k = 0; k < 8; k++)
        bits = bits << 8 | fuzz_byte(b);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Whether a deck includes others, which would read the machine's files.
static inline bool has_include(const char *text)
{
    for (; *text; text++)
        if (strncasecmp(text, ".inc", 4) == 0)
            return true;
    return false;
}

#endif
