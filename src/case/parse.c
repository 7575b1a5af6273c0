// case/parse.c -- a case from its text: tree, edits, check of keys, sections, points of a sweep.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/engine.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 64 << 20 };

// -- what must be right before anything else is looked at -----------------------------------------

static flx_status find_engine(flx_parser *p)
{
    const flx_node *node = flx_node_get(p->root, "engine");
    p->engine = flx_absent(node)                ? flx_engine_at(0)
                : node->kind == FLX_NODE_SCALAR ? flx_engine_named(node->text)
                                                : NULL;
    if (p->engine) {
        p->c->engine = p->engine->name;
        return FLX_OK;
    }
    flx_node known = *node;
    int32_t index;
    known.row = flx_key_find("engine");
    FLX_TRY(flx_get_choice(p, &known, &index));
    char available[64] = "";
    for (int32_t k = 0; flx_engine_at(k); k++)
        snprintf(available + strlen(available), sizeof available - strlen(available), "%s%s",
                 k ? ", " : "", flx_engine_at(k)->name);
    (void)flx_parser_fail(p, node, "engine '%s' is not part of this build; available: %s",
                          node->text, available);
    return FLX_ERR_UNAVAILABLE;
}

// What films are made of means nothing to an engine without films.
static flx_status check_sections(flx_parser *p)
{
    static const char *const of_films[] = {"layers",    "reference_layer", "films",
                                           "terminals", "probes",          "mesh",
                                           "drive",     "start",           "loops"};
    for (size_t k = 0; k < sizeof of_films / sizeof *of_films && !p->engine->device; k++) {
        const flx_node *node = flx_node_get(p->root, of_films[k]);
        if (!flx_absent(node))
            return flx_parser_fail(p, node, "the engine %s has no films: '%s' means nothing to it",
                                   p->engine->name, of_films[k]);
    }
    return FLX_OK;
}

static flx_status check_head(flx_parser *p)
{
    if (p->root->kind == FLX_NODE_NULL)
        return flx_parser_fail(p, p->root, "the case is empty");
    if (p->root->kind != FLX_NODE_MAP)
        return flx_parser_fail(p, p->root, "a case is a map of keys (films: ..., layers: ...)");
    for (flx_node *child = p->root->first; child; child = child->next)
        child->parent = p->root;
    p->root->row = -1;
    FLX_TRY(find_engine(p));
    FLX_TRY(flx_keys_check(p->ctx, p->c->name, p->root));
    return check_sections(p);
}

static flx_status check_version(flx_parser *p)
{
    const flx_node *version;
    double number;
    const char *title = "";
    version = flx_node_get(p->root, "fluxoid");
    if (flx_absent(version))
        return flx_parser_fail(p, p->root,
                               "'fluxoid', the version of the format, is missing: fluxoid: 1");
    FLX_TRY(flx_get_constant(p, version, FLX_DIM_NONE, &number));
    if (number != 1)
        return flx_parser_fail(p, version,
                               "version %g of the format is not known; this build "
                               "reads version 1",
                               number);
    FLX_TRY(flx_get_text(p, flx_node_get(p->root, "title"), &title));
    p->c->title = title;
    return FLX_OK;
}

static flx_status parse_engine(flx_parser *p)
{
    const flx_node *section = flx_node_get(p->root, p->engine->name);
    if (flx_absent(section))
        section = NULL;
    else if (section->kind != FLX_NODE_MAP)
        return flx_parser_wrong(p, section);
    return p->engine->parse(p, section);
}

flx_status flx_parse_tree(flx_parser *p, bool sweep)
{
    p->names.file = p->c->name;
    FLX_TRY(check_head(p));
    // Only names of values are needed to read numbers; nothing else may use them before.
    FLX_TRY(flx_parse_names(p));
    FLX_TRY(check_version(p));
    if (p->engine->device)
        FLX_TRY(flx_parse_device(p));
    FLX_TRY(parse_engine(p));
    if (p->engine->device) {
        FLX_TRY(flx_parse_drive(p));
        FLX_TRY(flx_parse_start(p));
    }
    return sweep ? flx_parse_sweep(p) : FLX_OK;
}

// -- making cases ---------------------------------------------------------------------------------

