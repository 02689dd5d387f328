# Draft: not yet proof-read by a native speaker.
# La línea de comandos.

cli-label-also = { $label }: también { $words }
