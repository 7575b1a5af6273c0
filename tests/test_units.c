// Scales of a layer, names of units, dimensions.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/units.h"
#include "test.h"
#include "units/dim.h"

// Relative, for numbers that differ in rounding alone: a few ulp of a dozen operations.
#define assert_same(value, expected) assert_near((value) / (expected), 1, 4e-15)

static const flx_material base = {
    .xi = 0.5e-6, .lambda = 2e-6, .thickness = 0.1e-6, .conductivity = 1e7, .u = 5.79, .gamma = 1};

static void scales_obey_their_relations(void **state)
{
    (void)state;
    const double hbar = FLX_SI_H / (2 * 3.14159265358979323846);
    flx_scales s = flx_scales_of(&base);
    assert_same(s.Lambda, 40e-6);
    assert_same(s.Bc2 * 2 * 3.14159265358979323846 * s.xi * s.xi, s.Phi0);
    assert_same(s.Phi0, FLX_SI_H / (2 * FLX_SI_E));
    assert_same(s.K0, s.J0 * base.thickness);
    assert_same(s.tau0, FLX_SI_MU0 * 1e7 * 4e-12);
    // hbar/(2e tau0) and xi J0/sigma are the same voltage: no factor 4 anywhere
    assert_same(s.V0, hbar / (2 * FLX_SI_E * s.tau0));
    assert_same(s.V0, s.xi * s.J0 / base.conductivity);
    // Bc Bc sqrt(2) kappa = Bc2
    assert_same(s.Bc * sqrt(2) * s.lambda / s.xi, s.Bc2);
    assert_same(s.energy, s.Bc * s.Bc / FLX_SI_MU0 * s.xi * s.xi * base.thickness);
}

static void what_a_layer_does_not_say_is_zero(void **state)
{
    (void)state;
    flx_scales s = flx_scales_of(&(flx_material){.xi = 1e-6, .pearl_length = 1e-6});
    assert_true(s.Bc2 > 0 && s.K0 > 0 && s.energy > 0);
    assert_true(s.lambda == 0 && s.J0 == 0 && s.Bc == 0 && s.tau0 == 0 && s.V0 == 0);
    s = flx_scales_of(&(flx_material){.xi = 1e-6, .pearl_length = 4e-6, .thickness = 1e-6});
    assert_same(s.lambda, 2e-6);
    s = flx_scales_of(&(flx_material){.pearl_length = 1e-6});
    assert_true(s.Bc2 == 0 && s.K0 == 0);
}

static void units_with_prefixes_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *dim;
        double factor;
    } rows[] = {
        {"m", "m", 1},
        {"um", "m", 1e-6},
        {"\xc2\xb5m", "m", 1e-6},
        {"nm", "m", 1e-9},
        {"mm", "m", 1e-3},
        {"angstrom", "m", 1e-10},
        {"mT", "T", 1e-3},
        {"T", "T", 1},
        {"G", "T", 1e-4},
        {"mG", "T", 1e-7},
        {"kG", "T", 0.1},
        {"gauss", "T", 1e-4},
        {"uA", "A", 1e-6},
        {"mA", "A", 1e-3},
        {"K", "K", 1},
        {"mK", "K", 1e-3},
        {"S", "S", 1},
        {"ohm", "ohm", 1},
        {"kohm", "ohm", 1e3},
        {"V", "V", 1},
        {"nV", "V", 1e-9},
        {"pH", "H", 1e-12},
        {"ps", "s", 1e-12},
        {"GHz", "Hz", 1e9},
        {"Wb", "Wb", 1},
        {"aJ", "J", 1e-18},
        {"meV", "J", FLX_SI_E * 1e-3},
        {"deg", "degree", 3.14159265358979323846 / 180},
        {"Oe", "A/m", 1000 / (4 * 3.14159265358979323846)},
        {"kOe", "A/m", 1e6 / (4 * 3.14159265358979323846)},
    };
    for (size_t pass = 0; pass < 2; pass++) // from the database, then from the cache
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            flx_unit unit;
            assert_int_equal(flx_unit_find(rows[k].name, strlen(rows[k].name), &unit), FLX_UNIT_OK);
            assert_same(unit.factor, rows[k].factor);
            if (!flx_dim_equal(unit.dim, flx_dim_of(rows[k].dim)))
                fail_msg("%s has another dimension than %s", rows[k].name, rows[k].dim);
        }
}

static void what_is_no_unit_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",  "mTT", "x",   "m2", "s-1",
        "1", "m s", "m/s", "qq", "averyveryveryverylongnamethatnobodyneeds"};
    flx_unit unit;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        assert_int_equal(flx_unit_find(names[k], strlen(names[k]), &unit), FLX_UNIT_NONE);
    assert_int_equal(flx_unit_find("degC", 4, &unit), FLX_UNIT_ORIGIN);
}

