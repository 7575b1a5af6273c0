// case/run_circuit.c -- a run of the engine circuit: inductances first, then the deck with them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/circuit.h"
#include "case/engine.h"
#include "case/summary.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// -- a matrix of inductances ----------------------------------------------------------------------

typedef struct inductances {
    flx_ctx *ctx;
    const char *path;
    char **name; // [n]
    double *l;   // [n][n] [pH]
    int32_t n;
} inductances;

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static flx_status room_for(inductances *all, int32_t n)
{
    all->n = n;
    all->name = FLX_NEW_ARRAY(all->ctx, char *, n);
    all->l = FLX_NEW_ARRAY(all->ctx, double, (int64_t)n *n);
    return all->name && all->l ? FLX_OK : FLX_ERR_MEMORY;
}

static void clear(inductances *all)
{
    for (int32_t k = 0; all->name && k < all->n; k++)
        flx_free(all->name[k]);
    flx_free(all->name);
    flx_free(all->l);
}

// From the summary of a run of the engine london.
static flx_status from_summary(inductances *all, const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    const json_t *matrix = json_object_get(root, "inductance_pH");
    const json_t *holes = json_object_get(root, "holes"), *ports = json_object_get(root, "ports");
    size_t n = json_array_size(matrix), n_hole = json_array_size(holes);
    flx_status status =
        n > 0 && n < 10000
            ? room_for(all, (int32_t)n)
            : flx_fail(all->ctx, FLX_ERR_INPUT,
                       "%s holds no inductances; they come from the engine london", all->path);
    for (size_t i = 0; i < n && status == FLX_OK; i++) {
        const char *name = json_string_value(i < n_hole ? json_array_get(holes, i)
                                                        : json_array_get(ports, i - n_hole));
        all->name[i] = flx_strdup(all->ctx, name ? name : "?");
        status = all->name[i] ? FLX_OK : FLX_ERR_MEMORY;
        for (size_t j = 0; j < n; j++)
            all->l[i * n + j] = json_number_value(json_array_get(json_array_get(matrix, i), j));
    }
    json_decref(root);
    return status;
}

static flx_status from_data(inductances *all)
{
    flx_file *file = NULL;
    const char *text = NULL;
    FLX_TRY(flx_file_open(all->ctx, all->path, FLX_FILE_READ, &file));
    flx_status status =
        flx_file_has(file, "summary")
            ? flx_file_text(file, "summary", &text)
            : flx_fail(all->ctx, FLX_ERR_INPUT, "%s holds no summary of a run", all->path);
    if (status == FLX_OK)
        status = from_summary(all, text);
    flx_file_close(file);
    return status;
}

