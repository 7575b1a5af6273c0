// units/lookup.c -- names of SI units with their prefixes, by UDUNITS-2.
//
// A few units are our own: UDUNITS has no symbol for the gauss, 79.57747 A/m for the oersted, and
// old values of e. The database is read at the first name that needs it (some milliseconds), once
// for the process, under a lock, since UDUNITS keeps a global status.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/units.h"
#include "units/dim.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <udunits2.h>

enum { NAME_MAX_LENGTH = 31, CACHE_SIZE = 64 };

typedef struct cached_unit {
    char name[NAME_MAX_LENGTH + 1];
    flx_unit unit;
    flx_unit_found found;
} cached_unit;

static struct {
    pthread_mutex_t lock;
    ut_system *system;
    bool failed;
    cached_unit cache[CACHE_SIZE];
    int n_cached;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

// -- our own --------------------------------------------------------------------------------------

// Exponents of m, kg, s, A, K, mol, cd, rad.
static const struct {
    const char *name;
    double factor;
    int8_t power[8];
    bool prefixes;
} own[] = {
    {"G", 1e-4, {0, 1, -2, -1}, true},
    {"Oe", 79.57747154594767, {-1, 0, 0, 1}, true}, // 1000/(4 pi)
    {"eV", FLX_SI_E, {2, 1, -2}, true},
    {"e", FLX_SI_E, {0, 0, 1, 1}, false},
    {"deg", 0.017453292519943295, {0, 0, 0, 0, 0, 0, 0, 1}, false},
    {"degree", 0.017453292519943295, {0, 0, 0, 0, 0, 0, 0, 1}, false},
};

static const struct {
    const char *name;
    double factor;
} prefix[] = {{"", 1},     {"f", 1e-15}, {"p", 1e-12}, {"n", 1e-9}, {"u", 1e-6}, {"\xc2\xb5", 1e-6},
              {"m", 1e-3}, {"k", 1e3},   {"M", 1e6},   {"G", 1e9}};

static bool find_own(const char *name, flx_unit *out)
{
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        for (size_t p = 0; p < (own[k].prefixes ? sizeof prefix / sizeof *prefix : 1); p++) {
            size_t n = strlen(prefix[p].name);
            if (strncmp(name, prefix[p].name, n) != 0 || strcmp(name + n, own[k].name) != 0)
                continue;
            *out = (flx_unit){.factor = own[k].factor * prefix[p].factor};
            for (int j = 0; j < 8; j++)
                out->dim.power[j] = (int16_t)(own[k].power[j] * FLX_DIM_ONE);
            return true;
        }
    return false;
}

// -- UDUNITS --------------------------------------------------------------------------------------

static int base_of(const ut_unit *unit)
{
    static const char *const name[] = {"meter",  "kilogram", "second",  "ampere",
                                       "kelvin", "mole",     "candela", "radian"};
    const char *given = ut_get_name(unit, UT_ASCII);
    for (int k = 0; given && k < 8; k++)
        if (strcmp(given, name[k]) == 0)
            return k;
    return -1;
}

static ut_status visit_basic(const ut_unit *unit, void *user)
{
    flx_unit *out = user;
    int base = base_of(unit);
    if (base < 0)
        return UT_BAD_ARG;
    out->dim.power[base] = FLX_DIM_ONE;
    return UT_SUCCESS;
}

static ut_status visit_product(const ut_unit *unit, int count, const ut_unit *const *basic,
                               const int *powers, void *user)
{
    (void)unit;
    flx_unit *out = user;
    for (int k = 0; k < count; k++) {
        int base = base_of(basic[k]);
        if (base < 0 || powers[k] > 100 || powers[k] < -100)
            return UT_BAD_ARG;
        out->dim.power[base] = (int16_t)(powers[k] * FLX_DIM_ONE);
    }
    return UT_SUCCESS;
}

static const ut_visitor visitor;

static ut_status visit_galilean(const ut_unit *unit, double scale, const ut_unit *underlying,
                                double offset, void *user)
{
    (void)unit;
    flx_unit *out = user;
    if (offset != 0)
        return UT_MEANINGLESS;
    out->factor *= scale;
    return ut_accept_visitor(underlying, &visitor, user);
}

static ut_status visit_timestamp(const ut_unit *unit, const ut_unit *time_unit, double origin,
                                 void *user)
{
    (void)unit, (void)time_unit, (void)origin, (void)user;
    return UT_MEANINGLESS;
}

static ut_status visit_logarithmic(const ut_unit *unit, double base, const ut_unit *reference,
                                   void *user)
{
    (void)unit, (void)base, (void)reference, (void)user;
    return UT_MEANINGLESS;
}

static const ut_visitor visitor = {visit_basic, visit_product, visit_galilean, visit_timestamp,
                                   visit_logarithmic};

static flx_unit_found find_in_database(const char *name, flx_unit *out)
{
    if (!shared.system && !shared.failed) {
        ut_set_error_message_handler(ut_ignore);
        shared.system = ut_read_xml(NULL);
        shared.failed = !shared.system;
    }
    if (shared.failed)
        return FLX_UNIT_BROKEN;
    ut_unit *unit = ut_parse(shared.system, name, UT_UTF8);
    if (!unit)
        return FLX_UNIT_NONE;
    *out = (flx_unit){.factor = 1};
    ut_status status = ut_accept_visitor(unit, &visitor, out);
    ut_free(unit);
    return status == UT_SUCCESS ? FLX_UNIT_OK : FLX_UNIT_ORIGIN;
}

// The cache holds the first names asked for, those not found too; a case has a dozen.
static flx_unit_found find_cached(const char *name, flx_unit *out)
{
    for (int k = 0; k < shared.n_cached; k++)
        if (strcmp(shared.cache[k].name, name) == 0) {
            *out = shared.cache[k].unit;
            return shared.cache[k].found;
        }
    flx_unit_found found = find_in_database(name, out);
    if (shared.n_cached < CACHE_SIZE && found != FLX_UNIT_BROKEN) {
        cached_unit *slot = &shared.cache[shared.n_cached++];
        strcpy(slot->name, name);
        slot->unit = *out;
        slot->found = found;
    }
    return found;
}

flx_unit_found flx_unit_find(const char *name, size_t length, flx_unit *out)
{
    *out = (flx_unit){.factor = 1};
    if (length == 0 || length > NAME_MAX_LENGTH)
        return FLX_UNIT_NONE;
    // Letters alone: UDUNITS would read "m2" and "s-1" as powers, which are written m^2 here.
    char text[NAME_MAX_LENGTH + 1] = "";
    for (size_t k = 0; k < length; k++) {
        unsigned char c = (unsigned char)name[k];
        if (!isalpha(c) && c < 0x80)
            return FLX_UNIT_NONE;
        text[k] = name[k];
    }
    if (find_own(text, out))
        return FLX_UNIT_OK;
    pthread_mutex_lock(&shared.lock);
    flx_unit_found found = find_cached(text, out);
    pthread_mutex_unlock(&shared.lock);
    return found;
}
