# Builds a project in Release when a source file, the list of sources or the profile changed since the last build.

# setup_build PROJECT_FILE ASSEMBLY
setup_build() {
  local project=$setup_root/$1 assembly=$setup_root/$2 stamp=$setup_dir/built log=$setup_dir/build.log key
  [ -f "$project" ] || fail "$1 is missing"
  key=$(printf '%s %s ' "$package_profile" "$(build_sources -print | LC_ALL=C sort | cksum)")
  if [ -f "$assembly" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] \
    && [ -z "$(build_sources -newer "$stamp" -print -quit)" ]; then
    return
  fi

  say "building (after a change of the sources)"
  # The stamp keeps the time at which the build starts (mv does not change it), so a file saved meanwhile is built next time.
  printf '%s' "$key" >"$stamp.new"
  if ! "$dotnet_command" build "$project" -c Release -v q -nologo "-p:PackageProfile=$package_profile" >"$log" 2>&1 </dev/null 9>&-; then
    rm -f "$stamp"
    grep -E 'error|Error' "$log" | sort -u | head -n 20 >&2
    fail "the build failed; all of it is in $log"
  fi
  mv "$stamp.new" "$stamp"
}

# What the build reads: of the rules only the files at the top, which are compiled in; rules themselves are read at start.
build_sources() {
  local part parts=()
  for part in pipeline models training; do [ -d "$setup_root/$part" ] && parts+=("$setup_root/$part"); done
  find "$setup_root"/Directory.* "$setup_root/BannedSymbols.txt" "${parts[@]}" \
    -type d \( -name bin -o -name obj -o -path "$setup_root/pipeline/rules/*" \) -prune -o -type f "$@"
}
