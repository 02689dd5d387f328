# 写入关键字的对话框。

keywords-title = 写入关键字
writing = 正在写入…
could-not-be-written = { $count } 张照片无法写入：
cannot-be-changed = { $count } 张照片无法更改：
cannot-be-written-into = { $count } 张照片无法直接写入：
reading-metadata = 正在读取元数据…
row-write = 写入
labels-that-fit = 符合的标签
only-where-unsaid = 仅在元数据中尚无时写入
write-stars = 星级
write-colours = 颜色
write-rejects = 排除标记，写为评分 -1
row-parent = 上级
no-parent = 无上级关键字
parent-keyword = 上级关键字
parent-hint = 填“AI”则“cat”归在其下：AI|cat
row-sidecars = 附属文件
write-inside = 直接写入照片文件
write-inside-hint = JPEG、PNG、WebP、TIFF、HEIC、AVIF：只更改元数据。其他格式使用附属文件
naming-whole = IMG.jpg.xmp（digiKam、darktable、Immich）
naming-stem = IMG.xmp（Adobe 软件）
heading-file = 文件
heading-keywords = 写入后的关键字
write-files = 写入 { $files }
