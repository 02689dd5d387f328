# Filters, groups, order and search.
