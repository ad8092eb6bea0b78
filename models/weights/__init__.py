"""The weights that ship with Tao: loading, fetching and verifying them, and their model cards."""
