# Steps that ./try and ./test share. Sourced from the top of the repository, after eng/packages.sh.
# Each step returns non-zero by itself when it failed: `set -e` is off wherever a caller asks how it went.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

need_sdk() {
  local wanted='10.'
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks 2>/dev/null | grep -q "^${wanted//./\\.}"; then
    cat >&2 <<END
The .NET 10 SDK is missing. Ubuntu has it as the package dotnet-sdk-10.0; for Debian see
https://learn.microsoft.com/dotnet/core/install/linux-debian. Then start again.
END
    exit 2
  fi
  # The executable looks for the runtime in the standard places; an SDK elsewhere must be told to it.
  if [[ -z ${DOTNET_ROOT:-} ]]; then
    DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
    export DOTNET_ROOT
  fi
}

runtime_identifier() {
  case $(uname -m) in
    x86_64) echo linux-x64 ;;
    aarch64) echo linux-arm64 ;;
    *) printf 'This computer is a %s; Slipway builds for x86_64 and aarch64.\n' "$(uname -m)" >&2; return 2 ;;
  esac
}

# The release executable at out/slipway: one file, compiled ahead (ReadyToRun). Nothing happens when no source is newer.
build_release() {
  local newer
  if [[ -x out/slipway ]]; then
    newer=$(find src Directory.Build.props Directory.Packages.props global.json \
      \( -name bin -o -name obj \) -prune -o -type f -newer out/slipway -print -quit)
    [[ -n $newer ]] || return 0
  fi
  local runtime
  runtime=$(runtime_identifier) || return 2
  say "building the release executable out/slipway for $runtime"
  dotnet publish src/Slipway -c Release -r "$runtime" -o out/publish -v quiet --nologo </dev/null >&2 || return 1
  # Running ones keep their file: the new one takes its name.
  cp out/publish/slipway out/slipway.new && touch out/slipway.new && mv -f out/slipway.new out/slipway
}

build_samples() {
  samples/build "$@" out/samples
}
