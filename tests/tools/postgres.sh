#!/bin/sh
# Makes sure that there is a PostgreSQL for the store's tests and prints the folder of its programs; all else
# goes to stderr. Where none can be had it says so and prints nothing: those tests are skipped then.
set -eu

topic=postgres
# shellcheck source=tests/tools/apt.sh
. "$(dirname "$0")/apt.sh"

installed() {
  for path in "${GAN_FORGE_POSTGRES:-}" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    [ -n "$path" ] && [ -x "$path/initdb" ] && echo "$path" && return
  done
  return 1
}

# No cluster of its own, which Debian would start with the machine: the tests make theirs.
without_cluster() {
  # shellcheck disable=SC2086
  $sudo sh -c '
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/gan-forge.conf'
}

installed && exit
may_apt && without_cluster && apt_install postgresql && installed && exit
say "none found and none could be installed: the store is tested on SQLite only. Install PostgreSQL, or name the"
say "folder of its programs: GAN_FORGE_POSTGRES=/path/bin make test"
