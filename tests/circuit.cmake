# Circuits: decks.
flx_test(test_deck LAYERS circuit)
