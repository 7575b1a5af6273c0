# Thermal fluctuations of the film engine.
flx_test(test_noise LAYERS tdgl measure)
flx_test(test_noise_devices LAYERS tdgl measure)
