# Layers named in full, lowest last.
flx_test(test_measure LAYERS measure source fvm mesh geom comm)
