# Case files: expressions, keys, right and wrong cases.
flx_test(test_expr LAYERS case)
flx_test(test_case_parse LAYERS case)
flx_test(test_case_bad LAYERS case)
