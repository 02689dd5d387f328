# Draft: not yet proof-read by a native speaker.
# 数値、単位、列挙。

percent = { $number }%
bytes = { $count }バイト
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
list-separator = 、
photos = 写真{ $count }枚
month-january = 1月
month-february = 2月
month-march = 3月
month-april = 4月
month-may = 5月
month-june = 6月
month-july = 7月
month-august = 8月
month-september = 9月
month-october = 10月
month-november = 11月
month-december = 12月
date-month = { $year }年{ $number }月
date-day = { $year }年{ $number }月{ $day }日
date-days = { $year }年{ $number }月{ $first }日～{ $last }日
date-months = { $year }年{ $number }月{ $first }日～{ $last_number }月{ $last }日
date-years = { $first }年～{ $last }年
stars = 星{ $count }つ
and-more = { $list }、ほか{ $count }件
sentence-separator = 。
less-than = < { $percent }
duration-seconds = { $seconds }秒
duration-minutes = { $minutes }分{ $seconds }秒
duration-hours = { $hours }時間{ $minutes }分
and = と
