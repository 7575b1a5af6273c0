# Circuits: decks, steps in time, noise.
flx_test(test_ldl LAYERS linalg)
flx_test(test_deck LAYERS circuit)
flx_test(test_circuit LAYERS circuit)
flx_test(test_controlled LAYERS circuit)
flx_test(test_circuit_static LAYERS circuit)
flx_test(test_circuit_noise LAYERS circuit)
flx_test(test_deck_run LAYERS case)
