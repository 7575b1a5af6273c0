// cli/lab/lab.c -- fluxoid lab [NAME]: experiments that anyone can run.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include "lab_texts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define EXPERIMENT(symbol, name, title) {name, title, lab_##symbol},
const lab_experiment lab_experiments[] = {
#include "experiments.h"
    {NULL, NULL, NULL},
};

const lab_experiment *lab_find(const char *name)
{
    for (const lab_experiment *e = lab_experiments; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

const char *lab_page_text(const char *name)
{
    for (size_t k = 0; k < sizeof pages / sizeof *pages; k++)
        if (strcmp(pages[k].name, name) == 0)
            return pages[k].text;
    return "";
}

const char *lab_case_text(const char *name)
{
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        if (strcmp(cases[k].name, name) == 0)
            return cases[k].text;
    return NULL;
}

static int list(void)
{
    for (const lab_experiment *e = lab_experiments; e->name; e++)
        printf("%-20s %s\n", e->name, e->title);
    printf("\n'fluxoid lab NAME' runs one, 'fluxoid lab NAME --page' tells about it.\n");
    return CLI_DONE;
}

static int unknown(const char *word)
{
    const char *names[64];
    int n = 0;
    for (const lab_experiment *e = lab_experiments; e->name && n < 63; e++)
        names[n++] = e->name;
    names[n] = NULL;
    const char *near = cli_nearest(word, names);
    if (near)
        return cli_wrong("lab", "unknown experiment '%s'; did you mean '%s'?", word, near);
    return cli_wrong("lab", "unknown experiment '%s'; 'fluxoid lab' lists them", word);
}

// One experiment, or all of them; a failed one does not keep the others from being run.
static int perform(const lab_experiment *first, const lab_experiment *end, const cli_list *sets,
                   const char *picture, const char *folder)
{
    flx_ctx *ctx = cli_context(0);
    lab_report *report = folder ? lab_report_begin(folder, first, end) : NULL;
    bool good = true;
    if (folder && !report) {
        flx_ctx_free(ctx);
        return CLI_WRONG;
    }
    for (const lab_experiment *e = first; e != end; e++) {
        char path[512];
        lab l;
        if (folder)
            snprintf(path, sizeof path, "%s/%s.png", folder, e->name);
        else
            snprintf(path, sizeof path, "%s.png", e->name);
        good = lab_perform(ctx, e, sets, picture ? picture : path, &l) && good;
        if (report)
            good = lab_report_add(report, e, &l) && good;
        lab_clear(&l);
        if (e + 1 != end)
            printf("\n");
    }
    if (report)
        good = lab_report_end(report) && good;
    flx_ctx_free(ctx);
    return good ? CLI_DONE : CLI_FAILED;
}

static int lab_main(int argc, char **argv)
{
    cli_list sets = {NULL, 0};
    const char *picture = NULL, *folder = NULL;
    bool page = false;
    const cli_option options[] = {
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of its case; repeatable"},
        {"-o", "--output", "FIG", CLI_TEXT, &picture, "its picture; default: NAME.png"},
        {"--report", NULL, "DIR", CLI_TEXT, &folder, "writes DIR/index.html, with pictures"},
        {"--page", NULL, NULL, CLI_FLAG, &page, "what to expect and why; runs nothing"},
    };
    cli_words words = {.max = 1};
    int code = cli_parse(&cli_lab, options, sizeof options / sizeof *options, &words, argc, argv);
    if (code == CLI_GO_ON && words.n == 0)
        code = sets.n || picture || folder || page ? cli_wrong("lab", "name an experiment, or all")
                                                   : list();
    bool all = code == CLI_GO_ON && strcmp(words.word[0], "all") == 0;
    const lab_experiment *e = code == CLI_GO_ON && !all ? lab_find(words.word[0]) : NULL;
    if (code == CLI_GO_ON && !all && !e)
        code = unknown(words.word[0]);
    if (code == CLI_GO_ON && all && picture)
        code = cli_wrong("lab", "all experiments do not fit one picture; use --report DIR");
    if (code == CLI_GO_ON && page) {
        for (const lab_experiment *k = all ? lab_experiments : e; k->name; k++) {
            fputs(lab_page_text(k->name), stdout);
            if (!all)
                break;
        }
        code = CLI_DONE;
    }
    if (code == CLI_GO_ON) {
        const lab_experiment *end = all ? lab_experiments : e + 1;
        while (all && end->name)
            end++;
        code = perform(all ? lab_experiments : e, end, &sets, picture, folder);
    }
    cli_list_clear(&sets);
    return code;
}

const cli_command cli_lab = {
    .name = "lab",
    .words = "[NAME]",
    .text = "experiments with superconductivity, measured beside theory",
    .more = "fluxoid lab                     lists the experiments\n"
            "fluxoid lab phase-slip          runs one: a table and a picture\n"
            "fluxoid lab all --report DIR    runs all of them into one page\n"
            "Exit code 1: a run failed, or a row is further from theory than its page explains.",
    .main = lab_main};
