# Natural units and names of SI units.
flx_test(test_units LAYERS units)