static flx_status from_case(inductances *all)
{
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    FLX_TRY(flx_case_load(all->ctx, all->path, NULL, 0, &c));
    flx_status status = FLX_OK;
    if (strcmp(c->engine, "london") != 0)
        status = flx_fail(all->ctx, FLX_ERR_INPUT,
                          "%s is a case of the engine %s; inductances come from the engine london",
                          all->path, c->engine);
    flx_run_opts opts = flx_run_opts_default();
    if (status == FLX_OK)
        status = flx_run(all->ctx, c, &opts, &result);
    if (status == FLX_OK)
        status = from_summary(all, result->json);
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

// One cell of a table: what is quoted, or up to the next comma. Leaves *at behind it.
static char *cell(flx_ctx *ctx, char **at)
{
    char *begin = *at + (**at == '"'), *end = begin + strcspn(begin, **at == '"' ? "\"" : ",");
    char *text = flx_format(ctx, "%.*s", (int)(end - begin), begin);
    *at = end + (*end == '"');
    *at += **at == ',';
    return text;
}

static flx_status table_line(inductances *all, int32_t number, char *line)
{
    line[strcspn(line, "\r\n")] = 0;
    if (number == 0) {
        int32_t n = 0;
        for (char *at = line; *at; n++)
            flx_free(cell(all->ctx, &at));
        if (n < 2 || n > 10000)
            return flx_fail(all->ctx, FLX_ERR_INPUT,
                            "%s:1: wanted is a table as fluxoid info --csv writes it", all->path);
        FLX_TRY(room_for(all, n - 1));
    }
    char *at = line;
    flx_free(cell(all->ctx, &at));
    for (int32_t j = 0; j < all->n; j++) {
        char *text = cell(all->ctx, &at), *end = NULL;
        if (!text)
            return FLX_ERR_MEMORY;
        if (number == 0) {
            all->name[j] = text;
            continue;
        }
        double *l = &all->l[(int64_t)(number - 1) * all->n + j];
        *l = strtod(text, &end);
        bool good = end != text && *end == 0 && isfinite(*l);
        flx_status status =
            good ? FLX_OK
                 : flx_fail(all->ctx, FLX_ERR_INPUT, "%s:%d: '%.40s' is no inductance in pH",
                            all->path, number + 1, text);
        flx_free(text);
        FLX_TRY(status);
    }
    return FLX_OK;
}

static flx_status from_table(inductances *all)
{
    FILE *file = fopen(all->path, "r");
    if (!file)
        return flx_fail(all->ctx, FLX_ERR_INPUT, "cannot read %s: %s", all->path, strerror(errno));
    char *line = NULL;
    size_t room = 0;
    int32_t n = 0;
    flx_status status = FLX_OK;
    while (status == FLX_OK && (n == 0 || n <= all->n) && getline(&line, &room, file) >= 0)
        status = table_line(all, n++, line);
    if (status == FLX_OK && (n == 0 || n <= all->n))
        status = flx_fail(all->ctx, FLX_ERR_INPUT, "%s: %d rows of a table with %d columns",
                          all->path, n > 0 ? n - 1 : 0, all->n);
    free(line);
    fclose(file);
    return status;
}

// -- as lines of a deck ---------------------------------------------------------------------------

static flx_status find(const inductances *all, const flx_case *c, const flx_case_inductor *what,
                       int32_t *out)
{
    flx_nearest near = flx_nearest_to(what->name);
    char hint[96];
    for (int32_t k = 0; k < all->n; k++) {
        if (strcmp(all->name[k], what->name) == 0) {
            *out = k;
            return FLX_OK;
        }
        flx_nearest_offer(&near, all->name[k]);
    }
    return flx_fail(all->ctx, FLX_ERR_INPUT, "%s:%d: %s has no hole or port '%s'%s", c->name,
                    what->line, all->path, what->name, flx_nearest_hint(&near, hint, sizeof hint));
}

static flx_status write_lines(const inductances *all, const flx_case *c, FILE *out, json_t *numbers)
{
    const flx_case_circuit *circuit = &c->circuit;
    for (int32_t i = 0; i < circuit->n_inductor; i++) {
        const flx_case_inductor *a = &circuit->inductors[i];
        int32_t p = 0, q = 0;
        FLX_TRY(find(all, c, a, &p));
        double own = all->l[(int64_t)p * all->n + p];
        if (!(own > 0))
            return flx_fail(all->ctx, FLX_ERR_INPUT, "%s: the inductance of %s is %g pH", all->path,
                            a->name, own);
        fprintf(out, "L%s %s %s %.17gp\n.param L_%s=%.17gp\n", a->name, a->node[0], a->node[1], own,
                a->name, own);
        json_object_set_new(numbers, a->name, json_real(own));
        for (int32_t j = 0; j < i; j++) {
            const flx_case_inductor *b = &circuit->inductors[j];
            FLX_TRY(find(all, c, b, &q));
            double m = all->l[(int64_t)p * all->n + q], other = all->l[(int64_t)q * all->n + q];
            char pair[140];
            snprintf(pair, sizeof pair, "%s_%s", b->name, a->name);
            fprintf(out, "K%s L%s L%s %.17g\n.param M_%s=%.17gp\n", pair, b->name, a->name,
                    m / sqrt(own * other), pair, m);
            json_object_set_new(numbers, pair, json_real(m));
        }
    }
    return FLX_OK;
}

flx_status flx_circuit_inductances(flx_ctx *ctx, const flx_case *c, char **lines, json_t **numbers)
{
    inductances all = {.ctx = ctx, .path = c->circuit.inductance};
    flx_status status = ends_with(all.path, ".csv")    ? from_table(&all)
                        : ends_with(all.path, ".yaml") ? from_case(&all)
                                                       : from_data(&all);
    size_t length = 0;
    FILE *out = status == FLX_OK ? open_memstream(lines, &length) : NULL;
    if (status == FLX_OK) {
        *numbers = json_object();
        status = out && *numbers ? write_lines(&all, c, out, *numbers) : FLX_ERR_MEMORY;
    }
    if (out)
        fclose(out);
    clear(&all);
    return status;
}

// -- the run --------------------------------------------------------------------------------------

flx_status flx_circuit_run(flx_ctx *ctx, const flx_run_point *point, const flx_run_opts *opts,
                           flx_run_result **out)
{
    const flx_case_circuit *circuit = &point->c->circuit;
    char *lines = NULL;
    json_t *numbers = NULL;
    *out = NULL;
    flx_status status = FLX_OK;
    if (circuit->inductance)
        status = flx_circuit_inductances(ctx, point->c, &lines, &numbers);
    bool inside = circuit->deck_line > 0;
    const flx_deck_source source = {.path = inside ? point->c->name : circuit->deck,
                                    .text = inside ? circuit->deck : NULL,
                                    .length = inside ? strlen(circuit->deck) : 0,
                                    .first_line = circuit->deck_line,
                                    .before = lines,
                                    .sets = circuit->set,
                                    .n_set = circuit->n_set};
    if (status == FLX_OK)
        status = flx_run_deck_of(ctx, &source, point->c, numbers, opts, out);
    free(lines); // of open_memstream
    json_decref(numbers);
    return status;
}
