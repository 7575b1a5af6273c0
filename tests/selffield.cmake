# The non-local operator.
flx_test(test_selffield LAYERS selffield)
flx_test(test_selffield_far LAYERS selffield)
flx_test(test_selffield_field LAYERS selffield)
