// plot/colour.c -- colour maps as curves of even lightness steps in OKLab.
//
// OKLab: linear sRGB -> cone responses l, m, s -> cube roots -> (L, a, b); equal distances look
// equally different. Bjorn Ottosson, "A perceptual color space for image processing" (2020). Each
// map prescribes lightness L, hue and chroma; the chroma is lowered where sRGB cannot show it,
// never the lightness.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/colour.h"

#include <math.h>

static const double to_cone[3][3] = {{0.4122214708, 0.5363325363, 0.0514459929},
                                     {0.2119034982, 0.6806995451, 0.1073969566},
                                     {0.0883024619, 0.2817188376, 0.6299787005}};
static const double to_lab[3][3] = {{0.2104542553, 0.7936177850, -0.0040720468},
                                    {1.9779984951, -2.4285922050, 0.4505937099},
                                    {0.0259040371, 0.7827717662, -0.8086757660}};
static const double from_lab[3][3] = {{1, 0.3963377774, 0.2158037573},
                                      {1, -0.1055613458, -0.0638541728},
                                      {1, -0.0894841775, -1.2914855480}};
static const double from_cone[3][3] = {{4.0767416621, -3.3077115913, 0.2309699292},
                                       {-1.2684380046, 2.6097574011, -0.3413193965},
                                       {-0.0041960863, -0.7034186147, 1.7076147010}};
static const double pi = 3.14159265358979323846;

static void multiply(const double m[3][3], const double v[3], double out[3])
{
    for (int r = 0; r < 3; r++)
        out[r] = m[r][0] * v[0] + m[r][1] * v[1] + m[r][2] * v[2];
}

double flx_srgb_encode(double linear)
{
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

void flx_oklab(const double rgb[3], double lab[3])
{
    double cone[3];
    multiply(to_cone, rgb, cone);
    for (int c = 0; c < 3; c++)
        cone[c] = cbrt(cone[c]);
    multiply(to_lab, cone, lab);
}

bool flx_oklab_rgb(const double lab[3], double rgb[3])
{
    double cone[3];
    multiply(from_lab, lab, cone);
    for (int c = 0; c < 3; c++)
        cone[c] = cone[c] * cone[c] * cone[c];
    multiply(from_cone, cone, rgb);
    bool inside = true;
    for (int c = 0; c < 3; c++)
        inside = inside && rgb[c] >= 0 && rgb[c] <= 1;
    return inside;
}

static bool lch_rgb(double lightness, double chroma, double hue, double rgb[3])
{
    double lab[3] = {lightness, chroma * cos(hue * pi / 180), chroma * sin(hue * pi / 180)};
    return flx_oklab_rgb(lab, rgb);
}

// The colour with the largest chroma up to `chroma` that sRGB can show; returns that chroma.
static double fit(double lightness, double chroma, double hue, double rgb[3])
{
    if (lch_rgb(lightness, chroma, hue, rgb))
        return chroma;
    double low = 0, high = chroma;
    for (int k = 0; k < 40; k++) {
        double middle = 0.5 * (low + high);
        if (lch_rgb(lightness, middle, hue, rgb))
            low = middle;
        else
            high = middle;
    }
    lch_rgb(lightness, low, hue, rgb);
    return low;
}

static const double cyclic_lightness = 0.74;

// Largest chroma that every hue has at the lightness of the cyclic map.
static double cyclic_chroma(void)
{
    double rgb[3], least = 1;
    for (int hue = 0; hue < 360; hue++)
        least = fmin(least, fit(cyclic_lightness, 0.4, hue, rgb));
    return least;
}

static void colour_at(flx_colours kind, double t, double cyclic, double rgb[3])
{
    double s = 2 * t - 1;
    switch (kind) {
    case FLX_COLOURS_DEPTH: // indigo, blue, teal, green, pale yellow
        fit(0.17 + 0.79 * t, 0.06 + 0.055 * t + 0.03 * sin(pi * t), 292 - 190 * t, rgb);
        break;
    case FLX_COLOURS_EMBER: // night blue, violet, red, orange
        fit(0.16 + 0.58 * t, 0.05 + 0.125 * t, 275 + 145 * t, rgb);
        break;
    case FLX_COLOURS_DIVERGING:
        fit(0.97 - 0.50 * fabs(s), 0.19 * fabs(s), s < 0 ? 257 : 27, rgb);
        break;
    case FLX_COLOURS_CYCLIC:
        lch_rgb(cyclic_lightness, cyclic, 25 + 360 * s, rgb);
        break;
    }
}

void flx_colour_map_init(flx_colour_map *map, flx_colours kind)
{
    double cyclic = kind == FLX_COLOURS_CYCLIC ? cyclic_chroma() : 0;
    for (int k = 0; k < FLX_COLOURS_N; k++) {
        double rgb[3];
        colour_at(kind, (k + 0.5) / FLX_COLOURS_N, cyclic, rgb);
        for (int c = 0; c < 3; c++)
            map->rgb[k][c] = (float)fmin(fmax(rgb[c], 0), 1);
    }
}
