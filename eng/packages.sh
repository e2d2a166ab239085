# What Slipway's commands need from the distribution (Debian or Ubuntu), and how it gets there. Sourced, not run.
#
#   need_packages WHAT PACKAGE...    installs those that are missing; without the right to, names them and ends with 2

# The demo: virtual machines, loaders, what the samples are made with.
DEMO_PACKAGES=(
  qemu-system-x86 qemu-system-arm seabios ipxe-qemu ovmf u-boot-qemu
  pxelinux syslinux-common ipxe grub-common grub-pc-bin grub-efi-amd64-bin
  busybox-static cpio nasm binutils-aarch64-linux-gnu iproute2 util-linux libsqlite3-0
)

# The tests: the same, and foreign clients and servers to be measured against.
TEST_PACKAGES=(
  "${DEMO_PACKAGES[@]}"
  dnsmasq-base isc-dhcp-client udhcpc tftp-hpa atftp curl socat zsh fish amtterm gvncviewer vncsnapshot
  pacemaker pacemaker-cli-utils fence-agents libxml2-utils
)

say() { printf '== %s\n' "$*" >&2; }

# The packages of the arguments that are not installed. A virtual package counts when something provides it.
missing_packages() {
  local package
  local -A installed=()
  while read -r package; do [[ -z $package ]] || installed[$package]=1; done < <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n${db:Status-Status} ${Provides}\n' 2>/dev/null |
      sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/[ :(].*//')
  for package in "$@"; do
    [[ -n ${installed[$package]:-} ]] || printf '%s\n' "$package"
  done
}

need_packages() {
  local what=$1
  shift
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "this is neither Debian nor Ubuntu: $what needs what Debian calls $*"
    return 0
  fi

  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  local root=()
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      root=(sudo)
    elif command -v sudo >/dev/null && [[ -t 0 && -t 2 ]]; then
      say "sudo will ask for your password to install: ${missing[*]}"
      root=(sudo)
    else
      cat >&2 <<END
$what needs ${#missing[@]} packages that are not installed, and $(id -un) may not install them: ${missing[*]}
Have an administrator run this once, then start again:
    apt-get update && apt-get install --no-install-recommends ${missing[*]}
END
      exit 2
    fi
  fi

  say "installing ${#missing[@]} packages: ${missing[*]}"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update </dev/null >/dev/null || say "apt-get update failed; trying with the lists there are"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}