static flx_case_box *new_box(flx_ctx *ctx, const char *name, const char *given, size_t length)
{
    flx_case_box *box = FLX_NEW(ctx, flx_case_box);
    if (!box)
        return NULL;
    box->c.name = flx_arena_text(ctx, &box->arena, name, strlen(name));
    box->c.given = flx_arena_text(ctx, &box->arena, given, length);
    if (box->c.name && box->c.given)
        return box;
    flx_case_free(&box->c);
    return NULL;
}

static flx_status fill(flx_ctx *ctx, flx_case_box *box, bool sweep)
{
    flx_parser p = {.ctx = ctx, .arena = &box->arena, .c = &box->c, .root = box->root};
    FLX_TRY(flx_parse_tree(&p, sweep));
    return flx_yaml_write(ctx, &box->arena, box->root, &box->c.used);
}

static flx_status read_source(flx_ctx *ctx, flx_case_box *box, const flx_case_source *source)
{
    FLX_TRY(flx_yaml_read(ctx, &box->arena, source->text, source->length, box->c.name, NULL,
                          &box->root));
    for (int32_t k = 0; k < source->n_set; k++)
        FLX_TRY(flx_node_edit(ctx, &box->arena, box->root, source->sets[k]));
    return fill(ctx, box, true);
}

flx_status flx_case_create(flx_ctx *ctx, const flx_case_source *source, flx_case **out)
{
    *out = NULL;
    const char *name = source->name ? source->name : "case";
    if (source->length > MAX_TEXT)
        return flx_fail(ctx, FLX_ERR_INPUT, "%s: %zu bytes; a case has at most %d", name,
                        source->length, MAX_TEXT);
    flx_case_box *box = new_box(ctx, name, source->text, source->length);
    if (!box)
        return FLX_ERR_MEMORY;
    flx_status status = read_source(ctx, box, source);
    if (status == FLX_OK)
        *out = &box->c;
    else
        flx_case_free(&box->c);
    return status;
}

flx_status flx_case_from_tree(flx_ctx *ctx, const flx_case *like, const flx_node *root,
                              flx_case **out)
{
    *out = NULL;
    flx_case_box *box = new_box(ctx, like->name, like->given, strlen(like->given));
    if (!box)
        return FLX_ERR_MEMORY;
    box->root = flx_node_copy(ctx, &box->arena, root);
    flx_status status = box->root ? fill(ctx, box, false) : FLX_ERR_MEMORY;
    if (status == FLX_OK)
        *out = &box->c;
    else
        flx_case_free(&box->c);
    return status;
}

void flx_case_free(flx_case *c)
{
    if (!c)
        return;
    flx_case_box *box = (flx_case_box *)(void *)c;
    flx_arena_clear(&box->arena);
    flx_free(box);
}

flx_status flx_case_parse(flx_ctx *ctx, const char *text, size_t length, const char *name,
                          flx_case **out)
{
    return flx_case_create(ctx, &(flx_case_source){.text = text, .length = length, .name = name},
                           out);
}

static flx_status read_file(flx_ctx *ctx, FILE *file, const char *path, char **out, size_t *length)
{
    size_t used = 0, size = 1 << 14;
    char *text = flx_alloc(ctx, size, 1);
    while (text) {
        used += fread(text + used, 1, size - used, file);
        if (ferror(file) || used > MAX_TEXT) {
            flx_free(text);
            return ferror(file)
                       ? flx_fail(ctx, FLX_ERR_FILE, "%s: cannot be read", path)
                       : flx_fail(ctx, FLX_ERR_INPUT, "%s: more than %d bytes", path, MAX_TEXT);
        }
        if (used < size)
            break;
        char *grown = flx_realloc(ctx, text, used, 2 * size, 1);
        if (!grown)
            flx_free(text);
        text = grown;
        size *= 2;
    }
    *out = text;
    *length = used;
    return text ? FLX_OK : FLX_ERR_MEMORY;
}

flx_status flx_case_load(flx_ctx *ctx, const char *path, const char *const *sets, int32_t n_set,
                         flx_case **out)
{
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return flx_fail(ctx, FLX_ERR_INPUT, "%s: there is no such file, or it cannot be read",
                        path);
    char *text = NULL;
    size_t length = 0;
    flx_status status = read_file(ctx, file, path, &text, &length);
    fclose(file);
    if (status == FLX_OK)
        status = flx_case_create(
            ctx,
            &(flx_case_source){
                .text = text, .length = length, .name = path, .sets = sets, .n_set = n_set},
            out);
    flx_free(text);
    return status;
}
