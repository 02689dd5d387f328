# The grid, its headings, the bars above and below it, and the empty window.
