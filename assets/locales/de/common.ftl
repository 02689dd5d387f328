# Zahlen, Einheiten und Listen.

percent = { $number } %
bytes = { $count } Bytes
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
photos = { $count ->
    [one] { $count } Foto
   *[other] { $count } Fotos
}
