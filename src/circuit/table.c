// circuit/table.c -- FNV-1a over lower-case letters (Fowler, Noll, Vo), linear probing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/table.h"

#include <ctype.h>
#include <strings.h>

static uint32_t hash(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (uint32_t)tolower((unsigned char)*name)) * 16777619u;
    return h;
}

static struct flx_table_slot *slot_of(const flx_table *table, const char *name)
{
    uint32_t mask = (uint32_t)table->room - 1;
    for (uint32_t k = hash(name) & mask;; k = (k + 1) & mask)
        if (!table->slot[k].name || strcasecmp(table->slot[k].name, name) == 0)
            return &table->slot[k];
}

int32_t flx_table_find(const flx_table *table, const char *name)
{
    if (table->n == 0)
        return -1;
    const struct flx_table_slot *slot = slot_of(table, name);
    return slot->name ? slot->value : -1;
}

flx_status flx_table_add(flx_ctx *ctx, flx_table *table, const char *name, int32_t value)
{
    if (2 * (table->n + 1) > table->room) {
        flx_table wider = {.room = table->room ? 2 * table->room : 16};
        wider.slot = flx_alloc(ctx, (size_t)wider.room, sizeof *wider.slot);
        if (!wider.slot)
            return FLX_ERR_MEMORY;
        for (int32_t k = 0; k < table->room; k++)
            if (table->slot[k].name)
                *slot_of(&wider, table->slot[k].name) = table->slot[k];
        wider.n = table->n;
        flx_free(table->slot);
        *table = wider;
    }
    *slot_of(table, name) = (struct flx_table_slot){name, value};
    table->n++;
    return FLX_OK;
}

void flx_table_clear(flx_table *table)
{
    flx_free(table->slot);
    *table = (flx_table){0};
}