static void dimensions_multiply_and_have_names(void **state)
{
    (void)state;
    char text[128];
    flx_dim d;
    assert_true(flx_dim_times(flx_dim_of("A/m"), flx_dim_of("m"), 1, &d));
    assert_true(flx_dim_equal(d, flx_dim_of("A")));
    assert_true(flx_dim_times(flx_dim_of("V"), flx_dim_of("A"), -1, &d));
    assert_string_equal(flx_dim_text(d, text, sizeof text), "ohm");
    assert_true(flx_dim_times(FLX_DIM_NONE, flx_dim_of("m"), 1.0 / 3, &d));
    assert_string_equal(flx_dim_text(d, text, sizeof text), "m^(4/12)");
    assert_true(flx_dim_times(FLX_DIM_NONE, d, 3, &d));
    assert_true(flx_dim_equal(d, FLX_DIM_LENGTH));
    assert_false(flx_dim_times(FLX_DIM_NONE, d, 0.1234, &d));
    assert_false(flx_dim_times(FLX_DIM_NONE, d, 1e300, &d));
    assert_true(flx_dim_times(flx_dim_of("T"), flx_dim_of("s"), 1, &d));
    assert_string_equal(flx_dim_text(d, text, sizeof text), "kg s^-1 A^-1");
    assert_string_equal(flx_dim_text(FLX_DIM_NONE, text, sizeof text), "a bare number");
}

// Phi0 = h/q*: fields, currents and volts are proportional to it, seconds do not know it.
static void twice_the_pair_charge_is_half_the_flux_quantum(void **state)
{
    (void)state;
    flx_material m = {.xi = 1e-7, .lambda = 2e-7, .thickness = 5e-8, .conductivity = 1e7};
    flx_scales pair = flx_scales_of(&m);
    m.pair_charge = 4 * FLX_SI_E;
    flx_scales four = flx_scales_of(&m);
    assert_near(pair.Phi0 / FLX_SI_PHI0, 1, 1e-15);
    assert_near(four.Phi0 / pair.Phi0, 0.5, 1e-15);
    assert_near(four.Bc2 / pair.Bc2, 0.5, 1e-15);
    assert_near(four.K0 / pair.K0, 0.5, 1e-15);
    assert_near(four.V0 / pair.V0, 0.5, 1e-15);
    assert_near(four.energy / pair.energy, 0.25, 1e-15);
    assert_near(four.tau0 / pair.tau0, 1, 1e-15);
}

static void laws_of_temperature_have_their_known_limits(void **state)
{
    (void)state;
    double xi, lambda;
    flx_law_at(FLX_LAW_GL, 0.75, &xi, &lambda);
    assert_near(xi, 2, 1e-15);
    assert_near(lambda, 2, 1e-15);
    flx_law_at(FLX_LAW_TWO_FLUID, 0.5, &xi, &lambda);
    assert_near(lambda, sqrt(16. / 15), 1e-15);
    assert_near(xi, sqrt(5. / 3), 1e-15);
    for (int law = FLX_LAW_GL; law <= FLX_LAW_DIRTY_BCS; law++) {
        flx_law_at((flx_law)law, 0, &xi, &lambda);
        assert_near(xi, 1, 0);
        assert_near(lambda, 1, 0);
    }
    // Dirty limit. Near Tc Delta = 3.0632 kTc (1 - t)^1/2, so lambda^-2 -> Delta^2/(2 kTc Delta0) =
    // 2.6598 (1 - t); xi^-2 -> 1.4433 (1 - t), as Bc2(0) = 0.6928 Tc |dBc2/dT|. Corrections are of
    // the order of 1 - t itself.
    double t = 1 - 1e-4;
    flx_law_at(FLX_LAW_DIRTY_BCS, t, &xi, &lambda);
    assert_near(1 / (lambda * lambda) / (1 - t), 2.6598, 1e-3);
    assert_near(1 / (xi * xi) / (1 - t), 1 / 0.6928, 1e-3);
    // Muehlschlegel's table (1959) at t = 1/2: Delta/Delta0 = 0.9569, so lambda^-2 is that times
    // tanh(0.9569 * 1.7639); four digits are given.
    flx_law_at(FLX_LAW_DIRTY_BCS, 0.5, &xi, &lambda);
    assert_near(1 / (lambda * lambda), 0.9569 * tanh(0.9569 * 1.76388), 2e-4);
    flx_law_at(FLX_LAW_DIRTY_BCS, 0.02, &xi, &lambda); // gapped: exp(-1.76/0.02)
    assert_near(lambda, 1, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_of_temperature_have_their_known_limits),
        cmocka_unit_test(twice_the_pair_charge_is_half_the_flux_quantum),
        cmocka_unit_test(scales_obey_their_relations),
        cmocka_unit_test(what_a_layer_does_not_say_is_zero),
        cmocka_unit_test(units_with_prefixes_are_found),
        cmocka_unit_test(what_is_no_unit_is_not_found),
        cmocka_unit_test(dimensions_multiply_and_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
