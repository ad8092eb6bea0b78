"""What a decomposition can become elsewhere, one format a module; the entry-point group is `tao.exporters`."""
