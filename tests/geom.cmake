flx_test(test_geom LAYERS geom)
