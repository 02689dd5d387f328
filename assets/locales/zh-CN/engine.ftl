# 引擎的句子。按英语原文识别，因此英语与源代码一致。

## Files that cannot be read.

engine-cancelled = 操作已取消
engine-missing = 文件不存在（已移动或删除？）
engine-no-permission = 没有读取权限
engine-folder-not-photo = 这是文件夹，不是照片
engine-not-opened = 不是普通文件，因此没有打开
engine-not-regular = 不是普通文件
engine-over-a-gigabyte = 大于 1 GB，超出了照片的大小
engine-link-into-itself = 此链接指回它所在的文件夹
engine-empty-file = 文件为空：请查找这张照片的其他副本
engine-no-photo = 不是照片：{ $cause }
engine-is-pdf = 这是 PDF 文档
engine-is-archive = 这是 ZIP 压缩包或办公文档
engine-is-video = 这是视频
engine-is-sound = 这是音频或视频文件
engine-is-markup = 这是网页或标记文本，可能来自失败的下载
engine-unknown-content = 其内容不是已知的图片格式
engine-cannot-be-read-yet = { $what }尚无法读取：请用其他程序将照片另存为 JPEG 或 PNG
engine-kind-cannot-be-read-yet = 尚无法读取这种 { $format } 文件：请用其他程序将照片另存为 JPEG 或 PNG
engine-files-with-compression = 采用此压缩方式的 { $format } 文件
engine-files-with-codec = 采用 { $codec } 压缩的 { $format } 文件
engine-files-with-colours = 采用这种颜色的 { $format } 文件
engine-files-with-matrix = 采用这种颜色矩阵的 { $format } 文件
engine-files-of-colour-type = 采用这种颜色类型的 { $format } 文件
engine-files-in-colour-mode = 采用这种颜色模式的 { $format } 文件
engine-files-with-samples = 采用这种采样位数的 { $format } 文件
engine-files-with-raw-data = 含传感器 RAW 数据的 { $format } 文件
engine-files-without-composite = 未启用“最大兼容”的 { $format } 文件
engine-files-avif = AVIF 文件
engine-files-heic = HEIC 文件
engine-files-jpeg-xl = JPEG XL 文件
engine-files-high-throughput = 高吞吐量 { $format } 文件
engine-files-not-av1 = 图像不是 AV1 编码的 { $format } 文件
engine-files-old-jpeg = 采用旧式 JPEG 压缩的 { $format } 文件
engine-files-many-samples = 每像素超过 64 个采样的 { $format } 文件
engine-files-mixed-samples = 采样位数不一的 { $format } 文件
engine-files-complex-samples = 含复数或多种采样类型的 { $format } 文件
engine-files-with-compressed-samples = 采用这种采样位数和压缩方式的 { $format } 文件
engine-files-with-predictor = 采用这种预测器的 { $format } 文件
engine-files-with-chroma = 以这种方式存储色度的 { $format } 文件
engine-files-with-inks = 使用 CMYK 以外油墨的 { $format } 文件
engine-files-logluv = 采用 LogLuv 颜色的 { $format } 文件
engine-files-with-palette = 采用这种大小调色板的 { $format } 文件
engine-files-lossless = 无损 { $format } 文件
engine-files-arithmetic = 采用算术编码的 { $format } 文件
engine-files-hierarchical = 分层编码的 { $format } 文件
engine-files-12-bit = 12 位 { $format } 文件
engine-no-preview = RAW 文件中没有预览图，而本程序不冲洗 RAW 数据：请用相机附带的软件或 RAW 转换器将照片导出为 JPEG
engine-needs-memory = 解码{ $what }需要 { $need } 内存，上限为 { $limit }
engine-the-photo = 这张照片
engine-photo-of-pixels = 这张 { $width } x { $height } 像素的照片
engine-frame-of-pixels = 一帧 { $width } x { $height } 像素的画面
engine-no-thread = 无法启动线程（{ $error }）：请关闭其他程序后重试
engine-no-threads = 无法启动线程：{ $error }
engine-damaged = { $format } 文件已损坏：{ $cause }；请查找这张照片的其他副本
engine-claims-too-much = 它声称包含的内容超出了图片所能容纳的范围
engine-claims-too-many-pixels = 它声称的像素数超出了照片的范围
engine-ends-early = 图像数据尚未结束，文件就已中断
engine-contradicts-itself = 其图像数据自相矛盾
engine-ends-or-contradicts = 其图像数据中断或自相矛盾
engine-no-picture-data = 其图像数据全部无法读取
engine-no-pictures-inside = 文件中没有它所列的任何图片
engine-pixels-missing = 其像素缺失或自相矛盾
engine-no-picture-inside = 其中没有图片
engine-has-no-picture = 其中没有图片
engine-no-picture-in-data = 其数据中没有图片
engine-data-not-inside = 其图像数据不在文件中
engine-no-size = 它没有注明尺寸
engine-no-palette = 缺少调色板
engine-sections-cut = 其数据段不完整
engine-no-fields = 缺少字段列表
engine-too-few-strips = 其条带数少于尺寸所需
engine-rows-cut = 其行列表不完整
engine-too-few-channels = 其通道数少于颜色所需
engine-too-few-samples = 其采样数少于颜色所需
engine-stand-in-missing = 缺少它所代表的图像
engine-grid-cut = 其网格不完整
engine-parts-do-not-cover = 其各部分未能覆盖整个图像
engine-parts-overlap = 其图像数据的各部分相互重叠
engine-no-pixel-places = 它没有注明像素的位置
engine-chroma-invalid = 其色度抽样无效
engine-grid-parts-missing = 其网格缺少部分内容
engine-nothing-seen = 图像尚未显示任何内容，文件就已中断
engine-decoder-gave-up = 解码器无法处理此文件：它可能已损坏，请查找这张照片的其他副本
engine-picture-without-pixels = 图片没有像素
engine-decoder-crashed = 解码器在处理这张照片时崩溃：文件可能已损坏

