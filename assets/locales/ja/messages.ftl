# Messages about what happened.
