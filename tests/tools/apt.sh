# What browser.sh and postgres.sh share, which set $topic. It is read by them: . apt.sh

say() { echo "$topic: $*" >&2; }

# Whether packages can be installed without asking anybody; from then on $sudo says how.
may_apt() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo -n"; fi
  $sudo true 2>/dev/null
}

apt_install() {
  say "installing Debian's $1"
  # shellcheck disable=SC2086,SC2016
  $sudo env DEBIAN_FRONTEND=noninteractive sh -c '
    wait="-o DPkg::Lock::Timeout=300"
    apt-get -q $wait update
    apt-get -q $wait install -y --no-install-recommends "$@"' sh "$@" >&2 </dev/null
}
