// base/nearest.c -- edit distance with transpositions: Damerau, Comm. ACM 7, 171 (1964), in the
// form that edits no part twice.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 48 };

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const char *a, int n, const char *b, int m)
{
    int row[3][LONGEST + 1]; // rows i-2, i-1, i of the table
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3];
        const int *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int differ = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
            now[j] = at_most(at_most(last[j] + 1, now[j - 1] + 1), last[j - 1] + differ);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = at_most(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

flx_nearest flx_nearest_to(const char *given)
{
    size_t n = strlen(given);
    // How many slips a word of this length may have.
    int slips = n <= 1 ? 0 : n <= 4 ? 1 : n <= 8 ? 2 : 3;
    return (flx_nearest){.given = given, .distance = slips + 1};
}

void flx_nearest_offer(flx_nearest *nearest, const char *name)
{
    size_t n = strlen(nearest->given), m = strlen(name);
    if (n > LONGEST || m > LONGEST)
        return;
    int d = distance(nearest->given, (int)n, name, (int)m);
    if (d < nearest->distance) {
        nearest->distance = d;
        nearest->best = name;
    }
}

const char *flx_nearest_hint(const flx_nearest *nearest, char *buffer, size_t size)
{
    buffer[0] = 0;
    if (nearest->best)
        snprintf(buffer, size, "; did you mean '%.64s'?", nearest->best);
    return buffer;
}
