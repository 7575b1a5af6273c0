// cli/deck.c -- decks of circuits: `fluxoid run deck.cir`, `fluxoid check deck.cir`.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deck.h"

#include "cli.h"
#include "report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool cli_is_deck(const char *path)
{
    static const char *const endings[] = {".cir", ".sp", ".net", ".js"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(dot, endings[i]) == 0)
            return true;
    return false;
}

// -- the summary as a table -----------------------------------------------------------------------

static const char *unit_of(const char *probe)
{
    return *probe == 'v' ? "V" : *probe == 'i' ? "A" : "rad";
}

static void print_value(const json_t *object, const char *key, const char *unit)
{
    char text[48] = "-";
    const json_t *value = json_object_get(object, key);
    if (json_is_number(value) && *unit == 'r')
        snprintf(text, sizeof text, "%.5g rad", json_number_value(value));
    else if (json_is_number(value))
        cli_si(json_number_value(value), unit, text, sizeof text);
    printf("  %12s", text);
}

static void print_run(const json_t *root)
{
    const char *name;
    json_t *one;
    printf("%-16s  %12s  %12s  %12s  %12s  %12s\n", "", "mean", "error", "min", "max", "last");
    json_object_foreach(json_object_get(root, "probes"), name, one)
    {
        static const char *const keys[] = {"mean", "error", "min", "max", "last"};
        printf("%-16s", name);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            print_value(one, keys[k], unit_of(name));
        printf("\n");
    }
    json_object_foreach(json_object_get(root, "measures"), name, one)
    {
        printf("%-16s  %12.6g  %12.2g\n", name, json_number_value(json_object_get(one, "value")),
               json_number_value(json_object_get(one, "error")));
    }
    json_object_foreach(json_object_get(root, "squid"), name, one)
    {
        printf("%-20s  %12.6g +- %.2g\n", name, json_number_value(json_object_get(one, "value")),
               json_number_value(json_object_get(one, "error")));
    }
}

static void print_sweep(const json_t *points)
{
    size_t k;
    json_t *point, *one;
    const char *name;
    json_array_foreach(points, k, point)
    {
        if (k == 0) {
            json_object_foreach(json_object_get(point, "set"), name, one) printf("%12s  ", name);
            json_object_foreach(json_object_get(point, "probes"), name, one)
                printf("%14s  %12s", name, "+-");
            json_object_foreach(json_object_get(point, "measures"), name, one)
                printf("%14s  %12s", name, "+-");
            json_object_foreach(json_object_get(point, "squid"), name, one)
                printf("%20s  %12s", name, "+-");
            printf("\n");
        }
        json_object_foreach(json_object_get(point, "set"), name, one)
            printf("%12.5g  ", json_number_value(one));
        json_object_foreach(json_object_get(point, "probes"), name, one)
            printf("%14.6g  %12.2g", json_number_value(json_object_get(one, "mean")),
                   json_number_value(json_object_get(one, "error")));
        json_object_foreach(json_object_get(point, "measures"), name, one)
            printf("%14.6g  %12.2g", json_number_value(json_object_get(one, "value")),
                   json_number_value(json_object_get(one, "error")));
        json_object_foreach(json_object_get(point, "squid"), name, one)
            printf("%20.6g  %12.2g", json_number_value(json_object_get(one, "value")),
                   json_number_value(json_object_get(one, "error")));
        printf("\n");
    }
}

void cli_report_deck(const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    const json_t *points = json_object_get(root, "points");
    if (points)
        print_sweep(points);
    else
        print_run(root);
    json_decref(root);
}

// -- check ----------------------------------------------------------------------------------------

int cli_check_deck(flx_ctx *ctx, const char *path, const char *const *sets, int n_set)
{
    const flx_deck_source source = {.path = path, .sets = sets, .n_set = n_set};
    flx_deck *d = NULL;
    flx_status status = flx_deck_create(ctx, &source, &d);
    if (status < 0)
        return cli_end(ctx, "check", status);
    static const char *const names[FLX_N_ELEMENT_KIND] = {"resistor",
                                                          "inductor",
                                                          "capacitor",
                                                          "junction",
                                                          "voltage source",
                                                          "current source",
                                                          "phase source",
                                                          "line",
                                                          "voltage-controlled voltage source",
                                                          "current-controlled current source",
                                                          "voltage-controlled current source",
                                                          "current-controlled voltage source"};
    int32_t count[FLX_N_ELEMENT_KIND] = {0};
    for (int32_t k = 0; k < d->circuit.n_element; k++)
        count[d->circuit.element[k].kind]++;
    printf("circuit   %d nodes", d->circuit.n_node - 1);
    for (int k = 0; k < FLX_N_ELEMENT_KIND; k++)
        if (count[k] > 0)
            printf(", %d %s%s", count[k], names[k], count[k] > 1 ? "s" : "");
    printf("\n");
    if (d->stop > 0)
        printf("run       %g s in steps of %g s\n", d->stop, d->step);
    long long points = 1;
    for (int32_t k = 0; k < d->n_sweep; k++)
        points *= d->sweep[k].n;
    if (points > 1)
        printf("sweep     %lld points\n", points);
    flx_deck_free(d);
    return CLI_DONE;
}
