# The static engine: what it is made of, then physics on meshes small enough for every build.
flx_test(test_static LAYERS static tdgl measure source mesh geom units)
flx_test(test_static_physics LAYERS static tdgl measure source mesh geom units)
flx_test(test_static_held LAYERS static tdgl measure source mesh geom units)
flx_test(test_static_field LAYERS static tdgl measure source mesh geom units)
flx_test(test_run_static LAYERS case)
