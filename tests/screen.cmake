# The field of the currents in the tdgl engine.
flx_test(test_screen LAYERS tdgl measure source mesh geom)
