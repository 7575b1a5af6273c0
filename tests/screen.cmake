# The field of the currents in the tdgl engine: long bodies, films.
flx_test(test_screen LAYERS tdgl measure source mesh geom)
flx_test(test_film_field LAYERS tdgl measure source mesh geom)
flx_test(test_run_screen LAYERS case)
