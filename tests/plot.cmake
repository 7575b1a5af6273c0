flx_test(test_plot LAYERS plot units)
