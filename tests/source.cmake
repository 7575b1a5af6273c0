# Layers named in full, lowest last.
flx_test(test_source LAYERS measure source mesh geom)
