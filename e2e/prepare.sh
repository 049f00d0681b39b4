#!/usr/bin/env bash
# Installs what the tests need and this machine lacks; does nothing where all is there.
# `prepare.sh peers` installs what the benchmarks are measured against instead.
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian packages, each given by a check that succeeds when it is there, and its name.
missing=()
needs() { eval "$1" >/dev/null 2>&1 || missing+=("$2"); }

install_missing() {
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
    echo "failed to install ${missing[*]}: this needs apt-get and root; install them by hand and run this again" >&2
    exit 1
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A virtual environment that holds these packages; it is left alone while the list is the same.
environment() {
  local folder=$1 wanted
  shift
  wanted="$(python3 --version) $*"
  [ "$(cat "$folder/holds" 2>/dev/null)" = "$wanted" ] && return
  echo "installing $* into $folder"
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" --quiet --disable-pip-version-check --no-input install "$@"
  echo "$wanted" >"$folder/holds"
}

# Node packages as the lock file has them.
packages() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] && return
  echo "installing the packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error)
  touch "$1/node_modules/.package-lock.json"
}

needs "python3 -c 'import venv, ensurepip'" python3-venv
if [ "${1:-}" = peers ]; then
  install_missing
  environment .venv-bench torch tensorflow numpy duckdb chdb
  exit
fi

needs "command -v chromium || command -v google-chrome" chromium
needs "fc-list :lang=zh-cn | grep -q ." fonts-noto-cjk
needs "command -v fc-list" fontconfig
# Servers that the tests start themselves, as nobody where root runs the tests; their clients come along.
needs "ls /usr/lib/postgresql/*/bin/postgres || command -v postgres" postgresql
needs "PATH=\$PATH:/usr/sbin command -v mariadbd" mariadb-server-core
needs "command -v mariadb" mariadb-client-core
install_missing
if ! command -v npm >/dev/null; then
  echo "npm is missing: the tests of the page need Node 20.19 or newer; install it and run this again" >&2
  exit 1
fi
environment .venv "tritonclient[http]" numpy safetensors onnx onnxruntime posthog segment-analytics-python zstandard \
  "moto[s3]" flask flask-cors
# A published text encoder (84 MB) with the vectors that an independent implementation gives.
vectors=.venv/encoder/minilm/reference.json script=e2e/encoder/reference_vectors.py
if [ ! "$vectors" -nt "$script" ]; then
  echo "installing all-MiniLM-L6-v2 and its reference vectors"
  .venv/bin/python "$script" .venv/encoder
fi
packages web
packages e2e/page
packages e2e/node