## Files that are read in part.

engine-cut-short = 文件不完整：只有部分图像
engine-partly-damaged = 文件已损坏：只读取了部分图像
engine-details-missing = 文件不完整：图像缺少细节或部分内容
engine-percent-missing = 文件不完整：约缺少 { $percent } % 的图像
engine-percent-lost = 文件已损坏：约丢失 { $percent } % 的图像

## Videos.

engine-video-cut-off = 视频缺少索引就结束了：录制或复制时中断；请重新复制，或用视频修复工具修复
engine-damaged-video = 视频已损坏：{ $cause }
engine-video-index-too-large = 其索引过大
engine-video-empty = 文件为空
engine-video-no-key-frame = 其索引中没有关键帧
engine-video-frames-damaged = 其帧数据中断或自相矛盾
engine-video-frames-empty = 其帧为空
engine-video-unknown = 其内容不是已知的视频格式
engine-video-no-track = 文件没有视频轨道，只有声音或其他数据
engine-video-needs-ffmpeg = 视频格式（{ $what }）只有 ffmpeg 能读取：请安装 ffmpeg 并确保它在 PATH 中，或将视频转换为 MP4 格式的 H.264
engine-video-unusual-variant = { $codec } 的非常规变体
engine-video-coding = 编码为 { $codec }
engine-video-ffmpeg = ffmpeg 无法读取视频：{ $cause }
engine-video-ffmpeg-not-started = 无法启动（{ $error }）
engine-video-ffmpeg-slow = 耗时过长，已停止

## Exports: files that were not exported, and what stays after an undo.

