# Sourced by every script: where the project is, the pinned Node first in PATH, headings with times.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/.tools/node/bin:$root/.tools/buf/bin:$PATH"

jobs=${KITH_JOBS:-$(nproc 2>/dev/null || echo 2)}

heading() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# True if something among the given files and folders is newer than the stamp, or the stamp is missing.
newer_than() {
  local stamp=$1
  shift
  [ ! -e "$stamp" ] || [ -n "$(find "$@" -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# Configures a CMake preset once and builds targets of it: cmake_build PRESET [TARGET…].
cmake_build() {
  local preset=$1 log
  shift
  mkdir -p "build/$preset"
  if [ ! -f "build/$preset/build.ninja" ]; then
    log="build/$preset/configure.log"
    cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; die "cmake --preset $preset failed"; }
  fi
  NINJA_STATUS="[%f/%t %es] " ninja -C "build/$preset" -j "$jobs" "$@"
}
