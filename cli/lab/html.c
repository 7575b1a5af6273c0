// cli/lab/html.c -- experiments as one HTML page that needs nothing else to be read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <cmark.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct lab_report {
    FILE *file;
    char path[512];
};

static const char head[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>fluxoid lab</title>\n"
    "<style>body{max-width:46em;margin:2em auto;padding:0 1em;font:16px/1.5 sans-serif}"
    "table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;border-bottom:1px solid "
    "#ccc;text-align:right}td:first-child,th:first-child{text-align:left}.off{color:#b00}"
    "img{max-width:100%}section{margin-bottom:4em}</style>\n<h1>fluxoid lab</h1>\n";

lab_report *lab_report_begin(const char *folder, const lab_experiment *first,
                             const lab_experiment *end)
{
    lab_report *r = cli_alloc(1, sizeof *r);
    snprintf(r->path, sizeof r->path, "%s/index.html", folder);
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        r->file = fopen(r->path, "w");
    if (!r->file) {
        cli_wrong("lab", "cannot write %s: %s", r->path, strerror(errno));
        free(r);
        return NULL;
    }
    fprintf(r->file, "%s<p>fluxoid %s</p>\n<ul>\n", head, flx_version());
    for (const lab_experiment *e = first; e != end; e++)
        fprintf(r->file, "<li><a href=\"#%s\">%s</a>: %s\n", e->name, e->name, e->title);
    fputs("</ul>\n", r->file);
    return r;
}

static void put_base64(FILE *out, FILE *in)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char b[3];
    for (size_t n; (n = fread(b, 1, 3, in)) > 0;) {
        unsigned v = (unsigned)b[0] << 16;
        v |= n > 1 ? (unsigned)b[1] << 8 : 0;
        v |= n > 2 ? (unsigned)b[2] : 0;
        fputc(digit[v >> 18], out);
        fputc(digit[v >> 12 & 63], out);
        fputc(n > 1 ? digit[v >> 6 & 63] : '=', out);
        fputc(n > 2 ? digit[v & 63] : '=', out);
    }
}

static void put_table(FILE *out, const lab *l)
{
    fputs("<table><tr><th>quantity<th>measured<th>theory<th>deviation<th>allowed</tr>\n", out);
    for (int32_t k = 0; k < l->n_row; k++) {
        const lab_row *row = &l->row[k];
        bool off = !(fabs(row->measured - row->theory) <= row->allowed);
        fprintf(out, "<tr%s><td>", off ? " class=\"off\"" : "");
        for (const char *c = row->what; *c; c++)
            if (*c == '<' || *c == '&')
                fputs(*c == '<' ? "&lt;" : "&amp;", out);
            else
                fputc(*c, out);
        fprintf(out, "<td>%.9g<td>%.9g<td>%+.2g<td>%.2g</tr>\n", row->measured, row->theory,
                row->measured - row->theory, row->allowed);
    }
    fputs("</table>\n", out);
}

bool lab_report_add(lab_report *r, const lab_experiment *e, const lab *l)
{
    fprintf(r->file, "<section id=\"%s\">\n", e->name);
    const char *page = lab_page_text(e->name);
    char *html = cmark_markdown_to_html(page, strlen(page), CMARK_OPT_DEFAULT);
    if (html)
        fputs(html, r->file);
    free(html);
    fputs("<h2>Measured</h2>\n", r->file);
    if (l->failed)
        fputs("<p class=\"off\">A run failed.</p>\n", r->file);
    put_table(r->file, l);
    FILE *picture = l->drawn ? fopen(l->picture, "rb") : NULL;
    if (picture) {
        fprintf(r->file, "<img alt=\"%s\" src=\"data:image/png;base64,", e->name);
        put_base64(r->file, picture);
        fputs("\">\n", r->file);
        fclose(picture);
    }
    fputs("</section>\n", r->file);
    return html && !ferror(r->file);
}

bool lab_report_end(lab_report *r)
{
    bool good = !ferror(r->file);
    good = fclose(r->file) == 0 && good;
    if (good)
        printf("\nreport    %s\n", r->path);
    else
        cli_wrong("lab", "cannot write %s", r->path);
    free(r);
    return good;
}
