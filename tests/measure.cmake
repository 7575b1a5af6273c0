# Layers named in full, lowest last.
flx_test(test_measure LAYERS measure source fvm mesh geom comm)
flx_test(test_measure_series LAYERS measure source mesh geom)
flx_test(test_measure_quantum LAYERS measure)
flx_test(test_measure_field LAYERS measure source mesh geom)
