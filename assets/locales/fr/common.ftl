# Draft: not yet proof-read by a native speaker.
# Nombres, unités et listes.

percent = { $number } %
bytes = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
}
kilobytes = { $number } ko
megabytes = { $number } Mo
gigabytes = { $number } Go
list-separator = { ", " }
photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
month-january = janvier
month-february = février
month-march = mars
month-april = avril
month-may = mai
month-june = juin
month-july = juillet
month-august = août
month-september = septembre
month-october = octobre
month-november = novembre
month-december = décembre
date-month = { $month } { $year }
date-day = { $day ->
    [1] { $day }er
   *[other] { $day }
} { $month } { $year }
date-days = du { $first ->
    [1] { $first }er
   *[other] { $first }
} au { $last } { $month } { $year }
date-months = du { $first ->
    [1] { $first }er
   *[other] { $first }
} { $month } au { $last ->
    [1] { $last }er
   *[other] { $last }
} { $last_month } { $year }
date-years = de { $first } à { $last }
stars = { $count ->
    [one] { $count } étoile
   *[other] { $count } étoiles
}
and-more = { $list } et { $count } de plus
sentence-separator = { "." }{ " " }
less-than = < { $percent }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
and = { " et " }
