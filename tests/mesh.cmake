flx_test(test_mesh LAYERS geom mesh)
flx_test(test_mesh_make LAYERS geom mesh)
flx_test(test_mesh_file LAYERS geom mesh)
