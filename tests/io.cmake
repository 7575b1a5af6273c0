flx_test(test_io LAYERS io mesh geom base)
flx_test(test_io_kill LAYERS io mesh geom base)
flx_test(test_io_damage LAYERS io mesh geom base)
flx_test(test_io_checkpoint LAYERS io mesh geom base)
