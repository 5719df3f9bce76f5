#!/bin/sh
# Makes sure that the fault tests find the programs with which they make, mount
# and copy the disk whose power they cut, and the proxy in front of two
# instances. The suite never skips: without them a
# test fails and says how to get them; this is the how.
set -eu

missing() {
	for program in mkfs.xfs mkfs.ext4 mount losetup unshare cp haproxy; do
		command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || return 0
	done
	return 1
}

missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "Programs for file systems, or a proxy, are missing: installing Debian's xfsprogs, e2fsprogs, mount, util-linux and haproxy" >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends xfsprogs e2fsprogs mount util-linux coreutils haproxy >&2; } || true
fi
missing || exit 0
cat >&2 <<'MESSAGE'
mkfs.xfs, mkfs.ext4, mount, losetup, unshare, cp or haproxy was not found, and could not be installed. Get them and try again:
  - as root on Debian or Ubuntu: apt-get install xfsprogs e2fsprogs mount util-linux coreutils haproxy
The fault tests also need root and loop devices: in a container, run it privileged.
MESSAGE
exit 1
