# Copies, heaps and cleaning up.
