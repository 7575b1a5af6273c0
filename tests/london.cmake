# The London engine: inductances, fluxoids, films in fields, vortices; in cases.
flx_test(test_london LAYERS london)
flx_test(test_run_london LAYERS case)
flx_test(test_run_london_measure LAYERS case)
