# Draft: not yet proof-read by a native speaker.
# Números, unidades y listas.

percent = { $number } %
bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
list-separator = { ", " }
photos = { $count ->
    [one] { $count } foto
   *[other] { $count } fotos
}
month-january = enero
month-february = febrero
month-march = marzo
month-april = abril
month-may = mayo
month-june = junio
month-july = julio
month-august = agosto
month-september = septiembre
month-october = octubre
month-november = noviembre
month-december = diciembre
date-month = { $month } de { $year }
date-day = { $day } de { $month } de { $year }
date-days = { $first } al { $last } de { $month } de { $year }
date-months = { $first } de { $month } al { $last } de { $last_month } de { $year }
date-years = { $first } a { $last }
stars = { $count ->
    [one] { $count } estrella
   *[other] { $count } estrellas
}
and-more = { $list } y { $count } más
sentence-separator = { "." }{ " " }
less-than = < { $percent }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
and = { " y " }
