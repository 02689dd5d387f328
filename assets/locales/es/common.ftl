# Números, unidades y listas.

percent = { $number } %
bytes = { $count } bytes
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
photos = { $count ->
    [one] { $count } foto
   *[other] { $count } fotos
}
