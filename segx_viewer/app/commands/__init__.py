"""Every command, one module per menu, and the menus that hold them."""
