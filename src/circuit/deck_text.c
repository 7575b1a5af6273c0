// circuit/deck_text.c -- files to logical lines, logical lines to words.
//
// `*` and `#` begin comment lines, `;` a comment behind a line, `+` a continuation. Words are parted
// by blanks and commas; what stands in ( ), { } or quotes belongs to its word, and so does what
// stands on the other side of a `=`.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/deck.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_INCLUDE = 16, MAX_LINE = 4000000 };
static const size_t max_bytes = 256u << 20;

flx_status flx_deck_fail(flx_store *s, const deck_line *line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (line->number == 0) // from the command line
        return flx_fail(s->ctx, FLX_ERR_INPUT, "%s: %s", line->file, text);
    return flx_fail(s->ctx, FLX_ERR_INPUT, "%s:%d: %s", line->file, line->number, text);
}

flx_status flx_deck_grow(flx_store *s, void **array, int32_t n, int32_t *room, size_t size)
{
    int32_t wider = *room > 0 ? 2 * *room : 8;
    void *memory = flx_arena_alloc(s->ctx, &s->arena, (size_t)wider, size);
    if (!memory)
        return FLX_ERR_MEMORY;
    if (n > 0)
        memcpy(memory, *array, (size_t)n * size);
    *array = memory;
    *room = wider;
    return FLX_OK;
}

// -- files ----------------------------------------------------------------------------------------

static flx_status read_file(flx_store *s, const char *path, char **text, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return flx_fail(s->ctx, FLX_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
    size_t room = 1 << 16, n = 0;
    char *buffer = flx_alloc(s->ctx, room, 1);
    while (buffer) {
        n += fread(buffer + n, 1, room - n, file);
        if (n < room || room > max_bytes)
            break;
        char *wider = flx_realloc(s->ctx, buffer, room, 2 * room, 1);
        if (!wider) {
            flx_free(buffer);
            buffer = NULL;
        } else {
            buffer = wider;
            room *= 2;
        }
    }
    bool bad = ferror(file) != 0;
    fclose(file);
    if (!buffer)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    if (bad)
        status = flx_fail(s->ctx, FLX_ERR_FILE, "cannot read %s", path);
    else if (n > max_bytes)
        status = flx_fail(s->ctx, FLX_ERR_FILE, "%s has more than 256 MiB; is it a deck?", path);
    else if (!(*text = flx_arena_text(s->ctx, &s->arena, buffer, n)))
        status = FLX_ERR_MEMORY;
    *length = n;
    flx_free(buffer);
    return status;
}

static const char *first_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncasecmp(text, word, n) == 0 && (text[n] == 0 || isspace((unsigned char)text[n]))
               ? text + n
               : NULL;
}

static flx_status read_text(flx_store *s, const char *path, const char *text, size_t length,
                            int depth);

// The file of an .include line, taken from the folder of the file that names it.
static flx_status include(flx_store *s, const deck_line *line, const char *name, int depth)
{
    while (isspace((unsigned char)*name))
        name++;
    size_t n = strlen(name);
    while (n > 0 && isspace((unsigned char)name[n - 1]))
        n--;
    if (n >= 2 && (*name == '"' || *name == '\'') && name[n - 1] == *name) {
        name++;
        n -= 2;
    }
    if (n == 0)
        return flx_deck_fail(s, line, ".include names no file; write .include FILE");
    if (depth >= MAX_INCLUDE)
        return flx_deck_fail(s, line, ".include goes %d files deep; does a file include itself?",
                             MAX_INCLUDE);
    const char *slash = strrchr(line->file, '/');
    int folder = slash && *name != '/' ? (int)(slash - line->file) + 1 : 0;
    char *path = flx_arena_format(s->ctx, &s->arena, "%.*s%.*s", folder, line->file, (int)n, name);
    char *text = NULL;
    size_t length = 0;
    if (!path)
        return FLX_ERR_MEMORY;
    flx_status status = read_file(s, path, &text, &length);
    if (status == FLX_ERR_FILE)
        return flx_fail_in(s->ctx, FLX_ERR_INPUT, "%s:%d: .include", line->file, line->number);
    FLX_TRY(status);
    return read_text(s, path, text, length, depth + 1);
}

