# The xy engine: exact lattices; the engine as a program.
flx_test(test_xy LAYERS xy)
flx_test(test_xy_engine LAYERS xy)
flx_test(test_xy_correlations LAYERS xy)
flx_test(test_rsj LAYERS xy)
flx_test(test_xy_fit LAYERS xy)
flx_test(test_run_xy LAYERS case)
