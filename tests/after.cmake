# Measuring data files.
flx_test(test_run_after LAYERS case)
