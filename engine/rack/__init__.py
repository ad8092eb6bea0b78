"""The effects rack: the plugin contract, pyo's embedded server, and Tao's own rack."""
