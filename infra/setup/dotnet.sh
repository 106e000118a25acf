# The .NET SDK: found, not installed (it is the one thing a person should choose where to put).

setup_dotnet() {
  local candidate
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    [ -x "$candidate" ] || continue
    # The stamp saves starting dotnet on every run.
    if [ -f "$setup_dir/dotnet" ] && [ "$(cat "$setup_dir/dotnet")" = "$candidate" ]; then dotnet_command=$candidate; return; fi
    if "$candidate" --list-sdks 2>/dev/null | grep -Eq '^(1[0-9]|[2-9][0-9])\.'; then
      dotnet_command=$candidate
      printf '%s\n' "$candidate" >"$setup_dir/dotnet"
      return
    fi
  done
  say "the .NET 10 SDK is missing. Install it, then start again:"
  say "  Debian, Ubuntu with Microsoft's packages:  sudo apt-get install dotnet-sdk-10.0"
  say "  anywhere, without root:  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
  exit 1
}
