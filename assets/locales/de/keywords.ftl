# The dialog that writes keywords.
