# 数値、単位、列挙。

percent = { $number }%
bytes = { $count } バイト
kilobytes = { $number } kB
megabytes = { $number } MB
gigabytes = { $number } GB
list-separator = 、
photos = 写真 { $count } 枚
