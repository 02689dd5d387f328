# Draft: not yet proof-read by a native speaker.
# La línea de comandos.
