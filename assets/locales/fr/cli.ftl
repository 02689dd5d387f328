# Draft: not yet proof-read by a native speaker.
# The command line.

cli-label-also = { $label } : aussi { $words }
