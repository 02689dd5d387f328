# The export dialog.
