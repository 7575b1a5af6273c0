# The xy engine: exact lattices; the engine as a program.
flx_test(test_xy LAYERS xy)
flx_test(test_xy_engine LAYERS xy)
