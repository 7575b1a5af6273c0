flx_test(test_run LAYERS case)
flx_test(test_run_resume LAYERS case)
flx_test(test_run_sweep LAYERS case)
flx_test(test_run_memory LAYERS case plot)
