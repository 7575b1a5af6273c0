# Measuring data files.
flx_test(test_run_after LAYERS case)
flx_test(test_run_fields LAYERS case)
