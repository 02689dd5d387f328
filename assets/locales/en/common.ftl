# Numbers, units and lists.

percent = { $number } %
bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
list-separator = { ", " }
photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
month-january = January
month-february = February
month-march = March
month-april = April
month-may = May
month-june = June
month-july = July
month-august = August
month-september = September
month-october = October
month-november = November
month-december = December
date-month = { $month } { $year }
date-day = { $day } { $month } { $year }
date-days = { $first } to { $last } { $month } { $year }
date-months = { $first } { $month } to { $last } { $last_month } { $year }
date-years = { $first } to { $last }
stars = { $count ->
    [one] { $count } star
   *[other] { $count } stars
}
and-more = { $list } and { $count } more
sentence-separator = { "." }{ " " }
less-than = < { $percent }
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min
and = { " and " }
