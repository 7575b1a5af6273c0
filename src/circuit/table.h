// circuit/table.h -- names to numbers, whatever their case: a hash table with open addressing.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CIRCUIT_TABLE_H
#define FLX_CIRCUIT_TABLE_H

#include "base/arena.h"

typedef struct flx_table {
    struct flx_table_slot {
        const char *name; // borrowed
        int32_t value;
    } * slot;
    int32_t n, room; // room is a power of two
} flx_table;

// The value of a name, -1: it is not there.
int32_t flx_table_find(const flx_table *table, const char *name);
// Adds a name that is not there yet.
flx_status flx_table_add(flx_ctx *ctx, flx_table *table, const char *name, int32_t value);
void flx_table_clear(flx_table *table);

#endif