engine-stayed-copy = 原件仍在原文件夹中，因为{ $cause }；副本位于 { $path }
engine-stayed = 原件仍在原文件夹中，因为{ $cause }
engine-journal-not-safe = 操作记录未能安全保存（{ $error }）
engine-not-examined = 无法检查文件（{ $error }）
engine-changed-while-moved = 文件在移动过程中被更改
engine-not-its-copy = { $path } 不是它的副本
engine-not-removed-from-there = 无法从那里删除（{ $error }）
engine-no-longer-a-file = 它已不是文件
engine-changed-since-planned = 制定导出计划后文件已更改：请重新计划
engine-move-not-recorded = 未移动，因为无法记录此次移动：{ $error }
engine-appeared-since = 制定导出计划后出现了 { $path }：请重新计划
engine-no-permission-to-export = 没有读取它或写入 { $path } 的权限
engine-hard-link-across-disks = { $path } 在另一个磁盘上，硬链接不能跨磁盘：请改用复制
engine-disk-full = 磁盘已满：没有空间存放 { $path }
engine-export-disk-full = 磁盘已满：{ $folder } 至少还需要 { $size }；请腾出空间，然后完成此次导出或重新导出：已完成的文件会跳过
engine-too-large-for-disk = 文件超出了 { $path } 所在磁盘支持的大小：请选择其他磁盘
engine-disk-read-only = { $path } 所在的磁盘无法写入
engine-copy-differs = 副本与原照片不一致：未保留
engine-changes-while-copied = 文件在复制过程中被更改：请重试
engine-not-movable = 无法移动，因为不允许从 { $folder } 中删除文件：请改为复制，或更改文件夹权限
engine-part-not-movable = 未移动，因为与它配套的 { $name } 无法移动：{ $cause }
engine-not-moved-back = { $cause }；{ $name } 位于 { $path }，无法移回：{ $what }
engine-set-stopped = 导出在其配套文件全部移动之前停止
engine-names-run-out = 那里已有 10,000 个同名文件
engine-not-a-folder = { $path } 不是文件夹：请选择其他文件夹
engine-folder-read-only = { $path } 无法写入：请选择其他文件夹，或更改其权限
engine-too-little-room = { $path } 所在的磁盘剩余 { $free }，而导出需要 { $need }：请腾出空间或选择其他磁盘
engine-no-journal = { $path }：{ $error }；没有操作记录就无法撤销导出，因此未开始
engine-no-journal-to-undo = { $path }：{ $error }；没有操作记录就无法完成或撤销，因此未执行任何操作
engine-journal-failed = { $path }：{ $error }；无法记录已执行的操作：请在那里腾出空间，然后撤销或完成此次导出
engine-export-running = 此次导出仍在其他窗口或命令中运行
engine-undo-disk-away = 文件不存在：请连接其所在磁盘，然后再次撤销
engine-undo-gone = 文件已不在这里
engine-undo-gone-and-replaced = 文件已不在这里，且 { $path } 现在是另一个文件
engine-undo-changed = 文件之后被更改，因此保留
engine-undo-source-gone = 保留，因为 { $path } 已不存在
engine-undo-source-replaced = 保留，因为 { $path } 现在是另一个文件
engine-undo-source-taken = 保留在这里，因为现在有另一个 { $path }
engine-undo-same-file = 保留，因为 { $path } 现在指向同一文件
engine-undo-goal-changed = 保留，因为 { $path } 的目标已更改
engine-undo-unreadable = 保留，因为 { $path } 无法读取：{ $error }
engine-undo-backup-changed = 被替换的文件保存为 { $path }，之后又被更改
engine-undo-backup-blocked = 被替换的文件保存为 { $path }，因为其原名已被占用
engine-undo-backup-left = 被替换的文件保存为 { $path }：{ $error }
engine-undo-not-returned = 无法移回 { $path }：{ $error }
engine-undo-not-removed = 无法删除：{ $error }
engine-undo-line-damaged = 操作记录中有一行无法读取：一个文件保持原样
engine-undo-relative-path = 旧版本只记录了相对路径，因此不作处理：请手动移动
engine-attributes-lost = { $folder } 不支持保存文件的{ $list }：{ $cause }
engine-file-without-attributes = 1 个文件内容完整，但传输时未保留这些信息
engine-files-without-attributes = { $count } 个文件内容完整，但传输时未保留这些信息
engine-times = 时间
engine-owners = 所有者
engine-permissions = 权限
engine-extended-attributes = 扩展属性
engine-name-without-brace = { $name } 中的 { $brace } 缺少对应的 { $other }
engine-names-all-same = 所有照片将得到相同的文件名：请使用 { $name } 或 { $n }
engine-name-unknown = { $placeholder } 无法识别：文件名可由 { $known } 组成
engine-undo-copy-not-removed = 无法删除 { $path }：{ $error }

## Keywords in sidecars and photos.

engine-left-as-it-is = { $cause }：保持原样；将它移走即可生成新的
engine-sidecar-instead = 将改用附属文件，因为{ $cause }
engine-dangling-link = 它是指向缺失文件的链接
engine-sidecar-not-regular = 它不是普通文件
engine-sidecar-too-large = 它太大，不像附属文件
engine-text-truncated = 它已损坏：文本在字符中间中断
engine-no-rdf = 其中没有 rdf:RDF
engine-no-description = 其中没有 rdf:Description
engine-wrong-encoding = 其编码与声明的不一致
engine-format-unknown = 其格式未知
engine-several-packets = 其元数据分散在多个数据包中
engine-metadata-part-missing = 其元数据缺少一部分
engine-parts-misplaced = 其各部分不在格式规定的位置
engine-raw-never-modified = 相机 RAW 文件从不被修改
engine-gif-not-written = 不支持写入 GIF 文件
engine-photoshop-not-written = 不支持写入 Photoshop 文件
engine-jpeg-metadata-too-large = 其元数据会超出 JPEG 段的大小
engine-too-large-for-format = 文件会超出其格式允许的大小
engine-changed-meanwhile = 文件在此期间被更改：请重试

