# Packages that the profile local needs and no registry holds: made here from Debian packages, into .setup/packages (see infra/packages/README.md).

setup_packages() {
  [ "$package_profile" = local ] || return 0
  local feed=$setup_dir/packages work=$setup_dir/packages.new log=$setup_dir/packages.log library runtime
  # A feed without the library is made again as soon as there is one to be had.
  if [ -f "$feed/librdkafka.redist.1.9.2.202.nupkg" ] && { [ ! -f "$feed/without-library" ] || [ -z "$(system_librdkafka)" ]; }; then return; fi
  case $(uname -m) in aarch64|arm64) runtime=linux-arm64 ;; *) runtime=linux-x64 ;; esac
  rm -rf "$work"
  mkdir -p "$work/feed"
  library=$(system_librdkafka)
  [ -n "$library" ] || { install_librdkafka "$work" >"$log" 2>&1 || true; library=$(system_librdkafka); }
  [ -n "$library" ] || library=$(find "$work" -name 'librdkafka.so.1' -print -quit)
  if [ -n "$library" ]; then
    # The library itself, not a link to it.
    cp -L "$library" "$work/librdkafka.so"
    library=$work/librdkafka.so
  else
    if [ "${CI:-}" = true ]; then cat "$log" >&2; fail "librdkafka1 could not be installed"; fi
    say "WARNING: no librdkafka1 to be had ($log): sources and outputs on Kafka can't be used; all else can (Debian: apt-get install librdkafka1)"
    touch "$work/feed/without-library"
  fi
  "$dotnet_command" pack "$setup_root/infra/packages/librdkafka.redist/librdkafka.redist.csproj" -v q -nologo -o "$work/feed" --artifacts-path "$work/artifacts" \
    "-p:NativeLibrary=$library" "-p:NativeRuntime=$runtime" >"$log" 2>&1 </dev/null 9>&- || { cat "$log" >&2; fail "librdkafka could not be packed"; }
  rm -rf "$feed" "${NUGET_PACKAGES:-$HOME/.nuget/packages}/librdkafka.redist/1.9.2.202"
  mv "$work/feed" "$feed"
  rm -rf "$work"
}

system_librdkafka() { find -L /usr/lib /usr/lib64 -maxdepth 2 -name 'librdkafka.so.1' -print -quit 2>/dev/null; }

# Installs it where that is allowed, else only unpacks it here.
install_librdkafka() {
  command -v apt-get >/dev/null || return 1
  say "installing the Debian package librdkafka1 (the Kafka client)"
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  { "${sudo[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends librdkafka1; } </dev/null && return 0
  (cd "$1" && apt-get download librdkafka1 && dpkg-deb -x librdkafka1_*.deb unpacked)
}
