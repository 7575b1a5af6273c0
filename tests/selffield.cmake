# The non-local operator.
flx_test(test_selffield LAYERS selffield)