## The store.

engine-crashed = 程序的一部分崩溃了：请报告此问题，然后重试
engine-store-was-rebuilt = 数据库在此期间已重建
engine-store-newer = { $path } 中的数据库由更新版本的 Lumisift 写入
engine-store-failed = { $path } 中的数据库：{ $error }
engine-store-gone = { $path } 中的数据库在此期间被其他进程清空或重建
engine-store-damaged = { $path } 中的数据库已损坏
engine-store-disk-full = { $path } 所在的磁盘已满：剩余 { $free }，大约需要 { $need }
engine-store-read-only = { $path } 中的数据库无法写入（{ $error }）
engine-decisions-failed = { $path } 中的留用、星级和颜色标记：{ $error }；请检查文件夹是否可写
engine-store-set-aside = { $path } 已损坏：已改名为 { $name } 保留，正在重建
engine-store-outdated = { $path } 中的数据库由旧版本写入：照片将重新读取
engine-model-newer = 模型 { $model } 比读取这些照片时所用的版本新：照片将重新读取。
engine-file-missing = { $path } 缺失
engine-vectors-read-again-one = { $what }：1 张照片将重新读取，{ $kept } 张保留
engine-vectors-read-again = { $what }：{ $count } 张照片将重新读取，{ $kept } 张保留
engine-decisions-set-aside-one = { $path } 已损坏：已改名为 { $name } 保留，其中可读取的 1 项决定已保留
engine-decisions-set-aside = { $path } 已损坏：已改名为 { $name } 保留，其中可读取的 { $count } 项决定已保留

## Models and devices.

engine-runs-at-one = { $device }，每秒 1 张照片
engine-runs-at = { $device }，每秒 { $count } 张照片
engine-device-changed = { $cause }。此后的照片在 { $device } 上读取
engine-device-failed = 设备出错
engine-device-unusable = 无法使用设备 { $device }（{ $cause }）
engine-build-without-cards = 此构建不支持显卡
engine-build-without-cuda = 此构建不支持 CUDA；构建方法见 docs/gpu.md
engine-no-cuda-driver = 未找到 CUDA 驱动程序
engine-build-without-metal = 此构建不支持 Metal（仅 Mac 支持）
engine-cards-tested-later = 显卡会随每个模型一起测试
engine-nvidia-unused = 已安装 NVIDIA 驱动程序，但此构建不支持 CUDA；构建方法见 docs/gpu.md
engine-no-gpu-support = 此构建不支持 GPU，也未找到 NVIDIA 驱动程序
engine-card-differs = { $device } 的结果与 CPU 的不一致（余弦 { $cosine }）；更新驱动程序也许有帮助
engine-card-slower = 使用此模型时，{ $device } 每秒可读取 { $with } 张照片，而 CPU 每秒可读取 { $without } 张
engine-card-on-battery = 使用电池时，设置为不使用显卡
engine-card-none = 未找到显卡
engine-card-software-only = 未找到显卡，只有在处理器上运算的 { $device }
engine-card-not-there = 没有显卡 { $number }，只有 { $known }
engine-cards-not-listed = 未列出显卡：{ $cause }
engine-card-being-tested = 另一个 Lumisift 正在测试显卡
engine-card-did-not-respond = 驱动程序上次没有响应；{ $what }
engine-card-ended-program = 测试驱动程序时程序两次意外退出；{ $what }
engine-card-try-again = 要再次尝试，请使用 --device gpu 或在设置中选择“显卡”
engine-card-out-of-memory = 显卡内存不足
engine-card-lost = 显卡连接丢失（{ $error }）
engine-card-hung = 显卡 { $seconds } 秒没有响应
engine-card-failed = 显卡出错（{ $cause }）
engine-card-driver-crashed = 其驱动程序崩溃
engine-model-out-of-memory = 设备内存不足以运行此模型（{ $error }）：请选择较小的模型，或用 CPU 运算
engine-model-crashed = 模型在处理这批照片时崩溃：请报告此问题
engine-model-failed = 模型出错：{ $error }
engine-model-bad-vector = 模型返回了长度为 { $length } 的向量：其权重可能已损坏
engine-model-incomplete = { $folder } 中的模型不完整：缺少 { $file }；请重新复制模型文件
engine-no-starter = 此构建不含入门模型
engine-model-unsupported = { $folder }：不支持“{ $family }”类型的模型（{ $known }）
engine-weights-damaged = 权重不匹配或已损坏（{ $error }）；请重新复制
engine-card-lacks = { $device } 缺少{ $what }
engine-card-workgroup-memory = 16 KB 的工作组内存
engine-model-text-refused = 此模型无法读取文本 { $text }：{ $error }
engine-model-tokenizer = 这不是此模型的分词器：{ $error }；请从模型的仓库复制

