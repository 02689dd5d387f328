# Nombres, unités et listes.

percent = { $number } %
bytes = { $count } octets
kilobytes = { $number } ko
megabytes = { $number } Mo
gigabytes = { $number } Go
photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
