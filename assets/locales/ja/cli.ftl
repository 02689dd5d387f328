# Draft: not yet proof-read by a native speaker.
# コマンドライン。
