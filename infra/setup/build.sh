# Publishes the program in Release when a source file, the list of sources or the profile changed since the last time.
#
# It goes to a folder of its own, .setup/app/STAMP, so that a service started before keeps its files; the last two are kept. Where the registry
# holds the compiler for it, the program is compiled ahead of time too (ReadyToRun): a short run then needs half the processor time.

# setup_build PROJECT_FILE ASSEMBLY_NAME; sets $setup_program
setup_build() {
  local project=$setup_root/$1 stamp=$setup_dir/built log=$setup_dir/build.log apps=$setup_dir/app key app
  [ -f "$project" ] || fail "$1 is missing"
  key=$(printf '%s %s ' "$package_profile" "$(build_sources -print | LC_ALL=C sort | cksum)")
  setup_program=$apps/$(cat "$apps/current" 2>/dev/null || true)/$2
  if [ -f "$setup_program" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] \
    && [ -z "$(build_sources -newer "$stamp" -print -quit)" ]; then
    return
  fi

  say "building (after a change of the sources)"
  # The stamp keeps the time at which the build starts (mv does not change it), so a file saved meanwhile is built next time.
  printf '%s' "$key" >"$stamp.new"
  app=$(date -u +%Y%m%d%H%M%S)-$$
  if ! build_publish "$project" "$apps/$app" true >"$log" 2>&1 && ! build_publish "$project" "$apps/$app" false >"$log" 2>&1; then
    rm -rf "$stamp" "${apps:?}/$app"
    grep -E 'error|Error' "$log" | sort -u | head -n 20 >&2
    fail "the build failed; all of it is in $log"
  fi
  printf '%s' "$app" >"$apps/current"
  mv "$stamp.new" "$stamp"
  setup_program=$apps/$app/$2
  find "$apps" -mindepth 1 -maxdepth 1 -type d | LC_ALL=C sort | head -n -2 | xargs -r rm -rf
}

# build_publish PROJECT FOLDER AHEAD_OF_TIME. Intermediate files have a place of their own, so that ./test and this one do not undo each other.
build_publish() {
  "$dotnet_command" publish "$1" -c Release -v q -nologo -o "$2" --artifacts-path "$setup_dir/artifacts" --use-current-runtime --self-contained false \
    "-p:PublishReadyToRun=$3" "-p:PackageProfile=$package_profile" </dev/null 9>&-
}

# What the build reads: of the rules only the files at the top, which are compiled in; rules themselves are read at start.
build_sources() {
  local part parts=()
  for part in pipeline models training; do [ -d "$setup_root/$part" ] && parts+=("$setup_root/$part"); done
  find "$setup_root"/Directory.* "$setup_root/BannedSymbols.txt" "${parts[@]}" \
    -type d \( -name bin -o -name obj -o -path "$setup_root/pipeline/rules/*" \) -prune -o -type f "$@"
}
