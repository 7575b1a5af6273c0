flx_test(test_plot LAYERS plot units)
flx_test(test_plot_series LAYERS plot units)
