// circuit/wave.c -- sources: value, exact integral, corners.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/circuit.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

// -- corners: pwl and pws -------------------------------------------------------------------------

// The last corner at or before t, -1: none.
static int32_t segment(const flx_wave *w, double t)
{
    int32_t low = -1, high = w->n;
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (w->t[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double corner_value(const flx_wave *w, double t)
{
    int32_t k = segment(w, t);
    if (k < 0)
        return w->x[0];
    if (k == w->n - 1)
        return w->x[k];
    double s = (t - w->t[k]) / (w->t[k + 1] - w->t[k]);
    if (w->kind == FLX_WAVE_PWS)
        s = (1 - cos(pi * s)) / 2;
    return w->x[k] + s * (w->x[k + 1] - w->x[k]);
}

// Integral of segment k from its start to t.
static double corner_part(const flx_wave *w, int32_t k, double t)
{
    double d = w->t[k + 1] - w->t[k], u = t - w->t[k], rise = w->x[k + 1] - w->x[k];
    if (d <= 0)
        return 0;
    if (w->kind == FLX_WAVE_PWS)
        return w->x[k] * u + rise * (u / 2 - d / (2 * pi) * sin(pi * u / d));
    return w->x[k] * u + rise * u * u / (2 * d);
}

static double corner_integral(const flx_wave *w, double t0, double t1)
{
    double sum = 0, at = t0;
    for (int32_t k = segment(w, t0); at < t1; k++) {
        double end = k + 1 < w->n && w->t[k + 1] < t1 ? w->t[k + 1] : t1;
        if (k < 0)
            sum += w->x[0] * (end - at);
        else if (k == w->n - 1)
            sum += w->x[k] * (end - at);
        else
            sum += corner_part(w, k, end) - corner_part(w, k, at);
        at = end;
    }
    return sum;
}

// -- pulses ---------------------------------------------------------------------------------------

// Time within the period, and its number; < 0: before the first.
static double pulse_phase(const flx_wave *w, double t, double *number)
{
    double u = t - w->p[2];
    *number = u < 0 ? -1 : floor(u / w->p[6]);
    return u < 0 ? u : u - *number * w->p[6];
}

static double pulse_value(const flx_wave *w, double t)
{
    double k = 0, u = pulse_phase(w, t, &k);
    double rise = w->p[3], fall = w->p[4], width = w->p[5], up = w->p[1] - w->p[0];
    if (u < 0 || u >= rise + width + fall)
        return w->p[0];
    if (u < rise)
        return w->p[0] + up * u / rise;
    if (u <= rise + width)
        return w->p[1];
    return w->p[0] + up * (1 - (u - rise - width) / fall);
}

// Integral of what is above `low` from the start of a period to u in it.
static double pulse_part(const flx_wave *w, double u)
{
    double rise = w->p[3], fall = w->p[4], width = w->p[5], up = w->p[1] - w->p[0], sum = 0;
    double a = fmin(u, rise), b = fmin(fmax(u - rise, 0), width),
           c = fmin(fmax(u - rise - width, 0), fall);
    if (rise > 0)
        sum += a * a / (2 * rise);
    sum += b;
    if (fall > 0)
        sum += c - c * c / (2 * fall);
    return up * sum;
}

static double pulse_integral_to(const flx_wave *w, double t)
{
    double k = 0, u = pulse_phase(w, t, &k);
    double whole = w->p[3] + w->p[4] + w->p[5];
    return u < 0 ? 0 : (k > 0 ? k * pulse_part(w, whole) : 0) + pulse_part(w, u);
}

// -- sines and exponentials -----------------------------------------------------------------------

static double sine_value(const flx_wave *w, double t)
{
    double u = t - w->p[3];
    return u < 0 ? w->p[0] : w->p[0] + w->p[1] * sin(2 * pi * w->p[2] * u) * exp(-u * w->p[4]);
}

static double sine_integral(const flx_wave *w, double t0, double t1)
{
    double from = fmax(t0, w->p[3]), omega = 2 * pi * w->p[2], sum = w->p[0] * (t1 - t0);
    if (t1 <= from)
        return sum;
    double a = w->p[4], u0 = from - w->p[3], u1 = t1 - w->p[3];
    if (a == 0 && omega > 0) // -(cos u1 - cos u0)/omega without cancellation
        return sum + w->p[1] * 2 / omega * sin(omega * (u0 + u1) / 2) * sin(omega * (u1 - u0) / 2);
    double size = a * a + omega * omega;
    if (size == 0)
        return sum;
    double f1 = exp(-a * u1) * (a * sin(omega * u1) + omega * cos(omega * u1));
    double f0 = exp(-a * u0) * (a * sin(omega * u0) + omega * cos(omega * u0));
    return sum + w->p[1] * (f0 - f1) / size;
}

static double exp_value(const flx_wave *w, double t)
{
    double up = w->p[1] - w->p[0], x = w->p[0];
    if (t > w->p[2])
        x -= up * expm1(-(t - w->p[2]) / w->p[3]);
    if (t > w->p[4])
        x += up * expm1(-(t - w->p[4]) / w->p[5]);
    return x;
}

// Integral of 1 - exp(-u/tau) from 0 to u.
static double exp_part(double u, double tau)
{
    return u <= 0 ? 0 : u + tau * expm1(-u / tau);
}

static double exp_integral_to(const flx_wave *w, double t)
{
    double up = w->p[1] - w->p[0];
    return w->p[0] * t + up * (exp_part(t - w->p[2], w->p[3]) - exp_part(t - w->p[4], w->p[5]));
}

double flx_wave_at(const flx_wave *wave, double t)
{
    switch (wave->kind) {
    case FLX_WAVE_PWL:
    case FLX_WAVE_PWS:
        return corner_value(wave, t);
    case FLX_WAVE_PULSE:
        return pulse_value(wave, t);
    case FLX_WAVE_SIN:
        return sine_value(wave, t);
    case FLX_WAVE_EXP:
        return exp_value(wave, t);
    default:
        return wave->p[0];
    }
}

double flx_wave_integral(const flx_wave *wave, double t0, double t1)
{
    switch (wave->kind) {
    case FLX_WAVE_PWL:
    case FLX_WAVE_PWS:
        return corner_integral(wave, t0, t1);
    case FLX_WAVE_PULSE:
        return wave->p[0] * (t1 - t0) + pulse_integral_to(wave, t1) - pulse_integral_to(wave, t0);
    case FLX_WAVE_SIN:
        return sine_integral(wave, t0, t1);
    case FLX_WAVE_EXP:
        return exp_integral_to(wave, t1) - exp_integral_to(wave, t0);
    default:
        return wave->p[0] * (t1 - t0);
    }
}

double flx_wave_next_corner(const flx_wave *wave, double t)
{
    double next = INFINITY;
    if (wave->kind == FLX_WAVE_PWL || wave->kind == FLX_WAVE_PWS) {
        int32_t k = segment(wave, t) + 1;
        return k < wave->n ? wave->t[k] : INFINITY;
    }
    if (wave->kind == FLX_WAVE_PULSE) {
        double k = 0, u = pulse_phase(wave, t, &k);
        if (u < 0)
            return wave->p[2];
        double corner[4] = {wave->p[3], wave->p[3] + wave->p[5],
                            wave->p[3] + wave->p[5] + wave->p[4], wave->p[6]};
        for (int j = 0; j < 4; j++)
            if (corner[j] > u && wave->p[2] + k * wave->p[6] + corner[j] > t)
                return wave->p[2] + k * wave->p[6] + corner[j];
    }
    if (wave->kind == FLX_WAVE_SIN && t < wave->p[3])
        return wave->p[3];
    if (wave->kind == FLX_WAVE_EXP) {
        for (int j = 2; j <= 4; j += 2)
            if (wave->p[j] > t && wave->p[j] < next)
                next = wave->p[j];
    }
    return next;
}
