#!/usr/bin/env bash
# Builds the kernels for 64-bit ARM and runs their tests under emulation: tests/kernels/arm.sh FOLDER (as root).
# The first run installs a Debian into FOLDER, with a compiler, its ARM library and an emulator.
set -euo pipefail
cd "$(dirname "$0")"
root=${1:?where should the Debian go?}

if [ ! -x "$root/usr/bin/qemu-aarch64" ]; then
    command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap
    debootstrap --variant=minbase --no-check-gpg forky "$root" http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid
    chroot "$root" dpkg --add-architecture arm64
    chroot "$root" apt-get update -qq -o Acquire::Check-Valid-Until=false
    chroot "$root" apt-get install -y -qq --no-install-recommends rustc cargo gcc libc6-dev libstd-rust-dev:arm64 \
        gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
fi

# The sources and the crates from the registry are copied in, so that nothing inside needs a network.
inside=$root/tmp/kernels
rm -rf "$inside/src" "$inside/tests"
mkdir -p "$inside/src/engine/inference" "$inside/tests"
cp -r ../../src/engine/inference/cpu "$inside/src/engine/inference/"
cp -r ../kernels "$inside/tests/"
rm -rf "$inside/tests/kernels/target"
(cd "$inside/tests/kernels" && mkdir -p .cargo && cargo vendor vendor 2>/dev/null >.cargo/config.toml)

chroot "$root" env CARGO_TARGET_DIR=/tmp/kernels/target \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu" \
    sh -c 'cd /tmp/kernels/tests/kernels && cargo test --release --lib --target aarch64-unknown-linux-gnu'
