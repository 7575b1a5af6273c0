// tests/validate/london.h -- references of London films that more than one program looks at.
//
// mu0 Lambda K + A_phi[K] = Phi_f/(2 pi r) with A of coaxial loops (Maxwell, Treatise, 701), solved on
// panels that halve towards both rims; two resolutions agree to 9 digits.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_VALIDATE_LONDON_H
#define FLX_VALIDATE_LONDON_H

static const double mu0 = 1.25663706212e-6;
static const char *const integral = "axisymmetric integral equation, 9 digits";

enum { N_LAMBDA = 9 };
static const double lambdas[N_LAMBDA] = {10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0}; // [um]

// Inductance of a flat ring of radii 1 and b um [pH]; fine edges [um].
static const struct {
    double b;
    const char *fine;
    double exact[N_LAMBDA];
} ring_l[] = {
    {1.1,
     "0.014",
     {833.6021714590, 253.7081592578, 88.0236754546, 30.0324611163, 13.4591295168, 7.6457118389,
      5.9617866821, 5.3421641561, 5.02535620}},
    {1.5,
     "0.03",
     {198.5909756795, 62.2771376302, 23.3259463090, 9.6795312933, 5.7526633317, 4.3320243448,
      3.8882005236, 3.7104272126, 3.61457612}},
    {2,
     "0.04",
     {117.4780042089, 37.7348069321, 14.9375067973, 6.9217188830, 4.5725252007, 3.6831201016,
      3.3901639375, 3.2693618037, 3.20350267}},
    {5,
     "0.12, grading: 0.05, refine: [{near: holes, distance: 0, max_edge: 0.04}]",
     {52.7789989033, 18.3759900656, 8.4320453470, 4.7610631072, 3.5559135898, 3.0410154520,
      2.8580175208, 2.7801488075, 2.73714863}},
};

// The same ring in a field: effective area [um^2], mu0 m/B without fluxoid [um^3].
static const struct {
    double b;
    const char *fine;
    double exact[4][3]; // Lambda [um], area, moment
} ring_field[] = {
    {2,
     "0.04",
     {{1, 6.714600343, -4.500759141},
      {0.1, 6.365865338, -14.806748853},
      {0.01, 6.023030244, -20.060776500},
      {0, 5.917040239, -21.248905613}}},
    {3,
     "0.08, grading: 0.05, refine: [{near: holes, distance: 0, max_edge: 0.04}]",
     {{1, 10.938608052, -21.058225499},
      {0.1, 9.570261446, -55.452907711},
      {0.01, 8.739389901, -69.124149327},
      {0, 8.532154753, -71.965782269}}},
    {10,
     "0.3, grading: 0.05, refine: [{near: holes, distance: 0, max_edge: 0.04}]",
     {{1, 48.220213458, -1494.927730740},
      {0.1, 31.909051701, -2412.739811866},
      {0.01, 27.356887976, -2628.746421321},
      {0, 26.454279891, -2666.663767685}}},
};

// Disk of 1 um in a field: Lambda [um], |m| over 8 R^3 B/3 mu0, B_z in the middle over B.
static const double disk_field[][3] = {{10, .014480559, .975520293},
                                       {3, .046464105, .922198361},
                                       {1, .126010853, .794294160},
                                       {.1, .560608139, .244000975},
                                       {.01, .904779828, .025954672},
                                       {.003, .963916066, .007698462},
                                       {0, 1, 0}};

// Coaxial rings: Lambda, height, radii of both, fine edges [um]; L of the inner, mutual, L of the outer
// [pH].
static const struct {
    const char *name;
    double at[7], exact[3];
} coaxial_l[] = {
    {"Coaxial rings 1.7-2.7 um and 5.5-8 um, 0.58 um apart, Lambda = 1 um",
     {1, 0.58, 1.7, 2.7, 5.5, 8, 0.1},
     {23.4539200436, 1.4718489759, 42.4354644024}},
    {"The same, Lambda = 0.032 um",
     {0.032, 0.58, 1.7, 2.7, 5.5, 8, 0.1},
     {6.6870612071, 1.4383101425, 21.1722098228}},
    {"Coaxial rings 1-2 um and 1.2-2.5 um, 0.5 um apart, Lambda = 0.1 um",
     {0.1, 0.5, 1, 2, 1.2, 2.5, 0.05},
     {4.5614643853, 1.8618585254, 5.0333953424}},
    {"The same, 0.03 um apart", {0.1, 0.03, 1, 2, 1.2, 2.5, 0.05}, {4.46217, 3.16014, 4.77571}},
};

#endif
