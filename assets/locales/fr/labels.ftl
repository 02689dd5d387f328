# Labels, their thresholds, and questions about them.
