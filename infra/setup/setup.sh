# Sourced by ./run and ./test: makes a fresh clone usable and is quick when it already is. Results live in .setup/ (ignored by git), each
# step behind a stamp; delete .setup/ to start over. Everything is said on stderr: stdout belongs to the program.
# Settings: SECSTREAM_PROFILE=full|local (skip the probe), SECSTREAM_GEOIP=DIR (use these .mmdb files, fetch none), CI=true (what is
# missing is a failure).

setup_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
setup_dir=$setup_root/.setup

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Without a home folder (services, bare containers) dotnet and npm need one.
if [ -z "${HOME:-}" ]; then export HOME=$setup_dir/home; mkdir -p "$HOME"; fi
# In CI no compiler or build server may outlive the script.
if [ "${CI:-}" = true ]; then export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=0; fi

say() { printf 'SecStream: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

. "$setup_root/infra/setup/dotnet.sh"
. "$setup_root/infra/setup/profile.sh"
. "$setup_root/infra/setup/packages.sh"
. "$setup_root/infra/setup/geoip.sh"
. "$setup_root/infra/setup/build.sh"

# Two commands started at once must not set up or build over each other. The lock is released before the program starts; children close it
# (9>&-), or a compiler server that stays would keep it.
setup_lock() {
  mkdir -p "$setup_dir"
  if command -v flock >/dev/null; then exec 9>"$setup_dir/lock"; flock 9; fi
}
setup_unlock() { exec 9>&-; }

setup_all() {
  setup_dotnet
  setup_profile
  setup_packages
  setup_geoip
}