static flx_status join(flx_store *s, deck_line *line, const char *more, size_t n)
{
    char *text = flx_arena_format(s->ctx, &s->arena, "%s %.*s", line->text, (int)n, more);
    line->text = text;
    return text ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status take_line(flx_store *s, const char *file, int32_t number, const char *text,
                            size_t n)
{
    const char *comment = memchr(text, ';', n);
    if (comment)
        n = (size_t)(comment - text);
    while (n > 0 && isspace((unsigned char)*text)) {
        text++;
        n--;
    }
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    if (n == 0 || *text == '*' || *text == '#')
        return FLX_OK;
    deck_line line = {.file = file, .number = number};
    if (n > 1 << 20)
        return flx_deck_fail(s, &line, "a line of %zu characters; more than a million is no card",
                             n);
    if (*text == '+') {
        if (s->n_line == 0)
            return flx_deck_fail(s, &line, "'+' continues a line, but there is none before it");
        return join(s, &s->line[s->n_line - 1], text + 1, n - 1);
    }
    for (size_t k = 0; k < n; k++)
        if (((unsigned char)text[k] < 32 && text[k] != '\t') || text[k] == 127)
            return flx_deck_fail(s, &line, "character number %d in the line; a deck is plain text",
                                 (unsigned char)text[k]);
    if (s->n_line >= MAX_LINE)
        return flx_deck_fail(s, &line, "more than %d lines", MAX_LINE);
    FLX_TRY(DECK_GROW(s, s->line, s->n_line, s->room_line));
    line.text = flx_arena_text(s->ctx, &s->arena, text, n);
    s->line[s->n_line] = line;
    return line.text ? (s->n_line++, FLX_OK) : FLX_ERR_MEMORY;
}

static flx_status read_lines(flx_store *s, const char *path, const char *text, size_t length,
                             int depth, int32_t number)
{
    for (size_t at = 0; at < length;) {
        const char *begin = text + at, *end = memchr(begin, '\n', length - at);
        size_t n = end ? (size_t)(end - begin) : length - at;
        at += n + 1;
        number++;
        int32_t before = s->n_line;
        FLX_TRY(take_line(s, path, number, begin, n));
        if (s->n_line == before)
            continue;
        const deck_line line = s->line[before];
        const char *name = first_word(line.text, ".include");
        name = name ? name : first_word(line.text, ".inc");
        if (name) {
            s->n_line--;
            FLX_TRY(include(s, &line, name, depth));
        } else if (first_word(line.text, ".end")) {
            s->n_line--;
            break; // what follows is no part of this file
        }
    }
    return FLX_OK;
}

static flx_status read_text(flx_store *s, const char *path, const char *text, size_t length,
                            int depth)
{
    return read_lines(s, path, text, length, depth, 0);
}

flx_status flx_deck_read(flx_store *s)
{
    const flx_deck_source *from = s->source;
    char *text = NULL;
    size_t length = from->length;
    if (!from->text) {
        FLX_TRY(read_file(s, from->path, &text, &length));
    } else if (!(text = flx_arena_text(s->ctx, &s->arena, from->text, length))) {
        return FLX_ERR_MEMORY;
    }
    const char *path = flx_arena_text(s->ctx, &s->arena, from->path, strlen(from->path));
    if (!path)
        return FLX_ERR_MEMORY;
    s->deck.path = path;
    if (from->before)
        FLX_TRY(read_text(s, "inductance", from->before, strlen(from->before), 0));
    return read_lines(s, path, text, length, 0, from->first_line > 0 ? from->first_line - 1 : 0);
}

// -- words ----------------------------------------------------------------------------------------

static bool is_gap(char c)
{
    return isspace((unsigned char)c) || c == ',';
}

// The end of the word that begins at text; NULL: a bracket or quote stays open.
static const char *word_end(const char *text)
{
    int depth = 0;
    for (;; text++) {
        if (*text == 0)
            return depth == 0 ? text : NULL;
        if (*text == '"' || *text == '\'') {
            const char *close = strchr(text + 1, *text);
            if (!close)
                return NULL;
            text = close;
        } else if (*text == '(' || *text == '{') {
            depth++;
        } else if ((*text == ')' || *text == '}') && depth > 0) {
            depth--;
        } else if (depth == 0 && (is_gap(*text) || *text == '=')) {
            return text;
        }
    }
}

static const char *skip(const char *text)
{
    while (*text && is_gap(*text))
        text++;
    return text;
}

// Names whose bracket may stand apart from them.
static bool opens_bracket(const char *name)
{
    static const char *const names[] = {"pwl",   "pws", "pulse", "sin", "exp", "cus",
                                        "noise", "jj",  "v",     "i",   "p"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strcasecmp(name, names[k]) == 0)
            return true;
    return false;
}

flx_status flx_deck_split(flx_store *s, const deck_line *line, const char *text, deck_words *out)
{
    *out = (deck_words){0};
    int32_t room = 0;
    for (text = skip(text); *text;) {
        const char *end = word_end(text);
        if (!end)
            return flx_deck_fail(s, line, "a bracket or quote is not closed in '%.60s'", text);
        deck_word word = {0};
        bool quoted = (*text == '"' || *text == '\'' || *text == '{') && end - text >= 2;
        // Quotes and braces around a value are only there to hold it together.
        size_t n = (size_t)(end - text);
        char *copy = quoted && (end[-1] == *text || (*text == '{' && end[-1] == '}'))
                         ? flx_arena_text(s->ctx, &s->arena, text + 1, n - 2)
                         : flx_arena_text(s->ctx, &s->arena, text, n);
        if (!copy)
            return FLX_ERR_MEMORY;
        word.text = copy;
        text = skip(end);
        deck_word *last = out->n > 0 ? &out->word[out->n - 1] : NULL;
        if (last && last->key && !last->text) { // the value behind "key ="
            last->text = copy;
            continue;
        }
        if (*text == '=') {
            if (n == 0)
                return flx_deck_fail(s, line, "'=' without a name before it");
            text = skip(text + 1);
            if (*text == 0 || *text == '=')
                return flx_deck_fail(s, line, "'%.40s=' without a value", copy);
            word = (deck_word){.key = copy};
        } else if (*copy == '(' && last && !last->key && opens_bracket(last->text)) {
            // "pwl (0 0 ...)": the bracket belongs to the name before it.
            last->text = flx_arena_format(s->ctx, &s->arena, "%s%s", last->text, copy);
            if (!last->text)
                return FLX_ERR_MEMORY;
            continue;
        }
        FLX_TRY(DECK_GROW(s, out->word, out->n, room));
        out->word[out->n++] = word;
    }
    return FLX_OK;
}
