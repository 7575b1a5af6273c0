// source/quadrature.c -- adaptive Gauss-Kronrod quadrature.
//
// Nodes and weights: R. Piessens et al., QUADPACK (Springer, 1983). The difference between the
// Kronrod rule and the Gauss rule inside it measures the error of the latter; that of the Kronrod
// rule is about its power 3/2 (ibid.), so a difference of 1e-8 of the integral is good for 1e-12.
// Which parts are halved depends on the values alone, so the result is reproducible.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "source/quadrature.h"

#include <math.h>

// Positive nodes on [-1, 1] in falling order, the last is 0; every other one belongs to Gauss.
typedef struct rule_table {
    int32_t n;
    const double *node, *kronrod, *gauss;
} rule_table;

static const double k7_node[] = {0.960491268708020283423507092629080,
                                 0.774596669241483377035853079956480,
                                 0.434243749346802558002071502844628, 0};
static const double k7_kronrod[] = {
    0.104656226026467265193823857192073, 0.268488089868333440728569280666710,
    0.401397414775962222905051818618432, 0.450916538658474142345110087045571};
static const double k7_gauss[] = {0, 5.0 / 9, 0, 8.0 / 9};

static const double k15_node[] = {
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
    0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
    0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0};
static const double k15_kronrod[] = {
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
    0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
    0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
static const double k15_gauss[] = {
    0, 0.129484966168869693270611432679082, 0, 0.279705391489276667901467771423780,
    0, 0.381830050505118944950369775488975, 0, 0.417959183673469387755102040816327};

static const rule_table rules[] = {{4, k7_node, k7_kronrod, k7_gauss},
                                   {8, k15_node, k15_kronrod, k15_gauss}};

typedef struct panel {
    double value[2];   // Kronrod
    double difference; // |Kronrod - Gauss| of the first part
    double size;       // integral of its modulus
} panel;

static panel panel_of(const rule_table *rule, double a, double b, flx_integrand fn, void *user)
{
    panel p = {{0, 0}, 0, 0};
    double middle = 0.5 * (a + b), half = 0.5 * (b - a), gauss = 0;
    for (int32_t k = 0; k < rule->n; k++) {
        for (int side = -1; side <= (rule->node[k] > 0 ? 1 : -1); side += 2) {
            double f[2];
            fn(user, middle + side * half * rule->node[k], f);
            p.value[0] += half * rule->kronrod[k] * f[0];
            p.value[1] += half * rule->kronrod[k] * f[1];
            p.size += half * rule->kronrod[k] * fabs(f[0]);
            gauss += half * rule->gauss[k] * f[0];
        }
    }
    p.difference = fabs(p.value[0] - gauss);
    return p;
}

// `whole` is the size of the first panel: below 1e-14 of it nothing matters.
static void integrate(const rule_table *rule, double a, double b, int32_t depth, double whole,
                      flx_integrand fn, void *user, double out[2])
{
    panel p = panel_of(rule, a, b, fn, user);
    if (whole < 0)
        whole = p.size;
    // The negation also ends the halving where the integrand is not a number.
    if (depth == 0 || !(p.difference > 1e-8 * p.size + 1e-14 * whole)) {
        out[0] += p.value[0];
        out[1] += p.value[1];
        return;
    }
    double middle = 0.5 * (a + b);
    integrate(rule, a, middle, depth - 1, whole, fn, user, out);
    integrate(rule, middle, b, depth - 1, whole, fn, user, out);
}

void flx_quad_integrate(flx_quad_rule rule, int32_t max_depth, flx_integrand fn, void *user,
                        double out[2])
{
    out[0] = out[1] = 0;
    integrate(&rules[rule], 0, 1, max_depth, -1, fn, user, out);
}