## Downloads of models.

engine-download-cancelled = 下载已取消；已下载的部分会保留，以后可以继续
engine-download-network = { $cause }：请检查网络，或手动安装模型（{ $what }）
engine-download-mirror = { $cause }；请尝试其他镜像，或手动安装模型（{ $what }）
engine-download-unreachable = 无法连接 { $host }（{ $error }）
engine-download-lost = 与 { $host } 的连接中断（{ $error }）
engine-download-answered = { $host } 返回 { $status }
engine-download-damaged = 来自 { $host } 的 { $file } 已损坏（{ $error }）：请重试，或使用其他镜像
engine-download-no-room = { $folder } 还需要 { $need }，但只剩 { $free }：请腾出空间后重试
engine-download-refused = { $host } 拒绝提供 { $repo }（{ $status }）：{ $cause }；或手动安装模型（{ $what }）
engine-download-by-hand = 将 config.json、preprocessor_config.json、tokenizer.json、tokenizer_config.json 和 model.safetensors 放入 { $folder }
engine-download-account = 需要账户：请在环境变量 HF_TOKEN 中设置其令牌
engine-download-check-name = 请检查名称
engine-download-too-many = 请求过多，请稍后重试
engine-download-later = 请稍后重试
engine-download-missing = { $repo } 在 { $host } 上没有 { $file }：{ $cause }
engine-download-not-clip = 它不是 Hugging Face 布局的 CLIP 模型，或名称有误
engine-download-no-tokenizer = 没有分词器的模型无法读取标签
engine-download-not-listed = 此站点没有目录所列的权重
engine-download-pickled = 它只有 pickle 格式的权重，而这种格式从不读取
engine-download-redirect = { $host } 重定向到 { $address }（{ $what }）：未跟随此重定向
engine-download-not-encrypted = 未加密
engine-download-not-web = 不是网址
engine-download-private = 本机或专用网络的地址
engine-download-loop = 循环
engine-download-too-long = { $host } 发送的内容超过 { $limit } 字节

## Why a copy is kept.

engine-one-star = 1 星
engine-stars = { $count } 星

## Labels and searches.

engine-no-words = 标签 { $label } 中没有词语：请输入要找的内容，例如 "beach"
engine-no-weight = { $text } 中的 { $weight } 不是权重：请写数字，例如 ^2 或 ^0.5
engine-like-without-path = { $text } 中的 like: 需要照片路径，例如 like:cat.jpg
engine-no-label-set = { $path } 不是标签集：{ $cause }；格式示例见 docs/labels.md
engine-label-set-empty = 其中没有 [[labels]]
engine-label-set-threshold = { $label } 的阈值必须在 0 到 1 之间
engine-rule-failed = 规则“{ $rule }”：{ $cause }
engine-rules-invalid = { $path }：{ $cause }；规则的写法见 docs/heap.md
engine-rules-empty = 其中没有规则
engine-rule-min-match = min_match 是 { $number }，但必须在 0 到 1 之间
engine-rule-without-folder = “{ $rule }”的规则没有指定文件夹
engine-rule-to-and-mark = “{ $rule }”的规则同时有 "to" 和 "mark"
engine-rule-without-action = “{ $rule }”的规则既没有 "to" 也没有 "mark"
engine-rule-window-closed = 窗口已关闭
engine-plan-outdated = 制定计划后文件已更改：{ $what }
engine-plan-keeper-gone = 制定计划后，要保留的副本 { $path } 已更改或不存在：{ $what }
engine-plan-again = 请重新运行 `lumisift duplicates` 以生成新计划
engine-sheet-too-many = { $count } 张照片太多，放不进一张图片：请减少照片，或用以 .html 结尾的名称生成网页
engine-watch-log-failed = { $path }：{ $error }；请检查文件夹是否可写
