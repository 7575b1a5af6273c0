flx_test(test_mesh LAYERS mesh)
