# Builds and runs the test projects. Sourced by ./test.

setup_test_packages() {
  local missing=() package sudo=()
  while read -r package; do
    case $package in ''|'#'*) continue ;; esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done <"$setup_root/infra/setup/test-packages.txt"
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages for the tests: ${missing[*]}"
  command -v apt-get >/dev/null || fail "apt-get is missing; install by hand: ${missing[*]}"
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  { "${sudo[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 </dev/null \
    || fail "could not install ${missing[*]}"
}

# Every project under tests/ except the benchmarks, which are run on purpose only, and the parts that tests share.
test_projects() {
  local project
  for project in "$setup_root"/tests/*/*.csproj; do
    [ -f "$project" ] && case $(basename "$project" .csproj) in *Benchmarks|*TestParts) ;; *) printf '%s\n' "$project" ;; esac
  done
}

build_tests() {
  local log=$setup_dir/test-build.log project targets=("$setup_root/SecStream.sln")
  for project in $(test_projects_outside_solution); do targets+=("$project"); done
  say "building the solution"
  for project in "${targets[@]}"; do
    if ! "$dotnet_command" build "$project" -c Release -v q -nologo "-p:PackageProfile=$package_profile" >"$log" 2>&1 </dev/null 9>&-; then
      grep -E 'error|Error' "$log" | sort -u | head -n 40 >&2
      return 1
    fi
  done
}

test_projects_outside_solution() {
  local project
  while read -r project; do
    grep -q "$(basename "$project")" "$setup_root/SecStream.sln" || printf '%s\n' "$project"
  done < <(test_projects)
}

# The value of an attribute of the <Counters> element of a .trx file.
counter() { sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

run_tests() {
  local filter=$1 results=$setup_dir/test-results project name trx log code arguments=() seconds
  local total executed passed failed skipped all_passed=0 all_failed=0 all_skipped=0
  if ! build_tests; then
    say "the build failed"
    printf '0 passed, 1 failed\n'
    return 1
  fi

  # A plain word is a part of the test's name; anything with an operator is an expression.
  case $filter in '') ;; *[=~'|&!']*) arguments=(--filter "$filter") ;; *) arguments=(--filter "FullyQualifiedName~$filter") ;; esac
  rm -rf "$results"
  mkdir -p "$results"
  printf '%-40s %8s %8s %8s %8s\n' project passed failed skipped seconds
  while read -r project; do
    name=$(basename "$project" .csproj) code=0
    trx=$results/$name.trx log=$results/$name.log seconds=$SECONDS
    "$dotnet_command" test "$project" -c Release --no-build -nologo "-p:PackageProfile=$package_profile" "${arguments[@]}" \
      --logger "trx;LogFileName=$trx" >"$log" 2>&1 </dev/null || code=$?
    total=0 executed=0 passed=0 failed=0
    if [ -f "$trx" ]; then
      total=$(counter "$trx" total) executed=$(counter "$trx" executed) passed=$(counter "$trx" passed)
      failed=$((executed - passed))
    fi
    skipped=$((total - executed))
    # A host that crashed or never started is a failure, whatever its counters say.
    if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    if [ "$failed" -gt 0 ]; then cat "$log"; fi
    # With a filter most projects have nothing to say.
    if [ -z "$filter" ] || [ "$total" -gt 0 ] || [ "$failed" -gt 0 ]; then
      printf '%-40s %8d %8d %8d %8d\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - seconds))
    fi
    all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed)) all_skipped=$((all_skipped + skipped))
  done < <(test_projects)

  if [ $((all_passed + all_failed)) -eq 0 ]; then say "no test matches"; all_failed=1; fi
  if [ "$all_skipped" -gt 0 ]; then
    printf '%d passed, %d failed, %d skipped\n' "$all_passed" "$all_failed" "$all_skipped"
  else
    printf '%d passed, %d failed\n' "$all_passed" "$all_failed"
  fi
  [ "$all_failed" -eq 0 ]
}
