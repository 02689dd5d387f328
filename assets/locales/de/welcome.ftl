# The welcome of the first start.
