// case/temperature.c -- `T`: a layer's lengths at the temperature of the case.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/parse.h"

#include <math.h>

// A row of the table: [T, xi, lambda].
static flx_status read_row(flx_parser *p, const flx_node *row, double value[3])
{
    static const char *const unit[] = {"K", "m", "m"};
    int32_t n;
    FLX_TRY(flx_count_list(p, row, &n));
    if (n != 3)
        return flx_parser_wrong(p, row);
    const flx_node *child = row->first;
    for (int k = 0; k < 3; k++, child = child->next) {
        FLX_TRY(flx_get_constant(p, child, flx_dim_of(unit[k]), &value[k]));
        if (!(value[k] > 0) && !(k == 0 && value[k] == 0))
            return flx_parser_fail(p, row, "temperatures are >= 0 K, lengths > 0");
    }
    return FLX_OK;
}

static double between(double a, double b, double share)
{
    double value = (1 - share) / (a * a) + share / (b * b);
    return 1 / sqrt(value);
}

static flx_status read_table(flx_parser *p, const flx_node *table, double T, flx_material *m)
{
    double before[3] = {0}, row[3];
    const flx_node *first = table->first;
    int32_t n;
    FLX_TRY(flx_count_list(p, table, &n));
    for (const flx_node *node = first; node; node = node->next) {
        FLX_TRY(read_row(p, node, row));
        if (node != first && !(row[0] > before[0]))
            return flx_parser_fail(p, node, "temperatures must rise from row to row");
        if (node != first && T >= before[0] && T <= row[0]) {
            double share = (T - before[0]) / (row[0] - before[0]);
            m->xi = between(before[1], row[1], share);
            m->lambda = between(before[2], row[2], share);
            return FLX_OK;
        }
        for (int k = 0; k < 3; k++)
            before[k] = row[k];
    }
    return flx_parser_fail(p, table, "T = %g K is not between two rows of the table", T);
}

flx_status flx_parse_temperature(flx_parser *p, const flx_node *layer, flx_material *m)
{
    const flx_node *given = flx_node_get(p->root, "T");
    const flx_node *table = flx_node_get(layer, "temperature_table");
    double T = 0, Tc = 0, xi, lambda;
    if (flx_absent(given))
        return FLX_OK;
    FLX_TRY(flx_get_si(p, given, &T));
    if (!flx_absent(table))
        return read_table(p, table, T, m);
    flx_node *critical;
    FLX_TRY(flx_need(p, layer, "Tc", &critical));
    FLX_TRY(flx_get_si(p, critical, &Tc));
    int32_t law = FLX_LAW_TWO_FLUID;
    FLX_TRY(flx_get_choice(p, flx_node_get(layer, "temperature_law"), &law));
    if (T >= Tc)
        return flx_parser_fail(p, layer, "is normal at T = %g K: its Tc is %g K", T, Tc);
    flx_law_at((flx_law)law, T / Tc, &xi, &lambda);
    m->xi *= xi;
    m->lambda *= lambda;
    m->pearl_length *= lambda * lambda;
    return FLX_OK;
}
