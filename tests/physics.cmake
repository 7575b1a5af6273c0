# The engine against the literature; tests/validate holds the long studies.
flx_test(test_physics LAYERS tdgl measure source mesh geom units)
