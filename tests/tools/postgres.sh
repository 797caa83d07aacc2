#!/bin/sh
# Makes sure that there is a PostgreSQL for the store's tests and prints the folder of its programs; all else
# goes to stderr. Where none can be had it says so and prints nothing: those tests are skipped then.
set -eu

say() { echo "postgres: $*" >&2; }

installed() {
  for path in "${GAN_FORGE_POSTGRES:-}" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    [ -n "$path" ] && [ -x "$path/initdb" ] && echo "$path" && return
  done
  return 1
}

may_apt() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi
  $sudo true 2>/dev/null
}

# No cluster of its own, which Debian would start with the machine: the tests make theirs.
by_apt() {
  say "installing Debian's postgresql"
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive sh -c '
    wait="-o DPkg::Lock::Timeout=300"
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/gan-forge.conf
    apt-get -q $wait update
    apt-get -q $wait install -y --no-install-recommends postgresql' >&2 </dev/null
}

installed && exit
may_apt && by_apt && installed && exit
say "none found and none could be installed: the store is tested on SQLite only. Install PostgreSQL, or name the"
say "folder of its programs: GAN_FORGE_POSTGRES=/path/bin make test"
