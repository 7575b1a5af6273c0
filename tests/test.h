// tests/test.h -- cmocka with the headers it wants first.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_H
#define FLX_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(value, expected, tolerance)                                                    \
    do {                                                                                           \
        double value_ = (value), expected_ = (expected), tolerance_ = (tolerance);                 \
        if (!(fabs(value_ - expected_) <= tolerance_))                                             \
            fail_msg("%s is %.17g, expected %.17g within %g", #value, value_, expected_,           \
                     tolerance_);                                                                  \
    } while (0)

#endif
