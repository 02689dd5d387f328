# Draft: not yet proof-read by a native speaker.
# Zahlen, Einheiten und Listen.

percent = { $number } %
bytes = { $count ->
    [one] { $count } Byte
   *[other] { $count } Bytes
}
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
list-separator = { ", " }
photos = { $count ->
    [one] { $count } Foto
   *[other] { $count } Fotos
}
month-january = Januar
month-february = Februar
month-march = März
month-april = April
month-may = Mai
month-june = Juni
month-july = Juli
month-august = August
month-september = September
month-october = Oktober
month-november = November
month-december = Dezember
date-month = { $month } { $year }
date-day = { $day }. { $month } { $year }
date-days = { $first }. bis { $last }. { $month } { $year }
date-months = { $first }. { $month } bis { $last }. { $last_month } { $year }
date-years = { $first } bis { $last }
stars = { $count ->
    [one] { $count } Stern
   *[other] { $count } Sterne
}
and-more = { $list } und { $count } weitere
sentence-separator = { "." }{ " " }
less-than = < { $percent }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
and = { " und " }
